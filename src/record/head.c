/*-------------------------------------------------------------------------
 *
 * head.c
 *	  The first part of a record: when, what, who, and how it ended.
 *
 * What was the same in the record before is copied from there as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "core/class.h"
#include "core/json_write.h"
#include "record/head.h"
#include "record/record.h"
#include "record/text.h"
#include "server/guc.h"

static const char *const origin_names[] = {
	NULL,
	"function",
	"trigger",
	"referential",
	"rule",
	"extension",
	"worker",
	"fastpath",
};

static const char *const outcome_names[] = {"success", "failure", "partial"};

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
aud_record_append_event(AudBuf *b, const char *event)
{
	aud_buf_lit(b, ",\"event\":\"");
	aud_buf_cstr(b, event);
	aud_buf_char(b, '"');
}

void
aud_record_append_outcome(AudBuf *b, AudOutcome outcome)
{
	aud_buf_lit(b, ",\"outcome\":\"");
	aud_buf_cstr(b, outcome_names[outcome]);
	aud_buf_char(b, '"');
}

void
aud_record_append_failure(AudBuf *b, const AudFailure *failure)
{
	size_t limit = aud_config->record_max_bytes / 8;

	if (failure == NULL || failure->sqlstate == 0)
		return;

	aud_buf_lit(b, ",\"sqlstate\":\"");
	aud_buf_cstr(b, unpack_sql_state(failure->sqlstate));
	aud_buf_char(b, '"');
	if (failure->message[0] != '\0')
	{
		AudText message;

		aud_text_prepare_value(&message,
							   failure->message,
							   strlen(failure->message));
		aud_buf_lit(b, ",\"error\":\"");
		aud_json_escape_upto(b, message.data, message.len, limit, NULL);
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
		aud_buf_lit(b, ",\"classes\":");
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

static const char *
command_name(const AudStmt *stmt)
{
	return stmt->what.command != NULL ? stmt->what.command
									  : GetCommandTagName(stmt->what.tag);
}

/* ,"event":"...","class":"...","command":"...","outcome":"..." */
static void
append_kind(AudBuf *b, const AudStmt *stmt)
{
	aud_record_append_event(b, event_name(stmt));
	append_classes(b, stmt->what.classes);
	if (!stmt->what.is_error)
	{
		aud_buf_lit(b, ",\"command\":\"");
		aud_buf_cstr(b, command_name(stmt));
		aud_buf_char(b, '"');
	}
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

/* Everything before the objects. */
void
aud_record_append_head(AudBuf *b, const AudStmt *stmt, int part, int parts)
{
	aud_record_append_start(b, stmt->when.began);
	append_kind_again(b, stmt);
	if (!stmt->what.is_begin)
		aud_record_append_failure(b, &stmt->result.failure);
	append_who_again(b, stmt->who);
	aud_session_append_client_rest(b);
	aud_record_append_uint(b, ",\"stmt\":", stmt->place.number);
	if (stmt->place.parent != 0)
		aud_record_append_uint(b, ",\"parent\":", stmt->place.parent);
	if (stmt->place.level > 0)
		aud_record_append_uint(b, ",\"level\":", stmt->place.level);
	if (origin_names[stmt->place.origin] != NULL)
	{
		aud_buf_lit(b, ",\"origin\":\"");
		aud_buf_cstr(b, origin_names[stmt->place.origin]);
		aud_buf_char(b, '"');
	}
	if (stmt->place.batch != 0)
		aud_record_append_uint(b, ",\"batch\":", stmt->place.batch);
	if (stmt->what.is_begin)
		aud_buf_lit(b, ",\"phase\":\"begin\"");
	if (part > 0)
	{
		aud_record_append_uint(b, ",\"part\":", part);
		aud_record_append_uint(b, ",\"parts\":", parts);
	}
}
