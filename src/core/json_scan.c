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

#include <stdio.h>
#include <string.h>

/* Longest key that is asked for, with its NUL. */
#define KEY_MAX 64

/* Most digits of a number that is read as one: below 2^63 in any case. */
#define UINT_DIGITS 18

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

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of a \u at p; -1 if there are not as many. */
static int32_t
hex4(const char *p, const char *end)
{
	int32_t value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* p is behind a backslash. */
static const char *
skip_escape(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	if (*p == 'u')
		return hex4(p + 1, end) < 0 ? NULL : p + 5;
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

bool
aud_json_key_is(const AudJsonMember *m, const char *key)
{
	size_t len = strlen(key);
	char   plain[KEY_MAX];
	AudBuf b;

	if (m->key_len == len)
		return memcmp(m->key, key, len) == 0;
	if (m->key_len < len || memchr(m->key, '\\', m->key_len) == NULL)
		return false;
	aud_buf_init(&b, plain, sizeof(plain));
	return aud_json_unescape(&b, m->key, m->key_len) && b.len == len &&
		   memcmp(plain, key, len) == 0;
}

static bool
find(AudJsonScan *s, const char *key, AudJsonValue *value)
{
	AudJsonMember m;

	while (aud_json_scan_member(s, &m))
		if (aud_json_key_is(&m, key))
		{
			*value = m.value;
			return true;
		}
	return false;
}

bool
aud_json_find(const char *object, size_t len, const char *key, AudJsonValue *value)
{
	AudJsonScan s;

	aud_json_scan_object(&s, object, len);
	return find(&s, key, value);
}

bool
aud_json_find_member(const char *members, size_t len, const char *key,
					 AudJsonValue *value)
{
	AudJsonScan s;

	aud_json_scan_members(&s, members, len);
	return find(&s, key, value);
}

static bool
copy_text(const char *text, size_t len, char *copy, size_t size)
{
	if (len >= size)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return true;
}

bool
aud_json_find_copy(const char *object, size_t len, const char *key, char *copy,
				   size_t size)
{
	AudJsonValue value;

	return aud_json_find(object, len, key, &value) &&
		   copy_text(value.text, value.len, copy, size);
}

/* The number that max digits at most are; false for anything else. */
static bool
read_digits(const AudJsonValue *value, size_t max, uint64_t *n)
{
	uint64_t number = 0;

	if (value->len == 0 || value->len > max)
		return false;
	for (size_t i = 0; i < value->len; i++)
	{
		uint64_t digit = (uint64_t) (value->text[i] - '0');

		if (!is_digit(value->text[i]) || number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*n = number;
	return true;
}

bool
aud_json_find_uint(const char *object, size_t len, const char *key, uint64_t *n)
{
	AudJsonValue value;

	return aud_json_find(object, len, key, &value) &&
		   value.kind == AUD_JSON_NUMBER && read_digits(&value, UINT_DIGITS, n);
}

bool
aud_json_find_id(const char *object, size_t len, const char *key, uint64_t *n)
{
	AudJsonValue value;

	return aud_json_find(object, len, key, &value) &&
		   value.kind == AUD_JSON_STRING &&
		   read_digits(&value, UINT_DIGITS + 2, n);
}

bool
aud_json_find_is(const char *object, size_t len, const char *key, const char *word)
{
	AudJsonValue value;

	return aud_json_find(object, len, key, &value) &&
		   value.kind == AUD_JSON_STRING && value.len == strlen(word) &&
		   memcmp(value.text, word, value.len) == 0;
}

bool
aud_json_find_damaged(const char *text, size_t len, const char *key, char *copy,
					  size_t size)
{
	char        pattern[KEY_MAX + 4];
	const char *end = text + len;
	const char *p;
	size_t      n = 0;

	if (aud_json_find_copy(text, len, key, copy, size))
		return true;
	snprintf(pattern, sizeof(pattern), "\"%s\":", key);
	p = memmem(text, len, pattern, strlen(pattern));
	if (p == NULL)
		return false;
	p += strlen(pattern);
	if (p < end && *p == '"')
		p++;
	while (p + n < end && n < size && strchr("\",} ", p[n]) == NULL)
		n++;
	return n > 0 && copy_text(p, n, copy, size);
}

/* UTF-8 of a character past ASCII, or of one that is. */
static void
append_char(AudBuf *b, uint32_t cp)
{
	if (cp < 0x80)
	{
		aud_buf_char(b, (char) cp);
		return;
	}
	if (cp < 0x800)
		aud_buf_char(b, (char) (0xC0 | cp >> 6));
	else
	{
		if (cp < 0x10000)
			aud_buf_char(b, (char) (0xE0 | cp >> 12));
		else
		{
			aud_buf_char(b, (char) (0xF0 | cp >> 18));
			aud_buf_char(b, (char) (0x80 | (cp >> 12 & 0x3F)));
		}
		aud_buf_char(b, (char) (0x80 | (cp >> 6 & 0x3F)));
	}
	aud_buf_char(b, (char) (0x80 | (cp & 0x3F)));
}

/* The character that \uXXXX, or two of them, stand for; p is at the digits. */
static const char *
read_unicode(const char *p, const char *end, uint32_t *cp)
{
	int32_t high = hex4(p, end);
	int32_t low;

	if (high <= 0 || (high >= 0xDC00 && high <= 0xDFFF))
		return NULL;
	p += 4;
	*cp = (uint32_t) high;
	if (high < 0xD800 || high > 0xDFFF)
		return p;
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return NULL;
	low = hex4(p + 2, end);
	if (low < 0xDC00 || low > 0xDFFF)
		return NULL;
	*cp =
		0x10000 + ((uint32_t) (high - 0xD800) << 10 | (uint32_t) (low - 0xDC00));
	return p + 6;
}

/* p is behind the backslash. */
static const char *
unescape_one(AudBuf *b, const char *p, const char *end)
{
	static const char shorts[] = "b\bf\fn\nr\rt\t\"\"\\\\//";
	uint32_t          cp;

	if (p == end)
		return NULL;
	if (*p == 'u')
	{
		p = read_unicode(p + 1, end, &cp);
		if (p != NULL)
			append_char(b, cp);
		return p;
	}
	for (const char *s = shorts; *s != '\0'; s += 2)
		if (*s == *p)
		{
			aud_buf_char(b, s[1]);
			return p + 1;
		}
	return NULL;
}

bool
aud_json_unescape(AudBuf *b, const char *text, size_t len)
{
	AudBuf      before = *b;
	const char *end = text + len;
	const char *p = text;

	while (p != NULL && p < end)
	{
		const char *backslash = memchr(p, '\\', (size_t) (end - p));
		const char *stop = backslash != NULL ? backslash : end;

		aud_buf_append(b, p, (size_t) (stop - p));
		p = backslash != NULL ? unescape_one(b, stop + 1, end) : stop;
	}
	if (p != NULL && !b->truncated)
		return true;
	*b = before;
	b->data[b->len] = '\0';
	return false;
}
