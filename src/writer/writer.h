/*-------------------------------------------------------------------------
 *
 * writer.h
 *	  The background worker that drains the buffer into the trail.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_WRITER_H
#define AUD_WRITER_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Register the worker, or, in single-user mode, do its work here; from
 * _PG_init.
 */
extern void aud_writer_register(void);

/* What the writer tells about itself; one consistent reading. */
typedef struct AudWriterStat
{
	int      pid;     /* 0: not running */
	uint64_t records; /* lines written since the server started */
	uint64_t bytes;
	uint64_t batches;
	uint64_t errors;     /* failed attempts to write */
	uint64_t seq;        /* number of the last record on disk */
	char     file[64];   /* name of the current file, "" if there is none */
	uint64_t file_bytes; /* of the current file, on disk */
	char     last_error[256]; /* "" if there was none */
	int64_t  last_error_at;   /* microseconds since 1970 */
} AudWriterStat;

extern void aud_writer_stat(AudWriterStat *stat);

/*
 * Have the writer begin a new file and wait until it has; for SQL functions:
 * may be cancelled.  False after timeout_ms.
 */
extern bool aud_writer_rotate(int timeout_ms);

/* Start-up, in secaudit.c's order. */
extern size_t aud_writer_shmem_size(void);
extern void   aud_writer_shmem_init(void);

#define AUD_WRITER_TRANCHE "SecauditWriter"

/* At each start, in the server log: version, directory and settings. */
extern void aud_writer_announce(void);

#endif /* AUD_WRITER_WRITER_H */
