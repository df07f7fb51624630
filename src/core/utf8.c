/*-------------------------------------------------------------------------
 *
 * utf8.c
 *	  Decoding UTF-8 that may be damaged, and cutting it in the right place.
 *
 * A table lookup per lead byte would be shorter to write; the comparisons
 * below follow table 3-7 of the Unicode standard line by line, so that a
 * reader can check them against it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/utf8.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu

static inline bool
is_continuation(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

/*
 * How long the sequence should be that starts with this byte (0: none can),
 * and the range of its second byte.  Only the second byte is ever narrower
 * than 80..BF: that is where overlong forms, surrogates and code points past
 * U+10FFFF show.
 */
static inline int
sequence_shape(unsigned char lead, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xBF;
	if (lead < 0xC2)
		return 0; /* continuation, or an overlong two-byte form */
	if (lead < 0xE0)
		return 2;
	if (lead < 0xF0)
	{
		if (lead == 0xE0)
			*lo = 0xA0;
		else if (lead == 0xED)
			*hi = 0x9F;
		return 3;
	}
	if (lead > 0xF4)
		return 0;
	if (lead == 0xF0)
		*lo = 0x90;
	else if (lead == 0xF4)
		*hi = 0x8F;
	return 4;
}

int
aud_utf8_decode(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *u = (const unsigned char *) s;
	unsigned char        lo;
	unsigned char        hi;
	uint32_t             value;
	int                  need;

	if (u[0] < 0x80)
	{
		*cp = u[0];
		return 1;
	}
	*cp = REPLACEMENT;
	need = sequence_shape(u[0], &lo, &hi);
	if (need == 0 || len < 2 || u[1] < lo || u[1] > hi)
		return -1;

	value = (u[0] & (0x7Fu >> need)) << 6 | (u[1] & 0x3Fu);
	for (int i = 2; i < need; i++)
	{
		if ((size_t) i >= len || !is_continuation(u[i]))
			return -i;
		value = value << 6 | (u[i] & 0x3Fu);
	}
	*cp = value;
	return need;
}

size_t
aud_utf8_valid_prefix(const char *s, size_t len)
{
	size_t pos = 0;

	while (pos < len)
	{
		uint64_t word;
		uint32_t cp;
		int      n;

		if (len - pos >= sizeof(word))
		{
			memcpy(&word, s + pos, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0)
			{
				pos += sizeof(word);
				continue;
			}
		}
		n = aud_utf8_decode(s + pos, len - pos, &cp);
		if (n < 0)
			break;
		pos += (size_t) n;
	}
	return pos;
}

/*
 * Find the unit that pos lies inside of: true and its bounds, or false.
 *
 * A lead byte always starts a unit, whatever stands before it, and no unit is
 * longer than four bytes: looking back three bytes is enough.
 */
static bool
unit_around(const char *s, size_t len, size_t pos, size_t *start, size_t *end)
{
	for (size_t back = 1; back <= 3 && back <= pos; back++)
	{
		uint32_t cp;
		int      n;

		/* between here and pos there may be continuation bytes only */
		if (!is_continuation((unsigned char) s[pos - back + 1]))
			return false;
		if (is_continuation((unsigned char) s[pos - back]))
			continue;

		n = aud_utf8_decode(s + pos - back, len - (pos - back), &cp);
		*start = pos - back;
		*end = *start + (size_t) (n < 0 ? -n : n);
		return *end > pos;
	}
	return false;
}

size_t
aud_utf8_align_down(const char *s, size_t len, size_t pos)
{
	size_t start;
	size_t end;

	if (pos >= len)
		return len;
	return unit_around(s, len, pos, &start, &end) ? start : pos;
}

size_t
aud_utf8_align_up(const char *s, size_t len, size_t pos)
{
	size_t start;
	size_t end;

	if (pos >= len)
		return len;
	return unit_around(s, len, pos, &start, &end) ? end : pos;
}
