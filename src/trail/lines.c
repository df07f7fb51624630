/*-------------------------------------------------------------------------
 *
 * lines.c
 *	  Reading the trail's own files: line by line, and what first lines say.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "access/xlog.h"

#include "trail/lines.h"
#include "trail/trail.h"

bool
aud_lines_open(AudLines *reader, const char *name, uint64 offset)
{
	char path[MAXPGPATH];

	memset(reader, 0, sizeof(*reader));
	aud_trail_path(name, path);
	reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (reader->fd < 0)
		return false;
	reader->offset = offset;
	reader->data = palloc(AUD_LINE_MAX + 1);
	reader->line = reader->data;
	return true;
}

void
aud_lines_close(AudLines *reader)
{
	pfree(reader->data);
	close(reader->fd);
}

bool
aud_lines_fill(AudLines *reader)
{
	size_t  kept = reader->data + reader->len - reader->line;
	ssize_t n;

	memmove(reader->data, reader->line, kept);
	reader->line = reader->data;
	reader->len = kept;
	if (kept >= AUD_LINE_MAX)
		return false;
	n = pread(reader->fd,
			  reader->data + kept,
			  AUD_LINE_MAX - kept,
			  (off_t) (reader->offset + kept));
	if (n <= 0)
		return false;
	reader->len += (size_t) n;
	return true;
}

bool
aud_lines_next(AudLines *reader)
{
	if (reader->line_len > 0)
	{
		reader->line += reader->line_len + 1;
		reader->offset += reader->line_len + 1;
		reader->line_len = 0;
	}
	for (;;)
	{
		size_t left = reader->data + reader->len - reader->line;
		char  *newline = memchr(reader->line, '\n', left);

		if (newline != NULL)
		{
			*newline = '\0';
			reader->line_len = newline - reader->line;
			return reader->line_len > 0;
		}
		if (!aud_lines_fill(reader))
			return false;
	}
}

uint64
aud_lines_number(const char *line, const char *key)
{
	const char *value = aud_trail_key(line, key);

	return value ? strtoull(value, NULL, 10) : 0;
}

/* Read a file's first line; the caller frees it. */
static char *
first_line(const char *name)
{
	AudLines reader;
	char    *line = NULL;

	if (!aud_lines_open(&reader, name, 0))
		return NULL;
	if (aud_lines_next(&reader))
		line = pstrdup(reader.line);
	aud_lines_close(&reader);
	return line;
}

bool
aud_trail_last_log_id(char *log_id)
{
	AudTrailEntry *entries;
	int            count;

	if (!aud_trail_list(&entries, &count))
		return false;
	for (int i = count - 1; i >= 0; i--)
	{
		char       *line = first_line(entries[i].name);
		const char *log = line ? aud_trail_key(line, "log") : NULL;
		const char *sys = line ? aud_trail_key(line, "system_identifier") : NULL;

		if (log == NULL || sys == NULL ||
			strspn(log, "0123456789abcdef") != AUD_LOG_ID_CHARS)
			continue;
		if (strtoull(sys, NULL, 10) != GetSystemIdentifier())
			return false;
		strlcpy(log_id, log, AUD_LOG_ID_CHARS + 1);
		return true;
	}
	return false;
}

bool
aud_trail_read_opening(const char *name, AudOpening *opening)
{
	char       *line = first_line(name);
	const char *h;
	bool        ours;

	memset(opening, 0, sizeof(*opening));
	if (line == NULL)
		return false;
	ours = strstr(line, ",\"event\":\"audit.open\",") != NULL;
	opening->prev_seq = aud_lines_number(line, "prev_seq");
	h = aud_trail_key(line, "prev_h");
	if (h != NULL)
		strlcpy(opening->prev_h, h, sizeof(opening->prev_h));
	pfree(line);
	return ours;
}
