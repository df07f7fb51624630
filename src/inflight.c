/*-------------------------------------------------------------------------
 *
 * inflight.c
 *	  What every session is doing, kept where a crash cannot take it.
 *
 * There are twice as many slots as processes.  The first half belongs to the
 * living.  At a start, those in use are moved to the second half, from where
 * the writer makes records of them; they stay there until those are on disk.
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

#include "buffer_file.h"
#include "core/json.h"
#include "inflight.h"
#include "pg_compat.h"

#define WHO_MAX        2048
#define NAME_MAX_BYTES 64
#define CLIENT_MAX     1024
#define COMMAND_MAX    64

typedef struct AudInflightSlot
{
	/* The session */
	uint32 open; /* is this part valid? */
	uint16 who_len;
	uint16 name_len;
	uint16 client_len;
	bool   wants_end;
	uint8  on_append; /* what the next append does, see Ending */
	uint64 ssn_taken; /* for the record being made */
	uint64 ssn;       /* of the last record in the ring */
	int64  opened_us;
	int64  ended_us; /* when the end was noticed, at the next start */
	char   who[WHO_MAX];
	char   name[NAME_MAX_BYTES];
	char   client[CLIENT_MAX];

	/* The statement */
	uint32 running; /* is this part valid? */
	uint16 stmt_who_len;
	uint16 query_len; /* bytes kept */
	uint64 query_full_len;
	uint64 stmt;
	int64  began_us;
	char   class_name[COMMAND_MAX];
	char   command[COMMAND_MAX];
	char   stmt_who[WHO_MAX];
	char   query[AUD_INFLIGHT_QUERY_MAX];
} AudInflightSlot;

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

/* Slots of the living; as many follow for the dead. */
static int
living(void)
{
	return (int) aud_buffer_header->slot_count / 2;
}

uint32_t
aud_inflight_slot_size(void)
{
	return TYPEALIGN(PG_CACHE_LINE_SIZE, sizeof(AudInflightSlot));
}

uint32_t
aud_inflight_slot_count(void)
{
	return 2 * (MaxBackends + NUM_AUXILIARY_PROCS);
}

/* The calling process' slot, NULL where it has none. */
static AudInflightSlot *
my_slot(void)
{
	if (MyProc == NULL || IsParallelWorker() || aud_buffer_header == NULL)
		return NULL;
	return slot_at(AUD_MY_PROC_NUMBER);
}

/* Copy what fits, or nothing. */
static uint16
copy_text(char *to, size_t cap, const char *from, size_t len)
{
	if (len > cap)
		return 0;
	memcpy(to, from, len);
	return (uint16) len;
}

