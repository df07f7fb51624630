/*-------------------------------------------------------------------------
 *
 * json_write.c
 *	  JSON strings: escaping straight into an AudBuf.
 *
 * Almost every string an audit trail holds is clean ASCII, so the time goes
 * into proving that: sixteen bytes per step where SSE2 is there (every
 * x86-64), eight per step in plain integer arithmetic everywhere else, and
 * one memcpy for the whole run.  Only what stops a run is looked at as a
 * character.
 *
 * A character is written whole or not at all, so a full buffer or a max_out
 * never leaves half an escape or half a UTF-8 sequence behind.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_write.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/utf8.h"

/* longest output for one unit of input: \uXXXX */
#define MAX_UNIT 6

/* Printable ASCII that JSON takes as it is. */
static inline bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/*
 * Are all eight bytes plain?  (x - 0x20..) borrows into the top bit of a byte
 * below 0x20, and (x ^ c) - 0x01.. into that of a byte equal to c.  A borrow
 * can also mark the byte above a hit, never a word without one, and which
 * byte it was is not asked here.
 */
static inline bool
word_is_plain(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t tops = ones * 0x80;
	uint64_t       control = x - ones * 0x20;
	uint64_t       quote = (x ^ (ones * '"')) - ones;
	uint64_t       backslash = (x ^ (ones * '\\')) - ones;
	uint64_t       del = (x ^ (ones * 0x7F)) - ones;

	return ((x | control | quote | backslash | del) & tops) == 0;
}

/* How many bytes at the start of s[len] are plain. */
static inline size_t
plain_run(const char *s, size_t len)
{
	size_t pos = 0;

#ifdef __SSE2__
	/* Signed comparison: bytes from 0x80 up are negative, below 0x20 too */
	const __m128i space = _mm_set1_epi8(0x20);
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i del = _mm_set1_epi8(0x7F);

	for (; len - pos >= sizeof(__m128i); pos += sizeof(__m128i))
	{
		__m128i x = _mm_loadu_si128((const __m128i *) (s + pos));
		__m128i odd = _mm_cmplt_epi8(x, space);
		int     mask;

		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, quote));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, backslash));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, del));
		mask = _mm_movemask_epi8(odd);
		if (mask != 0)
			return pos + (size_t) __builtin_ctz((unsigned int) mask);
	}
#endif
	for (; len - pos >= sizeof(uint64_t); pos += sizeof(uint64_t))
	{
		uint64_t word;

		memcpy(&word, s + pos, sizeof(word));
		if (!word_is_plain(word))
			break;
	}
	while (pos < len && is_plain((unsigned char) s[pos]))
		pos++;
	return pos;
}

/*
 * How many bytes at the start of s[len] go into the output as they are, at
 * most limit; ends between characters.
 */
static inline size_t
verbatim_run(const char *s, size_t len, size_t limit)
{
	size_t end = limit < len ? limit : len;
	size_t pos = 0;

	while (pos < end)
	{
		uint32_t cp;
		int      n;

		if (is_plain((unsigned char) s[pos]))
		{
			pos += plain_run(s + pos, end - pos);
			continue;
		}
		if ((unsigned char) s[pos] < 0x80)
			break;
		n = aud_utf8_decode(s + pos, len - pos, &cp);
		if (n < 0 || aud_utf8_misleads(cp) || (size_t) n > end - pos)
			break;
		pos += (size_t) n;
	}
	return pos;
}

/* Write \uXXXX, or the short form where JSON has one; returns its length. */
static size_t
put_escape(char *out, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	static const char shorts[] = "\bb\tt\nn\ff\rr\"\"\\\\";

	out[0] = '\\';
	for (const char *p = shorts; *p != '\0'; p += 2)
	{
		if (cp == (unsigned char) *p)
		{
			out[1] = p[1];
			return 2;
		}
	}
	out[1] = 'u';
	for (int i = 0; i < 4; i++)
		out[2 + i] = hex[(cp >> (12 - 4 * i)) & 0xF];
	return 6;
}

/*
 * Encode the one unit at the start of s[len] into out[MAX_UNIT].  Returns
 * bytes written; *used is what was consumed, *replaced whether it is lost.
 */
static size_t
encode_unit(char *out, const char *s, size_t len, size_t *used, bool *replaced)
{
	uint32_t cp;
	int      n = aud_utf8_decode(s, len, &cp);

	*used = (size_t) (n < 0 ? -n : n);
	*replaced = n < 0 || cp == 0;
	if (*replaced)
	{
		memcpy(out, "\xEF\xBF\xBD", 3);
		return 3;
	}
	if (n == 1 ? !is_plain((unsigned char) cp) : aud_utf8_misleads(cp))
		return put_escape(out, cp);
	memcpy(out, s, *used);
	return *used;
}

/*
 * Escape until s is used up or the next character would not fit in budget;
 * returns how much of s was consumed.
 */
static inline size_t
escape_within(AudBuf *b, const char *s, size_t len, size_t budget, bool *valid)
{
	size_t pos = 0;

	for (;;)
	{
		char   unit[MAX_UNIT];
		size_t run = verbatim_run(s + pos, len - pos, budget);
		size_t used;
		size_t n;
		bool   replaced;

		aud_buf_append(b, s + pos, run);
		pos += run;
		budget -= run;
		if (pos >= len)
			return pos;

		n = encode_unit(unit, s + pos, len - pos, &used, &replaced);
		if (n > budget)
			return pos;
		aud_buf_append(b, unit, n);
		pos += used;
		budget -= n;
		if (replaced)
			*valid = false;
	}
}

bool
aud_json_escape(AudBuf *b, const char *s, size_t len)
{
	bool valid = true;

	(void) aud_json_escape_upto(b, s, len, SIZE_MAX, &valid);
	return valid;
}

size_t
aud_json_escape_upto(AudBuf *b, const char *s, size_t len, size_t max_out,
					 bool *valid)
{
	size_t room = b->truncated ? 0 : aud_buf_room(b);
	bool   all_valid = true;
	size_t used;

	used = escape_within(b, s, len, room < max_out ? room : max_out, &all_valid);

	/* it was the buffer, not the caller's limit, that was too small */
	if (used < len && room < max_out)
		b->truncated = true;
	if (!all_valid && valid != NULL)
		*valid = false;
	return used;
}

bool
aud_json_string(AudBuf *b, const char *s, size_t len)
{
	bool valid;

	aud_buf_char(b, '"');
	valid = aud_json_escape(b, s, len);
	aud_buf_char(b, '"');
	return valid;
}
