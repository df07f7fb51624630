/*-------------------------------------------------------------------------
 *
 * quick.c
 *	  Could there be anything to hide in this text at all?
 *
 * Every statement passes through here, and few have anything to hide, so this
 * decides what redaction costs.  Each word that redaction goes by contains one
 * of a few pairs of letters that are rare in SQL ("cr": secret, crypt, scram,
 * credential).  All pairs are looked for at once, sixteen positions per step,
 * and only where one is found the word around it is looked at.
 *
 * A false positive costs a pass of the lexer, a false negative is impossible:
 * aud_redact_sql() asks here first.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/lex.h"
#include "core/redact/names.h"
#include "core/redact/pattern.h"
#include "core/redact/places.h"
#include "core/redact/redact.h"
#include "core/redact/words.h"

/* Is word, in lower case, at pos - back? */
static inline bool
word_at(const char *sql, size_t len, size_t pos, size_t back, const char *word)
{
	if (pos < back)
		return false;
	for (pos -= back; *word != '\0'; word++, pos++)
		if (pos >= len || aud_lex_lower((unsigned char) sql[pos]) != *word)
			return false;
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		   aud_lex_is_digit((unsigned char) c);
}

#define IS(back, word) word_at(sql, len, pos, (back), (word))

/*
 * A key that somebody gave a name to, or one in PEM or PGP armour, or a part
 * of a setting's name: where a word begins, as "tokey" is none.  Not those of
 * tables, which half of all CREATE TABLE have.
 */
static bool
names_a_key(const char *sql, size_t len, size_t pos)
{
	return IS(0, "key") && !IS(8, "primary ") && !IS(8, "foreign ") &&
		   (pos == 0 || !is_letter(sql[pos - 1]) || IS(3, "api") ||
			IS(6, "access") || IS(7, "account") || IS(7, "private") ||
			IS(6, "secret"));
}

/* ghp_..., glpat-...: from "g" on */
static bool
is_forge_token(const char *sql, size_t len, size_t pos)
{
	return IS(0, "ghp_") || IS(0, "gho_") || IS(0, "ghu_") || IS(0, "ghs_") ||
		   IS(0, "ghr_") || IS(0, "glpat-") || IS(0, "gldt-") ||
		   IS(0, "glrt-") || IS(0, "glptt-");
}

/* PASSWORD, mistyped.  The pair is one of its own that an edit has left. */
static bool
names_role_password(const char *sql, size_t len, size_t pos)
{
	size_t begin = pos;
	size_t end = pos;
	char   word[AUD_REDACT_MISTYPED_MAX];

	while (begin > 0 && pos - begin < sizeof(word) && is_letter(sql[begin - 1]))
		begin--;
	while (end < len && end - begin <= sizeof(word) && is_letter(sql[end]))
		end++;
	if (end - begin > sizeof(word))
		return false;
	for (size_t i = begin; i < end; i++)
		word[i - begin] = (char) aud_lex_lower((unsigned char) sql[i]);
	return aud_redact_is_mistyped(word, end - begin);
}

/* -u and -p: what may have a password behind it, or in it; --user, too */
static bool
is_option(const char *sql, size_t pos)
{
	return pos == 0 || !is_letter(sql[pos - 1]);
}

/* Is there a pair at pos, and is it part of a word that we look for? */
static inline bool
hint_at(const char *sql, size_t len, size_t pos)
{
	switch (aud_lex_lower((unsigned char) sql[pos]))
	{
		case 's':
			return IS(2, "pass") || /* password, passwd, passphrase, ... */
				   names_role_password(sql, len, pos) || IS(1, "asia");
		case 'w':
			return IS(1, "pwd") || IS(1, "jwt") ||
				   names_role_password(sql, len, pos);
		case 'c':
			return IS(0, "crypt") || IS(2, "secret") || IS(1, "scram-sha-") ||
				   IS(0, "credential");
		case 'k':
			return IS(2, "token") || names_a_key(sql, len, pos) ||
				   IS(1, "akia") || IS(1, "sk_live_") || IS(1, "sk_test_") ||
				   IS(1, "rk_live_") || IS(1, "rk_test_");
		case 'h':
			return IS(0, "hmac") || IS(3, "github_pat_");
		case 'g':
			return is_forge_token(sql, len, pos) || IS(2, "sig=");
		case 'y':
			return IS(1, "eyj");
		case 'z':
			return IS(2, "aiza");
		case 'o':
			return IS(1, "xox");
		case 'm':
			return IS(2, "npm_");
		case 'p':
			return IS(2, "pypi-");
		case 'q':
			return IS(0, "q~");
		case '-':
			return is_option(sql, pos);
		case 'd':
			return IS(1, "md5");
		case ':':
			return IS(0, "://");
		case 'u':
			return IS(1, "authoriz");
		case 'i':
			return IS(5, "identified");
		case 'n':
			return IS(5, "conninfo");
		default:
			return false;
	}
}

