/*-------------------------------------------------------------------------
 *
 * outage.h
 *	  An outage: the trail could not be written for secaudit.failure_timeout,
 *	  and secaudit.on_failure decides for everybody.
 *
 * It begins once, by whoever finds out first: the writer, whose attempts have
 * all failed for so long, or a process that has waited so long for a writer
 * that moved nothing.  It ends when a batch is on disk.  In between nobody has
 * to find out again.
 *
 * The state is in ordinary shared memory, and survives a crash of the server's
 * processes: the postmaster hands it on to the memory that it makes anew.
 * How many records were lost stands in the buffer file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_OUTAGE_H
#define AUD_BUFFER_OUTAGE_H

#include "port/atomics.h"

/* What there is no writing for; names for status and the server log. */
typedef enum AudOutage
{
	AUD_OUTAGE_NONE,
	AUD_OUTAGE_CANNOT_WRITE, /* every attempt fails */
	AUD_OUTAGE_STALLED,   /* the writer makes none: stopped, or in the kernel */
	AUD_OUTAGE_NO_WRITER, /* there is no such process */
	AUD_OUTAGE_KINDS
} AudOutage;

extern const char *aud_outage_name(AudOutage kind);

typedef struct AudOutageShared
{
	pg_atomic_uint32 kind;    /* AudOutage */
	pg_atomic_uint32 failing; /* does the writer report failures? */

	/* Of the outage that is, or that was last */
	pg_atomic_uint64 since;       /* us since 1970 */
	pg_atomic_uint64 lost_before; /* records lost before it, of all kinds */

	/* Since the server started */
	pg_atomic_uint64 count;
	pg_atomic_uint64 logged_at; /* us since 1970 */

	pg_atomic_flag shutdown_asked;
} AudOutageShared;

/* NULL before shared-memory start-up. */
extern AudOutageShared *aud_outage_shared;

/* One plain read: for every statement. */
static inline bool
aud_outage_is_on(void)
{
	return aud_outage_shared != NULL &&
		   pg_atomic_read_u32(&aud_outage_shared->kind) != AUD_OUTAGE_NONE;
}

/*
 * It begins now, unless it has begun already or the ring's tail has moved past
 * the one that the caller has seen.  writer_pid: 0 if there is none.  Writes to
 * the server log, and stops the server if that is the policy.  The caller wakes
 * those who wait.  Never throws.
 */
extern void aud_outage_begin(AudOutage kind, uint64 tail_seen, int writer_pid);

/* The writer's attempts fail, or do no longer. */
extern void aud_outage_set_failing(bool failing);
extern bool aud_outage_is_failing(void);

/* What it was, when it is over. */
typedef struct AudOutageFacts
{
	AudOutage kind;  /* NONE: there is none */
	int64     since; /* us since 1970 */
	uint64    lost;  /* records, of all kinds, since then */
	uint64    count; /* outages since the server started */
} AudOutageFacts;

/* The one that is. */
extern void aud_outage_facts(AudOutageFacts *facts);

/* The writer has written.  False if there was none; else facts says which. */
extern bool aud_outage_end(AudOutageFacts *facts);

/*
 * secaudit.on_failure = shutdown: have the postmaster stop the server; once,
 * whoever calls how often.
 */
extern void aud_outage_shut_down(void);

/* Start-up, in secaudit.c's order. */
extern size_t aud_outage_shmem_size(void);
extern void   aud_outage_shmem_init(void);

#endif /* AUD_BUFFER_OUTAGE_H */
