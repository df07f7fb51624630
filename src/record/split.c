/*-------------------------------------------------------------------------
 *
 * split.c
 *	  The record of a statement: one line, or several where it is long.
 *
 * A record that does not fit into secaudit.record_max_bytes is split over
 * several lines.  How many they are has to stand in each of them, so the
 * usual record is tried first as a single line, and only if that fails the
 * parts are counted and then written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "buffer/buffer.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "record/fields.h"
#include "record/record.h"
#include "record/text.h"

/* Room kept for the query text in a line that also lists many objects. */
#define TEXT_ROOM_MIN 1024

/* More than there can ever be; its width stands in while they are counted. */
#define PARTS_MAX 99999

/* How far the objects and the text have been written, and as which part. */
typedef struct AudProgress
{
	int    part;  /* 0: not split */
	int    parts; /* 0: not known yet */
	bool   bare;  /* without what may be left out, or nothing would fit */
	int    object;
	size_t text;
} AudProgress;

/* As many of the objects as fit before "limit", or how many are left out. */
static void
append_objects(AudBuf *b, const AudStmt *stmt, AudProgress *at, size_t limit)
{
	uint64 left = stmt->objects.n - at->object;

	if (at->bare && left > 0)
	{
		aud_json_lit_uint(b, "objects_omitted", stmt->objects.omitted + left);
		at->object = stmt->objects.n;
		return;
	}
	aud_record_append_objects(b, stmt, &at->object, limit);
	if (stmt->objects.omitted > 0)
		aud_json_lit_uint(b, "objects_omitted", stmt->objects.omitted);
}

static void
append_flags(AudBuf *b, const AudStmt *stmt)
{
	if (stmt->what.rls)
		aud_json_lit_true(b, "rls");
	if (stmt->what.privileged)
		aud_json_lit_true(b, "privileged");
	if (stmt->what.rewritten)
		aud_json_lit_word(b, "rewritten", "nothing");
	if (stmt->what.skipped)
		aud_json_lit_true(b, "skipped");
	if (stmt->what.executed)
		aud_json_lit_true(b, "executed");
}

/* What became of the statement. */
static void
append_results(AudBuf *b, const AudStmt *stmt, const AudProgress *at, AudBuf *cut)
{
	instr_time duration;

	append_flags(b, stmt);
	if (stmt->detail.len > 0 && !at->bare)
		aud_record_append_details(b,
								  stmt->arena.data + stmt->detail.off,
								  stmt->detail.len,
								  cut);
	if (stmt->result.has_rows)
		aud_json_lit_uint(b, "rows", stmt->result.rows);
	if (stmt->result.incomplete)
		aud_json_lit_true(b, "incomplete");
	if (!stmt->what.is_error && !stmt->what.is_begin)
	{
		INSTR_TIME_SET_CURRENT(duration);
		INSTR_TIME_SUBTRACT(duration, stmt->when.began_at);
		aud_json_lit_uint(b,
						  "duration_us",
						  INSTR_TIME_GET_MICROSEC(duration) + stmt->when.lead_us);
	}
	aud_record_append_xid(b, GetTopTransactionIdIfAny());
	if (stmt->what.query_id != 0)
		aud_record_append_query_id(b, stmt->what.query_id);
	aud_record_append_tags(b, &stmt->tags);
	aud_record_append_rules(b, stmt);
}

/* Which of the two texts something was done to. */
static void
append_keys(AudBuf *b, const char *opening, bool query, bool params)
{
	if (!query && !params)
		return;
	aud_buf_cstr(b, opening);
	if (query)
		aud_buf_lit(b, "\"query\"");
	if (query && params)
		aud_buf_char(b, ',');
	if (params)
		aud_buf_lit(b, "\"params\"");
	aud_buf_char(b, ']');
}

/* What a reader has to know about the text before it comes. */
static void
append_text_facts(AudBuf *b, const AudStmt *stmt, AudText *text,
				  const AudProgress *at, AudBuf *cut)
{
	bool split = at->part > 0;

	if (text->omitted > 0)
		aud_record_add_cut(cut, "query");
	if (stmt->params.omitted > 0 || (at->bare && stmt->params.len > 0))
		aud_record_add_cut(cut, "params");
	if (text->len > 0 && (split || text->omitted > 0))
	{
		aud_json_lit_uint(b, "query_len", text->full_len);
		aud_json_lit_word(b, "query_sha256", aud_text_sha256(text));
	}
	aud_redact_append_reasons(b,
							  text->redacted | stmt->params.redacted |
								  stmt->detail_redacted |
								  stmt->result.failure.redacted);
	aud_record_append_truncated(b, cut);
	append_keys(b, ",\"enc\":[", text->invalid, stmt->params.invalid);
}

static int
decimal_digits(int n)
{
	int digits = 1;

	while (n >= 10)
	{
		n /= 10;
		digits++;
	}
	return digits;
}

