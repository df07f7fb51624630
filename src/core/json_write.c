/*-------------------------------------------------------------------------
 *
 * json_write.c
 *	  JSON strings, escaped straight into an AudBuf, and members of objects.
 *
 * Almost every string an audit trail holds is clean ASCII, so the time goes
 * into proving that: sixteen bytes per step where SSE2 is there (every
 * x86-64), eight per step in plain integer arithmetic everywhere else, and
 * one memcpy for the whole run.  Only what stops a run is looked at as a
 * character.
 *
 * A character is written whole or not at all, so a full buffer or a max_out
 * never leaves half an escape or half a UTF-8 sequence behind.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_write.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/json_scan.h"
#include "core/utf8.h"

/* longest output for one unit of input: \uXXXX */
#define MAX_UNIT 6

/* Printable ASCII that JSON takes as it is. */
static inline bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/*
 * Are all eight bytes plain?  (x - 0x20..) borrows into the top bit of a byte
 * below 0x20, and (x ^ c) - 0x01.. into that of a byte equal to c.  A borrow
 * can also mark the byte above a hit, never a word without one, and which
 * byte it was is not asked here.
 */
static inline bool
word_is_plain(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t tops = ones * 0x80;
	uint64_t       control = x - ones * 0x20;
	uint64_t       quote = (x ^ (ones * '"')) - ones;
	uint64_t       backslash = (x ^ (ones * '\\')) - ones;
	uint64_t       del = (x ^ (ones * 0x7F)) - ones;

	return ((x | control | quote | backslash | del) & tops) == 0;
}

/* How many bytes at the start of s[len] are plain. */
static inline size_t
plain_run(const char *s, size_t len)
{
	size_t pos = 0;

#ifdef __SSE2__
	/* Signed comparison: bytes from 0x80 up are negative, below 0x20 too */
	const __m128i space = _mm_set1_epi8(0x20);
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i del = _mm_set1_epi8(0x7F);

	for (; len - pos >= sizeof(__m128i); pos += sizeof(__m128i))
	{
		__m128i x = _mm_loadu_si128((const __m128i *) (s + pos));
		__m128i odd = _mm_cmplt_epi8(x, space);
		int     mask;

		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, quote));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, backslash));
		odd = _mm_or_si128(odd, _mm_cmpeq_epi8(x, del));
		mask = _mm_movemask_epi8(odd);
		if (mask != 0)
			return pos + (size_t) __builtin_ctz((unsigned int) mask);
	}
#endif
	for (; len - pos >= sizeof(uint64_t); pos += sizeof(uint64_t))
	{
		uint64_t word;

		memcpy(&word, s + pos, sizeof(word));
		if (!word_is_plain(word))
			break;
	}
	while (pos < len && is_plain((unsigned char) s[pos]))
		pos++;
	return pos;
}

/*
 * How many bytes at the start of s[len] go into the output as they are, at
 * most limit; ends between characters.
 */
static inline size_t
verbatim_run(const char *s, size_t len, size_t limit)
{
	size_t end = limit < len ? limit : len;
	size_t pos = 0;

	while (pos < end)
	{
		uint32_t cp;
		int      n;

		if (is_plain((unsigned char) s[pos]))
		{
			pos += plain_run(s + pos, end - pos);
			continue;
		}
		if ((unsigned char) s[pos] < 0x80)
			break;
		n = aud_utf8_decode(s + pos, len - pos, &cp);
		if (n < 0 || aud_utf8_misleads(cp) || (size_t) n > end - pos)
			break;
		pos += (size_t) n;
	}
	return pos;
}

/* Write \uXXXX, or the short form where JSON has one; returns its length. */
static size_t
put_escape(char *out, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	static const char shorts[] = "\bb\tt\nn\ff\rr\"\"\\\\";

	out[0] = '\\';
	for (const char *p = shorts; *p != '\0'; p += 2)
	{
		if (cp == (unsigned char) *p)
		{
			out[1] = p[1];
			return 2;
		}
	}
	out[1] = 'u';
	for (int i = 0; i < 4; i++)
		out[2 + i] = hex[(cp >> (12 - 4 * i)) & 0xF];
	return 6;
}

/*
 * Encode the one unit at the start of s[len] into out[MAX_UNIT].  Returns
 * bytes written; *used is what was consumed, *replaced whether it is lost.
 */
static size_t
encode_unit(char *out, const char *s, size_t len, size_t *used, bool *replaced)
{
	uint32_t cp;
	int      n = aud_utf8_decode(s, len, &cp);

	*used = (size_t) (n < 0 ? -n : n);
	*replaced = n < 0 || cp == 0;
	if (*replaced)
	{
		memcpy(out, "\xEF\xBF\xBD", 3);
		return 3;
	}
	if (n == 1 ? !is_plain((unsigned char) cp) : aud_utf8_misleads(cp))
		return put_escape(out, cp);
	memcpy(out, s, *used);
	return *used;
}

/*
 * Escape until s is used up or the next character would not fit in budget;
 * returns how much of s was consumed.
 */
static inline size_t
escape_within(AudBuf *b, const char *s, size_t len, size_t budget, bool *valid)
{
	size_t pos = 0;

	for (;;)
	{
		char   unit[MAX_UNIT];
		size_t run = verbatim_run(s + pos, len - pos, budget);
		size_t used;
		size_t n;
		bool   replaced;

		aud_buf_append(b, s + pos, run);
		pos += run;
		budget -= run;
		if (pos >= len)
			return pos;

		n = encode_unit(unit, s + pos, len - pos, &used, &replaced);
		if (n > budget)
			return pos;
		aud_buf_append(b, unit, n);
		pos += used;
		budget -= n;
		if (replaced)
			*valid = false;
	}
}

