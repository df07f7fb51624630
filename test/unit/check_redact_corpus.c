/*-------------------------------------------------------------------------
 *
 * check_redact_corpus.c
 *	  Each statement of test/redaction is redacted as written below it.
 *
 * test/redaction/README.md has the format.  As in check_redact.c, what is
 * secret contains the letters "hush", so that no mistake in an expected text
 * can hide that a secret was let through.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/redact/redact.h"

#define TEXT_MAX 16384

typedef struct Case
{
	char sql[TEXT_MAX];
	char expected[TEXT_MAX]; /* of a statement that was understood */
	char mistaken[TEXT_MAX]; /* of one that was not; "": the same */
} Case;

/* Append the rest of a line, behind a newline if it is not the first. */
static void
add_line(char *text, const char *line)
{
	if (text[0] != '\0')
		strcat(text, "\n");
	REQUIRE(strlen(text) + strlen(line) + 2 < TEXT_MAX);
	strcat(text, line);
}

static int failed;

static void
check_text(const char *file, const char *sql, const char *expected, bool mistaken)
{
	AudRedactPolicy policy = {.all_literals = mistaken};
	char            storage[2 * TEXT_MAX];
	AudBuf          out;

	aud_buf_init(&out, storage, sizeof(storage));
	(void) aud_redact_sql(&out, &policy, sql, strlen(sql));
	if (strcmp(out.data, expected) != 0)
	{
		fprintf(stderr, "%s: %s\n  is %s\nnot %s\n", file, sql, out.data, expected);
		failed++;
	}
	failed += strstr(out.data, "hush") != NULL;

	/* what has been redacted stays as it is */
	aud_buf_init(&out, storage, sizeof(storage));
	(void) aud_redact_sql(&out, &policy, expected, strlen(expected));
	if (!mistaken && strcmp(out.data, expected) != 0)
	{
		fprintf(stderr, "%s: again: %s\n  is %s\n", file, expected, out.data);
		failed++;
	}
}

static void
check_case(const char *file, const Case *c)
{
	check_text(file, c->sql, c->expected, false);
	if (c->mistaken[0] != '\0')
		check_text(file, c->sql, c->mistaken, true);
}

/* How many statements a file has. */
static int
check_file(const char *file)
{
	static Case c;
	char        line[TEXT_MAX];
	FILE       *f = fopen(file, "r");
	int         count = 0;

	REQUIRE(f != NULL);
	memset(&c, 0, sizeof(c));
	while (fgets(line, sizeof(line), f) != NULL)
	{
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (strcmp(line, "==") == 0)
			strcpy(c.expected, c.sql);
		else if (strncmp(line, "=> ", 3) == 0)
			add_line(c.expected, line + 3);
		else if (strncmp(line, "=! ", 3) == 0)
			add_line(c.mistaken, line + 3);
		else if (line[0] != '\0')
			add_line(c.sql, line);
		else if (c.sql[0] != '\0')
		{
			check_case(file, &c);
			memset(&c, 0, sizeof(c));
			count++;
		}
	}
	fclose(f);
	ck_assert_msg(c.sql[0] == '\0', "%s ends with an empty line", file);
	return count;
}

START_TEST(each_statement_is_redacted_as_it_is_written)
{
	glob_t files;
	int    count = 0;

	REQUIRE(glob("test/redaction/*.sql", 0, NULL, &files) == 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		count += check_file(files.gl_pathv[i]);
	globfree(&files);
	ck_assert_int_eq(failed, 0);
	ck_assert_int_ge(count, 150);
}
END_TEST

static Suite *
redact_corpus_suite(void)
{
	Suite *s = suite_create("redact_corpus");
	TCase *tc = tcase_create("redact_corpus");

	tcase_add_test(tc, each_statement_is_redacted_as_it_is_written);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(redact_corpus);
