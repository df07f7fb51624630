/*-------------------------------------------------------------------------
 *
 * fields.c
 *	  A line of a trail, read into a table: what every conversion begins with.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/fields.h"

#include <string.h>

#include "core/encode.h"
#include "core/log_name.h"
#include "core/utf8.h"

typedef struct Key
{
	const char  *name;
	size_t       len;
	AudFieldKind kind;
} Key;

static const Key keys[] = {
#define KEY(name, kind) {#name, sizeof(#name) - 1, AUD_FIELD_##kind},
	AUD_FIELDS(KEY)
#undef KEY
};

static const char *const events[] = {
	[AUD_EVENT_STATEMENT] = "statement",
	[AUD_EVENT_ERROR] = "error",
	[AUD_EVENT_SESSION_AUTH] = "session.auth",
	[AUD_EVENT_SESSION_START] = "session.start",
	[AUD_EVENT_SESSION_END] = "session.end",
	[AUD_EVENT_ROLE] = "role",
	[AUD_EVENT_CONFIG] = "config",
	[AUD_EVENT_TRANSACTION] = "transaction",
	[AUD_EVENT_REPLICATION] = "replication",
	[AUD_EVENT_WORKER] = "worker",
	[AUD_EVENT_CUSTOM] = "custom",
	[AUD_EVENT_ALERT] = "alert",
	[AUD_EVENT_AUDIT_START] = "audit.start",
	[AUD_EVENT_AUDIT_STOP] = "audit.stop",
	[AUD_EVENT_AUDIT_OPEN] = "audit.open",
	[AUD_EVENT_AUDIT_CLOSE] = "audit.close",
	[AUD_EVENT_AUDIT_CHECKPOINT] = "audit.checkpoint",
	[AUD_EVENT_AUDIT_GAP] = "audit.gap",
	[AUD_EVENT_AUDIT_EXPIRE] = "audit.expire",
};

const char *
aud_field_name(AudField field)
{
	return keys[field].name;
}

AudFieldKind
aud_field_kind(AudField field)
{
	return keys[field].kind;
}

/* ---- keys ------------------------------------------------------------------- */

static inline unsigned
hash(const char *key, size_t len)
{
	unsigned h = (unsigned) len;

	h = h * 37 + (unsigned char) key[0];
	h = h * 37 + (unsigned char) key[len / 2];
	h = h * 37 + (unsigned char) key[len - 1];
	h = h * 37 + (unsigned char) key[len / 4];
	return h ^ h >> 10;
}

void
aud_field_index_make(AudFieldIndex *index)
{
	memset(index, 0, sizeof(*index));
	for (size_t i = 0; i < AUD_FIELD_COUNT; i++)
	{
		unsigned at = hash(keys[i].name, keys[i].len);

		while (index->slots[at % sizeof(index->slots)] != 0)
			at++;
		index->slots[at % sizeof(index->slots)] = (unsigned char) (i + 1);
	}
}

/* AUD_FIELD_COUNT: there is no such key. */
static AudField
find(const AudFieldIndex *index, const char *key, size_t len)
{
	unsigned at;
	unsigned slot;

	if (len == 0)
		return AUD_FIELD_COUNT;
	at = hash(key, len);
	while ((slot = index->slots[at % sizeof(index->slots)]) != 0)
	{
		const Key *known = &keys[slot - 1];

		if (known->len == len && memcmp(known->name, key, len) == 0)
			return (AudField) (slot - 1);
		at++;
	}
	return AUD_FIELD_COUNT;
}

/* Keys of records are of a-z, 0-9 and _: others would mean something elsewhere. */
static bool
is_plain_key(const char *key, size_t len)
{
	if (len == 0 || len > 63)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!(key[i] >= 'a' && key[i] <= 'z') &&
			!(key[i] >= '0' && key[i] <= '9') && key[i] != '_')
			return false;
	return true;
}

/* ---- texts ------------------------------------------------------------------ */

/*
 * Does each \u mean a character, not \u0000 and no half of a pair?  Backslashes
 * are within strings only: the scan has seen to it.
 */
