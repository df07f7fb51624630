/*-------------------------------------------------------------------------
 *
 * trail.h
 *	  The trail's directory and files.  docs/trail.md defines what is in them.
 *
 * Everything here but aud_trail_startup() is for the writer alone, and
 * nothing here throws: false means failure, with errno set.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_TRAIL_TRAIL_H
#define AUD_TRAIL_TRAIL_H

#include "buffer/file.h"

/* The audit.open line has this many bytes, unless names are very long. */
#define AUD_OPEN_BYTES 1024

/*
 * Check the directory, make it if it is missing, and take it for this server:
 * FATAL, saying why, if that cannot be done.  Then name the log if the buffer
 * has no name yet.  Postmaster, at shared-memory start-up, after the buffer
 * was mapped; only the first call does anything, because a directory that
 * went bad later is no reason to stop a server that restarts after a crash.
 */
extern void aud_trail_startup(void);

/* The path of a file of the trail; path has MAXPGPATH bytes. */
extern void aud_trail_path(const char *name, char *path);

/* A file's number if its name is one of the trail's, else 0. */
extern uint32 aud_trail_file_no(const char *name);

/* The trail's files in the directory, in order of their numbers. */
typedef struct AudTrailEntry
{
	uint32 no;
	char   name[AUD_TRAIL_NAME_MAX];
} AudTrailEntry;

/* palloc'd; NULL with *count = 0 if there are none, false on an error. */
extern bool aud_trail_list(AudTrailEntry **entries, int *count);

/* A name for the file with this number that begins now. */
extern void aud_trail_name(uint32 no, char *name);

/* The file that the writer is writing. */
typedef struct AudTrailFile
{
	int    fd; /* -1: none is open */
	uint32 no;
	char   name[AUD_TRAIL_NAME_MAX];
} AudTrailFile;

/*
 * Make a new file; the directory too, if it has gone.  The name must not
 * exist.
 */
extern bool aud_trail_create(AudTrailFile *file, uint32 no, const char *name);

/* Append all of it; bytes may have been written even on failure. */
extern bool aud_trail_write(const AudTrailFile *file, const char *data,
							size_t len);

/* Append the first len bytes of one file to another. */
extern bool aud_trail_copy(const AudTrailFile *from, const AudTrailFile *to,
						   uint64 len);

/* Wait until it is on disk, whatever the server's fsync setting says. */
extern bool aud_trail_sync(const AudTrailFile *file);

/* Close it; nothing is written. */
extern void aud_trail_close(AudTrailFile *file);

/* Close and remove a file of which nothing ever was safely on disk. */
extern void aud_trail_discard(AudTrailFile *file);

/* What the last file holds past the trail's end, see docs/trail.md. */
typedef enum AudTrailTail
{
	AUD_TAIL_NONE,
	AUD_TAIL_REPEATED,
	AUD_TAIL_TORN,
	AUD_TAIL_UNSYNCED,
	AUD_TAIL_FOREIGN,
} AudTrailTail;

/* What a start found: where the trail stands and what is left to write. */
typedef struct AudRecovery
{
	AudPosition  position; /* tail: the first record not in any file */
	AudTrailTail tail;
	uint32       repeats;      /* records to be written again first: 0 or 1 */
	uint32       next_file_no; /* higher than any in the directory */
	uint64       found;        /* records that were in the files already */
} AudRecovery;

/*
 * Compare buffer and files after a start and find out where the trail stands.
 * Only an error in reading the directory or the newest file fails.
 */
extern bool aud_trail_recover(AudHasher *hasher, AudRecovery *recovery);

/* The log id in the newest file of this cluster, for a buffer that has none. */
extern bool aud_trail_last_log_id(char *log_id);

/* What a file's first line says of the file before. */
typedef struct AudOpening
{
	uint64 prev_seq;
	char   prev_h[AUD_CHAIN_HASH_CHARS + 1]; /* "" if there is none */
} AudOpening;

extern bool aud_trail_read_opening(const char *name, AudOpening *opening);

/*
 * The value of a key in one of the writer's own lines: after "key": and, for
 * a string, after the quote.  NULL if the line has no such key.
 */
extern const char *aud_trail_key(const char *line, const char *key);

#endif /* AUD_TRAIL_TRAIL_H */
