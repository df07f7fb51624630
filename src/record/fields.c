/*-------------------------------------------------------------------------
 *
 * fields.c
 *	  The line that is being made, and the keys of a record in their order:
 *	  when, what, who, which objects, and what became of it.
 *
 * A record is formatted straight into one line buffer that lives as long as
 * the process.  What was the same in the record before, and what is the same
 * in many (place, roles, client), is copied as ready text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "buffer/inflight.h"
#include "core/class.h"
#include "core/json_write.h"
#include "record/fields.h"
#include "record/record.h"
#include "record/session.h"
#include "record/text.h"

/* The part of a line that details may take, as much as parameters. */
#define DETAIL_PART 3

AudRecordLine aud_record_line;

void
aud_record_start(void)
{
	size_t wanted = (size_t) aud_config->record_max_bytes + 1;
	char  *grown;

	if (aud_record_line.cap >= wanted)
		return;
	grown =
		MemoryContextAllocExtended(TopMemoryContext, wanted, MCXT_ALLOC_NO_OOM);
	if (grown == NULL)
		return; /* the old one still does */
	if (aud_record_line.data != NULL)
		pfree(aud_record_line.data);
	aud_record_line.data = grown;
	aud_record_line.cap = wanted;
}

void
aud_record_line_begin(AudTextScope *scope)
{
	aud_record_start();
	aud_inflight_take_ssn(aud_session_take_ssn());
	aud_text_begin(scope);
}

int64
aud_record_unix_us(TimestampTz t)
{
	return t +
		   ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)) * USECS_PER_DAY;
}

/* {"v":1,"log":"...","ts":"..." */
void
aud_record_append_start(AudBuf *b, TimestampTz when)
{
	static AudJsonSecond second;
	static char          start[64];
	static int           start_len;

	if (start_len == 0)
		start_len = snprintf(start,
							 sizeof(start),
							 "{\"v\":1,\"log\":\"%s\",\"ts\":",
							 aud_buffer_log_id());
	aud_buf_append(b, start, start_len);
	aud_json_timestamp_near(b, &second, aud_record_unix_us(when));
}

void
aud_record_append_outcome(AudBuf *b, AudOutcome outcome)
{
	aud_json_lit_word(b, "outcome", aud_outcome_names[outcome]);
}

void
aud_record_append_failure(AudBuf *b, const AudFailure *failure)
{
	if (failure == NULL || failure->sqlstate == 0)
		return;

	aud_json_lit_word(b, "sqlstate", unpack_sql_state(failure->sqlstate));
	if (failure->message[0] != '\0')
	{
		AudText message;

		aud_text_prepare_plain(&message,
							   failure->message,
							   strlen(failure->message));
		aud_json_lit_key(b, "error");
		aud_buf_char(b, '"');
		aud_json_escape_upto(b,
							 message.data,
							 message.len,
							 aud_config->record_max_bytes / 8,
							 NULL);
		aud_buf_char(b, '"');
	}
}

static void
append_classes(AudBuf *b, int classes)
{
	aud_buf_lit(b, ",\"class\":\"");
	aud_class_append_primary(b, classes);
	aud_buf_char(b, '"');
	if ((classes & (classes - 1)) != 0)
	{
		aud_json_lit_key(b, "classes");
		aud_class_append_all(b, classes);
	}
}

static const char *
event_name(const AudStmt *stmt)
{
	if (stmt->what.event != NULL)
		return stmt->what.event;
	return stmt->what.is_error ? "error" : "statement";
}

const char *
aud_record_command_name(const AudStmt *stmt)
{
	return stmt->what.command != NULL ? stmt->what.command
									  : GetCommandTagName(stmt->what.tag);
}

/* ,"event":"...","class":"...","command":"...","outcome":"..." */
static void
append_kind(AudBuf *b, const AudStmt *stmt)
{
	aud_json_lit_word(b, "event", event_name(stmt));
	append_classes(b, stmt->what.classes);
	if (!stmt->what.is_error)
		aud_json_lit_word(b, "command", aud_record_command_name(stmt));
	if (!stmt->what.is_begin)
		aud_record_append_outcome(b, stmt->result.outcome);
}

/*
 * The same, from the last record if that was of the same kind: most are like
 * the one before.
 */
static void
append_kind_again(AudBuf *b, const AudStmt *stmt)
{
	static struct
	{
		int        classes;
		CommandTag tag;
		AudOutcome outcome;
		size_t     len;
		char       text[512];
	} last;
	size_t before = b->len;

	if (stmt->what.event != NULL || stmt->what.command != NULL ||
		stmt->what.is_error || stmt->what.is_begin)
	{
		append_kind(b, stmt);
		return;
	}
	if (last.len > 0 && last.tag == stmt->what.tag &&
		last.classes == stmt->what.classes &&
		last.outcome == stmt->result.outcome)
	{
		aud_buf_append(b, last.text, last.len);
		return;
	}
	append_kind(b, stmt);
	last.len = 0;
	if (b->truncated || b->len - before > sizeof(last.text))
		return;
	last.classes = stmt->what.classes;
	last.tag = stmt->what.tag;
	last.outcome = stmt->result.outcome;
	last.len = b->len - before;
	memcpy(last.text, b->data + before, last.len);
}

/*
 * Place, roles and the session's name, from the last record if the same roles
 * were acting: those of a process are few.
 */
static void
append_who_again(AudBuf *b, const AudIdentity *who)
{
	static uint64 serial;
	static size_t len;
	static char   text[3200];
	size_t        before = b->len;
	bool          final;

	if (serial != 0 && who->serial == serial)
	{
		aud_buf_append(b, text, len);
		return;
	}
	final = aud_session_append_place(b);
	aud_buf_append(b, who->json, who->json_len);
	aud_session_append_name(b);
	serial = 0;
	if (!final || b->truncated || b->len - before > sizeof(text))
		return;
	serial = who->serial;
	len = b->len - before;
	memcpy(text, b->data + before, len);
}

