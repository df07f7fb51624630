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

#include "buffer.h"
#include "classify.h"
#include "core/json.h"
#include "guc.h"
#include "inflight.h"
#include "record.h"
#include "record_head.h"
#include "text.h"

/* Room kept for the query text in a line that also lists many objects. */
#define TEXT_ROOM_MIN 1024

/* More than there can ever be; its width stands in while they are counted. */
#define PARTS_MAX 99999

/* How far the objects and the text have been written, and as which part. */
typedef struct AudCursor
{
	int    part;  /* 0: not split */
	int    parts; /* 0: not known yet */
	int    object;
	size_t text;
} AudCursor;

static char  *line;
static size_t line_cap;

/* A new record, of one line or several. */
static void
begin_record(void)
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

/* Bytes that the backend's part of a line may have. */
static size_t
line_room(void)
{
	return Min(line_cap - 1, (size_t) aud_config->record_max_bytes) -
		   AUD_RECORD_TRAILER_MAX;
}

int64
aud_record_unix_us(TimestampTz t)
{
	return t +
		   ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)) * USECS_PER_DAY;
}

static void
append_object(AudBuf *b, const AudStmt *stmt, const AudObject *object,
			  bool with_columns)
{
	aud_buf_char(b, '{');
	aud_buf_append(b, stmt->arena + object->head_off, object->head_len);
	if (object->access != 0)
	{
		aud_buf_lit(b, ",\"access\":");
		aud_access_append(b, object->access);
	}
	if (object->by_policy)
		aud_buf_lit(b, ",\"origin\":\"rls\"");
	if (object->root)
		aud_buf_lit(b, ",\"root\":true");
	if (object->planned)
		aud_buf_lit(b, ",\"planned\":true");
	if (object->columns_len > 0 && with_columns)
	{
		aud_buf_lit(b, ",\"columns\":[");
		aud_buf_append(b, stmt->arena + object->columns_off, object->columns_len);
		aud_buf_char(b, ']');
	}
	else if (object->columns_len > 0)
		aud_buf_lit(b, ",\"columns_omitted\":true");
	aud_buf_char(b, '}');
}

/* Take back what was appended after "len". */
static void
rewind_to(AudBuf *b, size_t len)
{
	b->len = len;
	b->data[len] = '\0';
	b->truncated = false;
}

/*
 * Append as many of the objects as fit before "limit".  Columns of a table so
 * wide that they fill a line of their own are left out.
 */
static void
append_objects(AudBuf *b, const AudStmt *stmt, AudCursor *at, size_t limit)
{
	bool first = true;

	for (; at->object < stmt->n_objects; at->object++)
	{
		const AudObject *object = &stmt->objects[at->object];
		size_t           before = b->len;

		if (object->head_len == 0)
			continue; /* its name could not be found out */
		aud_buf_cstr(b, first ? ",\"objects\":[" : ",");
		append_object(b, stmt, object, true);
		if (first && (b->truncated || b->len > limit))
		{
			rewind_to(b, before);
			aud_buf_lit(b, ",\"objects\":[");
			append_object(b, stmt, object, false);
		}
		else if (b->truncated || b->len > limit)
		{
			rewind_to(b, before);
			break;
		}
		first = false;
	}
	if (!first)
		aud_buf_char(b, ']');
}

/* A transaction that has changed nothing yet has no number. */
static void
append_xid(AudBuf *b, TransactionId xid)
{
	if (!TransactionIdIsValid(xid))
		return;
	aud_record_append_uint(b, ",\"xid\":\"", xid);
	aud_buf_char(b, '"');
}

static void
append_flags(AudBuf *b, const AudStmt *stmt)
{
	if (stmt->rls)
		aud_buf_lit(b, ",\"rls\":true");
	if (stmt->privileged)
		aud_buf_lit(b, ",\"privileged\":true");
	if (stmt->rewritten)
		aud_buf_lit(b, ",\"rewritten\":\"nothing\"");
	if (stmt->skipped)
		aud_buf_lit(b, ",\"skipped\":true");
	if (stmt->executed)
		aud_buf_lit(b, ",\"executed\":true");
}

