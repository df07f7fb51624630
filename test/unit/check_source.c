/*-------------------------------------------------------------------------
 *
 * check_source.c
 *	  The bytes of a trail's file, plain and compressed.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "core/reader/reader.h"
#include "unit.h"

/* Enough for several buffers, and for a seek that is not a near one. */
#define TEXT_BYTES 3000000

static char  dir[64];
static char *text;

/* Lines of growing numbers: no two stretches are alike. */
static void
setup(void)
{
	size_t len = 0;

	strcpy(dir, "/tmp/secaudit-source-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	text = malloc(TEXT_BYTES + 64);
	ck_assert_ptr_nonnull(text);
	for (int i = 0; len < TEXT_BYTES; i++)
		len += (size_t)
			sprintf(text + len, "{\"n\":%d,\"r\":%d}\n", i, i * 7919 % 9973);
}

static void
teardown(void)
{
	char command[128];

	free(text);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
append(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(path_of(name), "ab");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

/* One frame with content size and checksum; "known": does it say its size? */
static void
append_frame(const char *name, const char *data, size_t len, bool known)
{
	ZSTD_CCtx     *context = ZSTD_createCCtx();
	size_t         cap = ZSTD_compressBound(len);
	char          *packed = malloc(cap);
	ZSTD_inBuffer  from = {data, len, 0};
	ZSTD_outBuffer to = {packed, cap, 0};

	ck_assert_ptr_nonnull(packed);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, known);
	ck_assert_uint_eq(ZSTD_compressStream2(context, &to, &from, ZSTD_e_end), 0);
	append(name, packed, to.pos);
	ZSTD_freeCCtx(context);
	free(packed);
}

static void
append_member(const char *name, const char *data, size_t len)
{
	z_stream z = {.next_in = (Bytef *) data, .avail_in = (uInt) len};
	size_t   cap = len + len / 100 + 1000;
	char    *packed = malloc(cap);

	ck_assert_ptr_nonnull(packed);
	ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
	z.next_out = (Bytef *) packed;
	z.avail_out = (uInt) cap;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	append(name, packed, cap - z.avail_out);
	deflateEnd(&z);
	free(packed);
}

/* The text in frames of a megabyte, as a seekable archive has it. */
static void
append_frames(const char *name)
{
	for (size_t at = 0; at < TEXT_BYTES; at += 1000000)
		append_frame(name, text + at, 1000000, true);
}

static void
append_skippable(const char *name, unsigned len)
{
	unsigned char header[8] = {0x5E, 0x2A, 0x4D, 0x18, len & 255, len >> 8, 0, 0};

	append(name, header, sizeof(header));
	append(name, text, len);
}

static AudSource
open_source(const char *name)
{
	AudSource s;
	AudError  err = {0};

	ck_assert_msg(aud_source_open(&s, path_of(name), &err), "%s", err.message);
	return s;
}

/* Read to the end in pieces of so many bytes: how many are the text's? */
static size_t
read_all(AudSource *s, size_t piece, AudError *err)
{
	char   *buf = malloc(piece);
	size_t  len = 0;
	ssize_t got;

	ck_assert_ptr_nonnull(buf);
	while ((got = aud_source_read(s, buf, piece, err)) > 0)
	{
		ck_assert_int_eq(memcmp(buf, text + len, (size_t) got), 0);
		len += (size_t) got;
		ck_assert_uint_eq(s->at, len);
	}
	ck_assert_int_eq(got, err->set ? -1 : 0);
	/* and it stays so */
	ck_assert_int_eq(aud_source_read(s, buf, piece, err), got);
	free(buf);
	return len;
}

static size_t
read_file(const char *name, size_t piece, AudError *err)
{
	AudSource s = open_source(name);
	size_t    len = read_all(&s, piece, err);

	aud_source_close(&s);
	ck_assert_int_eq(s.fd, -1);
	return len;
}

/* What is said of a damaged archive whose text ends after so many bytes. */
static const char *
why_damaged(const char *name)
{
	static AudError err;
	const char     *why;

	memset(&err, 0, sizeof(err));
	read_file(name, 65536, &err);
	ck_assert(err.set);
	ck_assert_int_eq(err.sys_errno, 0);
	ck_assert_ptr_nonnull(strstr(err.message, path_of(name)));
	why = strstr(err.message, "is damaged: ");
	ck_assert_ptr_nonnull(why);
	return why + strlen("is damaged: ");
}

static void
make_all(void)
{
	append("a.jsonl", text, TEXT_BYTES);
	append_frame("b.jsonl.zst", text, TEXT_BYTES, true);
	append_frame("c.jsonl.zst", text, TEXT_BYTES, false);
	append_frames("d.jsonl.zst");
	append_skippable("d.jsonl.zst", 300);
	append_member("e.jsonl.gz", text, TEXT_BYTES);
	append_member("f.jsonl.gz", text, 1000);
	append_member("f.jsonl.gz", text + 1000, TEXT_BYTES - 1000);
	append_skippable("g.jsonl.zst", 10);
	append_frame("g.jsonl.zst", text, TEXT_BYTES, true);
}

static const char *const all[] = {
	"a.jsonl",
	"b.jsonl.zst",
	"c.jsonl.zst",
	"d.jsonl.zst",
	"e.jsonl.gz",
	"f.jsonl.gz",
	"g.jsonl.zst",
};

START_TEST(every_form_reads_as_what_was_written)
{
	AudError err = {0};

	make_all();
	ck_assert_uint_eq(read_file(all[_i], 65536, &err), TEXT_BYTES);
	ck_assert_uint_eq(read_file(all[_i], 4 * TEXT_BYTES, &err), TEXT_BYTES);
	ck_assert_uint_eq(read_file(all[_i], 997, &err), TEXT_BYTES);
	ck_assert(!err.set);
}
END_TEST

START_TEST(every_form_seeks_to_any_place)
{
	static const uint64_t places[] = {
		2999999,
		0,
		1,
		2500000,
		999999,
		1000000,
		1000001,
		1500000,
		1500001,
		10,
		TEXT_BYTES,
		TEXT_BYTES + 5000,
		2000000,
	};
	AudSource s;
	AudError  err = {0};
	char      buf[100];

	make_all();
	s = open_source(all[_i]);
	for (size_t i = 0; i < COUNT(places); i++)
	{
		size_t want = places[i] >= TEXT_BYTES        ? 0
					  : TEXT_BYTES - places[i] < 100 ? TEXT_BYTES - places[i]
													 : 100;

		ck_assert(aud_source_seek(&s, places[i], &err));
		ck_assert_uint_eq(s.at, places[i]);
		ck_assert_int_eq(aud_source_read(&s, buf, sizeof(buf), &err), want);
		ck_assert_int_eq(memcmp(buf, text + places[i], want), 0);
	}
	aud_source_close(&s);
}
END_TEST

START_TEST(sizes_are_known_where_the_frames_say_them)
{
	static const bool known[] = {true, true, false, true, false, false, true};
	AudSource         s;
	uint64_t          bytes;

	make_all();
	s = open_source(all[_i]);
	ck_assert_int_eq(aud_source_size(&s, &bytes), known[_i]);
	if (known[_i])
		ck_assert_uint_eq(bytes, TEXT_BYTES);
	ck_assert_uint_eq(s.at, 0);
	aud_source_close(&s);
}
END_TEST

START_TEST(a_plain_file_may_grow)
{
	AudSource s;
	AudError  err = {0};
	char      buf[10];

	append("a.jsonl", text, 5);
	s = open_source("a.jsonl");
	ck_assert_int_eq(aud_source_read(&s, buf, 10, &err), 5);
	ck_assert_int_eq(aud_source_read(&s, buf, 10, &err), 0);
	append("a.jsonl", text + 5, 3);
	ck_assert_int_eq(aud_source_read(&s, buf, 10, &err), 3);
	aud_source_close(&s);
}
END_TEST

START_TEST(names_and_bytes_tell_the_form)
{
	AudSource s;
	size_t    stem;

	ck_assert_int_eq(aud_source_kind_of_name("x.jsonl", &stem), AUD_SOURCE_PLAIN);
	ck_assert_uint_eq(stem, 7);
	ck_assert_int_eq(aud_source_kind_of_name("x.jsonl.zst", &stem),
					 AUD_SOURCE_ZSTD);
	ck_assert_uint_eq(stem, 7);
	ck_assert_int_eq(aud_source_kind_of_name("x.jsonl.gz", &stem),
					 AUD_SOURCE_GZIP);
	ck_assert_uint_eq(stem, 7);

	append_frame("copy", text, 100, true);
	s = open_source("copy");
	ck_assert_int_eq(s.kind, AUD_SOURCE_ZSTD);
	aud_source_close(&s);
	append_member("copy2", text, 100);
	s = open_source("copy2");
	ck_assert_int_eq(s.kind, AUD_SOURCE_GZIP);
	aud_source_close(&s);

	/* named as plain, it is never decompressed */
	append_frame("a.jsonl", text, 100, true);
	s = open_source("a.jsonl");
	ck_assert_int_eq(s.kind, AUD_SOURCE_PLAIN);
	aud_source_close(&s);

	append("a.jsonl.zst", text, 100);
	ck_assert_str_eq(why_damaged("a.jsonl.zst"), "Unknown frame descriptor");
	append("a.jsonl.gz", text, 100);
	ck_assert_str_eq(why_damaged("a.jsonl.gz"), "incorrect header check");
}
END_TEST

START_TEST(a_file_that_was_archived_meanwhile_is_found)
{
	AudSource s;
	AudError  err = {0};

	append_frame("a.jsonl.zst", text, 100, true);
	ck_assert_uint_eq(read_file("a.jsonl", 1000, &err), 100);
	append_member("b.jsonl.gz", text, 100);
	ck_assert_uint_eq(read_file("b.jsonl", 1000, &err), 100);
	ck_assert(!err.set);
	ck_assert(!aud_source_open(&s, path_of("c.jsonl"), &err));
	ck_assert_int_eq(err.sys_errno, ENOENT);
	ck_assert_int_eq(s.fd, -1);
}
END_TEST

START_TEST(only_regular_files_are_opened)
{
	AudSource s;
	AudError  err = {0};

	ck_assert_int_eq(mkfifo(path_of("a.jsonl.zst"), 0600), 0);
	ck_assert(!aud_source_open(&s, path_of("a.jsonl.zst"), &err));
	ck_assert_ptr_nonnull(strstr(err.message, "is not a regular file"));
	ck_assert_int_eq(s.fd, -1);
}
END_TEST

START_TEST(empty_contents_are_no_damage_but_an_empty_archive_is)
{
	AudError err = {0};

	append("a.jsonl", "", 0);
	append_frame("b.jsonl.zst", "", 0, true);
	append_member("c.jsonl.gz", "", 0);
	ck_assert_uint_eq(read_file("a.jsonl", 10, &err), 0);
	ck_assert_uint_eq(read_file("b.jsonl.zst", 10, &err), 0);
	ck_assert_uint_eq(read_file("c.jsonl.gz", 10, &err), 0);
	ck_assert(!err.set);

	append("d.jsonl.zst", "", 0);
	append("e.jsonl.gz", "", 0);
	ck_assert_str_eq(why_damaged("d.jsonl.zst"), "it is empty");
	ck_assert_str_eq(why_damaged("e.jsonl.gz"), "it is empty");
}
END_TEST

/* At each length but that of whole frames. */
START_TEST(an_archive_that_was_cut_is_told_from_one_that_ends)
{
	const char *name = _i == 0 ? "a.jsonl.zst" : "a.jsonl.gz";
	struct stat first;
	struct stat both;

	for (int i = 0; i < 2; i++)
	{
		if (_i == 0)
			append_frame(name, text + 1000 * i, 1000, true);
		else
			append_member(name, text + 1000 * i, 1000);
		ck_assert_int_eq(stat(path_of(name), i == 0 ? &first : &both), 0);
	}
	for (off_t len = both.st_size - 1; len > 0; len--)
	{
		ck_assert_int_eq(truncate(path_of(name), len), 0);
		if (len != first.st_size)
			ck_assert_str_eq(why_damaged(name), "it ends before its contents do");
		else
		{
			AudError err = {0};

			ck_assert_uint_eq(read_file(name, 10000, &err), 1000);
			ck_assert(!err.set);
		}
	}
}
END_TEST

/*
 * What libzstd makes of these depends on how much room it has: a frame of 256
 * bytes, says its header, whose only block is empty; a frame of zstd 0.7.
 */
START_TEST(frames_that_read_this_way_or_that_are_damaged)
{
	static const char short_one[] = "\x28\xB5\x2F\xFD\x40\x58\0\0\1\0\0";
	static const char old[28] =
		"\x27\xB5\x2F\xFD\x40\0\0\0\x58\x28\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1";
	static const size_t pieces[] = {1, 100, 256, 65536};

	append_frame("t.zst", text, 1000, true);
	append("t.zst", _i == 0 ? short_one : old, _i == 0 ? 11 : sizeof(old));
	append_frame("t.zst", text + 1000, 1000, true);
	for (size_t i = 0; i < 4; i++)
	{
		AudSource s = open_source("t.zst");
		AudError  err = {0};

		ck_assert_uint_le(read_all(&s, pieces[i], &err), 1000);
		ck_assert_msg(err.set, "pieces of %zu", pieces[i]);
		ck_assert_ptr_nonnull(strstr(err.message, "is damaged"));
		aud_source_close(&s);
	}
}
END_TEST

/*
 * The checksums see to it.  zstd has bits that mean nothing, so that the text
 * is what was written all the same.
 */
START_TEST(no_flipped_byte_of_an_archive_changes_what_it_says)
{
	const char *name = _i == 0 ? "a.jsonl.zst" : "a.jsonl.gz";
	char        packed[1000];
	size_t      len;
	FILE       *f;

	if (_i == 0)
		append_frame(name, text, 500, true);
	else
		append_member(name, text, 500);
	f = fopen(path_of(name), "r");
	ck_assert_ptr_nonnull(f);
	len = fread(packed, 1, sizeof(packed), f);
	fclose(f);
	for (size_t i = 0; i < len; i++)
	{
		AudError  err = {0};
		AudSource source;
		char      buf[2000];
		ssize_t   got;

		/* gzip's header: a time, the compressor's level, its system */
		if (_i == 1 && i >= 4 && i < 10)
			continue;
		packed[i] ^= 0x08;
		f = fopen(path_of(name), "w");
		ck_assert_ptr_nonnull(f);
		ck_assert_uint_eq(fwrite(packed, 1, len, f), len);
		fclose(f);
		packed[i] ^= 0x08;
		source = open_source(name);
		got = aud_source_read(&source, buf, sizeof(buf), &err);
		if (got < 0 || aud_source_read(&source, buf + got, 1, &err) != 0)
			ck_assert(err.set);
		else
			ck_assert_msg(got == 500 && memcmp(buf, text, 500) == 0, "byte %zu", i);
		aud_source_close(&source);
	}
}
END_TEST

START_TEST(what_stands_before_a_damage_is_handed_out)
{
	AudError err = {0};

	append_frame("a.jsonl.zst", text, 1000000, true);
	append("a.jsonl.zst", text, 100);
	ck_assert_uint_eq(read_file("a.jsonl.zst", 65536, &err), 1000000);
	ck_assert(err.set);
}
END_TEST

START_TEST(a_seek_past_a_damaged_frame_finds_the_next)
{
	AudSource   s;
	AudError    err = {0};
	char        buf[10];
	struct stat st;
	FILE       *f;

	append_frame("a.jsonl.zst", text, 1000000, true);
	ck_assert_int_eq(stat(path_of("a.jsonl.zst"), &st), 0);
	append_frame("a.jsonl.zst", text + 1000000, 1500000, true);
	f = fopen(path_of("a.jsonl.zst"), "r+");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, st.st_size - 3, SEEK_SET), 0);
	ck_assert_uint_eq(fwrite("xy", 1, 2, f), 2);
	fclose(f);

	s = open_source("a.jsonl.zst");
	ck_assert(aud_source_seek(&s, 2000000, &err));
	ck_assert_int_eq(aud_source_read(&s, buf, 10, &err), 10);
	ck_assert_int_eq(memcmp(buf, text + 2000000, 10), 0);
	ck_assert(aud_source_seek(&s, 500000, &err));
	while (aud_source_read(&s, buf, 10, &err) > 0)
		;
	ck_assert_ptr_nonnull(
		strstr(err.message, "Restored data doesn't match checksum"));
	aud_source_close(&s);
}
END_TEST