#ifdef __SSE2__

/* One bit for each of the sixteen positions where a pair of hint_at() is. */
static inline unsigned int
pair_mask(const char *at)
{
	const __m128i lower = _mm_set1_epi8(0x20);
	__m128i       x = _mm_loadu_si128((const __m128i *) at);
	__m128i       y = _mm_loadu_si128((const __m128i *) (at + 1));
	__m128i       hit = _mm_setzero_si128();

#define PAIR(first, second)                                                   \
	hit = _mm_or_si128(hit,                                                   \
					   _mm_and_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(first)), \
									 _mm_cmpeq_epi8(y, _mm_set1_epi8(second))))

	/* turns some control characters into ':', '/' and '5'; no harm */
	x = _mm_or_si128(x, lower);
	y = _mm_or_si128(y, lower);
	PAIR('s', 's');
	PAIR('w', 'd');
	PAIR('w', 't');
	PAIR('c', 'r');
	PAIR('k', 'e');
	PAIR('h', 'm');
	PAIR('d', '5');
	PAIR(':', '/');
	PAIR('u', 't');
	PAIR('i', 'f');
	PAIR('n', 'f');
	PAIR('s', 'w'); /* PASSWORD with one letter wrong has one of three pairs */
	PAIR('w', 'o');
	PAIR('-', 'u');
	PAIR('-', 'p');
	PAIR('g', 'h');
	PAIR('g', 'l');
	PAIR('g', '=');
	PAIR('h', 'u');
	PAIR('y', 'j');
	PAIR('z', 'a');
	PAIR('o', 'x');
	PAIR('m', 0x7F); /* '_', as the others are in lower case */
	PAIR('p', 'i');
	PAIR('k', 'i');
	PAIR('s', 'i');
	PAIR('k', 0x7F);
	PAIR('q', '~');
#undef PAIR
	return (unsigned int) _mm_movemask_epi8(hit);
}

/* Test the pairs that begin at pos..pos+15; 17 bytes have to be there. */
static inline bool
hint_in_block(const char *sql, size_t len, size_t pos)
{
	for (unsigned int mask = pair_mask(sql + pos); mask != 0; mask &= mask - 1)
		if (hint_at(sql, len, pos + (size_t) __builtin_ctz(mask)))
			return true;
	return false;
}

#endif

static bool
has_hint(const char *sql, size_t len)
{
#ifdef __SSE2__
	const size_t step = sizeof(__m128i);
	char         padded[sizeof(__m128i) + 1] = {0};

	if (len == 0)
		return false;
	if (len <= step)
	{
		memcpy(padded, sql, len);
		return hint_in_block(padded, len, 0);
	}
	for (size_t pos = 0; len - pos > step; pos += step)
		if (hint_in_block(sql, len, pos))
			return true;

	/* the rest, together with bytes that have been seen already */
	return hint_in_block(sql, len, len - step - 1);
#else
	for (size_t pos = 0; pos < len; pos++)
		if (hint_at(sql, len, pos))
			return true;
	return false;
#endif
}

bool
aud_redact_may_have_secrets(const AudRedactPolicy *policy, const char *sql,
							size_t len)
{
	return has_hint(sql, len) || aud_redact_mentions_listed(policy, sql, len);
}

bool
aud_redact_may_apply(const AudRedactPolicy *policy, const char *sql, size_t len)
{
	if (aud_redact_has_places(policy))
		return true;
	switch (policy->mode)
	{
		case AUD_REDACT_NONE:
			return false;
		case AUD_REDACT_SECRETS:
			break;
		case AUD_REDACT_LITERALS:
		case AUD_REDACT_TOKENS:
			return len > 0;
	}
	return aud_redact_may_have_secrets(policy, sql, len) ||
		   (policy->patterns != 0 &&
			aud_pattern_may_apply(policy->patterns, sql, len));
}
