/*-------------------------------------------------------------------------
 *
 * inflight_recover.c
 *	  What a start makes of the slots that a crash has left.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/inflight.h"
#include "buffer/inflight_recover.h"
#include "buffer/inflight_slot.h"
#include "core/class.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "core/shape.h"

/* A text of a slot. */
typedef struct Slice
{
	const char *text;
	size_t      len;
} Slice;

typedef struct Slices
{
	Slice event;
	Slice class;
	Slice command;
	Slice who;
} Slices;

static Slices
slices_of(const AudInflightStatementPart *statement)
{
	Slices s;

	s.event = (Slice){statement->text, statement->event_len};
	s.class = (Slice){s.event.text + s.event.len, statement->class_len};
	s.command = (Slice){s.class.text + s.class.len, statement->command_len};
	s.who = (Slice){s.command.text + s.command.len, statement->who_len};
	return s;
}

/*
 * Is a slot what a process writes?  First its lengths: nothing else of it may
 * be read before.
 */

/* Numbers of a record end here: readers take them for doubles. */
#define NUMBER_MAX (INT64CONST(1) << 53)

/* No text of a statement is longer. */
#define QUERY_MAX (1024 * 1024 * 1024)

/* ,"node":"...","db":"...","user":"..." and so on, as record/ puts it together */
static const AudShapeMember who_members[] = {
	{.key = "node", .kind = AUD_SHAPE_TEXT, .needed = true},
	{.key = "db", .kind = AUD_SHAPE_TEXT},
	{.key = "user", .kind = AUD_SHAPE_TEXT},
	{.key = "login_user", .kind = AUD_SHAPE_TEXT},
	{.key = "current_user", .kind = AUD_SHAPE_TEXT},
	{.key = "superuser", .kind = AUD_SHAPE_TRUE},
	{.key = "context", .kind = AUD_SHAPE_TEXT},
};

static const AudShapeMember name_members[] = {
	{.key = "session", .kind = AUD_SHAPE_TEXT, .needed = true},
};

static const AudShapeMember client_members[] = {
	{.key = "pid", .kind = AUD_SHAPE_NUMBER, .needed = true, .max = PG_INT32_MAX},
	{.key = "backend", .kind = AUD_SHAPE_TEXT},
	{.key = "worker", .kind = AUD_SHAPE_TEXT},
	{.key = "app", .kind = AUD_SHAPE_TEXT},
	{.key = "client_addr", .kind = AUD_SHAPE_TEXT},
	{.key = "client_port", .kind = AUD_SHAPE_NUMBER, .max = 65535},
};

static bool
is_part(const AudInflightPart *part, size_t bytes, size_t room)
{
	return part->valid == 1 && bytes <= room &&
		   part->crc == aud_inflight_part_crc(part, bytes);
}

static bool
is_time(int64 unix_us)
{
	return unix_us > 0 && unix_us < NUMBER_MAX;
}

/* "session" is two numbers in hex with a dot between them. */
static bool
is_name(const char *text, size_t len)
{
	if (!aud_shape_is_members(text, len, name_members, lengthof(name_members)))
		return false;
	for (size_t i = strlen(",\"session\":\""); i + 1 < len; i++)
		if (strchr("0123456789abcdef.", text[i]) == NULL)
			return false;
	return true;
}

static bool
is_session(const AudInflightSessionPart *session)
{
	const char *name = session->text + session->who_len;

	return is_part(&session->part,
				   aud_inflight_session_bytes(session),
				   sizeof(*session)) &&
		   session->wants_end <= 1 && is_time(session->opened_us) &&
		   aud_shape_is_members(session->text,
								session->who_len,
								who_members,
								lengthof(who_members)) &&
		   is_name(name, session->name_len) &&
		   aud_shape_is_members(name + session->name_len,
								session->client_len,
								client_members,
								lengthof(client_members));
}

static bool
is_event(Slice s)
{
	return (s.len == 9 && memcmp(s.text, "statement", 9) == 0) ||
		   (s.len == 11 && memcmp(s.text, "replication", 11) == 0);
}

