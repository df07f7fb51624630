/*-------------------------------------------------------------------------
 *
 * quick.c
 *	  Could there be anything to hide in this text at all?
 *
 * Every statement passes through here, and few have anything to hide, so this
 * decides what redaction costs.  Each word that redaction goes by contains one
 * of a few sequences of three bytes that are rare in SQL ("ecr": secret).  All
 * of them are looked for at once, and only where one is found the word around
 * it is looked at.
 *
 * The sequences are in eight groups, one for each bit of a byte.  Six tables
 * say for the lower and the upper half of each of the three bytes which groups
 * it may belong to; where all six agree, there may be one of a group.  PSHUFB
 * looks sixteen bytes up in such a table at once.  Which sequence is in which
 * group was found by trial: in SQL few others pass, one position in a thousand.
 *
 * A false positive costs a pass of the lexer, a false negative is impossible:
 * aud_redact_sql() asks here first.
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_PSHUFB
#include <tmmintrin.h>
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

/*
 * PASSWORD, mistyped: whatever letter is wrong, "pas" or "swo" is left of it,
 * and at pos.
 */
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
is_option(const char *sql, size_t len, size_t pos)
{
	return (IS(0, "-u") || IS(0, "-p")) && (pos == 0 || !is_letter(sql[pos - 1]));
}

/* One of the sequences may begin at pos: is it part of a word we look for? */
static bool
hint_at(const char *sql, size_t len, size_t pos)
{
	if (is_option(sql, len, pos + 1) || word_at(sql, len, pos + 1, 0, "q~"))
		return true;
	switch (aud_lex_lower((unsigned char) sql[pos]))
	{
		case 'p':
			return IS(0, "pass") || /* password, passwd, passphrase, ... */
				   IS(0, "pwd") || IS(0, "pypi-") ||
				   (IS(0, "pas") && names_role_password(sql, len, pos));
		case 's':
			return IS(1, "asia") ||
				   (IS(0, "swo") && names_role_password(sql, len, pos));
		case 'j':
			return IS(0, "jwt");
		case 'r':
			return IS(1, "crypt") || IS(5, "authoriz");
		case 'e':
			return IS(1, "secret") || IS(2, "credential") || IS(0, "eyj");
		case 'a':
			return IS(3, "scram-sha-") || IS(0, "aiza");
		case 't':
			return IS(0, "token") || IS(4, "identified");
		case 'k':
			return names_a_key(sql, len, pos) || IS(1, "akia") ||
				   IS(1, "sk_live_") || IS(1, "sk_test_") ||
				   IS(1, "rk_live_") || IS(1, "rk_test_");
		case 'h':
			return IS(0, "hmac") || IS(3, "github_pat_");
		case 'g':
			return is_forge_token(sql, len, pos);
		case 'i':
			return IS(1, "sig=");
		case 'u':
			return IS(0, "u&\""); /* a name in which letters are escaped */
		case 'x':
			return IS(0, "xox");
		case 'n':
			return IS(2, "conninfo") || IS(0, "npm_");
		case 'm':
			return IS(0, "md5");
		case 'o':
			return IS(2, "cookie");
		case ':':
			return IS(0, "://");
		default:
			return false;
	}
}

/* ---- the sequences ------------------------------------------------------- */

#define ANY 0

/* HINT(n, group, a, b, c), letters in lower case; ANY: any byte of ASCII */
/* clang-format off */
#define HINTS(HINT, n) \
	HINT(n, 0, 't', 'o', 'k') HINT(n, 0, 'k', 'i', 'a') \
	HINT(n, 0, 'h', 'm', 'a') HINT(n, 0, 't', 'i', 'f') \
	HINT(n, 0, 'x', 'o', 'x') HINT(n, 0, 's', 'i', 'a') \
	HINT(n, 0, 'n', 'n', 'i') HINT(n, 1, 's', 'w', 'o') \
	HINT(n, 1, 'n', 'p', 'm') HINT(n, 1, 'p', 'w', 'd') \
	HINT(n, 1, 'k', '_', 'l') HINT(n, 2, 'e', 'd', 'e') \
	HINT(n, 2, 'h', 'u', 'b') HINT(n, 2, 'e', 'y', 'j') \
	HINT(n, 2, 'm', 'd', '5') HINT(n, 3, 'p', 'a', 's') \
	HINT(n, 3, 'r', 'y', 'p') HINT(n, 3, 'p', 'y', 'p') \
	HINT(n, 3, 'r', 'i', 'z') HINT(n, 4, 'i', 'g', '=') \
	HINT(n, 4, 'a', 'm', '-') HINT(n, 4, ':', '/', '/') \
	HINT(n, 4, 'k', '_', 't') HINT(n, 4, 'j', 'w', 't') \
	HINT(n, 4, 'u', '&', '"') \
	HINT(n, 5, 'o', 'k', 'i') HINT(n, 5, 'e', 'c', 'r') \
	HINT(n, 5, 'k', 'e', 'y') HINT(n, 5, 'a', 'i', 'z') \
	HINT(n, 6, 'g', 'h', 'p') HINT(n, 6, 'g', 'h', 'o') \
	HINT(n, 6, 'g', 'h', 'u') HINT(n, 6, 'g', 'h', 's') \
	HINT(n, 6, 'g', 'h', 'r') HINT(n, 6, 'g', 'l', 'p') \
	HINT(n, 6, 'g', 'l', 'd') HINT(n, 6, 'g', 'l', 'r') \
	HINT(n, 7, ANY, '-', 'u') HINT(n, 7, ANY, '-', 'p') \
	HINT(n, 7, ANY, 'q', '~')
