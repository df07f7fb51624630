/*-------------------------------------------------------------------------
 *
 * record.c
 *	  Facts -> JSON lines -> buffer.
 *
 * A record is formatted straight into one line buffer that lives as long as
 * the process.  What is the same for many records (place, roles, client) is
 * copied as ready text.
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
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/inflight.h"
#include "core/class.h"
#include "core/json_write.h"
#include "record/head.h"
#include "record/record.h"
#include "record/text.h"
#include "server/guc.h"

/* Room kept for the query text in a line that also lists many objects. */
#define TEXT_ROOM_MIN 1024

/* The part of a line that details may take, as much as parameters. */
#define DETAIL_PART 3

/* More than there can ever be; its width stands in while they are counted. */
#define PARTS_MAX 99999

/* How far the objects and the text have been written, and as which part. */
typedef struct AudCursor
{
	int    part;  /* 0: not split */
	int    parts; /* 0: not known yet */
	bool   bare;  /* without what may be left out, or nothing would fit */
	int    object;
	size_t text;
} AudCursor;

static char  *line;
static size_t line_cap;

void
aud_record_take_line(void)
{
	aud_record_start();
	aud_inflight_take_ssn(aud_session_take_ssn());
	aud_text_begin();
}

void
aud_record_start(void)
{
	size_t wanted = (size_t) aud_config->record_max_bytes + 1;
	char  *grown;

	if (line_cap >= wanted)
		return;
	grown =
		MemoryContextAllocExtended(TopMemoryContext, wanted, MCXT_ALLOC_NO_OOM);
	if (grown == NULL)
		return; /* the old one still does */
	if (line != NULL)
		pfree(line);
	line = grown;
	line_cap = wanted;
}

size_t
aud_record_room(void)
{
	return Min(line_cap - 1, (size_t) aud_config->record_max_bytes) -
		   AUD_RECORD_TRAILER_MAX;
}

void
aud_record_init_line(AudBuf *b, size_t room)
{
	aud_buf_init(b, line, room + 1);
}

int64
aud_record_unix_us(TimestampTz t)
{
	return t +
		   ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)) * USECS_PER_DAY;
}

/* As many of the objects as fit before "limit", or how many are left out. */
static void
append_objects(AudBuf *b, const AudStmt *stmt, AudCursor *at, size_t limit)
{
	uint64 left = stmt->objects.n - at->object;

	if (at->bare && left > 0)
	{
		aud_record_append_uint(b,
							   ",\"objects_omitted\":",
							   stmt->objects.omitted + left);
		at->object = stmt->objects.n;
		return;
	}
	aud_record_append_objects(b, stmt, &at->object, limit);
	if (stmt->objects.omitted > 0)
		aud_record_append_uint(b, ",\"objects_omitted\":", stmt->objects.omitted);
}

void
aud_record_append_xid(AudBuf *b, TransactionId xid)
{
	if (!TransactionIdIsValid(xid))
		return;
	aud_record_append_uint(b, ",\"xid\":\"", xid);
	aud_buf_char(b, '"');
}

static void
append_flags(AudBuf *b, const AudStmt *stmt)
{
	if (stmt->what.rls)
		aud_buf_lit(b, ",\"rls\":true");
	if (stmt->what.privileged)
		aud_buf_lit(b, ",\"privileged\":true");
	if (stmt->what.rewritten)
		aud_buf_lit(b, ",\"rewritten\":\"nothing\"");
	if (stmt->what.skipped)
		aud_buf_lit(b, ",\"skipped\":true");
	if (stmt->what.executed)
		aud_buf_lit(b, ",\"executed\":true");
}

void
aud_record_append_details(AudBuf *b, const char *details, size_t len, AudBuf *cut)
{
	size_t max = aud_record_room() / DETAIL_PART;

	if (len <= max)
		aud_buf_append(b, details, len);
	else
		aud_json_append_cut(b, details, len, max, cut);
}

