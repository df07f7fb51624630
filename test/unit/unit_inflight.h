/*-------------------------------------------------------------------------
 *
 * unit_inflight.h
 *	  A process with a slot, and what a start makes of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_UNIT_INFLIGHT_H
#define AUD_UNIT_INFLIGHT_H

#include "postgres.h"

#include "unit.h"

#include "miscadmin.h"
#include "storage/proc.h"

#include "buffer/inflight_recover.h"
#include "buffer/inflight_slot.h"
#include "unit_buffer.h"

#define NOW   INT64_C(1000000000000)
#define ALICE ",\"node\":\"n\",\"user\":\"alice\""

static AudBufferHeader     *header; /* the file's */
static PGPROC               process = {.pgprocno = 1};
static char                 storage[16 * 1024];
static AudInflightRecovered done;

static inline void
inflight_setup(void)
{
	header = unit_buffer_new(256 * 1024);
	aud_buffer_header = header;
	MyProc = &process;
}

static inline void
inflight_teardown(void)
{
	aud_buffer_header = NULL;
	MyProc = NULL;
	free(header);
}

static inline void
open_session_as(const char *who, const char *name, const char *client)
{
	AudInflightSession session = {.who = who,
								  .who_len = strlen(who),
								  .name = name,
								  .name_len = strlen(name),
								  .client = client,
								  .client_len = strlen(client),
								  .began_us = NOW - 5000000,
								  .wants_end = true};

	aud_inflight_open(&session);
}

static inline void
open_session(void)
{
	open_session_as(ALICE, ",\"session\":\"6a.1\"", ",\"pid\":7");
}

static inline void
begin_statement(const char *query, const char *who)
{
	AudInflightFacts facts = {.began_us = NOW - 1000,
							  .event = "statement",
							  .class_name = "read",
							  .command = "SELECT",
							  .who = who,
							  .who_len = strlen(who),
							  .stmt = 3,
							  .query = query,
							  .query_len = strlen(query)};

	aud_inflight_begin(&facts);
}

static inline AudInflightSlot *
my_slot(void)
{
	return aud_inflight_slot(aud_buffer_header, process.pgprocno);
}

/* As append does it. */
static inline void
append(const char *line)
{
	unit_buffer_append(header, line, strlen(line));
	aud_inflight_appended();
}

/* The process is dead: what the next start adds behind pos, one by one. */
static inline uint64
recover(void)
{
	uint64 head = header->head;

	MyProc = NULL;
	done = aud_inflight_recover(header, NOW);
	return head;
}

static inline const char *
next_record(uint64 *pos)
{
	AudTaken taken;

	if (!aud_ring_next(header, *pos, storage, sizeof(storage) - 1, &taken))
		return "none";
	ck_assert_uint_eq(taken.damaged, 0);
	storage[taken.len] = '\0';
	*pos = taken.next;
	return storage;
}

static inline void
has(const char *line, const char *text)
{
	ck_assert_msg(strstr(line, text) != NULL, "%s not in %s", text, line);
}

static inline void
has_not(const char *line, const char *text)
{
	ck_assert_msg(strstr(line, text) == NULL, "%s in %s", text, line);
}

#endif /* AUD_UNIT_INFLIGHT_H */