/* The names that backends write are in lower case. */
static bool
is_class(Slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.text[i] >= 'A' && s.text[i] <= 'Z')
			return false;
	return aud_class_by_name(s.text, s.len) != 0;
}

static bool
is_statement(const AudInflightStatementPart *statement)
{
	Slices s = slices_of(statement);

	return is_part(&statement->part,
				   aud_inflight_statement_bytes(statement),
				   sizeof(*statement)) &&
		   is_time(statement->began_us) && statement->stmt > 0 &&
		   statement->stmt < NUMBER_MAX &&
		   statement->query_len <= AUD_INFLIGHT_QUERY_MAX &&
		   statement->query_len <= statement->query_full_len &&
		   statement->redacted <= AUD_REDACTED_ALL &&
		   statement->query_full_len < QUERY_MAX && is_event(s.event) &&
		   is_class(s.class) && s.command.len > 0 &&
		   aud_shape_is_clean(s.command.text, s.command.len) &&
		   aud_shape_is_members(s.who.text,
								s.who.len,
								who_members,
								lengthof(who_members));
}

/* Of one that is in use. */
static bool
is_slot(const AudInflightSlot *slot)
{
	return slot->ssn < NUMBER_MAX - 2 && is_session(&slot->session) &&
		   (slot->statement.part.valid == 0 || is_statement(&slot->statement));
}

/*
 * In nobody's use: also while its owner fills the session's part, whatever its
 * statement's part says then.
 */
static bool
is_free(const AudInflightSlot *slot)
{
	return slot->session.part.valid == 0 && slot->statement.part.valid <= 1;
}

static void
begin_record(AudBuf *out, const char *log_id, Slice event, Slice class, int64 when)
{
	aud_buf_lit(out, "{\"v\":1");
	aud_json_member_word(out, "log", log_id);
	aud_json_key(out, "ts");
	aud_json_timestamp(out, when);
	aud_json_member(out, "event", event.text, event.len);
	aud_json_member(out, "class", class.text, class.len);
}

/* ,"session":"...","ssn":N,"pid":N,... */
static void
put_session(AudBuf *out, const AudInflightSlot *slot, uint64 ssn)
{
	const AudInflightSessionPart *session = &slot->session;
	const char                   *name = session->text + session->who_len;

	aud_buf_append(out, name, session->name_len);
	aud_json_member_uint(out, "ssn", ssn);
	aud_buf_append(out, name + session->name_len, session->client_len);
}

static void
put_query(AudBuf *out, const AudInflightStatementPart *statement,
		  const char *query)
{
	if (statement->query_full_len > statement->query_len)
		aud_json_member_uint(out, "query_len", statement->query_full_len);
	aud_redact_append_reasons(out, statement->redacted);
	if (statement->query_full_len > statement->query_len)
		aud_buf_lit(out, ",\"truncated\":[\"query\"]");
	if (statement->query_len > 0)
		aud_json_member(out, "query", query, statement->query_len);
}

static void
put_statement(AudBuf *out, const char *log_id, const AudInflightSlot *slot)
{
	const AudInflightStatementPart *statement = &slot->statement;
	Slices                          s = slices_of(statement);

	begin_record(out, log_id, s.event, s.class, statement->began_us);
	aud_json_member(out, "command", s.command.text, s.command.len);
	aud_json_member_word(out, "outcome", "unknown");
	if (s.who.len > 0)
		aud_buf_append(out, s.who.text, s.who.len);
	else
		aud_buf_append(out, slot->session.text, slot->session.who_len);
	put_session(out, slot, slot->ssn + 1);
	aud_json_member_uint(out, "stmt", statement->stmt);
	put_query(out, statement, s.who.text + s.who.len);
	aud_buf_char(out, '}');
}

static void
put_end(AudBuf *out, const char *log_id, const AudInflightSlot *slot,
		int64 ended_us)
{
	static const Slice event = {"session.end", sizeof("session.end") - 1};
	static const Slice class = {"session", sizeof("session") - 1};

	begin_record(out, log_id, event, class, ended_us);
	aud_json_member_word(out, "outcome", "unknown");
	aud_buf_append(out, slot->session.text, slot->session.who_len);
	put_session(out, slot, slot->ssn + (slot->statement.part.valid ? 2 : 1));
	aud_json_member_word(out, "reason", "crash");
	aud_json_member_int(out,
						"duration_us",
						Max(ended_us - slot->session.opened_us, 0));
	aud_buf_char(out, '}');
}

