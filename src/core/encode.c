/*-------------------------------------------------------------------------
 *
 * encode.c
 *	  Bytes as text: hex, base64 and base64url.
 *
 *-------------------------------------------------------------------------
 */
#include "core/encode.h"

void
aud_hex_encode(const void *bytes, size_t len, char *text)
{
	static const char    digits[] = "0123456789abcdef";
	const unsigned char *in = bytes;

	for (size_t i = 0; i < len; i++)
	{
		*text++ = digits[in[i] >> 4];
		*text++ = digits[in[i] & 0xF];
	}
	*text = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int32_t
aud_hex_read(const char *text, int digits)
{
	int32_t value = 0;

	for (int i = 0; i < digits; i++)
	{
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

#define LETTERS                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"abcdefghijklmnopqrstuvwxyz0123456789"

static const char base64[] = LETTERS "+/";
static const char base64url[] = LETTERS "-_";

/* Four digits of three bytes. */
static inline void
put4(char *out, const unsigned char *in, const char *digits)
{
	uint32_t bits = (uint32_t) in[0] << 16 | (uint32_t) in[1] << 8 | in[2];

	out[0] = digits[bits >> 18];
	out[1] = digits[bits >> 12 & 0x3F];
	out[2] = digits[bits >> 6 & 0x3F];
	out[3] = digits[bits & 0x3F];
}

void
aud_base64_encode(const void *bytes, size_t len, char *text)
{
	const unsigned char *in = bytes;

	for (; len >= 3; len -= 3, in += 3, text += 4)
		put4(text, in, base64);
	if (len > 0)
	{
		unsigned char last[3] = {in[0], len > 1 ? in[1] : 0, 0};

		put4(text, last, base64);
		text[3] = '=';
		if (len == 1)
			text[2] = '=';
	}
}

void
aud_base64url_encode(const void *bytes, size_t len, char *text)
{
	const unsigned char *in = bytes;

	for (; len >= 3; len -= 3, in += 3, text += 4)
		put4(text, in, base64url);
}

/*
 * Value of a base64url character plus one, zero for any other: a checker
 * decodes a hash per line, and branches per character were a fifth of its time.
 */
static const unsigned char base64url_values[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,
	['G'] = 7,  ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
	['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
	['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
	['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};

bool
aud_base64url_decode(const char *text, size_t chars, void *bytes)
{
	const unsigned char *p = (const unsigned char *) text;
	unsigned char       *out = bytes;
	bool                 valid = true;

	for (size_t i = 0; i < chars; i += 4, p += 4, out += 3)
	{
		unsigned int a = base64url_values[p[0]];
		unsigned int b = base64url_values[p[1]];
		unsigned int c = base64url_values[p[2]];
		unsigned int d = base64url_values[p[3]];
		uint32_t     v = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);

		valid = valid && a && b && c && d;
		out[0] = (unsigned char) (v >> 16);
		out[1] = (unsigned char) (v >> 8);
		out[2] = (unsigned char) v;
	}
	return valid;
}