START_TEST(lines_of_an_archive_are_those_of_the_file)
{
	AudReader plain;
	AudReader packed;
	AudLine   a;
	AudLine   b;
	AudLine   kept = {0};

	make_all();
	ck_assert(aud_reader_open(&plain, path_of("a.jsonl"), NULL));
	ck_assert(aud_reader_open(&packed, path_of(all[_i]), NULL));
	while (aud_reader_next(&plain, &a, NULL) == AUD_READ_LINE)
	{
		if (aud_reader_next(&packed, &b, NULL) != AUD_READ_LINE ||
			a.offset != b.offset || a.number != b.number || a.len != b.len ||
			memcmp(a.data, b.data, a.len) != 0)
			ck_abort_msg("line %llu", (unsigned long long) a.number);
		if (a.number == 1000)
			kept = b;
	}
	ck_assert_int_eq(aud_reader_next(&packed, &b, NULL), AUD_READ_END);
	ck_assert(aud_reader_seek(&packed, kept.offset, kept.number, NULL));
	ck_assert_int_eq(aud_reader_next(&packed, &b, NULL), AUD_READ_LINE);
	ck_assert_int_eq(memcmp(b.data, text + kept.offset, b.len), 0);
	aud_reader_limit(&packed, kept.offset);
	ck_assert(aud_reader_seek(&packed, 0, 1, NULL));
	while (aud_reader_next(&packed, &b, NULL) == AUD_READ_LINE)
		;
	ck_assert_uint_eq(packed.line, kept.number - 1);
	aud_reader_close(&plain);
	aud_reader_close(&packed);
}
END_TEST

