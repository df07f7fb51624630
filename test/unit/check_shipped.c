/*-------------------------------------------------------------------------
 *
 * check_shipped.c
 *	  Up to where a trail has been shipped.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/shipped.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define LOG "a1c73cc7a714f288"

static char dir[64];

static const AudShipped sample = {
	.log = LOG,
	.seq = 88213,
	.file = "secaudit-20260131T000000Z-000041.jsonl",
	.time = "2026-01-31T23:59:59Z",
};

static void
setup(void)
{
	strcpy(dir, "/tmp/secaudit-shipped-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *log)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/secaudit.shipped.%s", dir, log);
	return path;
}

static size_t
slurp(char *text, size_t size)
{
	FILE  *f = fopen(path_of(LOG), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
	return n;
}

static void
put(const char *text, size_t len)
{
	FILE *f = fopen(path_of(LOG), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

START_TEST(what_was_set_is_read)
{
	AudShipped  read;
	char        text[512];
	struct stat st;

	ck_assert_int_eq(aud_shipped_read(dir, LOG, &read, NULL), AUD_SHIPPED_NONE);
	ck_assert(aud_shipped_write(dir, &sample, NULL));
	ck_assert_int_eq(aud_shipped_read(dir, LOG, &read, NULL), AUD_SHIPPED_READ);
	ck_assert_str_eq(read.log, sample.log);
	ck_assert_uint_eq(read.seq, sample.seq);
	ck_assert_str_eq(read.file, sample.file);
	ck_assert_str_eq(read.time, sample.time);
	slurp(text, sizeof(text));
	ck_assert_str_eq(text,
					 "{\"log\":\"" LOG "\",\"seq\":88213,\"file\":\"secaudit-"
					 "20260131T000000Z-000041.jsonl\",\"time\":\"2026-01-31T23:59:"
					 "59Z\"}\n");
	ck_assert_int_eq(stat(path_of(LOG), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0644);
	ck_assert_int_eq(stat(path_of(LOG ".tmp"), &st), -1);
}
END_TEST

/* Each byte flipped, each length: only another number or time of the same form. */
START_TEST(nothing_but_what_was_set_is_believed)
{
	char   text[512];
	char   bad[512];
	size_t len;

	ck_assert(aud_shipped_write(dir, &sample, NULL));
	len = slurp(text, sizeof(text));
	for (size_t n = 0; n < len; n++)
	{
		AudShipped read;
		AudError   err = {0};

		put(text, n);
		ck_assert_int_eq(aud_shipped_read(dir, LOG, &read, &err),
						 AUD_SHIPPED_FAILED);
		ck_assert(err.set && read.seq == 0);
	}
	for (size_t i = 0; i < len; i++)
	{
		AudShipped       read;
		AudShippedStatus status;

		memcpy(bad, text, len);
		bad[i] ^= 0x40;
		put(bad, len);
		status = aud_shipped_read(dir, LOG, &read, NULL);
		ck_assert_msg(status == AUD_SHIPPED_FAILED, "byte %zu", i);
	}
	memcpy(bad, text, len);
	bad[len] = '\n';
	put(bad, len + 1);
	ck_assert_int_eq(aud_shipped_read(dir, LOG, &(AudShipped){0}, NULL),
					 AUD_SHIPPED_FAILED);
}
END_TEST

START_TEST(only_a_regular_file_of_the_log_is_read)
{
	AudShipped read;
	AudError   err = {0};
	char       other[256];

	strcpy(other, path_of("b1c73cc7a714f288"));
	ck_assert(aud_shipped_write(dir, &sample, NULL));
	ck_assert_int_eq(rename(path_of(LOG), other), 0);
	ck_assert_int_eq(aud_shipped_read(dir, "b1c73cc7a714f288", &read, NULL),
					 AUD_SHIPPED_FAILED);
	ck_assert_int_eq(symlink("secaudit.shipped.b1c73cc7a714f288", path_of(LOG)),
					 0);
	ck_assert_int_eq(aud_shipped_read(dir, LOG, &read, NULL), AUD_SHIPPED_FAILED);
	/* setting it replaces what is there, and writes through no link */
	ck_assert(aud_shipped_write(dir, &sample, NULL));
	ck_assert_int_eq(aud_shipped_read(dir, LOG, &read, NULL), AUD_SHIPPED_READ);
	ck_assert_int_eq(unlink(path_of(LOG)), 0);
	ck_assert_int_eq(mkfifo(path_of(LOG), 0600), 0);
	ck_assert_int_eq(aud_shipped_read(dir, LOG, &read, NULL), AUD_SHIPPED_FAILED);
	ck_assert(!aud_shipped_write("/nonexistent", &sample, &err));
	ck_assert(err.set);
}
END_TEST

static Suite *
shipped_suite(void)
{
	Suite *s = suite_create("shipped");
	TCase *t = tcase_create("shipped");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_was_set_is_read);
	tcase_add_test(t, nothing_but_what_was_set_is_believed);
	tcase_add_test(t, only_a_regular_file_of_the_log_is_read);
	suite_add_tcase(s, t);
	return s;
}

UNIT_SUITE(shipped);
