/*-------------------------------------------------------------------------
 *
 * state.h
 *	  What the writer knows, handed to each of its files.
 *
 * There is one for each process that writes the trail: the worker, or the
 * server in single-user mode.  What must outlive it is in the buffer file
 * (position, ring, losses, files being deleted) or in the trail's files.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_STATE_H
#define AUD_WRITER_STATE_H

#include "datatype/timestamp.h"
#include "nodes/memnodes.h"
#include "utils/palloc.h"

#include "trail/file.h"
#include "trail/recover.h"
#include "writer/batch.h"

/* Records of the writer's own that the batch holds. */
typedef struct AudBatchOwn
{
	bool        start;      /* audit.start */
	bool        gap;        /* an audit.gap */
	bool        checkpoint; /* audit.checkpoint */
	bool        stop;       /* audit.stop */
	bool        fault;      /* an alert of w->fault */
	const char *close;      /* audit.close, with this reason; NULL: none */
} AudBatchOwn;

/* A fault whose alert is still to be written; see fault.h. */
typedef struct AudFault
{
	const char *reason;                   /* NULL: there is none */
	char        file[AUD_TRAIL_NAME_MAX]; /* that ended by it; "": none */
	char        detail[256];
} AudFault;

typedef struct AudWriter
{
	MemoryContext round; /* for what one round of writing needs; then reset */
	AudHasher    *hasher;

	/* The file being written */
	AudTrailFile file;
	bool         file_is_safe; /* has it ever been synced? */
	bool         hashed;       /* do its lines carry "h"? */
	TimestampTz  file_began;
	bool         group_told; /* that it does not have the directory's group */

	/* The next file */
	uint32       next_no;
	char         next_name[AUD_TRAIL_NAME_MAX];
	const char  *open_reason;
	AudTrailTail tail;        /* what the file before it holds past its end */
	uint64       repeats;     /* records to be repeated first, after a start */
	bool         after_fault; /* it is begun because of a fault */
	AudTrailEnd  other; /* the trail that was written before it, if not ours */

	/* The batch that is being written */
	AudBatch    batch;
	AudBatchOwn own;
	bool        batch_waits; /* it failed, and must be written as it is */

	/* Still to be recorded */
	AudFault    fault;
	const char *start_reason; /* NULL: audit.start has been written */
	uint64      recovered;    /* records found in the ring at the start */

	/* Wanted */
	const char *rotate;   /* begin a new file: why; NULL: no */
	bool        stopping; /* the last batch may end in audit.stop */

	/* Retention */
	TimestampTz looked_at; /* when the directory was last looked over */
	char        undeletable[AUD_TRAIL_NAME_MAX]; /* "": none */
	TimestampTz delete_retry_at;                 /* of that file */
	int         delete_backoff_ms;
	bool        held_told; /* that a file is kept because it was not shipped */

	/* What others have changed in the buffer file, still to be told */
	unsigned    buffer_changed; /* AudBufferPart */
	TimestampTz buffer_told_at;

	/* Checkpoints */
	TimestampTz checkpoint_at;
	uint64      checkpoint_seq; /* number of the last one */
	bool        wal_is_behind;  /* was anything written since the WAL got it? */

	/* Failures */
	TimestampTz failing_since; /* 0: none */
	int         last_errno;    /* of the last failure */
	TimestampTz warned_at;     /* when the server log last got it */
	TimestampTz loss_warned_at;
	TimestampTz space_warned_at;
} AudWriter;

#endif /* AUD_WRITER_STATE_H */
