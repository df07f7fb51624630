/*-------------------------------------------------------------------------
 *
 * check_redact_modes.c
 *	  What the modes, lists and patterns of redaction hide, and what they
 *	  leave.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/redact/pattern.h"
#include "core/redact/redact.h"
#include "core/redact/token_key.h"

static char   storage[1 << 16];
static AudBuf out;

#define R "<redacted>"

static unsigned int
redact(const AudRedactPolicy *policy, const char *sql)
{
	aud_buf_init(&out, storage, sizeof(storage));
	return aud_redact_sql(&out, policy, sql, strlen(sql));
}

/* ---- literals ------------------------------------------------------------ */

static const AudRedactPolicy literals = {.mode = AUD_REDACT_LITERALS};

static const struct
{
	const char *sql;
	const char *redacted;
} constants[] = {
	{"SELECT 'a', 1.5e10, \"b 1\", $1, c1 FROM t WHERE d = -7",
	 "SELECT '?', ?, \"b 1\", $1, c1 FROM t WHERE d = -?"},
	{"SELECT 1e-5, 1E+5, .5, 0x1F, 1_000, a.b, 1.",
	 "SELECT ?, ?, ?, ?, ?, a.b, ?"},
	{"SELECT E'a\\'b', U&'c', X'1F', b'01', 'd'\n'e', N'n', f",
	 "SELECT '?', '?', X'?', b'?', '?', '?', f"},
	{"SELECT $$a'b$$, $x$ $$c$$ $x$, ''", "SELECT '?', '?', '?'"},
	{"SELECT TRUE, false, NULL", "SELECT TRUE, false, NULL"},
	{"SELECT 'open", "SELECT '?'"},
	{"SELECT 1", "SELECT ?"},
	{"", ""},
	{"CREATE TABLE t (a varchar(20) DEFAULT 'x')",
	 "CREATE TABLE t (a varchar(?) DEFAULT '?')"},
	{"SELECT date '2020-01-01', 'x'::text", "SELECT date '?', '?'::text"},
	/* values of variables need no quotes */
	{"SET app.w = joe; SET work_mem = mine", "SET app.w = ?; SET work_mem = mine"},
	{"SET LOCAL app.w TO joe, \"Jim\", 5, 'x', -7; SELECT a.b = c",
	 "SET LOCAL app.w TO ?, ?, ?, '?', -?; SELECT a.b = c"},
	{"SET app.w TO DEFAULT; SET app.w = true",
	 "SET app.w TO DEFAULT; SET app.w = true"},
	{"ALTER ROLE bob IN DATABASE d SET app.w = joe",
	 "ALTER ROLE bob IN DATABASE d SET app.w = ?"},
	{"CREATE FUNCTION f() RETURNS int SET app.w = joe, jim LANGUAGE sql AS 'SELECT 1'",
	 "CREATE FUNCTION f() RETURNS int SET app.w = ?, ? LANGUAGE sql AS 'SELECT ?'"},
	{"UPDATE t SET a.b = c, d = e WHERE f.g = h",
	 "UPDATE t SET a.b = c, d = e WHERE f.g = h"},
	{"DO $$BEGIN SET app.w = joe; x.y := z; END$$",
	 "DO $$BEGIN SET app.w = ?; x.y := z; END$$"},
	/* comments */
	{"/* joe */ SELECT/* jim */1 -- jack\n, a/**/b --", "SELECT ? , a b"},
	{"SELECT 1 /* open", "SELECT ?"},
	/* code stays code */
	{"DO $$BEGIN PERFORM f('a', 5); -- x\nEND$$",
	 "DO $$BEGIN PERFORM f('?', ?); END$$"},
	{"DO 'BEGIN x := ''a''; y := 5; END'", "DO 'BEGIN x := ''?''; y := ?; END'"},
	{"DO LANGUAGE plpgsql $$BEGIN x := 'a'; END$$",
	 "DO LANGUAGE plpgsql $$BEGIN x := '?'; END$$"},
	{"DO LANGUAGE plpython3u $$x = 'a'$$", "DO LANGUAGE plpython3u '?'"},
	{"DO $$x = 'a'$$ LANGUAGE 'plperl'", "DO '?' LANGUAGE '?'"},
	{"CREATE OR REPLACE FUNCTION f(a text DEFAULT 'x') RETURNS int LANGUAGE sql AS $f$SELECT 'a', 2$f$",
	 "CREATE OR REPLACE FUNCTION f(a text DEFAULT '?') RETURNS int LANGUAGE sql AS $f$SELECT '?', ?$f$"},
	{"CREATE PROCEDURE p() AS $$BEGIN DO 'BEGIN a := ''b''; END'; END$$ LANGUAGE plpgsql",
	 "CREATE PROCEDURE p() AS $$BEGIN DO 'BEGIN a := ''?''; END'; END$$ LANGUAGE plpgsql"},
	{"CREATE FUNCTION f() RETURNS int AS 'lib', 'sym' LANGUAGE C",
	 "CREATE FUNCTION f() RETURNS int AS '?', '?' LANGUAGE C"},
	{"CREATE FUNCTION f() RETURNS text RETURN 'x'",
	 "CREATE FUNCTION f() RETURNS text RETURN '?'"},
	{"DO $$BEGIN FOR i IN 1..10 LOOP EXECUTE 'DROP TABLE x'; END LOOP; END$$",
	 "DO $$BEGIN FOR i IN ?..? LOOP EXECUTE '?'; END LOOP; END$$"},
	{"SELECT 'SELECT ''a'''", "SELECT '?'"},
	{"PREPARE p AS SELECT 'a'; EXECUTE p(5)",
	 "PREPARE p AS SELECT '?'; EXECUTE p(?)"},
	/* secrets without quotes are hidden all the same */
	{"ALTER ROLE x PASSWORD hush", "ALTER ROLE x PASSWORD " R},
	{"ALTER ROLE x PASSWORD 'hush' CREATEDB",
	 "ALTER ROLE x PASSWORD '?' CREATEDB"},
};