/*
 * Append a record, unless an earlier start has done that and was killed before
 * it could forget the slot: head has moved since then.  Which of the slot's
 * records it was about is in the lowest bits, positions being multiples of 8.
 */
static bool
put_once(AudBufferHeader *header, AudInflightSlot *slot, uint64 which,
		 const AudBuf *line, AudInflightRecovered *done)
{
	if ((slot->putting & 7) == which &&
		header->head > (slot->putting & ~UINT64CONST(7)))
		return true;
	slot->putting = header->head | which;
	pg_write_barrier();
	if (header->head - aud_ring_tail(header) + AUD_FRAME_SPACE(line->len) >
		header->ring_size)
	{
		done->lost_records++;
		return false;
	}
	aud_ring_append(header,
					line->data,
					line->len,
					aud_ring_bytes_crc(line->data, line->len));
	done->records++;
	return true;
}

/* What the slot's owner could not write any more; false if the ring is full. */
static bool
record_slot(AudBufferHeader *header, AudInflightSlot *slot, int64 now_us,
			AudInflightRecovered *done)
{
	char   line[16 * 1024]; /* more than the slot's texts can grow to */
	AudBuf out;
	bool   ok = true;

	if (slot->statement.part.valid && (slot->putting & 7) != AUD_ENDS_SESSION)
	{
		aud_buf_init(&out, line, sizeof(line));
		put_statement(&out, header->log_id, slot);
		ok &= put_once(header, slot, AUD_ENDS_STATEMENT, &out, done);
	}
	if (slot->session.wants_end)
	{
		aud_buf_init(&out, line, sizeof(line));
		put_end(&out, header->log_id, slot, now_us);
		ok &= put_once(header, slot, AUD_ENDS_SESSION, &out, done);
	}
	return ok;
}

AudInflightRecovered
aud_inflight_recover(AudBufferHeader *header, int64_t now_us)
{
	AudInflightRecovered done = {0};

	if (header->slot_size != AUD_INFLIGHT_SLOT_SIZE)
		return done; /* of another version, which meant something else by them */
	for (uint32 i = 0; i < header->slot_count; i++)
	{
		AudInflightSlot *slot = aud_inflight_slot(header, i);

		if (!is_free(slot) && !is_slot(slot))
			done.refused++;
		else if (slot->session.part.valid &&
				 !record_slot(header, slot, now_us, &done))
			done.lost_sessions++;
		slot->session.part.valid = 0;
		pg_write_barrier();
		memset(slot, 0, sizeof(*slot));
	}
	return done;
}

/* Does the file have what the owner has written to both? */
static bool
is_same_part(const AudInflightPart *file, const AudInflightPart *own,
			 size_t bytes, size_t room)
{
	return file->valid == own->valid &&
		   (own->valid == 0 || memcmp(file, own, Min(bytes, room)) == 0);
}

static bool
is_same_slot(const AudInflightSlot *file, const AudInflightSlot *own)
{
	return file->ssn == own->ssn &&
		   is_same_part(&file->session.part,
						&own->session.part,
						aud_inflight_session_bytes(&own->session),
						sizeof(own->session)) &&
		   is_same_part(&file->statement.part,
						&own->statement.part,
						aud_inflight_statement_bytes(&own->statement),
						sizeof(own->statement));
}

int
aud_inflight_restore(AudBufferHeader *file, const AudBufferHeader *own)
{
	int changed = 0;

	Assert(file->slot_count == own->slot_count);
	for (uint32 i = 0; i < own->slot_count; i++)
	{
		AudInflightSlot       *to = aud_inflight_slot(file, i);
		const AudInflightSlot *from = aud_inflight_slot(own, i);

		if (!from->busy && !is_same_slot(to, from))
			changed++;
		memcpy(to, from, sizeof(*to));
	}
	return changed;
}
