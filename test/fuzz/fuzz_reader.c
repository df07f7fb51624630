/*-------------------------------------------------------------------------
 *
 * fuzz_reader.c
 *	  Any file is handed out as its lines.
 *
 * The lines and what is behind the last newline are the file, byte for byte,
 * also where the file is taken to end early; a line's offset leads back to it.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/reader/reader.h"
#include "fuzz.h"
#include "fuzz_files.h"

#define NAME "secaudit-20260131T235959Z-000001.jsonl"

/* From its offset the same line comes again. */
static void
check_seek(AudReader *again, const AudLine *line)
{
	AudError err = {0};
	AudLine  same;

	CHECK(aud_reader_seek(again, line->offset, line->number, &err));
	CHECK(aud_reader_next(again, &same, &err) == AUD_READ_LINE);
	CHECK(same.number == line->number && same.offset == line->offset &&
		  same.len == line->len && memcmp(same.data, line->data, line->len) == 0);
}

static void
check_lines(const char *path, const char *file, size_t len, uint64_t limit)
{
	AudError  err = {0};
	AudReader r;
	AudReader again;
	AudLine   line;
	size_t    end = limit < len ? (size_t) limit : len;
	size_t    pos = 0;
	uint64_t  number = 0;

	CHECK(aud_reader_open(&r, path, &err) && aud_reader_open(&again, path, &err));
	aud_reader_limit(&r, limit);
	while (aud_reader_next(&r, &line, &err) == AUD_READ_LINE)
	{
		CHECK(line.offset == pos && line.number == ++number && !line.oversized);
		CHECK(pos + line.len < end &&
			  memcmp(file + pos, line.data, line.len) == 0);
		CHECK(memchr(line.data, '\n', line.len) == NULL);
		CHECK(file[pos + line.len] == '\n');
		pos += line.len + 1;
		check_seek(&again, &line);
	}
	CHECK(!err.set);
	if (aud_reader_partial(&r, &line))
	{
		CHECK(line.offset == pos && line.number == number + 1 && line.len > 0);
		CHECK(memcmp(file + pos, line.data, line.len) == 0);
		pos += line.len;
	}
	CHECK(pos == end);
	aud_reader_close(&r);
	aud_reader_close(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char   *file = (const char *) data;
	AudReaderList list = {0};
	AudError      err = {0};
	const char   *path = fuzz_files_write(NAME, data, size);

	check_lines(path, file, size, AUD_READER_ALL);
	if (size > 0)
		check_lines(path, file, size, data[size - 1] % (size + 1));
	CHECK(aud_reader_list_add(&list, fuzz_files_dir(), &err));
	CHECK(list.count == 1 && list.files[0].number == 1);
	CHECK(strlen(list.files[0].log) < sizeof(list.files[0].log));
	aud_reader_list_free(&list);
	return 0;
}
