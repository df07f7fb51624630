/*-------------------------------------------------------------------------
 *
 * inflight.c
 *	  What every session is doing, kept where a crash cannot take it.
 *
 * At a start, slots in use are those of processes that a crash took.  They
 * become records in the ring, behind everything that the crash left there.
 *
 * A part of a slot is valid while its flag is set.  The flag is cleared
 * before the part is filled and set afterwards, so whatever instruction the
 * owner dies at, nobody finds half a text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "storage/proc.h"

#include "buffer/inflight.h"
#include "core/json_write.h"
#include "server/compat.h"

StaticAssertDecl(sizeof(AudInflightSlot) == AUD_INFLIGHT_SLOT_SIZE,
				 "a slot must have the size that the documents say");

/* What is over once the next record is in the ring. */
enum Ending
{
	ENDS_NOTHING,
	ENDS_STATEMENT,
	ENDS_SESSION
};

static AudInflightSlot *
slot_at(AudBufferHeader *header, uint32 n)
{
	return (AudInflightSlot *) ((char *) header + header->slots_offset +
								(uint64) n * header->slot_size);
}

uint32_t
aud_inflight_slot_size(void)
{
	return AUD_INFLIGHT_SLOT_SIZE;
}

uint32_t
aud_inflight_slot_count(void)
{
	return MaxBackends + NUM_AUXILIARY_PROCS;
}

/* The calling process' slot, NULL where it has none. */
static AudInflightSlot *
my_slot(void)
{
	if (MyProc == NULL || IsParallelWorker() || aud_buffer_header == NULL)
		return NULL;
	return slot_at(aud_buffer_header, AUD_PROC_NUMBER(MyProc));
}

void
aud_inflight_started(int64_t start)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->started = (uint32) start;
}

bool
aud_inflight_leader(int64_t *start, int *pid)
{
	const PGPROC *leader = MyProc != NULL ? MyProc->lockGroupLeader : NULL;

	if (leader == NULL || leader == MyProc || aud_buffer_header == NULL)
		return false;
	*start = slot_at(aud_buffer_header, AUD_PROC_NUMBER(leader))->started;
	*pid = leader->pid;
	return true;
}

/* Append to the slot's texts what fits as a whole, or nothing. */
static uint16
add_text(AudBuf *texts, const char *text, size_t len)
{
	if (len > aud_buf_room(texts))
		return 0;
	aud_buf_append(texts, text, len);
	return (uint16) len;
}

void
aud_inflight_open(const AudInflightSession *session)
{
	AudInflightSlot *slot = my_slot();
	AudBuf           texts;

	if (slot == NULL)
		return;
	slot->open = 0;
	pg_write_barrier();
	aud_buf_init(&texts, slot->session, AUD_INFLIGHT_SESSION_MAX);
	slot->who_len = add_text(&texts, session->who, session->who_len);
	slot->name_len = add_text(&texts, session->name, session->name_len);
	slot->client_len = add_text(&texts, session->client, session->client_len);
	slot->opened_us = session->began_us;
	slot->started = (uint32) (session->began_us / 1000000);
	slot->wants_end = session->wants_end;
	pg_write_barrier();
	slot->open = 1;
}

void
aud_inflight_closing(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->on_append = ENDS_SESSION;
}

void
aud_inflight_close(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot == NULL)
		return;
	slot->open = 0;
	slot->running = 0;
	slot->on_append = ENDS_NOTHING;
	slot->ssn_taken = 0;
	slot->ssn = 0;
}

void
aud_inflight_take_ssn(uint64_t ssn)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->ssn_taken = ssn;
}

void
aud_inflight_appended(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot == NULL)
		return;
	if (slot->on_append == ENDS_SESSION)
		aud_inflight_close();
	else if (slot->on_append == ENDS_STATEMENT)
		slot->running = 0;
	slot->on_append = ENDS_NOTHING;
	slot->ssn = slot->ssn_taken;
}

/* Is that what the session's part says? */
static bool
is_session_who(const AudInflightSlot *slot, const AudInflightFacts *facts)
{
	return facts->who_len == slot->who_len &&
		   memcmp(facts->who, slot->session, facts->who_len) == 0;
}