static bool
are_characters(const char *line, size_t len)
{
	const char *end = line + len;
	const char *p = memmem(line, len, "\\u", 2);

	if (p == NULL)
		return true;
	/* an even number of backslashes before it may make it none: from the start */
	for (p = line; (p = memchr(p, '\\', (size_t) (end - p))) != NULL;)
	{
		int32_t code;

		if (p[1] != 'u')
		{
			p += 2;
			continue;
		}
		code = aud_hex_read(p + 2, 4);
		p += 6;
		if (code >= 0xD800 && code <= 0xDBFF)
		{
			if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
				return false;
			code = aud_hex_read(p + 2, 4);
			if (code < 0xDC00 || code > 0xDFFF)
				return false;
			p += 6;
		}
		else if (code <= 0 || (code >= 0xDC00 && code <= 0xDFFF))
			return false;
	}
	return true;
}

/* ---- values ----------------------------------------------------------------- */

static bool
is_of_kind(const AudJsonValue *value, AudFieldKind kind)
{
	uint64_t n;

	switch (kind)
	{
		case AUD_FIELD_TEXT:
			return value->kind == AUD_JSON_STRING;
		case AUD_FIELD_NUMBER:
			return value->kind == AUD_JSON_NUMBER &&
				   aud_json_read_uint(value, &n);
		case AUD_FIELD_BOOL:
			return value->kind == AUD_JSON_BOOL;
		case AUD_FIELD_WORDS:
		case AUD_FIELD_OBJECTS:
			return value->kind == AUD_JSON_ARRAY;
		case AUD_FIELD_OBJECT:
			return value->kind == AUD_JSON_OBJECT;
	}
	return false;
}

static bool
is_element(const AudJsonValue *element)
{
	AudJsonScan   scan;
	AudJsonMember members[AUD_ELEMENT_MAX];
	int           n = 0;

	if (element->kind != AUD_JSON_OBJECT)
		return false;
	aud_json_scan_object(&scan, element->text, element->len);
	while (n < AUD_ELEMENT_MAX && aud_json_scan_member(&scan, &members[n]))
	{
		const AudJsonMember *member = &members[n];

		if (!is_plain_key(member->key, member->key_len) ||
			member->value.kind == AUD_JSON_NULL)
			return false;
		for (int i = 0; i < n; i++)
			if (members[i].key_len == member->key_len &&
				memcmp(members[i].key, member->key, member->key_len) == 0)
				return false;
		n++;
	}
	return n < AUD_ELEMENT_MAX;
}

static bool
are_elements(const AudJsonValue *list, AudFieldKind kind)
{
	AudJsonScan  scan;
	AudJsonValue element;

	if (kind != AUD_FIELD_WORDS && kind != AUD_FIELD_OBJECTS)
		return true;
	aud_json_scan_array(&scan, list->text, list->len);
	while (aud_json_scan_element(&scan, &element))
		if (kind == AUD_FIELD_WORDS ? element.kind != AUD_JSON_STRING
									: !is_element(&element))
			return false;
	return true;
}

/* ---- the time --------------------------------------------------------------- */

