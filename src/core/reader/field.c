/*-------------------------------------------------------------------------
 *
 * field.c
 *	  One top-level key of a line, without building a document.
 *
 * Our lines are flat and their keys unescaped, so a scan that only knows
 * strings and brackets is enough; it checks no more JSON than it needs to
 * find its way and never reads behind the end.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/reader.h"

#include <string.h>

typedef struct Scan
{
	const char *p;
	const char *end;
} Scan;

static void
skip_space(Scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

static bool
skip_char(Scan *s, char c)
{
	skip_space(s);
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* p is behind an opening quote; leaves it behind the closing one. */
static bool
skip_string(Scan *s)
{
	for (; s->p < s->end; s->p++)
	{
		if (*s->p == '"')
		{
			s->p++;
			return true;
		}
		if (*s->p == '\\')
			s->p++;
	}
	return false;
}

/* An object or array, p at its opening bracket. */
static bool
skip_nested(Scan *s)
{
	int depth = 0;

	while (s->p < s->end)
	{
		char c = *s->p++;

		if (c == '"')
		{
			if (!skip_string(s))
				return false;
		}
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return true;
	}
	return false;
}

/* Any value; *value and *len get its raw text. */
static bool
scan_value(Scan *s, const char **value, size_t *len)
{
	skip_space(s);
	if (s->p >= s->end)
		return false;
	*value = s->p;
	if (*s->p == '"')
	{
		s->p++;
		if (!skip_string(s))
			return false;
		*value += 1;
		*len = (size_t) (s->p - *value) - 1;
		return true;
	}
	if (*s->p == '{' || *s->p == '[')
	{
		if (!skip_nested(s))
			return false;
	}
	else
		while (s->p < s->end && strchr(",}] \t\r", *s->p) == NULL)
			s->p++;
	*len = (size_t) (s->p - *value);
	return *len > 0;
}

bool
aud_reader_field(const char *line, size_t len, const char *key,
				 const char **value, size_t *value_len)
{
	Scan   s = {line, line + len};
	size_t key_len = strlen(key);

	if (!skip_char(&s, '{'))
		return false;
	do
	{
		const char *name;
		size_t      name_len;

		if (!skip_char(&s, '"'))
			return false;
		name = s.p;
		if (!skip_string(&s))
			return false;
		name_len = (size_t) (s.p - name) - 1;
		if (!skip_char(&s, ':') || !scan_value(&s, value, value_len))
			return false;
		if (name_len == key_len && memcmp(name, key, key_len) == 0)
			return true;
	} while (skip_char(&s, ','));
	return false;
}

bool
aud_reader_field_copy(const char *line, size_t len, const char *key,
					  char *value, size_t size)
{
	const char *raw;
	size_t      raw_len;

	if (!aud_reader_field(line, len, key, &raw, &raw_len) || raw_len >= size)
		return false;
	memcpy(value, raw, raw_len);
	value[raw_len] = '\0';
	return true;
}

bool
aud_reader_field_uint(const char *line, size_t len, const char *key,
					  uint64_t *value)
{
	const char *raw;
	size_t      raw_len;
	uint64_t    n = 0;

	if (!aud_reader_field(line, len, key, &raw, &raw_len) || raw_len == 0 ||
		raw_len > 18 || raw[-1] == '"')
		return false;
	for (size_t i = 0; i < raw_len; i++)
	{
		if (raw[i] < '0' || raw[i] > '9')
			return false;
		n = n * 10 + (uint64_t) (raw[i] - '0');
	}
	*value = n;
	return true;
}
