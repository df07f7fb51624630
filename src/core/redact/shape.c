/*-------------------------------------------------------------------------
 *
 * shape.c
 *	  Secrets that are known by what they look like: stored passwords, and the
 *	  keys and tokens that their issuers have given a prefix so that they are
 *	  found where they should not be.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

static bool
is_verifier_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		   aud_lex_is_digit(c) || (c > 0 && strchr("+/=:$", c) != NULL);
}

/*
 * If the current token, a word, begins a stored password ("md5" and 32 hex
 * digits, or SCRAM-SHA-256$...): where that ends.  Otherwise 0.
 */
static size_t
verifier_end(const AudScan *s)
{
	const AudToken *tok = &s->token;
	size_t          pos;

	if (tok->len == 35 && !tok->cut && memcmp(tok->text, "md5", 3) == 0)
		return strspn(tok->text + 3, "0123456789abcdef") == 32 ? tok->end : 0;
	if (tok->len != 5 || memcmp(tok->text, "scram", 5) != 0)
		return 0;
	pos = aud_scan_skip_text(s->level, tok->end, "-sha-256$");
	if (pos == tok->end)
		return 0;
	while (is_verifier_char(aud_lex_peek(s->level, pos)))
		(void) aud_lex_char(s->level, &pos);
	return pos;
}

/* What characters a token is made of, besides letters and digits. */
#define ALNUM  ""
#define BASE64 "-_" /* its form for URLs */

/* A published prefix, and how many characters follow at least. */
typedef struct Shape
{
	const char *prefix; /* its letters' case counts */
	const char *others;
	size_t      min;
	bool        exact; /* no more than that */
} Shape;

static const Shape shapes[] = {
	{"AKIA", ALNUM, 16, true}, /* Amazon */
	{"ASIA", ALNUM, 16, true},
	{"AIza", BASE64, 35, true}, /* Google */
	{"ghp_", ALNUM, 36, false}, /* GitHub */
	{"gho_", ALNUM, 36, false},
	{"ghu_", ALNUM, 36, false},
	{"ghs_", ALNUM, 36, false},
	{"ghr_", ALNUM, 36, false},
	{"github_pat_", "_", 60, false},
	{"glpat-", "-_.", 20, false}, /* GitLab */
	{"gldt-", BASE64, 20, false},
	{"glrt-", "-_.", 20, false},
	{"glptt-", BASE64, 20, false},
	{"xoxa-", "-", 10, false}, /* Slack */
	{"xoxb-", "-", 10, false},
	{"xoxe-", "-", 10, false},
	{"xoxp-", "-", 10, false},
	{"xoxr-", "-", 10, false},
	{"xoxs-", "-", 10, false},
	{"sk_live_", ALNUM, 16, false}, /* Stripe */
	{"sk_test_", ALNUM, 16, false},
	{"rk_live_", ALNUM, 16, false},
	{"rk_test_", ALNUM, 16, false},
	{"npm_", ALNUM, 36, false},
	{"pypi-", BASE64, 32, false},
};

const char *
aud_redact_nth_prefix(size_t n)
{
	return n < sizeof(shapes) / sizeof(shapes[0]) ? shapes[n].prefix : NULL;
}

static bool
is_token_char(int c, const char *others)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		   aud_lex_is_digit(c) || (c > 0 && strchr(others, c) != NULL);
}

/* Move behind such characters; how many there were. */
static size_t
skip_token(const AudLevel *level, size_t *pos, const char *others)
{
	size_t count = 0;

	for (; is_token_char(aud_lex_peek(level, *pos), others); count++)
		(void) aud_lex_char(level, pos);
	return count;
}

/* If it is at pos, letter by letter, behind it; otherwise pos. */
static size_t
skip_prefix(const AudLevel *level, size_t pos, const char *prefix)
{
	size_t p = pos;

	for (; *prefix != '\0'; prefix++)
		if (aud_lex_char(level, &p) != (unsigned char) *prefix)
			return pos;
	return p;
}

/* eyJ...: a JSON Web Token, of two or three parts in base64. */
static size_t
web_token_end(const AudLevel *level, size_t start)
{
	size_t pos = start;

	if (skip_prefix(level, pos, "eyJ") == pos ||
		skip_token(level, &pos, BASE64) < 12 ||
		aud_lex_char(level, &pos) != '.' || skip_token(level, &pos, BASE64) < 4)
		return 0;
	if (aud_lex_peek(level, pos) == '.')
	{
		(void) aud_lex_char(level, &pos);
		(void) skip_token(level, &pos, BASE64);
	}
	return pos;
}

/* abc8Q~...: a secret of an application in Azure, 40 characters. */
static size_t
azure_secret_end(const AudScan *s)
{
	const AudToken *tok = &s->token;
	size_t          pos = tok->end;

	if (tok->len != 5 || tok->text[4] != 'q' ||
		!aud_lex_is_digit(tok->text[3]) || aud_lex_char(s->level, &pos) != '~' ||
		skip_token(s->level, &pos, "-_.~") < 31)
		return 0;
	return pos;
}

static size_t
issued_end(const AudLevel *level, size_t start)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
	{
		const Shape *shape = &shapes[i];
		size_t       pos = skip_prefix(level, start, shape->prefix);
		size_t       count;

		if (pos == start)
			continue;
		count = skip_token(level, &pos, shape->others);
		return count == shape->min || (count > shape->min && !shape->exact) ? pos
																			: 0;
	}
	return 0;
}

/*
 * If the current token, a word, begins a secret that is known by its looks:
 * where that ends.  Otherwise 0.
 */
size_t
aud_scan_shape_end(const AudScan *s)
{
	size_t end = verifier_end(s);
	int    first;

	/* each has a long word, or a short one with a dash or '~' behind it */
	if (end != 0 || (s->token.len < 12 &&
					 (s->token.end >= s->level->end ||
					  strchr("-~", s->level->source[s->token.end]) == NULL)))
		return end;
	first = aud_lex_peek(s->level, s->token.start);
	if (end == 0 && first > 0 && strchr("Agnprsx", first) != NULL)
		end = issued_end(s->level, s->token.start);
	if (end == 0 && first == 'e')
		end = web_token_end(s->level, s->token.start);
	return end != 0 ? end : azure_secret_end(s);
}