START_TEST(every_constant_becomes_a_question_mark)
{
	redact(&literals, constants[_i].sql);
	ck_assert_str_eq(out.data, constants[_i].redacted);
}
END_TEST

START_TEST(a_value_is_hidden_as_a_whole)
{
	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert_uint_eq(aud_redact_text(&out, &literals, "joe", 3),
					  AUD_REDACTED_LITERAL);
	ck_assert_str_eq(out.data, "?");
}
END_TEST

START_TEST(every_parameter_is_hidden)
{
	unsigned char hidden[2] = {0};

	ck_assert_uint_eq(aud_redact_params(&literals, "SELECT $1", 9, hidden, 2),
					  AUD_REDACTED_LITERAL);
	ck_assert(hidden[0] == 1 && hidden[1] == 1);
}
END_TEST

START_TEST(mode_none_hides_nothing)
{
	static const AudRedactPolicy none = {.mode = AUD_REDACT_NONE,
										 .patterns = AUD_PATTERN_PAN};
	static const char sql[] = "ALTER ROLE x PASSWORD '4111111111111111'";
	unsigned char     hidden[1];

	ck_assert(!aud_redact_may_apply(&none, sql, strlen(sql)));
	ck_assert_uint_eq(redact(&none, sql), 0);
	ck_assert_str_eq(out.data, sql);
	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert_uint_eq(aud_redact_text(&out, &none, sql, strlen(sql)), 0);
	ck_assert_str_eq(out.data, sql);
	ck_assert_uint_eq(aud_redact_params(&none,
										"UPDATE t SET password = $1",
										26,
										hidden,
										1),
					  0);
}
END_TEST

/* ---- tokens -------------------------------------------------------------- */

static const char key_text[] =
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/* printf %s 5 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001.. -binary |
 * head -c 15 | base64 | tr +/ -_ */
#define TOKEN_OF_5 "~6lpqRFOVvikFt1La7kvi"

static AudRedactPolicy
token_policy(void)
{
	AudRedactPolicy policy = {.mode = AUD_REDACT_TOKENS};

	policy.key = aud_token_key_read(key_text, strlen(key_text), NULL);
	ck_assert_ptr_nonnull(policy.key);
	return policy;
}

