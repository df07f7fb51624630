/*-------------------------------------------------------------------------
 *
 * state.h
 *	  What the writer knows, shared by the writer_*.c files.
 *
 * Process-local: there is one writer.  What must outlive it is in the buffer
 * (position, ring, losses) or in the files.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_STATE_H
#define AUD_WRITER_STATE_H

#include "datatype/timestamp.h"

#include "trail/trail.h"
#include "writer/batch.h"
#include "writer/events.h"

/* Files that can be on their way out at the same time. */
#define AUD_EXPIRE_MAX 16

/* What has to be seen to once a batch is on disk. */
typedef struct AudPromise
{
	bool        started;    /* audit.start is in */
	bool        gap;        /* an audit.gap is in */
	int         expired;    /* files that audit.expire told of */
	bool        checkpoint; /* audit.checkpoint is in */
	bool        stopped;    /* audit.stop is in */
	const char *closed;     /* audit.close is in: why */
} AudPromise;

typedef struct AudWriter
{
	AudHasher *hasher;

	/* The file being written */
	AudTrailFile file;
	bool         file_is_safe; /* has it ever been synced? */
	bool         hashed;       /* do its lines carry "h"? */
	TimestampTz  file_began;

	/* The next file */
	uint32       next_no;
	char         next_name[AUD_TRAIL_NAME_MAX];
	const char  *open_reason;
	AudTrailTail tail;    /* what the file before it holds past its end */
	uint64       repeats; /* records to be repeated first, after a start */

	/* The batch that is being brought to disk */
	AudBatch   batch;
	AudPromise promise;
	bool       batch_waits; /* it failed, and must be written as it is */

	/* Still to be told */
	const char *start_reason; /* NULL: audit.start has been written */
	uint64      recovered;    /* records found in the ring at the start */

	/* Wanted */
	const char *rotate;   /* begin a new file: why; NULL: no */
	bool        stopping; /* the last batch may end in audit.stop */

	/* Retention: files that go once the trail says so, oldest first */
	AudExpired  expire[AUD_EXPIRE_MAX];
	int         n_expire;
	TimestampTz looked_at; /* when the directory was last looked over */

	/* Checkpoints */
	TimestampTz checkpoint_at;
	uint64      checkpoint_seq; /* number of the last one */
	bool untold; /* was anything written that the WAL has not heard of? */

	/* Trouble */
	TimestampTz failing_since; /* 0: none */
	int         last_errno;    /* of the last failure */
	TimestampTz told_at;       /* when the server log last heard of it */
	TimestampTz loss_told_at;
	TimestampTz space_told_at;
	bool        shutdown_asked;
} AudWriter;

extern AudWriter aud_w;

/* writer_compose.c: put the next batch together; false: nothing to write. */
extern bool aud_compose_batch(void);

/* With nothing to write, when at the latest to look again: so many ms. */
extern long aud_compose_idle_ms(void);

/* Put the late open of a new file before a batch that failed. */
extern void aud_compose_late_open(void);

/*
 * writer_files.c: is the current file still what and where it was?  If not,
 * it is put right or left behind.  False if neither is possible now.
 */
extern bool aud_files_check(void);

/* Is the current file exactly this long? */
extern bool aud_files_is_size(uint64 expected);

/* Now and then: retention and free space. */
extern void aud_files_look_over(void);

/* Delete the first n files of the queue. */
extern void aud_files_expire(int n);

/* Delete the oldest closed file at once, because the disk is full. */
extern void aud_files_make_room(void);

/* writer_trouble.c: something failed, errno says why. */
extern void aud_trouble_report(const char *what);

/* Something is wrong, but the trail goes on. */
extern void aud_trouble_note(const char *text);

/* A batch got home. */
extern void aud_trouble_over(void);

/* Between attempts: has the time come for secaudit.on_failure to decide? */
extern void aud_trouble_decide(void);

/* Has the disk come near its end?  Says so, and appends an alert. */
extern void aud_trouble_watch_space(void);

/* The shared statistics. */
extern void aud_stat_batch(const AudPosition *position, uint64 lines,
						   uint64 bytes);
extern void aud_stat_error(const char *text);
extern bool aud_stat_started(void);

/* Has somebody asked for a new file?  Takes the request. */
extern bool aud_stat_take_rotate(void);

#endif /* AUD_WRITER_STATE_H */