static void
append_results(AudBuf *b, const AudStmt *stmt, const AudCursor *at, AudBuf *cut)
{
	instr_time duration;

	append_flags(b, stmt);
	if (stmt->detail.len > 0 && !at->bare)
		aud_record_append_details(b,
								  stmt->arena.data + stmt->detail.off,
								  stmt->detail.len,
								  cut);
	if (stmt->result.has_rows)
		aud_record_append_uint(b, ",\"rows\":", stmt->result.rows);
	if (stmt->result.incomplete)
		aud_buf_lit(b, ",\"incomplete\":true");
	if (!stmt->what.is_error && !stmt->what.is_begin)
	{
		INSTR_TIME_SET_CURRENT(duration);
		INSTR_TIME_SUBTRACT(duration, stmt->when.began_at);
		aud_record_append_uint(b,
							   ",\"duration_us\":",
							   INSTR_TIME_GET_MICROSEC(duration) +
								   stmt->when.lead_us);
	}
	aud_record_append_xid(b, GetTopTransactionIdIfAny());
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

static void
add_cut_key(AudBuf *cut, const char *key)
{
	if (cut->len > 0)
		aud_buf_char(cut, ',');
	aud_buf_cstr(cut, key);
}

void
aud_record_append_truncated(AudBuf *b, const AudBuf *cut)
{
	if (cut->len == 0)
		return;
	aud_buf_lit(b, ",\"truncated\":[");
	aud_buf_append(b, cut->data, cut->len);
	aud_buf_char(b, ']');
}

/* What a reader has to know about the text before it comes. */
static void
append_text_facts(AudBuf *b, const AudStmt *stmt, AudText *text,
				  const AudCursor *at, AudBuf *cut)
{
	bool split = at->part > 0;

	if (text->omitted > 0)
		add_cut_key(cut, "\"query\"");
	if (stmt->params.omitted > 0 || (at->bare && stmt->params.len > 0))
		add_cut_key(cut, "\"params\"");
	if (text->len > 0 && (split || text->omitted > 0))
	{
		aud_record_append_uint(b, ",\"query_len\":", text->full_len);
		aud_buf_lit(b, ",\"query_sha256\":\"");
		aud_buf_cstr(b, aud_text_sha256(text));
		aud_buf_char(b, '"');
	}
	append_keys(b, ",\"redacted\":[", text->redacted, stmt->params.redacted);
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
query_room(const AudBuf *b, const AudStmt *stmt, const AudCursor *at)
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
append_query(AudBuf *b, const AudStmt *stmt, AudText *text, AudCursor *at)
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
format_part(AudBuf *b, const AudStmt *stmt, AudText *text, AudCursor *at)
{
	size_t room = aud_record_room();
	char   cut_storage[AUD_CUT_KEYS_MAX];
	AudBuf cut;

	/* each pass over the parts must end them at the same places */
	if (at->part > 0)
		room -= decimal_digits(PARTS_MAX) - decimal_digits(at->parts);
	aud_record_init_line(b, room);
	aud_record_append_head(b, stmt, at->part, at->parts);
	aud_buf_init(&cut, cut_storage, sizeof(cut_storage));
	append_objects(b, stmt, at, room - TEXT_ROOM_MIN - stmt->params.len);
	append_results(b, stmt, at, &cut);
	append_text_facts(b, stmt, text, at, &cut);
	append_query(b, stmt, text, at);
	if (stmt->params.len > 0 && !at->bare)
	{
		aud_buf_lit(b, ",\"params\":");
		aud_buf_append(b, stmt->arena.data + stmt->params.off, stmt->params.len);
	}
	aud_buf_char(b, '}');
}

static bool
is_finished(const AudStmt *stmt, const AudText *text, const AudCursor *at)
{
	return at->object >= stmt->objects.n && at->text >= text->len;
}

/*
 * Format the next line; false if there is nothing more to come of it.  Each
 * line must bring the record on: where one does not, what may be left out is,
 * and where not even that helps, the rest of the record.
 */
static bool
format_next(AudBuf *b, const AudStmt *stmt, AudText *text, AudCursor *at)
{
	AudCursor before = *at;

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
	AudCursor at = {.part = 0, .parts = parts};
	AudBuf    b;

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
	AudCursor at = {0};
	AudText   text;
	AudBuf    b;

	aud_record_take_line();
	if (stmt->text.is_clean)
		aud_text_prepare_clean(&text, stmt->text.data, stmt->text.len);
	else
		aud_text_prepare(&text, stmt->text.data, stmt->text.len);
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
	aud_text_end();
}
