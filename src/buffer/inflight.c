/*-------------------------------------------------------------------------
 *
 * inflight.c
 *	  What every session is doing, kept where a crash cannot take it: the
 *	  owner's side.  What a start does with it is inflight_recover.c's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "storage/proc.h"

#include "buffer/inflight.h"
#include "buffer/inflight_slot.h"
#include "core/buf.h"
#include "server/compat.h"

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
	return aud_inflight_slot(aud_buffer_header, AUD_PROC_NUMBER(MyProc));
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
	*start =
		aud_inflight_slot(aud_buffer_header, AUD_PROC_NUMBER(leader))->started;
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

/* The same place in the file; where nothing is but the file, the place itself. */
static void *
in_file(void *place)
{
	return (char *) place + aud_buffer_header->file_at + AUD_BUFFER_PAGE -
		   aud_buffer_header->slots_offset;
}

static void
set_valid(AudInflightPart *part, uint32 valid)
{
	part->valid = valid;
	((AudInflightPart *) in_file(part))->valid = valid;
}

/* Nobody may read the part any more. */
static void
withdraw(AudInflightSlot *slot, AudInflightPart *part)
{
	slot->busy = 1;
	pg_write_barrier();
	set_valid(part, 0);
	pg_write_barrier();
}

/* The part is filled; so many bytes of it are in use. */
static void
publish(AudInflightSlot *slot, AudInflightPart *part, size_t bytes)
{
	AudInflightPart *file = in_file(part);

	part->crc = aud_inflight_part_crc(part, bytes);
	if (file != part)
		memcpy(&file->crc, &part->crc, bytes - offsetof(AudInflightPart, crc));
	pg_write_barrier();
	set_valid(part, 1);
	pg_write_barrier();
	slot->busy = 0;
}

static void
set_ssn(AudInflightSlot *slot, uint64 ssn)
{
	slot->ssn = ssn;
	((AudInflightSlot *) in_file(slot))->ssn = ssn;
}

void
aud_inflight_open(const AudInflightSession *session)
{
	AudInflightSlot        *slot = my_slot();
	AudInflightSessionPart *part;
	AudBuf                  texts;

	if (slot == NULL)
		return;
	part = &slot->session;
	withdraw(slot, &part->part);
	aud_buf_init(&texts, part->text, AUD_INFLIGHT_SESSION_MAX);
	part->who_len = add_text(&texts, session->who, session->who_len);
	part->name_len = add_text(&texts, session->name, session->name_len);
	part->client_len = add_text(&texts, session->client, session->client_len);
	part->opened_us = session->began_us;
	part->wants_end = session->wants_end ? 1 : 0;
	slot->started = (uint32) (session->began_us / 1000000);
	publish(slot, &part->part, aud_inflight_session_bytes(part));
}

void
aud_inflight_closing(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->on_append = AUD_ENDS_SESSION;
}

static void
close_session(AudInflightSlot *slot)
{
	set_valid(&slot->session.part, 0);
	set_valid(&slot->statement.part, 0);
	slot->on_append = AUD_ENDS_NOTHING;
	slot->ssn_taken = 0;
	set_ssn(slot, 0);
}

void
aud_inflight_close(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot == NULL)
		return;
	slot->busy = 1;
	pg_write_barrier();
	close_session(slot);
	pg_write_barrier();
	slot->busy = 0;
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
	slot->busy = 1;
	pg_write_barrier();
	if (slot->on_append == AUD_ENDS_SESSION)
		close_session(slot);
	else if (slot->on_append == AUD_ENDS_STATEMENT)
		set_valid(&slot->statement.part, 0);
	slot->on_append = AUD_ENDS_NOTHING;
	set_ssn(slot, slot->ssn_taken);
	pg_write_barrier();
	slot->busy = 0;
}

/* Is that what the session's part says? */
static bool
is_session_who(const AudInflightSlot *slot, const AudInflightFacts *facts)
{
	return facts->who_len == slot->session.who_len &&
		   memcmp(facts->who, slot->session.text, facts->who_len) == 0;
}

void
aud_inflight_begin(const AudInflightFacts *facts)
{
	AudInflightSlot          *slot = my_slot();
	AudInflightStatementPart *part;
	AudBuf                    texts;

	if (slot == NULL)
		return;
	part = &slot->statement;
	withdraw(slot, &part->part);
	slot->on_append = AUD_ENDS_NOTHING;
	part->stmt = facts->stmt;
	part->began_us = facts->began_us;
	aud_buf_init(&texts, part->text, AUD_INFLIGHT_STATEMENT_MAX);
	part->event_len = add_text(&texts, facts->event, strlen(facts->event));
	part->class_len =
		add_text(&texts, facts->class_name, strlen(facts->class_name));
	part->command_len = add_text(&texts, facts->command, strlen(facts->command));
	part->who_len = is_session_who(slot, facts)
						? 0
						: add_text(&texts, facts->who, facts->who_len);
	part->query_len =
		add_text(&texts,
				 facts->query,
				 Min(facts->query_len,
					 Min(AUD_INFLIGHT_QUERY_MAX, aud_buf_room(&texts))));
	part->query_full_len = (uint32) facts->query_len;
	part->redacted = (uint16) facts->redacted;
	publish(slot, &part->part, aud_inflight_statement_bytes(part));
}

void
aud_inflight_ending(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot != NULL)
		slot->on_append = AUD_ENDS_STATEMENT;
}

void
aud_inflight_end(void)
{
	AudInflightSlot *slot = my_slot();

	if (slot == NULL)
		return;
	withdraw(slot, &slot->statement.part);
	slot->busy = 0;
}
