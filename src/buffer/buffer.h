/*-------------------------------------------------------------------------
 *
 * buffer.h
 *	  The crash-surviving ring that carries records from every process to the
 *	  writer.
 *
 * A record is handed over as the complete JSON object, "{" to "}", without a
 * newline; the writer adds "seq" and "h" before the closing brace.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_BUFFER_H
#define AUD_BUFFER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room that the writer needs in a line for seq, h, e, m and the newline. */
#define AUD_RECORD_TRAILER_MAX 192

/* No record is longer than this, whatever the settings say. */
#define AUD_RECORD_MAX (1024 * 1024)

typedef enum AudStatus
{
	AUD_OK,      /* the record is in the ring */
	AUD_LOST,    /* dropped and counted, see secaudit.on_failure */
	AUD_REFUSED, /* secaudit.on_failure = error: the statement must not run */
} AudStatus;

/*
 * Append one record.  Never throws, allocates nothing, may wait for space.
 * Usable in any process that is attached to shared memory, except the
 * postmaster.
 */
extern AudStatus aud_buffer_append(const char *line, size_t len);

/*
 * The name of this trail: 16 hex digits and a NUL.  Constant from
 * shared-memory start-up on.
 */
extern const char *aud_buffer_log_id(void);

/* Why a record was dropped; names for audit.gap and status. */
typedef enum AudLoss
{
	AUD_LOSS_NONE,
	AUD_LOSS_FULL,     /* the ring stayed full: the writer could not write */
	AUD_LOSS_OVERSIZE, /* one record larger than the ring can take */
	AUD_LOSS_BUSY,     /* a process without PGPROC could not wait */
	AUD_LOSS_DAMAGED,  /* a frame that was damaged in the ring */
	AUD_LOSS_LOGGED,   /* written to the server log instead */
	AUD_LOSS_KINDS
} AudLoss;

extern const char *aud_buffer_loss_name(AudLoss loss);

/* Everything there is to know about the ring at one moment. */
typedef struct AudBufferStat
{
	uint64_t head;     /* positions: bytes since the buffer was made */
	uint64_t tail;     /* on disk up to here, free for new records */
	uint64_t size;     /* bytes of the ring */
	uint64_t appended; /* records since the server started */
	uint64_t waits;    /* appends that had to wait for space */
	uint64_t wait_us;  /* and how long in all, microseconds */
	uint64_t lost[AUD_LOSS_KINDS]; /* records, by reason */
} AudBufferStat;

extern void aud_buffer_stat(AudBufferStat *stat);

/* Where the next record will go: everything appended so far is before it. */
extern uint64_t aud_buffer_head(void);

/* The same, but only what this process itself has appended. */
extern uint64_t aud_buffer_my_last(void);

/* How a wait has ended. */
typedef enum AudWaitEnd
{
	AUD_WAIT_REACHED,
	AUD_WAIT_OUTAGE,      /* the trail has an outage, see outage.h */
	AUD_WAIT_INTERRUPTED, /* the process is asked to stop, see interrupts.h */
	AUD_WAIT_LATE,        /* a login has waited for failure_timeout in all */
} AudWaitEnd;

/*
 * Wait until everything before pos is on disk.  Never throws.  The wait that
 * sees nothing move for failure_timeout begins an outage.
 *
 * As secaudit.on_failure says: an outage ends the wait, but for "block".
 * In spite of outages: only an interrupt ends it, and the caller serves that
 * with CHECK_FOR_INTERRUPTS().
 */
extern AudWaitEnd aud_buffer_wait_durable(uint64_t pos);
extern AudWaitEnd aud_buffer_wait_durable_in_spite(uint64_t pos);
extern bool       aud_buffer_is_durable(uint64_t pos);

/*
 * Wait, in an outage, until there is room for the records of a statement; the
 * caller serves interrupts.  Never throws.
 */
extern AudWaitEnd aud_buffer_wait_for_room(void);
extern bool       aud_buffer_has_room(void);

/*
 * The writer's side.
 */

/*
 * Append without waiting; false, and counted as lost, if the ring is full.  For
 * the writer itself.
 */
extern bool aud_buffer_try_append(const char *line, size_t len);

/* So many records are lost that did not come to append. */
extern void aud_buffer_count_lost(AudLoss reason, uint64_t records);

/* Wake everybody who waits for space or for durability. */
extern void aud_buffer_wake_waiters(void);

/* Is somebody waiting for space or for durability? */
extern bool aud_buffer_has_waiters(void);

/*
 * The calling process is the writer: its latch is set by appends from now on.
 * idle: by the very next append, not only at 1/8 or for a waiter.
 */
extern void aud_buffer_attach_writer(void);
extern void aud_buffer_detach_writer(void);
extern void aud_buffer_set_idle(bool idle);

/*
 * Single-user mode: call drain() whenever there is enough to write, there being
 * no writer to wake.
 */
extern void aud_buffer_drain_here(void (*drain)(void));

/* Have the writer look around now. */
extern void aud_buffer_wake_writer(void);

/* pid of the writer, 0 if there is none. */
extern int aud_buffer_writer_pid(void);

/*
 * Start-up, in secaudit.c's order.
 */
extern size_t aud_buffer_shmem_size(void);
extern void   aud_buffer_shmem_init(void);

#define AUD_BUFFER_TRANCHE "SecauditBuffer"

#endif /* AUD_BUFFER_BUFFER_H */