static Suite *
source_suite(void)
{
	Suite *s = suite_create("source");
	TCase *t = tcase_create("source");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, every_form_reads_as_what_was_written, 0, COUNT(all));
	tcase_add_loop_test(t, every_form_seeks_to_any_place, 0, COUNT(all));
	tcase_add_loop_test(t,
						sizes_are_known_where_the_frames_say_them,
						0,
						COUNT(all));
	tcase_add_test(t, a_plain_file_may_grow);
	tcase_add_test(t, names_and_bytes_tell_the_form);
	tcase_add_test(t, a_file_that_was_archived_meanwhile_is_found);
	tcase_add_test(t, only_regular_files_are_opened);
	tcase_add_test(t, empty_contents_are_no_damage_but_an_empty_archive_is);
	tcase_add_loop_test(t, an_archive_that_was_cut_is_told_from_one_that_ends, 0, 2);
	tcase_add_loop_test(t, frames_that_read_this_way_or_that_are_damaged, 0, 2);
	tcase_add_loop_test(t, no_flipped_byte_of_an_archive_changes_what_it_says, 0, 2);
	tcase_add_test(t, what_stands_before_a_damage_is_handed_out);
	tcase_add_test(t, a_seek_past_a_damaged_frame_finds_the_next);
	tcase_add_loop_test(t,
						lines_of_an_archive_are_those_of_the_file,
						0,
						COUNT(all));
	suite_add_tcase(s, t);
	return s;
}

UNIT_SUITE(source);
