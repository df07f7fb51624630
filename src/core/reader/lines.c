/*-------------------------------------------------------------------------
 *
 * lines.c
 *	  The lines of one file.  See reader.h for the contract.
 *
 * A line is searched for its newline once only: "scanned" remembers how far
 * earlier calls came.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/search/find.h"

/* below malloc's threshold for mmap: opening many small files stays cheap */
#define FIRST_CAP (64 * 1024)

/* bytes of a block: what stays in a processor's second cache */
#define AUD_READER_BLOCK (256 * 1024)

bool
aud_reader_open(AudReader *r, const char *path, AudError *err)
{
	memset(r, 0, sizeof(*r));
	if (!aud_source_open(&r->source, path, err))
		return false;
	r->buf = malloc(FIRST_CAP);
	if (r->buf == NULL)
	{
		aud_error_set(err, ENOMEM, "could not read file \"%s\"", path);
		aud_reader_close(r);
		return false;
	}
	r->cap = FIRST_CAP;
	r->limit = AUD_READER_ALL;
	return true;
}

void
aud_reader_close(AudReader *r)
{
	aud_source_close(&r->source);
	free(r->buf);
	memset(r, 0, sizeof(*r));
	r->source.fd = -1;
}

bool
aud_reader_is_gone(const char *path, const AudError *err)
{
	struct stat st;

	return err->sys_errno == ENOENT && lstat(path, &st) != 0 && errno == ENOENT;
}

void
aud_reader_limit(AudReader *r, uint64_t bytes)
{
	r->limit = bytes;
}

bool
aud_reader_seek(AudReader *r, uint64_t offset, uint64_t number, AudError *err)
{
	if (!aud_source_seek(&r->source, offset, err))
		return false;
	r->start = r->scanned = r->end = 0;
	r->offset = offset;
	r->line = number - 1;
	r->skipping = false;
	return true;
}

/* Move what is left to the front of the buffer and make room behind it. */
static bool
make_room(AudReader *r, AudError *err)
{
	char *bigger;

	if (r->start > 0)
	{
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->scanned -= r->start;
		r->start = 0;
	}
	if (r->end < r->cap)
		return true;

	bigger = realloc(r->buf, r->cap * 2);
	if (bigger == NULL)
	{
		aud_error_set(err, ENOMEM, "could not read a long line");
		return false;
	}
	r->buf = bigger;
	r->cap *= 2;
	return true;
}

/* Read once more.  AUD_READ_LINE here means: something was read. */
static AudReadStatus
fill(AudReader *r, AudError *err)
{
	uint64_t at = r->offset + (r->end - r->start);
	size_t   room;
	ssize_t  got;

	if (!make_room(r, err))
		return AUD_READ_ERROR;
	if (at >= r->limit)
		return AUD_READ_END;
	room = r->cap - r->end;
	if (room > r->limit - at)
		room = (size_t) (r->limit - at);
	got = aud_source_read(&r->source, r->buf + r->end, room, err);
	if (got < 0)
		return AUD_READ_ERROR;
	if (got == 0)
		return AUD_READ_END;
	r->end += (size_t) got;
	return AUD_READ_LINE;
}

/* Hand out buf[start .. start + len), which "taken" bytes of it stood for. */
static void
take(AudReader *r, AudLine *line, size_t len, size_t taken)
{
	line->data = r->buf + r->start;
	line->len = len;
	line->number = ++r->line;
	line->offset = r->offset;
	line->oversized = false;
	r->start += taken;
	r->offset += taken;
	r->scanned = r->start;
}

/* Forget bytes of an oversized line; true once its newline is behind us. */
static bool
skip_rest(AudReader *r)
{
	char  *nl = memchr(r->buf + r->start, '\n', r->end - r->start);
	size_t n = nl ? (size_t) (nl + 1 - (r->buf + r->start)) : r->end - r->start;

	r->start += n;
	r->offset += n;
	r->scanned = r->start;
	r->skipping = nl == NULL;
	return nl != NULL;
}

AudReadStatus
aud_reader_next(AudReader *r, AudLine *line, AudError *err)
{
	for (;;)
	{
		AudReadStatus status;

		if (r->end > r->scanned && (!r->skipping || skip_rest(r)))
		{
			char *nl = memchr(r->buf + r->scanned, '\n', r->end - r->scanned);

			if (nl != NULL)
			{
				size_t len = (size_t) (nl - (r->buf + r->start));

				take(r, line, len, len + 1);
				return AUD_READ_LINE;
			}
			r->scanned = r->end;
			if (r->end - r->start >= AUD_READER_LINE_MAX)
			{
				take(r, line, AUD_READER_LINE_MAX, AUD_READER_LINE_MAX);
				line->oversized = true;
				r->skipping = true;
				return AUD_READ_LINE;
			}
		}
		status = fill(r, err);
		if (status != AUD_READ_LINE)
			return status;
	}
}

/* Read until the block is full, or there is no more for now. */
static AudReadStatus
fill_block(AudReader *r, AudError *err)
{
	AudReadStatus status = AUD_READ_LINE;

	while (r->end - r->start < AUD_READER_BLOCK && status == AUD_READ_LINE)
		status = fill(r, err);
	return status;
}

AudReadStatus
aud_reader_block(AudReader *r, AudLine *block, AudError *err)
{
	char  *last;
	size_t len;

	if (r->skipping)
		return aud_reader_next(r, block, err);
	if (fill_block(r, err) == AUD_READ_ERROR)
		return AUD_READ_ERROR;
	last = memrchr(r->buf + r->start, '\n', r->end - r->start);
	if (last == NULL)
		return aud_reader_next(r, block, err);
	len = (size_t) (last - (r->buf + r->start));
	take(r, block, len, len + 1);
	r->line += aud_count_newlines(block->data, len);
	return AUD_READ_LINE;
}

bool
aud_reader_partial(const AudReader *r, AudLine *line)
{
	if (r->end == r->start || r->skipping)
		return false;
	line->data = r->buf + r->start;
	line->len = r->end - r->start;
	line->number = r->line + 1;
	line->offset = r->offset;
	line->oversized = false;
	return true;
}

uint64_t
aud_reader_number(const char *path, uint64_t offset)
{
	AudReader r;
	AudError  err = {0};
	AudLine   block;
	uint64_t  number = 0;

	if (!aud_reader_open(&r, path, &err))
		return 0;
	while (aud_reader_block(&r, &block, &err) == AUD_READ_LINE &&
		   block.offset <= offset)
	{
		uint64_t to = offset - block.offset;

		number = block.number +
				 aud_count_newlines(block.data, to < block.len ? to : block.len);
	}
	aud_reader_close(&r);
	return number;
}