bool
aud_json_escape(AudBuf *b, const char *s, size_t len)
{
	bool valid = true;

	(void) aud_json_escape_upto(b, s, len, SIZE_MAX, &valid);
	return valid;
}

size_t
aud_json_escape_upto(AudBuf *b, const char *s, size_t len, size_t max_out,
					 bool *valid)
{
	size_t room = b->truncated ? 0 : aud_buf_room(b);
	bool   all_valid = true;
	size_t used;

	used = escape_within(b, s, len, room < max_out ? room : max_out, &all_valid);

	/* it was the buffer, not the caller's limit, that was too small */
	if (used < len && room < max_out)
		b->truncated = true;
	if (!all_valid && valid != NULL)
		*valid = false;
	return used;
}

bool
aud_json_string(AudBuf *b, const char *s, size_t len)
{
	bool valid;

	aud_buf_char(b, '"');
	valid = aud_json_escape(b, s, len);
	aud_buf_char(b, '"');
	return valid;
}

/* ---- members ------------------------------------------------------------ */

void
aud_json_key(AudBuf *b, const char *key)
{
	aud_buf_lit(b, ",\"");
	aud_buf_cstr(b, key);
	aud_buf_lit(b, "\":");
}

bool
aud_json_member(AudBuf *b, const char *key, const char *s, size_t len)
{
	aud_json_key(b, key);
	return aud_json_string(b, s, len);
}

void
aud_json_member_word(AudBuf *b, const char *key, const char *word)
{
	aud_json_key(b, key);
	aud_buf_char(b, '"');
	aud_buf_cstr(b, word);
	aud_buf_char(b, '"');
}

void
aud_json_member_uint(AudBuf *b, const char *key, uint64_t value)
{
	aud_json_key(b, key);
	aud_json_uint(b, value);
}

void
aud_json_member_int(AudBuf *b, const char *key, int64_t value)
{
	aud_json_key(b, key);
	aud_json_int(b, value);
}

void
aud_json_member_bool(AudBuf *b, const char *key, bool value)
{
	aud_json_key(b, key);
	aud_buf_cstr(b, value ? "true" : "false");
}

void
aud_json_member_id(AudBuf *b, const char *key, uint64_t value)
{
	aud_json_key(b, key);
	aud_buf_char(b, '"');
	aud_json_uint(b, value);
	aud_buf_char(b, '"');
}

void
aud_json_member_raw(AudBuf *b, const char *key, const char *json, size_t len)
{
	aud_json_key(b, key);
	aud_buf_append(b, json, len);
}

/* ---- members that are too long ------------------------------------------ */

/* What is longer than its max'th part of the room is long. */
#define SHORT_PART 8

#define ELLIPSIS "\xE2\x80\xA6" /* … */

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
append_string(AudBuf *b, const AudJsonValue *value, size_t room)
{
	size_t limit = room - sizeof("\"" ELLIPSIS "\"") + 1;
	size_t n = 0;

	while (n < value->len && n + unit_len(value->text + n) <= limit)
		n += unit_len(value->text + n);
	aud_buf_char(b, '"');
	aud_buf_append(b, value->text, n);
	aud_buf_lit(b, ELLIPSIS "\"");
}

/* The end of the elements that fit, which is their beginning if none does. */
static const char *
find_array_end(const AudJsonValue *array, size_t room)
{
	const char  *kept = array->text + 1;
	AudJsonScan  s;
	AudJsonValue element;

	aud_json_scan_array(&s, array->text, array->len);
	while (aud_json_scan_element(&s, &element))
	{
		if ((size_t) (s.p - array->text - 1) + sizeof("[]") > room)
			break;
		kept = s.p;
	}
	return kept;
}

static void
append_long(AudBuf *b, const AudJsonMember *m, size_t room)
{
	size_t      key_len = m->key_len + 2;
	size_t      overhead = key_len + sizeof(",:\"" ELLIPSIS "\"");
	const char *start = m->start - 1;
	const char *end;

	if (room < overhead)
		return;
	room -= key_len + 2;
	if (m->value.kind == AUD_JSON_STRING)
	{
		aud_buf_append(b, start, (size_t) (m->value.text - 1 - start));
		append_string(b, &m->value, room);
	}
	else if (m->value.kind == AUD_JSON_ARRAY &&
			 (end = find_array_end(&m->value, room)) > m->value.text + 1)
	{
		aud_buf_append(b, start, (size_t) (end - start));
		aud_buf_char(b, ']');
	}
}

/* With the comma in front. */
static size_t
member_size(const AudJsonMember *m)
{
	return (size_t) (m->end - m->start) + 1;
}

void
aud_json_append_cut(AudBuf *b, const char *members, size_t len, size_t max,
					AudBuf *cut)
{
	size_t        before = b->len;
	size_t        left = max;
	size_t        long_ones = 0;
	AudJsonScan   s;
	AudJsonMember m;

	aud_json_scan_members(&s, members, len);
	while (aud_json_scan_member(&s, &m))
	{
		size_t size = member_size(&m);

		if (size > max / SHORT_PART)
			long_ones++;
		else
			left -= size < left ? size : left;
	}
	aud_json_scan_members(&s, members, len);
	while (aud_json_scan_member(&s, &m))
	{
		size_t size = member_size(&m);
		size_t room = long_ones > 0 ? left / long_ones : 0;

		if ((size <= max / SHORT_PART || size <= room) &&
			b->len - before + size <= max)
		{
			aud_buf_append(b, m.start - 1, size);
			continue;
		}
		if (size > max / SHORT_PART)
			append_long(b, &m, room);
		if (cut->len > 0)
			aud_buf_char(cut, ',');
		aud_buf_append(cut, m.start, m.key_len + 2);
	}
}
