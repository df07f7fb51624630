/*-------------------------------------------------------------------------
 *
 * json_cut.c
 *	  Members of an object that are too long, made to fit.
 *
 * The input was written by json.c, so a look at quotes and brackets is enough
 * to find where a value ends.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_cut.h"

/* What is longer than its max'th part of the room is long. */
#define SHORT_PART 8

#define ELLIPSIS "\xE2\x80\xA6" /* … */

/* One ,"key":value of the input. */
typedef struct Member
{
	const char *start; /* the comma */
	const char *key;   /* its opening quote */
	size_t      key_len;
	const char *value;
	const char *end;
} Member;

/* After the string whose opening quote is at p. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

/* After the value at p. */
static const char *
skip_value(const char *p, const char *end)
{
	int depth = 0;

	while (p < end)
	{
		if (*p == '"')
		{
			p = skip_string(p, end);
			if (depth == 0)
				return p;
			continue;
		}
		if (depth == 0 && (*p == ',' || *p == ']' || *p == '}'))
			return p;
		if (*p == '[' || *p == '{')
			depth++;
		else if ((*p == ']' || *p == '}') && --depth == 0)
			return p + 1;
		p++;
	}
	return end;
}

/* The member at p; false at the end. */
static bool
next_member(Member *m, const char *p, const char *end)
{
	if (p >= end)
		return false;
	m->start = p;
	m->key = p + 1;
	m->value = skip_string(m->key, end);
	m->key_len = (size_t) (m->value - m->key);
	m->value++; /* the colon */
	m->end = skip_value(m->value, end);
	return m->end <= end;
}

/* How many bytes the character or escape at p has. */
static size_t
unit_len(const char *p)
{
	unsigned char c = (unsigned char) *p;

	if (c == '\\')
		return p[1] == 'u' ? 6 : 2;
	return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static void
append_string(AudBuf *b, const Member *m, size_t room)
{
	const char *from = m->value + 1;
	const char *p = from;
	size_t      limit = room - sizeof("\"" ELLIPSIS "\"") + 1;

	while (p < m->end - 1 && (size_t) (p - from) + unit_len(p) <= limit)
		p += unit_len(p);
	aud_buf_char(b, '"');
	aud_buf_append(b, from, (size_t) (p - from));
	aud_buf_lit(b, ELLIPSIS "\"");
}

/* The end of the elements that fit, which is their beginning if none does. */
static const char *
find_array_end(const Member *m, size_t room)
{
	const char *from = m->value + 1;
	const char *kept = from;
	const char *p = from;

	while (p < m->end - 1)
	{
		p = skip_value(p, m->end - 1);
		if ((size_t) (p - from) + sizeof("[]") > room)
			break;
		kept = p;
		p++; /* the comma */
	}
	return kept;
}

static void
append_long(AudBuf *b, const Member *m, size_t room)
{
	size_t      overhead = m->key_len + sizeof(",:\"" ELLIPSIS "\"");
	const char *end;

	if (room < overhead)
		return;
	room -= m->key_len + 2;
	if (*m->value == '"')
	{
		aud_buf_append(b, m->start, (size_t) (m->value - m->start));
		append_string(b, m, room);
	}
	else if (*m->value == '[' && (end = find_array_end(m, room)) > m->value + 1)
	{
		aud_buf_append(b, m->start, (size_t) (end - m->start));
		aud_buf_char(b, ']');
	}
}

void
aud_json_append_cut(AudBuf *b, const char *members, size_t len, size_t max,
					AudBuf *cut)
{
	const char *end = members + len;
	size_t      before = b->len;
	size_t      left = max;
	size_t      long_ones = 0;
	Member      m;

	for (const char *p = members; next_member(&m, p, end); p = m.end)
	{
		size_t size = (size_t) (m.end - m.start);

		if (size > max / SHORT_PART)
			long_ones++;
		else
			left -= size < left ? size : left;
	}
	for (const char *p = members; next_member(&m, p, end); p = m.end)
	{
		size_t size = (size_t) (m.end - m.start);
		size_t room = long_ones > 0 ? left / long_ones : 0;

		if ((size <= max / SHORT_PART || size <= room) &&
			b->len - before + size <= max)
		{
			aud_buf_append(b, m.start, size);
			continue;
		}
		if (size > max / SHORT_PART)
			append_long(b, &m, room);
		if (cut->len > 0)
			aud_buf_char(cut, ',');
		aud_buf_append(cut, m.key, m.key_len);
	}
}