static void
append_results(AudBuf *b, const AudStmt *stmt)
{
	instr_time duration;

	if (stmt->objects_omitted > 0)
		aud_record_append_uint(b, ",\"objects_omitted\":", stmt->objects_omitted);
	append_flags(b, stmt);
	if (stmt->detail_len > 0)
		aud_buf_append(b, stmt->arena + stmt->detail_off, stmt->detail_len);
	if (stmt->has_rows)
		aud_record_append_uint(b, ",\"rows\":", stmt->rows);
	if (stmt->incomplete)
		aud_buf_lit(b, ",\"incomplete\":true");
	if (!stmt->is_error && !stmt->is_begin)
	{
		INSTR_TIME_SET_CURRENT(duration);
		INSTR_TIME_SUBTRACT(duration, stmt->began_at);
		aud_record_append_uint(b,
							   ",\"duration_us\":",
							   INSTR_TIME_GET_MICROSEC(duration) + stmt->lead_us);
	}
	append_xid(b, GetTopTransactionIdIfAny());
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
append_text_facts(AudBuf *b, const AudStmt *stmt, AudText *text, bool split)
{
	if (text->len > 0 && (split || text->omitted > 0))
	{
		aud_record_append_uint(b, ",\"query_len\":", text->full_len);
		aud_buf_lit(b, ",\"query_sha256\":\"");
		aud_buf_cstr(b, aud_text_sha256(text));
		aud_buf_char(b, '"');
	}
	append_keys(b, ",\"redacted\":[", text->redacted, stmt->params_redacted);
	append_keys(b, ",\"truncated\":[", text->omitted > 0, stmt->params_omitted > 0);
	append_keys(b, ",\"enc\":[", text->invalid, stmt->params_invalid);
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
query_room(const AudBuf *b, const AudStmt *stmt)
{
	size_t after = sizeof("\"}");
	size_t room = aud_buf_room(b);

	if (stmt->params_len > 0)
		after += sizeof(",\"params\":") + stmt->params_len;
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
	room = query_room(b, stmt);
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
	size_t room = line_room();

	/* each pass over the parts must end them at the same places */
	if (at->part > 0)
		room -= decimal_digits(PARTS_MAX) - decimal_digits(at->parts);
	aud_buf_init(b, line, room + 1);
	aud_record_append_head(b, stmt, at->part, at->parts);
	append_objects(b, stmt, at, room - TEXT_ROOM_MIN - stmt->params_len);
	append_results(b, stmt);
	append_text_facts(b, stmt, text, at->part > 0);
	append_query(b, stmt, text, at);
	if (stmt->params_len > 0)
	{
		aud_buf_lit(b, ",\"params\":");
		aud_buf_append(b, stmt->arena + stmt->params_off, stmt->params_len);
	}
	aud_buf_char(b, '}');
}

static bool
is_finished(const AudStmt *stmt, const AudText *text, const AudCursor *at)
{
	return at->object >= stmt->n_objects && at->text >= text->len;
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
		format_part(&b, stmt, text, &at);
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

	begin_record();
	if (stmt->query_is_clean)
		aud_text_prepare_clean(&text, stmt->query, stmt->query_len);
	else
		aud_text_prepare(&text, stmt->query, stmt->query_len);
	aud_text_limit(&text, aud_config->query_max_bytes);

	format_part(&b, stmt, &text, &at);
	if (text.invalid)
	{
		/* "enc" stands before the text: once more, now that it is known */
		at.object = 0;
		at.text = 0;
		format_part(&b, stmt, &text, &at);
	}
	if (is_finished(stmt, &text, &at))
		aud_buffer_append(b.data, b.len);
	else
		append_parts(stmt, &text);
	aud_text_end();
}

void
aud_record_event(const AudEventFacts *facts)
{
	AudBuf b;

	begin_record();
	aud_buf_init(&b, line, line_room() + 1);
	aud_record_append_start(&b, facts->when);
	aud_record_append_event(&b, facts->event);
	aud_buf_lit(&b, ",\"class\":\"");
	aud_buf_cstr(&b, facts->class);
	aud_buf_char(&b, '"');
	if (facts->command != NULL)
	{
		aud_buf_lit(&b, ",\"command\":\"");
		aud_buf_cstr(&b, facts->command);
		aud_buf_char(&b, '"');
	}
	aud_record_append_outcome(&b, facts->outcome);
	aud_record_append_failure(&b, facts->failure);
	aud_session_append_place(&b);
	if (facts->identity != NULL)
		aud_buf_cstr(&b, facts->identity);
	aud_session_append_client(&b);
	if (facts->detail != NULL)
		aud_buf_cstr(&b, facts->detail);
	if (facts->duration_us >= 0)
		aud_record_append_uint(&b, ",\"duration_us\":", facts->duration_us);
	append_xid(&b, facts->xid);
	aud_buf_char(&b, '}');
	if (facts->dont_wait)
		(void) aud_buffer_try_append(b.data, b.len);
	else
		aud_buffer_append(b.data, b.len);
	aud_text_end();
}
