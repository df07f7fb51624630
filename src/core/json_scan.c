/*-------------------------------------------------------------------------
 *
 * json_scan.c
 *	  Reading JSON text in place: members, elements and single values.
 *
 * The functions that skip something return where it ends, NULL where it is
 * not JSON.  Nested values are skipped with one bit a level, which says
 * whether that is an object, instead of a call a level: the text decides how
 * deep it is.
 *
 * Most of a record is the inside of strings, so it is there that many bytes
 * are looked at in one step: sixteen where SSE2 is (every x86-64), else eight.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_scan.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/encode.h"

/* The writer puts no blanks anywhere. */
static inline const char *
skip_space(const char *p, const char *end)
{
	while (p < end && (unsigned char) *p <= ' ' &&
		   (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* p is behind a backslash. */
static const char *
skip_escape(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	if (*p == 'u')
		return end - p < 5 || aud_hex_read(p + 1, 4) < 0 ? NULL : p + 5;
	return *p != '\0' && strchr("\"\\/bfnrt", *p) != NULL ? p + 1 : NULL;
}

/* A byte within a string that means something. */
static inline bool
is_special(char c)
{
	return c == '"' || c == '\\' || (unsigned char) c < 0x20;
}

#ifndef __SSE2__
/*
 * May one of the eight bytes be special?  (x - 0x20..) borrows into the top
 * bit of a byte below 0x20, and (x ^ c) - 0x01.. into that of a byte equal to
 * c; bytes from 0x80 up have it set themselves, which ~x takes out.  A borrow
 * can also mark the byte above a hit, never a word without one.
 */
static inline bool
has_special(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t       x, quote, backslash;

	memcpy(&x, p, sizeof(x));
	quote = x ^ (ones * '"');
	backslash = x ^ (ones * '\\');
	return ((((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) |
			 ((backslash - ones) & ~backslash)) &
			(ones * 0x80)) != 0;
}
#endif

/* The first special byte of the few that are left, or the end. */
static __attribute__((noinline)) const char *
find_special_byte(const char *p, const char *end)
{
	while (p < end && !is_special(*p))
		p++;
	return p;
}

/* The first special byte, or the end. */
static inline const char *
find_special(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1F);

	for (; end - p >= (ptrdiff_t) sizeof(__m128i); p += sizeof(__m128i))
	{
		__m128i  x = _mm_loadu_si128((const __m128i *) p);
		__m128i  special = _mm_cmpeq_epi8(_mm_min_epu8(x, control), x);
		unsigned mask;

		special = _mm_or_si128(special, _mm_cmpeq_epi8(x, quote));
		special = _mm_or_si128(special, _mm_cmpeq_epi8(x, backslash));
		mask = (unsigned) _mm_movemask_epi8(special);
		if (mask != 0)
			return p + __builtin_ctz(mask);
	}
#else
	while (end - p >= (ptrdiff_t) sizeof(uint64_t) && !has_special(p))
		p += sizeof(uint64_t);
#endif
	return find_special_byte(p, end);
}

/* The rest of a string, p where find_special() has stopped. */
static __attribute__((noinline)) const char *
skip_rest_of_string(const char *p, const char *end)
{
	for (; p < end && *p == '\\'; p = find_special(p, end))
	{
		p = skip_escape(p + 1, end);
		if (p == NULL)
			return NULL;
	}
	return p < end && *p == '"' ? p + 1 : NULL;
}

/*
 * p is at the opening quote.  Inlined without what is seldom needed: most
 * strings have nothing escaped and are shorter than one step.
 */
static inline __attribute__((always_inline)) const char *
skip_string(const char *p, const char *end)
{
	p = find_special(p + 1, end);
	return p < end && *p == '"' ? p + 1 : skip_rest_of_string(p, end);
}

/* At least one digit. */
static const char *
skip_digits(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && is_digit(*p))
		p++;
	return p > start ? p : NULL;
}

static const char *
skip_number(const char *p, const char *end)
{
	if (*p == '-')
		p++;
	if (p < end && *p == '0')
		p++;
	else
		p = skip_digits(p, end);
	if (p != NULL && p < end && *p == '.')
		p = skip_digits(p + 1, end);
	if (p != NULL && p < end && (*p == 'e' || *p == 'E'))
	{
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = skip_digits(p, end);
	}
	return p;
}

static const char *
skip_word(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t) (end - p) >= len && memcmp(p, word, len) == 0 ? p + len
																  : NULL;
}

/* A value that holds no others. */
static inline const char *
skip_scalar(const char *p, const char *end, AudJsonKind *kind)
{
	switch (*p)
	{
		case '"':
			*kind = AUD_JSON_STRING;
			return skip_string(p, end);
		case 't':
			*kind = AUD_JSON_BOOL;
			return skip_word(p, end, "true");
		case 'f':
			*kind = AUD_JSON_BOOL;
			return skip_word(p, end, "false");
		case 'n':
			*kind = AUD_JSON_NULL;
			return skip_word(p, end, "null");
		default:
			*kind = AUD_JSON_NUMBER;
			return *p == '-' || is_digit(*p) ? skip_number(p, end) : NULL;
	}
}

/* A key, its colon and the blanks around them. */
static const char *
skip_key(const char *p, const char *end)
{
	p = skip_space(p, end);
	if (p == end || *p != '"')
		return NULL;
	p = skip_string(p, end);
	if (p == NULL)
		return NULL;
	p = skip_space(p, end);
	return p < end && *p == ':' ? p + 1 : NULL;
}

/* The kinds of the values that are open; true: an object. */
typedef struct Nesting
{
	unsigned char is_object[AUD_JSON_DEPTH_MAX / 8];
	int           depth;
} Nesting;

static bool
push(Nesting *n, bool is_object)
{
	unsigned char bit = (unsigned char) (1 << n->depth % 8);

	if (n->depth == AUD_JSON_DEPTH_MAX)
		return false;
	if (is_object)
		n->is_object[n->depth / 8] |= bit;
	else
		n->is_object[n->depth / 8] &= (unsigned char) ~bit;
	n->depth++;
	return true;
}

static bool
in_object(const Nesting *n)
{
	int top = n->depth - 1;

	return (n->is_object[top / 8] >> top % 8 & 1) != 0;
}

/*
 * Behind a value: close what ends here, and go to the next value that is
 * open, or behind the last one.
 */
static const char *
skip_to_value(Nesting *n, const char *p, const char *end)
{
	while (n->depth > 0)
	{
		p = skip_space(p, end);
		if (p == end)
			return NULL;
		if (*p == ',')
			return in_object(n) ? skip_key(p + 1, end) : p + 1;
		if (*p++ != (in_object(n) ? '}' : ']'))
			return NULL;
		n->depth--;
	}
	return p;
}

/* An object or array, p at its opening bracket. */
static const char *
skip_nested(const char *p, const char *end)
{
	Nesting n;

	n.depth = 0;
	do
	{
		AudJsonKind kind;

		p = skip_space(p, end);
		if (p == end)
			return NULL;
		if (*p == '{' || *p == '[')
		{
			char close = *p == '{' ? '}' : ']';

			if (!push(&n, close == '}'))
				return NULL;
			p = skip_space(p + 1, end);
			if (p == end)
				return NULL;
			if (*p != close)
			{
				p = close == '}' ? skip_key(p, end) : p;
				continue;
			}
		}
		else
			p = skip_scalar(p, end, &kind);
		p = p == NULL ? NULL : skip_to_value(&n, p, end);
	} while (p != NULL && n.depth > 0);
	return p;
}

/* Any value that begins at p. */
static inline const char *
scan_value(const char *p, const char *end, AudJsonValue *value)
{
	const char *start = p;

	if (p == end)
		return NULL;
	if (*p == '{' || *p == '[')
	{
		value->kind = *p == '{' ? AUD_JSON_OBJECT : AUD_JSON_ARRAY;
		p = skip_nested(p, end);
	}
	else
		p = skip_scalar(p, end, &value->kind);
	if (p == NULL)
		return NULL;
	value->text = start;
	value->len = (size_t) (p - start);
	if (value->kind == AUD_JSON_STRING)
	{
		value->text++;
		value->len -= 2;
	}
	return p;
}

static void
scan_begin(AudJsonScan *s, const char *text, size_t len, char open, char close)
{
	s->p = text;
	s->end = text + len;
	s->close = close;
	s->begun = false;
	s->ended = false;
	s->p = skip_space(s->p, s->end);
	if (s->p < s->end && *s->p == open)
		s->p++;
	else
		s->p = NULL;
}

void
aud_json_scan_object(AudJsonScan *s, const char *text, size_t len)
{
	scan_begin(s, text, len, '{', '}');
}

void
aud_json_scan_array(AudJsonScan *s, const char *text, size_t len)
{
	scan_begin(s, text, len, '[', ']');
}

void
aud_json_scan_members(AudJsonScan *s, const char *text, size_t len)
{
	s->p = text;
	s->end = text + len;
	s->close = 0;
	s->begun = true;
	s->ended = false;
}

/* Go to the next member or element; false at the end and where none can be. */
static inline bool
scan_next(AudJsonScan *s)
{
	if (s->p == NULL || s->ended)
		return false;
	s->p = skip_space(s->p, s->end);
	if (s->p == s->end)
		s->ended = s->close == 0;
	else if (*s->p == s->close && s->close != 0)
	{
		s->p++;
		s->ended = true;
	}
	else if (!s->begun || *s->p == ',')
	{
		s->p = skip_space(s->p + (s->begun ? 1 : 0), s->end);
		s->begun = true;
		return true;
	}
	if (!s->ended)
		s->p = NULL;
	return false;
}

bool
aud_json_scan_member(AudJsonScan *s, AudJsonMember *m)
{
	const char *p;

	if (!scan_next(s))
		return false;
	m->start = s->p;
	p = s->p < s->end && *s->p == '"' ? skip_string(s->p, s->end) : NULL;
	if (p != NULL)
	{
		m->key = m->start + 1;
		m->key_len = (size_t) (p - m->key) - 1;
		p = skip_space(p, s->end);
		p = p < s->end && *p == ':'
				? scan_value(skip_space(p + 1, s->end), s->end, &m->value)
				: NULL;
	}
	m->end = s->p = p;
	return p != NULL;
}

bool
aud_json_scan_element(AudJsonScan *s, AudJsonValue *value)
{
	if (!scan_next(s))
		return false;
	s->p = scan_value(s->p, s->end, value);
	return s->p != NULL;
}