/* Room for the text: what is left, but for what comes after it. */
static size_t
query_room(const AudBuf *b, const AudStmt *stmt, const AudProgress *at)
{
	size_t after = sizeof("\"}");
	size_t room = aud_buf_room(b);

	if (stmt->params.len > 0 && !at->bare)
		after += sizeof(",\"params\":") + stmt->params.len;
	return room > after ? room - after : 0;
}

/*
 * The text, or its next part.  Of one that is not valid the bytes are given,
 * too; they get four sevenths of the room, which base64 of the rest needs.
 */
static void
append_query(AudBuf *b, const AudStmt *stmt, AudText *text, AudProgress *at)
{
	static const char raw_key[] = ",\"query_raw_b64\":";
	const char       *from = text->data + at->text;
	bool              raw = text->invalid;
	bool              valid = true;
	size_t            room;
	size_t            used;

	if (text->len == 0)
		return;
	aud_buf_lit(b, ",\"query\":\"");
	room = query_room(b, stmt, at);
	if (raw)
		room = room > sizeof(raw_key) + 8 ? (room - sizeof(raw_key) - 8) * 3 / 7
										  : 0;
	used = aud_json_escape_upto(b, from, text->len - at->text, room, &valid);
	aud_buf_char(b, '"');
	if (raw)
	{
		aud_buf_append(b, raw_key, sizeof(raw_key) - 1);
		aud_json_base64(b, from, used);
	}
	at->text += used;
	text->invalid |= !valid;
}

/* Format the next line; moves the cursor past what is in it. */
static void
format_part(AudBuf *b, const AudStmt *stmt, AudText *text, AudProgress *at)
{
	size_t room = aud_record_line_room();
	char   cut_storage[AUD_CUT_KEYS_MAX];
	AudBuf cut;

	/* each pass over the parts must end them at the same places */
	if (at->part > 0)
		room -= decimal_digits(PARTS_MAX) - decimal_digits(at->parts);
	aud_record_line_init(b, room);
	aud_record_append_head(b, stmt, at->part, at->parts);
	aud_buf_init(&cut, cut_storage, sizeof(cut_storage));
	append_objects(b,
				   stmt,
				   at,
				   room - TEXT_ROOM_MIN - stmt->params.len -
					   aud_record_tags_room(&stmt->tags));
	append_results(b, stmt, at, &cut);
	append_text_facts(b, stmt, text, at, &cut);
	append_query(b, stmt, text, at);
	if (stmt->params.len > 0 && !at->bare)
	{
		aud_json_lit_key(b, "params");
		aud_buf_append(b, stmt->arena.data + stmt->params.off, stmt->params.len);
	}
	aud_buf_char(b, '}');
}

static bool
is_finished(const AudStmt *stmt, const AudText *text, const AudProgress *at)
{
	return at->object >= stmt->objects.n && at->text >= text->len;
}

/*
 * Format the next line; false if there is nothing more to come of it.  Each
 * line must bring the record on: where one does not, what may be left out is,
 * and where not even that helps, the rest of the record.
 */
static bool
format_next(AudBuf *b, const AudStmt *stmt, AudText *text, AudProgress *at)
{
	AudProgress before = *at;

	format_part(b, stmt, text, at);
	if (!b->truncated && (at->object > before.object || at->text > before.text))
		return true;
	*at = before;
	if (at->bare)
		return false;
	at->bare = true;
	format_part(b, stmt, text, at);
	return !b->truncated;
}

/* Write (or, without append, only count) the parts of a record. */
static int
split(const AudStmt *stmt, AudText *text, int parts, bool append)
{
	AudProgress at = {.part = 0, .parts = parts};
	AudBuf      b;

	do
	{
		at.part++;
		if (!format_next(&b, stmt, text, &at))
			break;
		if (append)
			aud_buffer_append(b.data, b.len);
	} while (!is_finished(stmt, text, &at));
	return at.part;
}

/* What is found not to be valid in a later part moves the bounds of all. */
static void
append_parts(const AudStmt *stmt, AudText *text)
{
	bool was_invalid;
	int  parts;

	do
	{
		was_invalid = text->invalid;
		parts = split(stmt, text, PARTS_MAX, false);
	} while (text->invalid != was_invalid);
	split(stmt, text, parts, true);
}

void
aud_record_statement(const AudStmt *stmt)
{
	AudProgress  at = {0};
	AudTextScope scope;
	AudText      text;
	AudBuf       b;

	aud_record_line_begin(&scope);
	aud_stmt_get_text(stmt, &text);
	aud_text_limit(&text, aud_config->query_max_bytes);

	format_part(&b, stmt, &text, &at);
	if (text.invalid)
	{
		/* "enc" stands before the text: once more, now that it is known */
		at.object = 0;
		at.text = 0;
		format_part(&b, stmt, &text, &at);
	}
	if (is_finished(stmt, &text, &at) && !b.truncated)
		aud_buffer_append(b.data, b.len);
	else
		append_parts(stmt, &text);
	aud_text_end(&scope);
}
