/*-------------------------------------------------------------------------
 *
 * record.c
 *	  One record, read in place: its members by name.
 *
 * Where a hostile line has a key twice, the first one counts.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

bool
aud_record_read(AudRecord *record, const char *line, size_t len)
{
	AudJsonScan   scan;
	AudJsonMember member;

	record->line = line;
	record->len = len;
	record->n = 0;
	record->used = 0;
	if (record->room < len + 1)
	{
		record->room = 2 * len + 1024;
		record->texts = aud_ctl_grow(record->texts, record->room);
	}
	aud_json_scan_object(&scan, line, len);
	while (aud_json_scan_member(&scan, &member))
	{
		if (record->n == record->cap)
		{
			record->cap = record->cap > 0 ? 2 * record->cap : 64;
			record->members =
				aud_ctl_grow(record->members,
							 record->cap * sizeof(*record->members));
		}
		record->members[record->n++] =
			(AudRecordMember){member,
							  NULL,
							  memchr(member.key, '\\', member.key_len) != NULL};
	}
	/* nothing but blanks may stand behind it */
	return scan.ended && skip_blanks(scan.p, line + len) == line + len;
}

void
aud_record_free(AudRecord *record)
{
	free(record->members);
	free(record->texts);
	memset(record, 0, sizeof(*record));
}

static AudRecordMember *
find(const AudRecord *record, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < record->n; i++)
	{
		AudRecordMember *member = &record->members[i];

		if (member->escaped ? aud_json_key_is(&member->json, key)
							: member->json.key_len == len &&
								  memcmp(member->json.key, key, len) == 0)
			return member;
	}
	return NULL;
}

const AudJsonValue *
aud_record_get(const AudRecord *record, const char *key)
{
	const AudRecordMember *member = find(record, key);

	return member != NULL ? &member->json.value : NULL;
}

/*
 * Without its escapes a string is never longer, and the quotes around it leave
 * room for the NUL: the line's own length is enough for all texts of a record.
 */
const char *
aud_record_text(AudRecord *record, const char *key)
{
	AudRecordMember    *member = find(record, key);
	const AudJsonValue *value;
	AudBuf              b;

	if (member == NULL || member->json.value.kind != AUD_JSON_STRING)
		return "";
	if (member->text != NULL)
		return member->text;
	value = &member->json.value;
	aud_buf_init(&b, record->texts + record->used, value->len + 1);
	/* what is no escape, of a hostile line, is shown as it stands there */
	if (!aud_json_unescape(&b, value->text, value->len))
		aud_buf_append(&b, value->text, value->len);
	member->text = b.data;
	record->used += b.len + 1;
	return member->text;
}

bool
aud_record_number(const AudRecord *record, const char *key, uint64_t *n)
{
	const AudJsonValue *value = aud_record_get(record, key);

	return value != NULL && aud_json_read_uint(value, n);
}

bool
aud_record_is_true(const AudRecord *record, const char *key)
{
	const AudJsonValue *value = aud_record_get(record, key);

	return value != NULL && value->kind == AUD_JSON_BOOL && value->text[0] == 't';
}

bool
aud_record_is(AudRecord *record, const char *key, const char *word)
{
	return strcmp(aud_record_text(record, key), word) == 0;
}

/* ---- values as text ----------------------------------------------------------- */

static void
add_string(AudStr *to, const AudJsonValue *value)
{
	AudBuf b;
	char   few[256];
	char  *text =
        value->len < sizeof(few) ? few : aud_ctl_grow(NULL, value->len + 1);

	aud_buf_init(&b, text, value->len + 1);
	if (!aud_json_unescape(&b, value->text, value->len))
		aud_buf_append(&b, value->text, value->len);
	aud_str_add(to, text);
	if (text != few)
		free(text);
}

void
aud_record_add_value(AudStr *to, const AudJsonValue *value)
{
	AudJsonScan  scan;
	AudJsonValue element;
	bool         first = true;

	switch (value->kind)
	{
		case AUD_JSON_STRING:
			add_string(to, value);
			break;
		case AUD_JSON_ARRAY:
			aud_json_scan_array(&scan, value->text, value->len);
			while (aud_json_scan_element(&scan, &element))
			{
				if (!first)
					aud_str_add(to, ",");
				first = false;
				/* no deeper: the text would decide how deep */
				if (element.kind == AUD_JSON_STRING)
					add_string(to, &element);
				else
					aud_str_put(to, element.text, element.len);
			}
			break;
		default:
			aud_str_put(to, value->text, value->len);
			break;
	}
}

bool
aud_record_add_member(AudStr *to, const AudJsonValue *object, const char *key)
{
	AudJsonValue value;

	if (object->kind != AUD_JSON_OBJECT ||
		!aud_json_find(object->text, object->len, key, &value))
		return false;
	aud_record_add_value(to, &value);
	return true;
}
