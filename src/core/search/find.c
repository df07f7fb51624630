/*-------------------------------------------------------------------------
 *
 * find.c
 *	  Looking for a few bytes in many, and counting lines, many bytes at a time.
 *
 * Vectors are the compiler's (GCC's and Clang's vector extensions), so that
 *there is one source for all processors.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/find.h"

#include <stdbool.h>
#include <string.h>

#define WIDTH 16

typedef unsigned char Vector __attribute__((vector_size(WIDTH)));
typedef uint64_t      Halves __attribute__((vector_size(WIDTH)));

/* Vectors that are looked at before a branch is taken. */
#define STRIDE (4 * WIDTH)

static inline Vector
load(const char *p)
{
	Vector v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline bool
is_any(Vector v)
{
	Halves h = (Halves) v;

	return (h[0] | h[1]) != 0;
}

/*
 * How frequent a byte is in a trail, roughly: its JSON has digits, quotes and
 * punctuation everywhere, then small letters as English has them.
 */
static int
frequency(unsigned char c)
{
	static const char letters[] = "zqjxkvwybhgfmpudclnioarste";
	const char       *at;

	if ((c >= '0' && c <= '9') || strchr("\":,{}", c) != NULL)
		return 100;
	at = c != '\0' ? strchr(letters, c) : NULL;
	if (at != NULL)
		return 10 + (int) (at - letters);
	return c == ' ' || c == '_' || c == '.' ? 40 : 5;
}

void
aud_needle_prepare(AudNeedle *needle)
{
	size_t rare = 0;
	size_t second = needle->len - 1;

	for (size_t i = 1; i < needle->len; i++)
	{
		if (frequency((unsigned char) needle->text[i]) <
			frequency((unsigned char) needle->text[rare]))
			rare = i;
	}
	if (second == rare)
		second = 0;
	for (size_t i = 0; i < needle->len; i++)
	{
		if (i != rare && frequency((unsigned char) needle->text[i]) <
							 frequency((unsigned char) needle->text[second]))
			second = i;
	}
	needle->rare = (unsigned char) rare;
	needle->second = (unsigned char) second;
}

/* Where both bytes are, of the STRIDE needles that would begin from p on. */
static inline bool
may_begin(const char *p, const AudNeedle *needle, Vector rare, Vector second)
{
	Vector found = {0};

	for (size_t i = 0; i < STRIDE; i += WIDTH)
		found |= (Vector) ((load(p + needle->rare + i) == rare) &
						   (load(p + needle->second + i) == second));
	return is_any(found);
}

const char *
aud_find(const char *text, size_t len, const AudNeedle *needle)
{
	const char *end = text + len;
	const char *p = text;
	Vector      rare;
	Vector      second;

	memset(&rare, needle->text[needle->rare], sizeof(rare));
	memset(&second, needle->text[needle->second], sizeof(second));
	for (; (size_t) (end - p) >= STRIDE + needle->len; p += STRIDE)
	{
		if (!may_begin(p, needle, rare, second))
			continue;
		for (const char *at = p; at < p + STRIDE; at++)
		{
			if (at[needle->rare] == needle->text[needle->rare] &&
				memcmp(at, needle->text, needle->len) == 0)
				return at;
		}
	}
	return p < end ? memmem(p, (size_t) (end - p), needle->text, needle->len)
				   : NULL;
}

uint64_t
aud_count_newlines(const char *text, size_t len)
{
	uint64_t n = 0;
	Vector   newline;

	memset(&newline, '\n', sizeof(newline));
	while (len >= WIDTH)
	{
		size_t vectors = len / WIDTH < 255 ? len / WIDTH : 255;
		Vector found = {0};

		/* a byte of the vector counts up to 255 */
		for (size_t i = 0; i < vectors; i++)
			found -= (Vector) (load(text + i * WIDTH) == newline);
		for (size_t i = 0; i < WIDTH; i++)
			n += found[i];
		text += vectors * WIDTH;
		len -= vectors * WIDTH;
	}
	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}