/* A number of so many digits; -1 if it is none. */
static int
digits(const char *p, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++)
	{
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t
days_to(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t century = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - century * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return century * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
		   of_year - 719468;
}

static int
days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/*
 * "2026-01-31T23:59:59.123456Z" in milliseconds.  A day that no calendar has
 * would make a store refuse the document, and what comes with it.
 */
static bool
read_time(const AudJsonValue *ts, int64_t *ms)
{
	const char *p = ts->text;
	int         year, month, day, hour, minute, second, micro;

	if (ts->len != 27 || p[4] != '-' || p[7] != '-' || p[10] != 'T' ||
		p[13] != ':' || p[16] != ':' || p[19] != '.' || p[26] != 'Z')
		return false;
	year = digits(p, 4);
	month = digits(p + 5, 2);
	day = digits(p + 8, 2);
	hour = digits(p + 11, 2);
	minute = digits(p + 14, 2);
	second = digits(p + 17, 2);
	micro = digits(p + 20, 6);
	if (year < 0 || month < 1 || month > 12 || day < 1 ||
		day > days_in(year, month) || hour < 0 || hour > 23 || minute < 0 ||
		minute > 59 || second < 0 || second > 59 || micro < 0)
		return false;
	*ms = ((days_to(year, month, day) * 24 + hour) * 60 + minute) * 60000 +
		  second * 1000 + micro / 1000;
	return true;
}

/* ---- a line ----------------------------------------------------------------- */

static const char *
take(AudFields *f, const AudFieldIndex *index, const AudJsonMember *member)
{
	AudField field = find(index, member->key, member->key_len);

	if (field < AUD_FIELD_COUNT)
	{
		f->at = field;
		if (f->has[field])
			return "not a record, a key is there twice";
		if (!is_of_kind(&member->value, keys[field].kind) ||
			!are_elements(&member->value, keys[field].kind))
			return "not a record, the value of a key is of the wrong kind";
		f->has[field] = true;
		f->values[field] = member->value;
		f->present[f->n_present++] = (unsigned char) field;
		return NULL;
	}
	f->at = AUD_FIELD_COUNT;
	if (!is_plain_key(member->key, member->key_len))
		return "not a record, a key has other characters than a-z, 0-9 and _";
	for (int i = 0; i < f->n_others; i++)
		if (f->others[i].key_len == member->key_len &&
			memcmp(f->others[i].key, member->key, member->key_len) == 0)
			return "not a record, a key is there twice";
	if (f->n_others == AUD_OTHERS_MAX)
		return "not a record, too many unknown keys";
	f->others[f->n_others++] = *member;
	return NULL;
}

/* 16 hex digits: it is copied to where nothing is escaped. */
static bool
is_log_name(const AudJsonValue *log)
{
	return log->len == AUD_LOG_NAME_LEN && aud_log_name_begins(log->text);
}

/* What every record has. */
static const char *
check(AudFields *f)
{
	static const AudField required[] = {AUD_F_v,
										AUD_F_log,
										AUD_F_ts,
										AUD_F_event,
										AUD_F_class,
										AUD_F_node,
										AUD_F_seq};

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (!f->has[required[i]])
		{
			f->at = required[i];
			return "not a record, a key that every record has is missing";
		}
	f->at = AUD_FIELD_COUNT;
	if (f->values[AUD_F_v].len != 1 || f->values[AUD_F_v].text[0] != '1')
		return "not a record of schema version 1";
	if (!is_log_name(&f->values[AUD_F_log]))
		return "not a record, log is no name of a trail";
	if (!read_time(&f->values[AUD_F_ts], &f->ms))
		return "not a record, ts is no time";
	for (f->event = 0; f->event < AUD_EVENT_UNKNOWN; f->event++)
		if (aud_field_is(f, AUD_F_event, events[f->event]))
			break;
	f->seq = aud_field_number(f, AUD_F_seq);
	return NULL;
}

const char *
aud_fields_read(AudFields *f, const AudFieldIndex *index, const char *line,
				size_t len)
{
	AudJsonScan   scan;
	AudJsonMember member;
	const char   *fault = NULL;

	memset(f->has, 0, sizeof(f->has));
	f->n_present = 0;
	f->n_others = 0;
	f->at = AUD_FIELD_COUNT;
	aud_json_scan_object(&scan, line, len);
	while (fault == NULL && aud_json_scan_member(&scan, &member))
		fault = take(f, index, &member);
	if (fault != NULL)
		return fault;
	while (scan.ended && scan.p < line + len &&
		   (*scan.p == ' ' || *scan.p == '\t' || *scan.p == '\r'))
		scan.p++;
	f->at = AUD_FIELD_COUNT;
	if (!scan.ended || scan.p != line + len)
		return "not a record, no JSON object";
	if (!aud_utf8_valid(line, len) || !are_characters(line, len))
		return "not a record, not valid UTF-8";
	return check(f);
}

/* ---- questions -------------------------------------------------------------- */

bool
aud_field_is(const AudFields *f, AudField field, const char *word)
{
	size_t len = strlen(word);

	return f->has[field] && f->values[field].len == len &&
		   memcmp(f->values[field].text, word, len) == 0;
}

bool
aud_field_is_one_of(const AudFields *f, AudField field,
					const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (aud_field_is(f, field, words[i]))
			return true;
	return false;
}

bool
aud_field_begins(const AudFields *f, AudField field, const char *word)
{
	size_t len = strlen(word);

	return f->has[field] && f->values[field].len >= len &&
		   memcmp(f->values[field].text, word, len) == 0;
}

uint64_t
aud_field_number(const AudFields *f, AudField field)
{
	uint64_t n = 0;

	return f->has[field] && aud_json_read_uint(&f->values[field], &n) ? n : 0;
}

bool
aud_field_first(const AudFields *f, AudField field, AudJsonValue *value)
{
	AudJsonScan scan;

	if (!f->has[field])
		return false;
	aud_json_scan_array(&scan, f->values[field].text, f->values[field].len);
	return aud_json_scan_element(&scan, value);
}
