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
 *-------------------------------------------------------------------------
 */
#include "core/json_scan.h"

#include <string.h>

#include "core/encode.h"

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
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

/* p is at the opening quote. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"';)
	{
		if (*p == '\\')
		{
			p = skip_escape(p + 1, end);
			if (p == NULL)
				return NULL;
		}
		else if ((unsigned char) *p < 0x20)
			return NULL;
		else
			p++;
	}
	return p < end ? p + 1 : NULL;
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
static const char *
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
static const char *
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
static bool
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
