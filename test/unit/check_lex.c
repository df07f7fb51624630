/*-------------------------------------------------------------------------
 *
 * check_lex.c
 *	  Tokens of SQL text.  What is made of them is tested in check_redact.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "core/lex.h"

/* Where the statement begins: at the first '^' of the text, left out of it. */
static const char *const starts[] = {
	"^",
	"^SELECT 1",
	" \t\r\n\f\v;;^SELECT 1",
	"/* a */^SELECT 1",
	"/* a /* b */ c */ ; ^SELECT 1",
	"/* /* */ */^SELECT 1",
	"/**//***//*/**/*/^x",
	"-- a\n^SELECT 1",
	"-- a\r^SELECT 1",
	"-- /* a\n^SELECT 1",
	"/* -- */^SELECT 1",
	"/* ' */^'/*'",
	" ; -- a^",
	" ; /* a */ ^",
	"; ^/* a",
	"; ^/* a /* b */",
	"^- 1",
	"^/ 1",
	"^*/",
};

START_TEST(a_statement_begins_behind_blanks_semicolons_and_comments)
{
	size_t at = strcspn(starts[_i], "^");
	size_t len = strlen(starts[_i]) - 1;
	char  *text = malloc(len ? len : 1);

	memcpy(text, starts[_i], at);
	memcpy(text + at, starts[_i] + at + 1, len - at);
	ck_assert_uint_eq(aud_lex_statement_start(text, len), at);
	free(text);
}
END_TEST

static const struct
{
	const char *sql;
	const char *kinds; /* one letter a token, see below */
} texts[] = {
	{"", ""},
	{"SELECT a.b, \"c\"\"d\" FROM t", "w w.w,q w w"},
	{"$1 $22 $ a$1 $x", "p p o w ow"},
	{"'it''s' E'it\\'s' $q$it's$q$ $$'$$ U&'x''' B'1' x'F' N'n'",
	 "s s s s s s s s"},
	{"'a' -- it's\n 'b'", "s"},
	{"'a' 'b'", "s s"},
	{"1 1.5e10 1x$1 .5", "n n n .n"},
	{"a->>b /* don't */ || c -- d", "wow o w"},
	{"a=-- '\n'x'", "wos"},
	{"'open", "s"},
	{"$q$ open $Q$", "s"},
	{"/* open /* */ 'x'", ""},
};

START_TEST(tokens_are_those_of_the_server)
{
	AudLevel level;
	AudToken tok;
	size_t   len = strlen(texts[_i].sql);
	char    *text = malloc(len ? len : 1);
	size_t   pos = 0;

	memcpy(text, texts[_i].sql, len);
	aud_lex_source(&level, text, len);
	for (const char *kind = texts[_i].kinds;; kind++)
	{
		kind += *kind == ' ';
		aud_lex_token(&level, &pos, &tok);
		if (tok.kind == AUD_TOK_PUNCT)
			ck_assert_int_eq(*kind, tok.text[0]);
		else
			ck_assert_msg(*kind == "\0wqsnpo"[tok.kind],
						  "%s: token %d where a '%c' is expected",
						  texts[_i].sql,
						  (int) tok.kind,
						  *kind);
		ck_assert(tok.start <= tok.end && tok.end <= len);
		if (tok.kind == AUD_TOK_END)
			break;
	}
	free(text);
}
END_TEST

START_TEST(the_text_of_a_literal_is_read_through_its_quotes)
{
	const char *sql = "SELECT E'it\\'s ''a''\\u0041'";
	AudLevel    level;
	AudLevel    inner;
	AudToken    tok;
	size_t      pos = 0;
	char        text[32];

	aud_lex_source(&level, sql, strlen(sql));
	aud_lex_token(&level, &pos, &tok);
	ck_assert_str_eq(tok.text, "select");
	aud_lex_token(&level, &pos, &tok);
	ck_assert_int_eq(tok.kind, AUD_TOK_STRING);
	aud_lex_inside(&inner, &level, &tok);
	ck_assert(aud_lex_copy(&inner, tok.body, text, sizeof(text)));
	ck_assert_str_eq(text, "it's 'a'a");
	ck_assert(!aud_lex_copy(&inner, tok.body, text, 5));
	ck_assert_str_eq(text, "it's");
}
END_TEST

static Suite *
lex_suite(void)
{
	Suite *s = suite_create("lex");
	TCase *tc = tcase_create("lex");

	tcase_add_loop_test(tc,
						a_statement_begins_behind_blanks_semicolons_and_comments,
						0,
						COUNT(starts));
	tcase_add_loop_test(tc, tokens_are_those_of_the_server, 0, COUNT(texts));
	tcase_add_test(tc, the_text_of_a_literal_is_read_through_its_quotes);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(lex);
