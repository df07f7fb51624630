/*-------------------------------------------------------------------------
 *
 * file.h
 *	  The trail's files: names, making, writing, deleting, and what first
 *	  lines say.  docs/trail.md defines what is in them.
 *
 * Nothing here throws: false means failure, with errno set.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_TRAIL_FILE_H
#define AUD_TRAIL_FILE_H

#include "buffer/ring.h"
#include "core/reader/reader.h"

/* The audit.open line has this many bytes, unless names are very long. */
#define AUD_OPEN_BYTES 1024

/* The path of a file of the trail; path has MAXPGPATH bytes. */
extern void aud_trail_path(const char *name, char *path);

/* A file's number if its name is one of the trail's, or an archive's, else 0. */
extern uint32 aud_trail_file_no(const char *name);

/*
 * The trail's files in the directory, in order of their numbers.  Of a file
 * that is there plain and as an archive only the plain one.
 */
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
	int    group_errno; /* why it does not have the directory's group; or 0 */
	char   name[AUD_TRAIL_NAME_MAX];
} AudTrailFile;

/*
 * Make a new file; the directory too, if it has gone.  The name must not
 * exist.  A file that a group may read gets the group of the directory; where
 * that cannot be done it is its owner's alone, and group_errno is set.
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

/* Delete a closed file, and have the directory on disk without it. */
extern bool aud_trail_delete(const char *name);

/* Is there a file of this name?  False means that there is none. */
extern bool aud_trail_exists(const char *name, bool *exists);

/*
 * Reading.  A file that is gone, or is no regular file, or whose first line is
 * not complete, is none of the trail's; a file that cannot be read may be, so
 * whoever concludes anything from what the files hold must stop there.
 */
typedef enum AudTrailRead
{
	AUD_TRAIL_IS,     /* opened, or read */
	AUD_TRAIL_IS_NOT, /* none of the trail's */
	AUD_TRAIL_FAILED, /* errno says why it cannot be read */
} AudTrailRead;

/*
 * If AUD_TRAIL_IS, close the reader with aud_reader_close().  A file that was
 * archived since it was listed is read from the archive.
 */
extern AudTrailRead aud_trail_open_reader(AudReader *reader, const char *name);

/* The next line; AUD_TRAIL_IS_NOT: there is no other one that is complete. */
extern AudTrailRead aud_trail_next_line(AudReader *reader, AudLine *line);

/* Does the line's key have this string, or which number, 0 if it has none? */
extern bool   aud_trail_line_is(const AudLine *line, const char *key,
								const char *word);
extern uint64 aud_trail_line_number(const AudLine *line, const char *key);

/* What a file's first line says: of its log, and of the file before. */
typedef struct AudOpening
{
	char   log[AUD_LOG_NAME_LEN + 1]; /* "" if that is no name of a trail */
	uint64 system_identifier;
	uint64 prev_seq;
	char   prev_h[AUD_CHAIN_HASH_CHARS + 1]; /* "" if there is none */
} AudOpening;

/* AUD_TRAIL_IS_NOT: the file does not begin with an audit.open. */
extern AudTrailRead aud_trail_read_opening(const char *name, AudOpening *opening);

#endif /* AUD_TRAIL_FILE_H */