void
aud_inflight_begin(const AudInflightFacts *facts)
{
	AudInflightSlot *slot = my_slot();
	AudBuf           texts;

	if (slot == NULL)
		return;
	slot->running = 0;
	slot->on_append = ENDS_NOTHING;
	pg_write_barrier();
	slot->stmt = facts->stmt;
	slot->began_us = facts->began_us;
	aud_buf_init(&texts, slot->statement, AUD_INFLIGHT_STATEMENT_MAX);
	slot->event_len = add_text(&texts, facts->event, strlen(facts->event));
	slot->class_len =
		add_text(&texts, facts->class_name, strlen(facts->class_name));
	slot->command_len = add_text(&texts, facts->command, strlen(facts->command));
	slot->stmt_who_len = is_session_who(slot, facts)
							 ? 0
							 : add_text(&texts, facts->who, facts->who_len);
	slot->query_len =
		add_text(&texts,
				 facts->query,
				 Min(facts->query_len,
					 Min(AUD_INFLIGHT_QUERY_MAX, aud_buf_room(&texts))));
	slot->query_full_len = (uint32) facts->query_len;
	pg_write_barrier();
	slot->running = 1;
}

void
aud_inflight_ending(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->on_append = ENDS_STATEMENT;
}

void
aud_inflight_end(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->running = 0;
}

/* A text of a slot. */
typedef struct Slice
{
	const char *text;
	size_t      len;
} Slice;

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
	const char *name = slot->session + slot->who_len;

	aud_buf_append(out, name, slot->name_len);
	aud_json_member_uint(out, "ssn", ssn);
	aud_buf_append(out, name + slot->name_len, slot->client_len);
}

static void
put_query(AudBuf *out, const AudInflightSlot *slot, const char *query)
{
	if (slot->query_full_len > slot->query_len)
	{
		aud_json_member_uint(out, "query_len", slot->query_full_len);
		aud_buf_lit(out, ",\"truncated\":[\"query\"]");
	}
	if (slot->query_len > 0)
		aud_json_member(out, "query", query, slot->query_len);
}

static void
put_statement(AudBuf *out, const char *log_id, const AudInflightSlot *slot)
{
	Slice event = {slot->statement, slot->event_len};
	Slice class = {event.text + event.len, slot->class_len};
	Slice command = {class.text + class.len, slot->command_len};
	Slice who = {command.text + command.len, slot->stmt_who_len};

	begin_record(out, log_id, event, class, slot->began_us);
	aud_json_member(out, "command", command.text, command.len);
	aud_json_member_word(out, "outcome", "unknown");
	if (who.len > 0)
		aud_buf_append(out, who.text, who.len);
	else
		aud_buf_append(out, slot->session, slot->who_len);
	put_session(out, slot, slot->ssn + 1);
	aud_json_member_uint(out, "stmt", slot->stmt);
	put_query(out, slot, who.text + who.len);
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
	aud_buf_append(out, slot->session, slot->who_len);
	put_session(out, slot, slot->ssn + (slot->running ? 2 : 1));
	aud_json_member_word(out, "reason", "crash");
	aud_json_member_int(out, "duration_us", Max(ended_us - slot->opened_us, 0));
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

	if (slot->running && (slot->putting & 7) != ENDS_SESSION)
	{
		aud_buf_init(&out, line, sizeof(line));
		put_statement(&out, header->log_id, slot);
		ok &= put_once(header, slot, ENDS_STATEMENT, &out, done);
	}
	if (slot->wants_end)
	{
		aud_buf_init(&out, line, sizeof(line));
		put_end(&out, header->log_id, slot, now_us);
		ok &= put_once(header, slot, ENDS_SESSION, &out, done);
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
		AudInflightSlot *slot = slot_at(header, i);

		if (slot->open && !record_slot(header, slot, now_us, &done))
			done.lost_sessions++;
		slot->open = 0;
		pg_write_barrier();
		memset(slot, 0, sizeof(*slot));
	}
	return done;
}