void
aud_record_append_who(AudBuf *b, const AudStmt *stmt)
{
	append_who_again(b, stmt->who);
	aud_session_append_client_rest(b);
}

void
aud_record_append_place(AudBuf *b, const AudStmt *stmt)
{
	aud_json_lit_uint(b, "stmt", stmt->place.number);
	if (stmt->place.parent != 0)
		aud_json_lit_uint(b, "parent", stmt->place.parent);
	if (stmt->place.level > 0)
		aud_json_lit_uint(b, "level", stmt->place.level);
	if (stmt->place.origin != AUD_ORIGIN_CLIENT)
		aud_json_lit_word(b, "origin", aud_origin_names[stmt->place.origin]);
	if (stmt->place.batch != 0)
		aud_json_lit_uint(b, "batch", stmt->place.batch);
}

/* Everything before the objects. */
void
aud_record_append_head(AudBuf *b, const AudStmt *stmt, int part, int parts)
{
	aud_record_append_start(b, stmt->when.began);
	append_kind_again(b, stmt);
	if (!stmt->what.is_begin)
		aud_record_append_failure(b, &stmt->result.failure);
	aud_record_append_who(b, stmt);
	aud_record_append_place(b, stmt);
	if (stmt->what.is_begin)
		aud_json_lit_word(b, "phase", "begin");
	if (part > 0)
	{
		aud_json_lit_uint(b, "part", part);
		aud_json_lit_uint(b, "parts", parts);
	}
}

/* Tags need no escapes: they are made of letters, digits, _ and -. */
void
aud_record_append_tags(AudBuf *b, const AudStmtTags *tags)
{
	if (tags->n == 0)
		return;
	for (int i = 0; i < tags->n; i++)
	{
		aud_buf_cstr(b, i == 0 ? ",\"tags\":[\"" : ",\"");
		aud_buf_cstr(b, tags->names[i]);
		aud_buf_char(b, '"');
	}
	aud_buf_char(b, ']');
	if (tags->omitted > 0)
		aud_json_lit_uint(b, "tags_omitted", tags->omitted);
}

/* What they may take at most. */
size_t
aud_record_tags_room(const AudStmtTags *tags)
{
	size_t room = tags->n > 0 ? sizeof(",\"tags\":[],\"tags_omitted\":") + 20 : 0;

	for (int i = 0; i < tags->n; i++)
		room += strlen(tags->names[i]) + sizeof("\"\",") - 1;
	return room;
}

static void
append_object(AudBuf *b, const AudStmt *stmt, const AudObject *object,
			  bool with_columns)
{
	aud_buf_char(b, '{');
	aud_buf_append(b, stmt->arena.data + object->head_off, object->head_len);
	if (object->access != 0)
	{
		aud_json_lit_key(b, "access");
		aud_access_append(b, object->access);
	}
	if (object->by_policy)
		aud_json_lit_word(b, "origin", "rls");
	if (object->root)
		aud_json_lit_true(b, "root");
	if (object->planned && object->access == 0)
		aud_json_lit_true(b, "planned");
	if (object->denied)
		aud_json_lit_true(b, "denied");
	if (object->audited)
		aud_json_lit_true(b, "audited");
	if (object->columns_len > 0 && with_columns)
	{
		aud_buf_lit(b, ",\"columns\":[");
		aud_buf_append(b,
					   stmt->arena.data + object->columns_off,
					   object->columns_len);
		aud_buf_char(b, ']');
	}
	else if (object->columns_len > 0)
		aud_json_lit_true(b, "columns_omitted");
	if (object->tags != NULL)
		aud_record_append_tags(b, object->tags);
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
void
aud_record_append_objects(AudBuf *b, const AudStmt *stmt, int *next, size_t limit)
{
	bool first = true;

	for (; *next < stmt->objects.n; (*next)++)
	{
		const AudObject *object = &stmt->objects.items[*next];
		size_t           before = b->len;

		if (object->head_len == 0)
			continue; /* its name could not be found out */
		if (first)
			aud_buf_lit(b, ",\"objects\":[");
		else
			aud_buf_char(b, ',');
		append_object(b, stmt, object, true);
		if (first && (b->truncated || b->len > limit))
		{
			rewind_to(b, before);
			aud_buf_lit(b, ",\"objects\":[");
			append_object(b, stmt, object, false);
			if (b->truncated)
				return; /* the line is of no use */
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

void
aud_record_append_details(AudBuf *b, const char *details, size_t len, AudBuf *cut)
{
	size_t max = aud_record_line_room() / DETAIL_PART;

	if (len <= max)
		aud_buf_append(b, details, len);
	else
		aud_json_append_cut(b, details, len, max, cut);
}

void
aud_record_append_xid(AudBuf *b, TransactionId xid)
{
	if (TransactionIdIsValid(xid))
		aud_json_lit_id(b, "xid", xid);
}

/* Signed, as pg_stat_statements shows it; a string, for it needs all 64 bits. */
void
aud_record_append_query_id(AudBuf *b, uint64 query_id)
{
	char text[32];

	snprintf(text, sizeof(text), INT64_FORMAT, (int64) query_id);
	aud_json_lit_word(b, "query_id", text);
}

void
aud_record_add_cut(AudBuf *cut, const char *key)
{
	aud_buf_cstr(cut, cut->len > 0 ? ",\"" : "\"");
	aud_buf_cstr(cut, key);
	aud_buf_char(cut, '"');
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