static const char *const spellings[] = {
	"'a''b \xC3\xA9'",
	"E'a\\'b \\u00e9'",
	"E'a\\x27b \\303\\251'",
	"$$a'b \xC3\xA9$$",
	"U&'a\\0027b \\00E9'",
	"U&'a!0027b !+0000E9' UESCAPE '!'",
	"N'a''b \xC3\xA9'",
	"'a''b'\n-- x\n' \xC3\xA9'",
	"$x$a'b \xC3\xA9$x$",
};

START_TEST(the_same_value_has_the_same_token_however_it_is_written)
{
	AudRedactPolicy   policy = token_policy();
	static const char value[] = "a'b \xC3\xA9";
	char              token[AUD_TOKEN_LEN + 1];
	char              want[64];

	ck_assert(aud_token_of(policy.key, value, strlen(value), token));
	snprintf(want, sizeof(want), "'%s'", token);
	ck_assert_uint_eq(redact(&policy, spellings[_i]), AUD_REDACTED_TOKEN);
	ck_assert_uint_ge(out.len, strlen(want));
	out.data[strlen(want)] = '\0'; /* UESCAPE has one of its own */
	ck_assert_str_eq(out.data, want);
	aud_token_key_free((AudTokenKey *) policy.key);
}
END_TEST

START_TEST(a_number_and_its_text_have_one_token)
{
	AudRedactPolicy policy = token_policy();

	redact(&policy, "SELECT 5, '5', -5, B'5'");
	ck_assert_str_eq(out.data,
					 "SELECT '" TOKEN_OF_5 "', '" TOKEN_OF_5 "', -'" TOKEN_OF_5
					 "', '" TOKEN_OF_5 "'");
	redact(&policy, "DO 'BEGIN x := 5; END'");
	ck_assert_str_eq(out.data, "DO 'BEGIN x := ''" TOKEN_OF_5 "''; END'");
	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert_uint_eq(aud_redact_text(&out, &policy, "5", 1), AUD_REDACTED_TOKEN);
	ck_assert_str_eq(out.data, TOKEN_OF_5);
	aud_token_key_free((AudTokenKey *) policy.key);
}
END_TEST

START_TEST(a_secret_has_no_token)
{
	AudRedactPolicy policy = token_policy();

	ck_assert_uint_eq(redact(&policy,
							 "ALTER ROLE x PASSWORD 'hush' VALID UNTIL '5'"),
					  AUD_REDACTED_SECRET | AUD_REDACTED_TOKEN |
						  AUD_REDACTED_LITERAL);
	ck_assert_str_eq(out.data,
					 "ALTER ROLE x PASSWORD '" R "' VALID UNTIL '" TOKEN_OF_5
					 "'");
	redact(&policy, "SELECT 'host=h password=hush', 5");
	ck_assert_str_eq(out.data, "SELECT '" R "', '" TOKEN_OF_5 "'");
	aud_buf_init(&out, storage, sizeof(storage));
	aud_redact_text(&out, &policy, "host=h password=hush", 20);
	ck_assert_str_eq(out.data, R);
	aud_token_key_free((AudTokenKey *) policy.key);
}
END_TEST

