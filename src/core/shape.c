/*-------------------------------------------------------------------------
 *
 * shape.c
 *	  Has a text the shape of a record, or of a part of one?
 *
 *-------------------------------------------------------------------------
 */
#include "core/shape.h"

#include <string.h>

#include "core/json_scan.h"
#include "core/utf8.h"

/* A record has fewer members than this, whatever it is about. */
#define MEMBERS_MAX 256

/* Most digits of a number: below 2^63 in any case. */
#define DIGITS_MAX 18

/* Behind "word" if that is at p, else NULL; p may be NULL already. */
static const char *
skip_text(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return p != NULL && (size_t) (end - p) >= len && memcmp(p, word, len) == 0
			   ? p + len
			   : NULL;
}

/* The same for a time as records have it. */
static const char *
skip_time(const char *p, const char *end)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";

	if (p == NULL || (size_t) (end - p) < sizeof(form) - 1)
		return NULL;
	for (const char *f = form; *f != '\0'; f++, p++)
		if (*f == '0' ? *p < '0' || *p > '9' : *p != *f)
			return NULL;
	return p;
}

bool
aud_shape_is_time(const char *text, size_t len)
{
	return text != NULL && skip_time(text, text + len) == text + len;
}

bool
aud_shape_begins_record(const char *line, size_t len, const char *log_id)
{
	const char *end = line + len;
	const char *p;

	p = skip_text(line, end, "{\"v\":1,\"log\":\"");
	p = skip_text(p, end, log_id);
	p = skip_text(p, end, "\",\"ts\":\"");
	p = skip_time(p, end);
	p = skip_text(p, end, "\",\"event\":\"");
	return p != NULL && skip_text(p, end, "audit.") == NULL &&
		   memchr(p, '\n', (size_t) (end - p)) == NULL;
}

bool
aud_shape_is_clean(const char *text, size_t len)
{
	for (size_t at = 0; at < len;)
	{
		uint32_t cp;
		int      n = aud_utf8_decode(text + at, len - at, &cp);

		if (n <= 0 || cp < 0x20 || (cp >= 0x80 && aud_utf8_misleads(cp)))
			return false;
		at += (size_t) n;
	}
	return true;
}

static bool
key_is(const AudJsonMember *m, const char *key)
{
	return m->key_len == strlen(key) && memcmp(m->key, key, m->key_len) == 0;
}

/* May this be the next key?  One with escapes could be any of the others. */
static bool
is_new_key(const AudJsonMember *m, const AudJsonMember *known, int count)
{
	if (memchr(m->key, '\\', m->key_len) != NULL || key_is(m, "seq") ||
		key_is(m, "h"))
		return false;
	for (int i = 0; i < count; i++)
		if (known[i].key_len == m->key_len &&
			memcmp(known[i].key, m->key, m->key_len) == 0)
			return false;
	return true;
}

bool
aud_shape_is_record(const char *line, size_t len, const char *log_id)
{
	AudJsonMember members[MEMBERS_MAX];
	AudJsonScan   s;
	int           count = 0;

	if (!aud_shape_begins_record(line, len, log_id) ||
		!aud_shape_is_clean(line, len))
		return false;
	aud_json_scan_object(&s, line, len);
	while (count < MEMBERS_MAX && aud_json_scan_member(&s, &members[count]))
	{
		if (!is_new_key(&members[count], members, count))
			return false;
		count++;
	}
	return s.ended && s.p == line + len;
}

static bool
is_number(const AudJsonValue *value, uint64_t max)
{
	uint64_t number = 0;

	if (value->kind != AUD_JSON_NUMBER || value->len > DIGITS_MAX ||
		value->text[0] == '0')
		return false;
	for (size_t i = 0; i < value->len; i++)
	{
		if (value->text[i] < '0' || value->text[i] > '9')
			return false;
		number = number * 10 + (uint64_t) (value->text[i] - '0');
	}
	return number <= max;
}

static bool
has_kind(const AudJsonValue *value, const AudShapeMember *member)
{
	switch (member->kind)
	{
		case AUD_SHAPE_TEXT:
			return value->kind == AUD_JSON_STRING;
		case AUD_SHAPE_NUMBER:
			return is_number(value, member->max);
		case AUD_SHAPE_TRUE:
			return value->kind == AUD_JSON_BOOL && value->len == strlen("true");
	}
	return false;
}

/* Does the member follow on p with nothing but its comma and colon? */
static bool
is_tight(const AudJsonMember *m, const char *p)
{
	const char *value = m->value.text - (m->value.kind == AUD_JSON_STRING);

	return *p == ',' && m->start == p + 1 &&
		   value == m->key + m->key_len + strlen("\":");
}

/* The first of these that has the key; count, if one is needed before it. */
static int
find_member(const AudJsonMember *m, const AudShapeMember *members, int from,
			int count)
{
	while (from < count && !key_is(m, members[from].key))
	{
		if (members[from].needed)
			return count;
		from++;
	}
	return from;
}

bool
aud_shape_is_members(const char *text, size_t len,
					 const AudShapeMember *members, int count)
{
	AudJsonScan   s;
	AudJsonMember m;
	const char   *p = text;
	int           next = 0;

	if (len == 0)
		return true;
	if (!aud_shape_is_clean(text, len))
		return false;
	aud_json_scan_members(&s, text, len);
	while (aud_json_scan_member(&s, &m))
	{
		next = find_member(&m, members, next, count);
		if (next == count || !is_tight(&m, p) ||
			!has_kind(&m.value, &members[next]))
			return false;
		next++;
		p = m.end;
	}
	while (next < count && !members[next].needed)
		next++;
	return s.ended && p == text + len && next == count;
}
