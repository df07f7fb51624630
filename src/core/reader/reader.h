/*-------------------------------------------------------------------------
 *
 * reader.h
 *	  Reading a trail: which files belong to it, in which order, and their
 *	  lines, one at a time.
 *
 * Lines are handed out as the bytes that were written; core/json_scan.h reads
 * what is in them.  A reader holds one buffer that grows up to
 * AUD_READER_LINE_MAX, whatever the size of the file.
 *
 * The end of a file is not final: a file that is still being written may have
 * grown when aud_reader_next() is called again, and bytes after its last
 * newline are handed out only once their newline has arrived.
 *
 * Core layer: no postgres.h, no global state.  Memory is malloc'd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_READER_READER_H
#define AUD_CORE_READER_READER_H

#include <stdint.h>

#include "core/error.h"
#include "core/reader/source.h"

/* A longer line is handed out cut to this many bytes, with "oversized" set. */
#define AUD_READER_LINE_MAX (4 * 1024 * 1024)

/* One file of a trail. */
typedef struct AudReaderFile
{
	char       *path;        /* to open it */
	const char *name;        /* last component of path */
	uint64_t    number;      /* from the name; 0 if it is not a trail's name */
	char        started[17]; /* from the name, "20260131T235959Z", or "" */
	char        log[17];     /* id of its trail; of its neighbour's, if ... */
	bool        orphan;      /* ... no line of its own tells */
	uint64_t    bytes;       /* that count, see below */

	/* What its first line says about the file before it; "" and 0: nothing */
	char     prev_file[64];
	uint64_t prev_bytes;

	/* The trail that its own one says it follows; "": none */
	char prev_log[17];
} AudReaderFile;

/* AudReaderFile.bytes where the file's own end is the end. */
#define AUD_READER_ALL UINT64_MAX

/*
 * After a fault the writer begins a new file and repeats what may not have
 * reached the old one; its audit.open record says how many bytes of the old
 * file still count.  Where that file is in the list, "bytes" holds this
 * number, and a reader that stops there meets every record once.
 *
 * Files in reading order: those of one trail together, by number; trails by
 * the start of their newest file.  Initialise with {0}.
 */
typedef struct AudReaderList
{
	AudReaderFile *files;
	size_t         count;
	size_t         cap;
} AudReaderList;

/*
 * Does this file name have the form secaudit-YYYYMMDDTHHMMSSZ-NNNNNN.jsonl, or
 * that of its archive, with .zst or .gz behind it?  started (17 bytes) and
 * number may be NULL.
 */
extern bool aud_reader_parse_name(const char *name, char *started,
								  uint64_t *number);

/*
 * Do two names mean the same file of a trail?  Records name it as it was
 * written; it may be an archive now.
 */
extern bool aud_reader_same_file(const char *a, const char *b);

/*
 * Add a file, or all files of a directory that have a trail's name.  Keeps
 * the list in reading order; a path that is already in it is not added again.
 * Of a file that is there plain and as an archive only the plain one is in the
 * list, of two archives the one in zstd.
 * False, with err set, if path cannot be examined; the list stays valid.
 */
extern bool aud_reader_list_add(AudReaderList *list, const char *path,
								AudError *err);
extern void aud_reader_list_free(AudReaderList *list);

/* Is a file of this trail, the "log" of its records, in the list? */
extern bool aud_reader_list_has_log(const AudReaderList *list, const char *log);

/* One line, valid until the next call on its reader. */
typedef struct AudLine
{
	const char *data; /* without the newline, not NUL-terminated */
	size_t      len;
	uint64_t    number; /* in the file, from 1 */
	uint64_t    offset; /* of its first byte in the file */
	bool oversized;     /* data is only its first AUD_READER_LINE_MAX bytes */
} AudLine;

typedef enum AudReadStatus
{
	AUD_READ_LINE,
	AUD_READ_END,   /* no complete line left, for now */
	AUD_READ_ERROR, /* err is set */
} AudReadStatus;

typedef struct AudReader
{
	AudSource source; /* its fd is -1 when closed */
	char     *buf;
	size_t    cap;
	size_t    start;    /* first byte not yet handed out */
	size_t    scanned;  /* no newline in [start, scanned) */
	size_t    end;      /* first free byte */
	uint64_t  offset;   /* of buf[start] in the file */
	uint64_t  limit;    /* where the file is taken to end */
	uint64_t  line;     /* lines handed out */
	bool      skipping; /* dropping the rest of an oversized line */
} AudReader;

/*
 * Open a regular file for reading from its start.  On false err is set and
 * there is nothing to close.
 */
extern bool aud_reader_open(AudReader *r, const char *path, AudError *err);
extern void aud_reader_close(AudReader *r);

/*
 * Has a file that could not be opened gone since it was listed, as retention
 * deletes them?  A link that leads nowhere is still there.
 */
extern bool aud_reader_is_gone(const char *path, const AudError *err);

/* Take the file for ended at this many bytes; AUD_READER_ALL: no limit. */
extern void aud_reader_limit(AudReader *r, uint64_t bytes);

/*
 * Continue at a byte offset where line "number" starts, as an earlier AudLine
 * told.
 */
extern bool aud_reader_seek(AudReader *r, uint64_t offset, uint64_t number,
							AudError *err);

extern AudReadStatus aud_reader_next(AudReader *r, AudLine *line, AudError *err);

/*
 * As many complete lines as a read brings, at least one: data[len] are they
 * with the newlines between them, number and offset those of the first.  A line
 * that is oversized comes alone.
 */
extern AudReadStatus aud_reader_block(AudReader *r, AudLine *block,
									  AudError *err);

/*
 * The number of the line at a byte offset of a file, for which the file is read
 * up to there; 0 if that fails.
 */
extern uint64_t aud_reader_number(const char *path, uint64_t offset);

/*
 * After AUD_READ_END: the bytes behind the last newline, if there are any.
 * They stay where they are.
 */
extern bool aud_reader_partial(const AudReader *r, AudLine *line);

#endif /* AUD_CORE_READER_READER_H */
