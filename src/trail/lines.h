/*-------------------------------------------------------------------------
 *
 * lines.h
 *	  Reading the trail's own files line by line.
 *
 * For the trail alone.  secauditctl and secaudit.records() have core/reader.h,
 * which takes files that anybody may have written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_TRAIL_LINES_H
#define AUD_TRAIL_LINES_H

#include "buffer/file.h"

/* The longest line that the writer makes. */
#define AUD_LINE_MAX (AUD_RECORD_MAX + AUD_RECORD_TRAILER_MAX)

typedef struct AudLines
{
	int    fd;
	uint64 offset; /* of line[] in the file */
	char  *data;   /* AUD_LINE_MAX + 1 */
	size_t len;    /* bytes in data */
	char  *line;   /* the current line, NUL in place of the newline */
	size_t line_len;
} AudLines;

/* Begin at an offset.  False, with errno, if the file cannot be opened. */
extern bool aud_lines_open(AudLines *reader, const char *name, uint64 offset);
extern void aud_lines_close(AudLines *reader);

/* Step to the next line.  False if there is no whole one left. */
extern bool aud_lines_next(AudLines *reader);

/* Read more behind what is left in the storage.  False at the end. */
extern bool aud_lines_fill(AudLines *reader);

/* The number that a key of the line has, 0 if it has none. */
extern uint64 aud_lines_number(const char *line, const char *key);

#endif /* AUD_TRAIL_LINES_H */
