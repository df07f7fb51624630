/*-------------------------------------------------------------------------
 *
 * json_find.c
 *	  Reading JSON text in place: the member of a key, and what its value is.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "core/encode.h"
#include "core/json_scan.h"

/* Longest key that is asked for, with its NUL. */
#define KEY_MAX 64

/* Most digits of a number that is read as one: below 2^63 in any case. */
#define UINT_DIGITS 18

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

		if (value->text[i] < '0' || value->text[i] > '9' ||
			number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*n = number;
	return true;
}

bool
aud_json_read_uint(const AudJsonValue *value, uint64_t *n)
{
	return value->kind == AUD_JSON_NUMBER && read_digits(value, UINT_DIGITS, n);
}

bool
aud_json_find_uint(const char *object, size_t len, const char *key, uint64_t *n)
{
	AudJsonValue value;

	return aud_json_find(object, len, key, &value) &&
		   aud_json_read_uint(&value, n);
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
	int32_t high = end - p < 4 ? -1 : aud_hex_read(p, 4);
	int32_t low;

	if (high <= 0 || (high >= 0xDC00 && high <= 0xDFFF))
		return NULL;
	p += 4;
	*cp = (uint32_t) high;
	if (high < 0xD800 || high > 0xDFFF)
		return p;
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return NULL;
	low = aud_hex_read(p + 2, 4);
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