void
aud_inflight_open(const AudInflightSession *session)
{
	AudInflightSlot *slot = my_slot();

	if (slot == NULL)
		return;
	slot->open = 0;
	pg_write_barrier();
	slot->who_len = copy_text(slot->who, WHO_MAX, session->who, session->who_len);
	slot->name_len =
		copy_text(slot->name, NAME_MAX_BYTES, session->name, session->name_len);
	slot->client_len =
		copy_text(slot->client, CLIENT_MAX, session->client, session->client_len);
	slot->opened_us = session->began_us;
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

void
aud_inflight_begin(const AudInflightFacts *facts)
{
	AudInflightSlot *slot = my_slot();
	size_t           kept = Min(facts->query_len, AUD_INFLIGHT_QUERY_MAX);

	if (slot == NULL)
		return;
	slot->running = 0;
	slot->on_append = ENDS_NOTHING;
	pg_write_barrier();
	slot->stmt = facts->stmt;
	slot->began_us = facts->began_us;
	strlcpy(slot->class_name, facts->class_name, COMMAND_MAX);
	strlcpy(slot->command, facts->command, COMMAND_MAX);
	slot->stmt_who_len =
		copy_text(slot->stmt_who, WHO_MAX, facts->who, facts->who_len);
	memcpy(slot->query, facts->query, kept);
	slot->query_len = (uint16) kept;
	slot->query_full_len = facts->query_len;
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

/* Move a slot to the first free one of the dead. */
static bool
bury(AudInflightSlot *slot)
{
	for (int i = living(); i < 2 * living(); i++)
	{
		AudInflightSlot *grave = slot_at(i);

		if (grave->open)
			continue;
		grave->open = 0;
		memcpy((char *) grave + offsetof(AudInflightSlot, who_len),
			   (char *) slot + offsetof(AudInflightSlot, who_len),
			   sizeof(*slot) - offsetof(AudInflightSlot, who_len));
		grave->ended_us = now_us();
		pg_write_barrier();
		grave->open = 1;
		return true;
	}
	return false;
}

void
aud_inflight_startup(void)
{
	int lost = 0;

	for (int i = 0; i < living(); i++)
	{
		AudInflightSlot *slot = slot_at(i);

		if (slot->open && !bury(slot))
			lost++;
		memset(slot, 0, sizeof(*slot));
	}
	if (lost > 0)
		ereport(LOG,
				errmsg("the end of %d sessions will be missing in the audit trail",
					   lost),
				errdetail(
					"The server crashed again before it could record what the crash before had interrupted."));
}

/* One record for the session's end, one more for a statement. */
static int
records_of(const AudInflightSlot *slot)
{
	if (!slot->open)
		return 0;
	return (slot->running ? 1 : 0) + (slot->wants_end ? 1 : 0);
}

int
aud_inflight_count(void)
{
	int count = 0;

	for (int i = living(); i < 2 * living(); i++)
		count += records_of(slot_at(i));
	return count;
}

static void
begin_record(AudBuf *out, const char *event, const char *class, int64 when)
{
	aud_buf_lit(out, "{\"v\":1,\"log\":\"");
	aud_buf_cstr(out, aud_buffer_log_id());
	aud_buf_lit(out, "\",\"ts\":");
	aud_json_timestamp(out, when);
	aud_buf_lit(out, ",\"event\":\"");
	aud_buf_cstr(out, event);
	aud_buf_lit(out, "\",\"class\":\"");
	aud_buf_cstr(out, class);
	aud_buf_char(out, '"');
}

/* ,"session":"...","ssn":N,"pid":N,... */
static void
put_session(AudBuf *out, const AudInflightSlot *slot, uint64 ssn)
{
	aud_buf_append(out, slot->name, slot->name_len);
	aud_buf_lit(out, ",\"ssn\":");
	aud_json_uint(out, ssn);
	aud_buf_append(out, slot->client, slot->client_len);
}

static void
put_statement(AudBuf *out, const AudInflightSlot *slot)
{
	begin_record(out, "statement", slot->class_name, slot->began_us);
	aud_buf_lit(out, ",\"command\":");
	aud_json_string(out, slot->command, strlen(slot->command));
	aud_buf_lit(out, ",\"outcome\":\"unknown\"");
	aud_buf_append(out, slot->stmt_who, slot->stmt_who_len);
	put_session(out, slot, slot->ssn + 1);
	aud_buf_lit(out, ",\"stmt\":");
	aud_json_uint(out, slot->stmt);
	if (slot->query_full_len > slot->query_len)
	{
		aud_buf_lit(out, ",\"query_len\":");
		aud_json_uint(out, slot->query_full_len);
		aud_buf_lit(out, ",\"truncated\":[\"query\"]");
	}
	if (slot->query_len > 0)
	{
		aud_buf_lit(out, ",\"query\":");
		aud_json_string(out, slot->query, slot->query_len);
	}
	aud_buf_char(out, '}');
}

static void
put_end(AudBuf *out, const AudInflightSlot *slot)
{
	begin_record(out, "session.end", "session", slot->ended_us);
	aud_buf_lit(out, ",\"outcome\":\"unknown\"");
	aud_buf_append(out, slot->who, slot->who_len);
	put_session(out, slot, slot->ssn + (slot->running ? 2 : 1));
	aud_buf_lit(out, ",\"reason\":\"crash\",\"duration_us\":");
	aud_json_int(out, Max(slot->ended_us - slot->opened_us, 0));
	aud_buf_char(out, '}');
}

bool
aud_inflight_record(int n, AudBuf *out)
{
	for (int i = living(); i < 2 * living(); i++)
	{
		const AudInflightSlot *slot = slot_at(i);
		int                    records = records_of(slot);

		if (n >= records)
		{
			n -= records;
			continue;
		}
		if (n == 0 && slot->running)
			put_statement(out, slot);
		else
			put_end(out, slot);
		return !out->truncated;
	}
	return false;
}

void
aud_inflight_forget(void)
{
	for (int i = living(); i < 2 * living(); i++)
		slot_at(i)->open = 0;
}