START_TEST(a_key_is_hex_or_base64_of_32_bytes_or_more)
{
	static const struct
	{
		const char *text;
		const char *problem; /* NULL: it is fine */
	} keys[] = {
		{" 000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F\n",
		 NULL},
		{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", NULL},
		{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", NULL},
		{"", "the key is empty"},
		{" \n", "the key is empty"},
		{"0001020304", "the key has 5 bytes, it needs at least 32"},
		{"not a key!", "the key is neither hex nor base64 of up to 128 bytes"},
	};

	for (int i = 0; i < COUNT(keys); i++)
	{
		AudError     err = {0};
		AudTokenKey *key =
			aud_token_key_read(keys[i].text, strlen(keys[i].text), &err);
		char token[AUD_TOKEN_LEN + 1];

		ck_assert_msg((key != NULL) == (keys[i].problem == NULL),
					  "%d %s",
					  i,
					  err.message);
		if (key == NULL)
		{
			ck_assert_str_eq(err.message, keys[i].problem);
			continue;
		}
		/* sha256sum of the bytes 00..1f */
		ck_assert_str_eq(aud_token_key_id(key), "630dcd2966c43366");
		ck_assert(aud_token_of(key, "5", 1, token));
		ck_assert_str_eq(token, TOKEN_OF_5);
		aud_token_key_free(key);
	}
	aud_token_key_free(NULL);
}
END_TEST

/* ---- messages ------------------------------------------------------------- */

static const struct
{
	const char *sql;
	const char *message;
	const char *redacted;
} messages[] = {
	{"SELECT 'abc'::integer",
	 "invalid input syntax for type integer: \"abc\"",
	 "invalid input syntax for type integer: \"?\""},
	{"SELECT $1::integer",
	 "invalid input syntax for type integer: \"abc\"",
	 "invalid input syntax for type integer: \"?\""},
	{"SELECT * FROM nope WHERE a = 'joe'",
	 "relation \"nope\" does not exist",
	 "relation \"nope\" does not exist"},
	{"SELECT * FROM public.nope",
	 "relation \"public.nope\" does not exist",
	 "relation \"public.nope\" does not exist"},
	{"SELECT \"No pe\" FROM t",
	 "column \"No pe\" does not exist",
	 "column \"No pe\" does not exist"},
	{"SELECT 1 2", "syntax error at or near \"2\"", "syntax error at or near \"?\""},
	{"SELEC 1",
	 "syntax error at or near \"SELEC\"",
	 "syntax error at or near \"SELEC\""},
	{"SELECT 1 )", "syntax error at or near \")\"", "syntax error at or near \")\""},
	{"SELECT f('joe')", "no customer joe of 12", "no customer ? of 12"},
	{"SELECT f(12)", "no customer 12 of 123", "no customer ? of 123"},
	{"SELECT f($1)", "\"f\" says \"a\" and \"b\"", "\"f\" says \"?\""},
	{"SELECT f($1)",
	 "f says \xC2\xAB"
	 "joe\xC2\xBB",
	 "f says \xC2\xAB?\xC2\xBB"},
	{"SELECT f($1)", "f says 'joe' twice", "f says '?' twice"},
	{"SELECT f($1)", "doesn't work, can't be", "doesn't work, can't be"},
	{"ALTER ROLE x PASSWORD hush42",
	 "syntax error at or near \"hush42\"",
	 "syntax error at or near \"" R "\""},
	{"INSERT INTO t VALUES (1)", "duplicate key \"t_pkey\"", "duplicate key \"?\""},
};

START_TEST(a_message_quotes_names_and_no_values)
{
	AudRedactSource source = {messages[_i].sql, strlen(messages[_i].sql)};

	aud_buf_init(&out, storage, sizeof(storage));
	aud_redact_message(&out,
					   &literals,
					   messages[_i].message,
					   strlen(messages[_i].message),
					   &source,
					   1);
	ck_assert_str_eq(out.data, messages[_i].redacted);
}
END_TEST

START_TEST(a_name_of_any_source_stays_in_a_message)
{
	AudRedactSource sources[] = {{"t_pkey", 6}, {"INSERT INTO t VALUES (1)", 24}};
	static const char message[] = "duplicate key violates \"t_pkey\"";

	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert_uint_eq(aud_redact_message(&out,
										 &literals,
										 message,
										 strlen(message),
										 sources,
										 2),
					  0);
	ck_assert_str_eq(out.data, message);
}
END_TEST

START_TEST(a_message_has_the_token_of_the_value_it_quotes)
{
	AudRedactPolicy   policy = token_policy();
	AudRedactSource   source = {"SELECT $1::date", 15};
	static const char message[] = "invalid input: \"5\"";

	aud_buf_init(&out, storage, sizeof(storage));
	aud_redact_message(&out, &policy, message, strlen(message), &source, 1);
	ck_assert_str_eq(out.data, "invalid input: \"" TOKEN_OF_5 "\"");
	aud_token_key_free((AudTokenKey *) policy.key);
}
END_TEST

/* ---- lists ----------------------------------------------------------------- */

static const AudRedactName function_items[] = {
	{NULL, "tokenise", 8, ~UINT64_C(0)},
	{"app", "login", 5, 0x2},
};
static const AudRedactNames  functions = {function_items, 2};
static const AudRedactName   option_items[] = {{NULL, "ssn", 3, 0}};
static const AudRedactNames  options = {option_items, 1};
static const AudRedactPolicy listing = {.functions = &functions,
										.options = &options};

static const struct
{
	const char *sql;
	const char *redacted;
} listed[] = {
	{"SELECT tokenise('a', 'b' || x), 'c'",
	 "SELECT tokenise('" R "', '" R "' || x), 'c'"},
	{"SELECT Tokenise('a')", "SELECT Tokenise('" R "')"},
	{"SELECT \"tokenise\"('a')", "SELECT \"tokenise\"('" R "')"},
	{"SELECT login('a', 'b', 'c')", "SELECT login('a', '" R "', 'c')"},
	{"SELECT app.login('a', 'b', 'c')", "SELECT app.login('a', '" R "', 'c')"},
	{"SELECT other.login('a', 'b', 'c')", "SELECT other.login('a', 'b', 'c')"},
	{"DO $$BEGIN PERFORM tokenise('a'); END$$",
	 "DO $$BEGIN PERFORM tokenise('" R "'); END$$"},
	{"UPDATE t SET ssn = 'a', b = 'c'", "UPDATE t SET ssn = '" R "', b = 'c'"},
	{"CREATE SERVER s OPTIONS (SSN 'a', b 'c')",
	 "CREATE SERVER s OPTIONS (SSN '" R "', b 'c')"},
	{"SET app.ssn = 'a'", "SET app.ssn = '" R "'"},
	{"SELECT crypt('a', 'b')", "SELECT crypt('" R "', '" R "')"},
	{"SELECT 'a' FROM ssns WHERE tokenised = 'b'",
	 "SELECT 'a' FROM ssns WHERE tokenised = 'b'"},
};

START_TEST(listed_functions_and_options_hold_secrets_too)
{
	redact(&listing, listed[_i].sql);
	ck_assert_str_eq(out.data, listed[_i].redacted);
}
END_TEST

START_TEST(a_listed_setting_is_secret)
{
	ck_assert(aud_redact_is_secret_setting(&listing, "app.SSN"));
	ck_assert(aud_redact_is_secret_setting(&listing, "ssn"));
	ck_assert(!aud_redact_is_secret_setting(&listing, "app.ssns"));
	ck_assert(!aud_redact_is_secret_setting(&listing, "work_mem"));
}
END_TEST

/* ---- places ---------------------------------------------------------------- */

START_TEST(a_constant_in_one_of_the_places_is_hidden_in_any_mode)
{
	static const char sql[] = "SELECT 'a', 'host=h password=x', 7, 'b'";
	size_t            at[] = {12, 32};
	AudRedactPlaces   places = {.at = at, .count = 2};
	AudRedactPolicy   policy = {.places = &places};

	ck_assert_uint_eq(redact(&policy, sql), AUD_REDACTED_TAG);
	ck_assert_str_eq(out.data, "SELECT 'a', '" R "', " R ", 'b'");
	policy.mode = AUD_REDACT_NONE;
	ck_assert_uint_eq(redact(&policy, sql), AUD_REDACTED_TAG);
	ck_assert_str_eq(out.data, "SELECT 'a', '" R "', " R ", 'b'");
}
END_TEST

START_TEST(a_text_that_was_not_understood_has_no_constants)
{
	static const AudRedactPolicy policy = {.all_literals = true};

	ck_assert_uint_eq(redact(&policy, "SELECT 'a' /* b */, 5 FROM"),
					  AUD_REDACTED_SYNTAX);
	ck_assert_str_eq(out.data, "SELECT '" R "' /* b */, " R " FROM");
}
END_TEST

/* ---- patterns -------------------------------------------------------------- */

static const struct
{
	const char *text;
	const char *redacted;
} patterns[] = {
	{"4111111111111111", "<pan>"},
	{"a 4111 1111 1111 1111, b", "a <pan>, b"},
	{"4111-1111-1111-1111", "<pan>"},
	{"378282246310005", "<pan>"},
	{"6011111111111117", "<pan>"},
	{"5555555555554444 and 30569309025904", "<pan> and <pan>"},
	{"12 4111111111111111", "12 <pan>"},
	{"4111111111111112", "4111111111111112"},
	{"1111111111111117", "1111111111111117"},
	/* letters around it, and the tracks of a card */
	{"x4111111111111111", "x<pan>"},
	{"card4111111111111111x", "card<pan>x"},
	{"%B4111111111111111^BLOW/JOE^2512101?", "%B<pan>^BLOW/JOE^2512101?"},
	{";4111111111111111=25121011000?", ";<pan>=25121011000?"},
	{"a9f4111111111111111", "a9f4111111111111111"},
	{"4111111111111111e7b", "4111111111111111e7b"},
	{"1e4111111111111111", "1e4111111111111111"},
	/* separators */
	{"4111  1111   1111 1111", "<pan>"},
	{"4111.1111.1111.1111", "<pan>"},
	{"4111/1111/1111/1111", "<pan>"},
	{"4111 - 1111 - 1111 - 1111", "<pan>"},
	{"4111\xC2\xA0"
	 "1111\xE2\x80\xAF"
	 "1111\xE2\x80\x89"
	 "1111",
	 "<pan>"},
	{"4111\xE2\x80\x93"
	 "1111-1111 - 1111",
	 "<pan>"},
	{"3782-822463-10005 3782.822463.10005", "<pan> <pan>"},
	{"12/4111 1111 1111 1111 / 12/27", "12/<pan> / 12/27"},
	/* of different kinds, or groups like those of dates and amounts */
	{"4111.1111/1111.1111", "4111.1111/1111.1111"},
	{"4111-1111 1111-1111", "4111-1111 1111-1111"},
	{"411.111.111.111.1111", "411.111.111.111.1111"},
	{"41/11/1111 11/11/1111", "41/11/1111 11/11/1111"},
	{"4111, 1111, 1111, 1111", "4111, 1111, 1111, 1111"},
	{"4111--1111--1111--1111", "4111--1111--1111--1111"},
	/* orders, times, versions, uuids */
	{"order 4111111111111112, 2026-11-30 10:11:12.345678",
	 "order 4111111111111112, 2026-11-30 10:11:12.345678"},
	{"192.168.100.200 10.0.0.1", "192.168.100.200 10.0.0.1"},
	{"2026/11/30 2026/12/01", "2026/11/30 2026/12/01"},
	{"f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
	 "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
	{"+49 (0)30 1234567", "+49 (0)30 1234567"},
	{"41111111111111110000000", "41111111111111110000000"},
	{"0.4111111111111111", "0.4111111111111111"},
	{"411111111111", "411111111111"},
	{"joe@example.org", "<email>"},
	{"<Joe.Blow+tag@mail.example.co.uk>, b", "<<email>>, b"},
	{"mail joe@example.org.", "mail <email>."},
	{"joe@localhost, a@b, @x.yz, a@b.1", "joe@localhost, a@b, @x.yz, a@b.1"},
	{"j\xC3\xB6@b\xC3\xBC.example", "<email>"},
	{"DE89 3704 0044 0532 0130 00", "<iban>"},
	{"gb82west12345698765432", "<iban>"},
	{"NO9386011117947 x", "<iban> x"},
	{"IBANDE89370400440532013000EUR", "IBAN<iban>EUR"},
	{"de89  3704\xC2\xA0"
	 "0044 0532 0130 00",
	 "<iban>"},
	{"1DE89370400440532013000", "1DE89370400440532013000"},
	{"DE89, 3704 0044 0532 0130 00", "DE89, 3704 0044 0532 0130 00"},
	{"DE89370400440532013001", "DE89370400440532013001"},
	{"ZZ89370400440532013000", "ZZ89370400440532013000"},
	{"DE8937040044053201300", "DE8937040044053201300"},
	{"4111111111111111 a@example.org DE89370400440532013000 5555555555554444",
	 "<pan> <email> <iban> <pan>"},
	{"", ""},
};

static const AudRedactPolicy searching = {
	.patterns = AUD_PATTERN_PAN | AUD_PATTERN_EMAIL | AUD_PATTERN_IBAN,
};

START_TEST(patterns_are_told_by_their_check_digits)
{
	aud_buf_init(&out, storage, sizeof(storage));
	aud_redact_text(&out, &searching, patterns[_i].text, strlen(patterns[_i].text));
	ck_assert_str_eq(out.data, patterns[_i].redacted);
}
END_TEST

static int
between(int from, int to)
{
	return from + rand() % (to - from + 1);
}

/* A date, a time, an amount, a number of an order or a telephone. */
static void
add_number(AudBuf *b, int kind)
{
	char number[32];
	int  year = between(1990, 2030);
	int  month = between(1, 12);
	int  day = between(1, 28);

	switch (kind)
	{
		case 0:
			snprintf(number, sizeof(number), "%d-%02d-%02d", year, month, day);
			break;
		case 1:
			snprintf(number, sizeof(number), "%02d.%02d.%d", day, month, year);
			break;
		case 2:
			snprintf(number, sizeof(number), "%d/%d/%d", month, day, year);
			break;
		case 3:
			snprintf(number, sizeof(number), "%02d:%02d", between(0, 23), day);
			break;
		case 4:
			snprintf(number,
					 sizeof(number),
					 "%d.%02d",
					 between(0, 9999),
					 between(0, 99));
			break;
		case 5:
			snprintf(number,
					 sizeof(number),
					 "%d.%03d.00",
					 between(1, 999),
					 between(0, 999));
			break;
		case 6:
			snprintf(number, sizeof(number), "%d", between(1, 99));
			break;
		case 7:
			snprintf(number, sizeof(number), "%d", between(1000, 99999));
			break;
		default:
			snprintf(number,
					 sizeof(number),
					 "0%d/%d",
					 between(30, 999),
					 between(10000, 9999999));
			break;
	}
	aud_buf_cstr(b, number);
}

/* In how many of 20000 such texts is something hidden? */
static int
hidden_of_business(void)
{
	static const char *const separators[] =
		{" ", ".", "/", "-", " - ", " / ", ", ", "; "};
	int hidden = 0;

	srand(11);
	for (int round = 0; round < 20000; round++)
	{
		char   text[512];
		AudBuf b;
		int    same = between(0, 2 * COUNT(separators));

		aud_buf_init(&b, text, sizeof(text));
		for (int i = 0; i < 8; i++)
		{
			int which = same < COUNT(separators)
							? same
							: between(0, COUNT(separators) - 1);

			if (i > 0)
				aud_buf_cstr(&b, separators[which]);
			add_number(&b, between(0, 8));
		}
		aud_buf_init(&out, storage, sizeof(storage));
		hidden += aud_redact_text(&out, &searching, text, b.len) != 0;
	}
	return hidden;
}

/*
 * Eight dates, times, amounts and numbers, joined by what people join them by:
 * in one text of 140 some in a row look like a card by chance.
 */
START_TEST(numbers_of_business_are_rarely_taken_for_cards)
{
	ck_assert_int_le(hidden_of_business(), 140);
}
END_TEST

START_TEST(patterns_are_looked_for_in_constants)
{
	ck_assert_uint_eq(redact(&searching,
							 "SELECT 'to joe@example.org', 4111111111111111, \"joe@example.org\""),
					  AUD_REDACTED_EMAIL | AUD_REDACTED_PAN);
	ck_assert_str_eq(out.data, "SELECT 'to <email>', <pan>, \"joe@example.org\"");
	redact(&searching,
		   "SELECT 'x password=hush joe@example.org', 'a@example.org'");
	ck_assert_str_eq(out.data, "SELECT 'x password=" R " <email>', '<email>'");
	ck_assert_uint_eq(redact(&searching, "SELECT 'a', 1"), 0);
	ck_assert_str_eq(out.data, "SELECT 'a', 1");
}
END_TEST

START_TEST(only_the_patterns_that_were_asked_for_are_hidden)
{
	static const AudRedactPolicy pan = {.patterns = AUD_PATTERN_PAN};

	redact(&pan, "SELECT 'joe@example.org', '4111111111111111'");
	ck_assert_str_eq(out.data, "SELECT 'joe@example.org', '<pan>'");
}
END_TEST

/* Twice as long must not take four times as long, whatever is in it. */
START_TEST(patterns_are_found_in_linear_time)
{
	static const char *const pieces[] = {"@",
										 "a@",
										 "1 ",
										 "4111111111111111 ",
										 "DE89 ",
										 "a@b.-",
										 "1",
										 "a.",
										 "a@b.c-",
										 "4    .    ",
										 "DE89    ",
										 "DE"};
	static char              text[2000000];
	static char              large[4 * sizeof(text)];
	size_t                   n = strlen(pieces[_i]);

	for (size_t len = 0; len + n + 16 < sizeof(text); len += n)
		memcpy(text + len, pieces[_i], n);
	memcpy(text + sizeof(text) - 16, "a@example.org", 13);
	aud_buf_init(&out, large, sizeof(large));
	aud_redact_text(&out, &searching, text, sizeof(text) - 3);
	ck_assert(!out.truncated);
}
END_TEST

/* ---- all of it together ------------------------------------------------------ */

/* Random pieces, in every mode: within bounds, a short buffer has a beginning. */
START_TEST(random_mixtures_stay_within_bounds)
{
	AudRedactPolicy tokens = token_policy();
	AudRedactPolicy policies[5] = {literals, tokens, listing, searching, {0}};

	policies[4].all_literals = true;
	srand(7u + (unsigned int) _i);
	for (int round = 0; round < 5000; round++)
	{
		char   sql[400];
		char   whole[64 * sizeof(sql)];
		char   part[sizeof(sql)];
		AudBuf cut;
		size_t len = 0;

		while (len < sizeof(sql) / 2)
		{
			const char *from = constants[rand() % COUNT(constants)].sql;
			size_t      n = strlen(from);
			size_t      begin = n > 0 ? (size_t) rand() % n : 0;
			size_t take = n > begin ? 1 + (size_t) rand() % (n - begin) : 0;

			if (take > sizeof(sql) / 2)
				take = sizeof(sql) / 2;
			memcpy(sql + len, from + begin, take);
			len += take;
		}
		for (int i = 0; i < COUNT(policies); i++)
		{
			aud_buf_init(&out, whole, sizeof(whole));
			(void) aud_redact_sql(&out, &policies[i], sql, len);
			REQUIRE(!out.truncated);
			aud_buf_init(&cut, part, 1 + (size_t) rand() % sizeof(part));
			(void) aud_redact_sql(&cut, &policies[i], sql, len);
			REQUIRE(cut.len <= out.len && memcmp(part, whole, cut.len) == 0);
		}
	}
	aud_token_key_free((AudTokenKey *) tokens.key);
}
END_TEST

static Suite *
redact_modes_suite(void)
{
	Suite *s = suite_create("redact_modes");
	TCase *tc = tcase_create("redact_modes");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc,
						every_constant_becomes_a_question_mark,
						0,
						COUNT(constants));
	tcase_add_test(tc, a_value_is_hidden_as_a_whole);
	tcase_add_test(tc, every_parameter_is_hidden);
	tcase_add_test(tc, mode_none_hides_nothing);
	tcase_add_loop_test(tc,
						the_same_value_has_the_same_token_however_it_is_written,
						0,
						COUNT(spellings));
	tcase_add_test(tc, a_number_and_its_text_have_one_token);
	tcase_add_test(tc, a_secret_has_no_token);
	tcase_add_test(tc, a_key_is_hex_or_base64_of_32_bytes_or_more);
	tcase_add_loop_test(tc,
						a_message_quotes_names_and_no_values,
						0,
						COUNT(messages));
	tcase_add_test(tc, a_name_of_any_source_stays_in_a_message);
	tcase_add_test(tc, a_message_has_the_token_of_the_value_it_quotes);
	tcase_add_loop_test(tc,
						listed_functions_and_options_hold_secrets_too,
						0,
						COUNT(listed));
	tcase_add_test(tc, a_listed_setting_is_secret);
	tcase_add_test(tc, a_constant_in_one_of_the_places_is_hidden_in_any_mode);
	tcase_add_test(tc, a_text_that_was_not_understood_has_no_constants);
	tcase_add_loop_test(tc,
						patterns_are_told_by_their_check_digits,
						0,
						COUNT(patterns));
	tcase_add_test(tc, numbers_of_business_are_rarely_taken_for_cards);
	tcase_add_test(tc, patterns_are_looked_for_in_constants);
	tcase_add_test(tc, only_the_patterns_that_were_asked_for_are_hidden);
	tcase_add_loop_test(tc, patterns_are_found_in_linear_time, 0, 12);
	tcase_add_loop_test(tc, random_mixtures_stay_within_bounds, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(redact_modes);
