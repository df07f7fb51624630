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

#include <sys/time.h>

#include "access/parallel.h"
#include "miscadmin.h"
#include "storage/proc.h"

#include "buffer/file.h"
#include "buffer/inflight.h"
#include "core/json_write.h"
#include "server/compat.h"

#define SLOT_SIZE     2048
#define SESSION_MAX   840
#define STATEMENT_MAX 1120

typedef struct AudInflightSlot
{
	/* The session */
	uint32 open; /* is this part valid? */
	bool   wants_end;
	uint8  on_append; /* what the next append does, see Ending */
	uint16 who_len;
	uint16 name_len;
	uint16 client_len;
	uint32 started;   /* when the owner started, seconds since 1970 */
	uint64 ssn_taken; /* for the record being made */
	uint64 ssn;       /* of the last record in the ring */
	int64  opened_us;

	/* The statement */
	uint32 running; /* is this part valid? */
	uint16 event_len;
	uint16 class_len;
	uint16 command_len;
	uint16 stmt_who_len; /* 0: it is the session's */
	uint16 query_len;    /* bytes kept */
	uint32 query_full_len;
	uint64 stmt;
	int64  began_us;

	/* At the next start: which record is put where, see put_once */
	uint64 putting;

	/* The texts, in the order of their lengths above */
	char session[SESSION_MAX];
	char statement[STATEMENT_MAX];
} AudInflightSlot;

StaticAssertDecl(sizeof(AudInflightSlot) == SLOT_SIZE,
				 "a slot must have the size that the documents say");

/* What is over once the next record is in the ring. */
enum Ending
{
	ENDS_NOTHING,
	ENDS_STATEMENT,
	ENDS_SESSION
};

static AudInflightSlot *
slot_at(int n)
{
	return (AudInflightSlot *) ((char *) aud_buffer_header +
								aud_buffer_header->slots_offset +
								(uint64) n * aud_buffer_header->slot_size);
}

uint32_t
aud_inflight_slot_size(void)
{
	return SLOT_SIZE;
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
	return slot_at(AUD_PROC_NUMBER(MyProc));
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
	*start = slot_at(AUD_PROC_NUMBER(leader))->started;
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
	aud_buf_init(&texts, slot->session, SESSION_MAX);
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
	aud_buf_init(&texts, slot->statement, STATEMENT_MAX);
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

static int64
now_us(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (int64) tv.tv_sec * 1000000 + tv.tv_usec;
}

/* A text of a slot. */
typedef struct Slice
{
	const char *text;
	size_t      len;
} Slice;

static void
begin_record(AudBuf *out, Slice event, Slice class, int64 when)
{
	aud_buf_lit(out, "{\"v\":1,\"log\":\"");
	aud_buf_cstr(out, aud_buffer_log_id());
	aud_buf_lit(out, "\",\"ts\":");
	aud_json_timestamp(out, when);
	aud_buf_lit(out, ",\"event\":\"");
	aud_buf_append(out, event.text, event.len);
	aud_buf_lit(out, "\",\"class\":\"");
	aud_buf_append(out, class.text, class.len);
	aud_buf_char(out, '"');
}

/* ,"session":"...","ssn":N,"pid":N,... */
static void
put_session(AudBuf *out, const AudInflightSlot *slot, uint64 ssn)
{
	const char *name = slot->session + slot->who_len;

	aud_buf_append(out, name, slot->name_len);
	aud_buf_lit(out, ",\"ssn\":");
	aud_json_uint(out, ssn);
	aud_buf_append(out, name + slot->name_len, slot->client_len);
}

static void
put_query(AudBuf *out, const AudInflightSlot *slot, const char *query)
{
	if (slot->query_full_len > slot->query_len)
	{
		aud_buf_lit(out, ",\"query_len\":");
		aud_json_uint(out, slot->query_full_len);
		aud_buf_lit(out, ",\"truncated\":[\"query\"]");
	}
	if (slot->query_len > 0)
	{
		aud_buf_lit(out, ",\"query\":");
		aud_json_string(out, query, slot->query_len);
	}
}

static void
put_statement(AudBuf *out, const AudInflightSlot *slot)
{
	Slice event = {slot->statement, slot->event_len};
	Slice class = {event.text + event.len, slot->class_len};
	Slice command = {class.text + class.len, slot->command_len};
	Slice who = {command.text + command.len, slot->stmt_who_len};

	begin_record(out, event, class, slot->began_us);
	aud_buf_lit(out, ",\"command\":");
	aud_json_string(out, command.text, command.len);
	aud_buf_lit(out, ",\"outcome\":\"unknown\"");
	if (who.len > 0)
		aud_buf_append(out, who.text, who.len);
	else
		aud_buf_append(out, slot->session, slot->who_len);
	put_session(out, slot, slot->ssn + 1);
	aud_buf_lit(out, ",\"stmt\":");
	aud_json_uint(out, slot->stmt);
	put_query(out, slot, who.text + who.len);
	aud_buf_char(out, '}');
}

static void
put_end(AudBuf *out, const AudInflightSlot *slot, int64 ended_us)
{
	static const Slice event = {"session.end", sizeof("session.end") - 1};
	static const Slice class = {"session", sizeof("session") - 1};

	begin_record(out, event, class, ended_us);
	aud_buf_lit(out, ",\"outcome\":\"unknown\"");
	aud_buf_append(out, slot->session, slot->who_len);
	put_session(out, slot, slot->ssn + (slot->running ? 2 : 1));
	aud_buf_lit(out, ",\"reason\":\"crash\",\"duration_us\":");
	aud_json_int(out, Max(ended_us - slot->opened_us, 0));
	aud_buf_char(out, '}');
}

/*
 * Append a record, unless an earlier start has done that and was killed before
 * it could forget the slot: head has moved since then.  Which of the slot's
 * records it was about is in the lowest bits, positions being multiples of 8.
 */
static bool
put_once(AudInflightSlot *slot, uint64 which, const AudBuf *line)
{
	uint64 head = aud_buffer_header->head;

	if ((slot->putting & 7) == which && head > (slot->putting & ~UINT64CONST(7)))
		return true;
	slot->putting = head | which;
	pg_write_barrier();
	return aud_buffer_append_alone(line->data, line->len);
}

/* What the slot's owner could not write any more; false if the ring is full. */
static bool
record_slot(AudInflightSlot *slot)
{
	char   line[16 * 1024]; /* more than the slot's texts can grow to */
	AudBuf out;
	bool   ok = true;

	if (slot->running && (slot->putting & 7) != ENDS_SESSION)
	{
		aud_buf_init(&out, line, sizeof(line));
		put_statement(&out, slot);
		ok &= put_once(slot, ENDS_STATEMENT, &out);
	}
	if (slot->wants_end)
	{
		aud_buf_init(&out, line, sizeof(line));
		put_end(&out, slot, now_us());
		ok &= put_once(slot, ENDS_SESSION, &out);
	}
	return ok;
}

void
aud_inflight_startup(void)
{
	int lost = 0;

	if (aud_buffer_header->slot_size != SLOT_SIZE)
		return; /* of another version, which meant something else by them */
	for (uint32 i = 0; i < aud_buffer_header->slot_count; i++)
	{
		AudInflightSlot *slot = slot_at((int) i);

		if (slot->open && !record_slot(slot))
			lost++;
		slot->open = 0;
		pg_write_barrier();
		memset(slot, 0, sizeof(*slot));
	}
	if (lost > 0)
		ereport(LOG,
				errmsg("the end of %d sessions will be missing in the audit trail",
					   lost),
				errdetail(
					"The audit buffer was full when the server crashed once more."));
}