/* clang-format on */

/* The bits of those that have a byte with this lower or upper half. */
#define BIT(group, condition) | ((condition) ? 1 << (group) : 0)
#define HAS_LOW(x, n)         ((x) == ANY || ((x) &15) == (n))
#define HAS_HIGH(x, n)               \
	((x) == ANY ? (n) < 8            \
				: (x) >> 4 == (n) || \
					  ((x) >= 'a' && (x) <= 'z' && ((x) >> 4) - 2 == (n)))
#define LOW_A(n, group, a, b, c)  BIT(group, HAS_LOW(a, n))
#define LOW_B(n, group, a, b, c)  BIT(group, HAS_LOW(b, n))
#define LOW_C(n, group, a, b, c)  BIT(group, HAS_LOW(c, n))
#define HIGH_A(n, group, a, b, c) BIT(group, HAS_HIGH(a, n))
#define HIGH_B(n, group, a, b, c) BIT(group, HAS_HIGH(b, n))
#define HIGH_C(n, group, a, b, c) BIT(group, HAS_HIGH(c, n))

#define ENTRY(HINT, n) (uint8_t)(0 HINTS(HINT, n))
#define TABLE(HINT)                                                            \
	{                                                                          \
		ENTRY(HINT, 0), ENTRY(HINT, 1), ENTRY(HINT, 2), ENTRY(HINT, 3),        \
			ENTRY(HINT, 4), ENTRY(HINT, 5), ENTRY(HINT, 6), ENTRY(HINT, 7),    \
			ENTRY(HINT, 8), ENTRY(HINT, 9), ENTRY(HINT, 10), ENTRY(HINT, 11),  \
			ENTRY(HINT, 12), ENTRY(HINT, 13), ENTRY(HINT, 14), ENTRY(HINT, 15) \
	}

static const uint8_t low[3][16] = {TABLE(LOW_A), TABLE(LOW_B), TABLE(LOW_C)};
static const uint8_t high[3][16] = {TABLE(HIGH_A), TABLE(HIGH_B), TABLE(HIGH_C)};

/* ---- the search ---------------------------------------------------------- */

#define STEP 16

#ifdef HAVE_PSHUFB

#define PSHUFB __attribute__((target("ssse3")))

/* The groups that each of these sixteen bytes may belong to. */
PSHUFB static inline __m128i
groups(const char *at, int nth)
{
	__m128i x = _mm_loadu_si128((const __m128i *) at);
	__m128i half = _mm_and_si128(_mm_srli_epi16(x, 4), _mm_set1_epi8(15));
	__m128i lows = _mm_loadu_si128((const __m128i *) low[nth]);
	__m128i highs = _mm_loadu_si128((const __m128i *) high[nth]);

	/* PSHUFB makes 0 of a byte above 127 */
	return _mm_and_si128(_mm_shuffle_epi8(lows, x),
						 _mm_shuffle_epi8(highs, half));
}

/* Test what begins at pos..pos+15; 18 bytes have to be there. */
PSHUFB static inline bool
hint_in_block(const char *sql, size_t len, size_t pos)
{
	__m128i all = _mm_and_si128(groups(sql + pos, 0), groups(sql + pos + 1, 1));
	__m128i none;

	all = _mm_and_si128(all, groups(sql + pos + 2, 2));
	none = _mm_cmpeq_epi8(all, _mm_setzero_si128());
	for (unsigned int mask = (unsigned int) _mm_movemask_epi8(none) ^ 0xFFFF;
		 mask != 0;
		 mask &= mask - 1)
		if (hint_at(sql, len, pos + (size_t) __builtin_ctz(mask)))
			return true;
	return false;
}

PSHUFB static bool
search_blocks(const char *sql, size_t len)
{
	char padded[STEP + 2] = {0};

	if (len < sizeof(padded))
	{
		memcpy(padded, sql, len);
		return hint_in_block(padded, len, 0);
	}
	for (size_t pos = 0; pos + STEP + 2 <= len; pos += STEP)
		if (hint_in_block(sql, len, pos))
			return true;

	/* the rest, together with bytes that have been seen already */
	return hint_in_block(sql, len, len - STEP - 2);
}

#endif

static bool
search_bytes(const char *sql, size_t len)
{
	const unsigned char *x = (const unsigned char *) sql;

	for (size_t pos = 0; pos + 2 < len; pos++)
		if ((low[0][x[pos] & 15] & high[0][x[pos] >> 4] &
			 low[1][x[pos + 1] & 15] & high[1][x[pos + 1] >> 4] &
			 low[2][x[pos + 2] & 15] & high[2][x[pos + 2] >> 4]) != 0 &&
			hint_at(sql, len, pos))
			return true;
	return false;
}

bool
aud_redact_has_hint_bytewise(const char *sql, size_t len)
{
	return is_option(sql, len, 0) || search_bytes(sql, len);
}

static bool
has_hint(const char *sql, size_t len)
{
	if (is_option(sql, len, 0))
		return true;
#ifdef HAVE_PSHUFB
	if (__builtin_cpu_supports("ssse3"))
		return search_blocks(sql, len);
#endif
	return search_bytes(sql, len);
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
