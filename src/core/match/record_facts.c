/*-------------------------------------------------------------------------
 *
 * record_facts.c
 *	  The facts of a record of the trail, to be matched.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/record_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/class.h"

/* While a record is read. */
typedef struct Reading
{
	AudRecordFacts *record;
	const char     *text;
	size_t          len;
	AudError       *error;
} Reading;

/* Takes over the text; returns it, or NULL if memory is short. */
static char *
keep(Reading *r, AudTextList *list, char *text)
{
	char **grown = NULL;

	if (text != NULL)
		grown = realloc(list->items, ((size_t) list->n + 1) * sizeof(*grown));
	if (grown == NULL)
	{
		aud_error_set(r->error, ENOMEM, "out of memory");
		free(text);
		return NULL;
	}
	list->items = grown;
	list->items[list->n++] = text;
	return text;
}

/* A string's content as plain text, kept in the list. */
static char *
keep_string(Reading *r, AudTextList *list, const AudJsonValue *value)
{
	char  *plain = malloc(value->len + 1);
	AudBuf b;

	if (plain != NULL)
	{
		aud_buf_init(&b, plain, value->len + 1);
		if (!aud_json_unescape(&b, value->text, value->len))
		{
			free(plain);
			aud_error_set(r->error, 0, "a string has an escape that is no letter");
			return NULL;
		}
	}
	return keep(r, list, plain);
}

/* The member of that key as text; NULL: there is none. */
static const char *
text_of(Reading *r, const char *key)
{
	AudJsonValue value;

	if (!aud_json_find(r->text, r->len, key, &value) ||
		value.kind != AUD_JSON_STRING)
		return NULL;
	return keep_string(r, &r->record->texts, &value);
}

static bool
is_true(const Reading *r, const char *key)
{
	AudJsonValue value;

	return aud_json_find(r->text, r->len, key, &value) &&
		   value.kind == AUD_JSON_BOOL && value.text[0] == 't';
}

static void
read_classes(Reading *r)
{
	AudJsonValue value;
	AudJsonValue class;
	AudJsonScan s;

	if (aud_json_find(r->text, r->len, "class", &value))
		r->record->facts.classes = aud_class_by_name(value.text, value.len);
	if (!aud_json_find(r->text, r->len, "classes", &value))
		return;
	aud_json_scan_array(&s, value.text, value.len);
	while (aud_json_scan_element(&s, &class))
		r->record->facts.classes |= aud_class_by_name(class.text, class.len);
}

static void
read_objects(Reading *r)
{
	AudJsonValue value;
	AudJsonValue object;
	AudJsonValue name;
	AudJsonScan  s;

	if (!aud_json_find(r->text, r->len, "objects", &value))
		return;
	aud_json_scan_array(&s, value.text, value.len);
	while (aud_json_scan_element(&s, &object))
	{
		if (object.kind == AUD_JSON_OBJECT &&
			aud_json_find(object.text, object.len, "name", &name) &&
			name.kind == AUD_JSON_STRING &&
			keep_string(r, &r->record->objects, &name) == NULL)
			return;
	}
}

static void
read_tags(Reading *r)
{
	AudJsonValue value;
	AudJsonValue tag;
	AudJsonScan  s;

	if (!aud_json_find(r->text, r->len, "tags", &value))
		return;
	aud_json_scan_array(&s, value.text, value.len);
	while (aud_json_scan_element(&s, &tag))
	{
		if (tag.kind == AUD_JSON_STRING &&
			keep_string(r, &r->record->tags, &tag) == NULL)
			return;
	}
}

/* "2026-01-31T23:59:59.123456Z"; without one nothing can be said of the time. */
static void
read_time(Reading *r)
{
	const char *ts = text_of(r, "ts");
	struct tm   tm = {0};

	if (ts == NULL || sscanf(ts,
							 "%4d-%2d-%2dT%2d:%2d:%2d",
							 &tm.tm_year,
							 &tm.tm_mon,
							 &tm.tm_mday,
							 &tm.tm_hour,
							 &tm.tm_min,
							 &tm.tm_sec) != 6)
	{
		r->record->facts.unknown |= AUD_MATCH_BIT(AUD_MATCH_TIME);
		return;
	}
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	r->record->facts.unix_s = timegm(&tm);
}

static const char *
nth(const AudTextList *list, int i)
{
	return i < list->n ? list->items[i] : NULL;
}

static const char *
nth_object(const void *arg, int i)
{
	return nth(&((const AudRecordFacts *) arg)->objects, i);
}

static const char *
nth_tag(const void *arg, int i)
{
	return nth(&((const AudRecordFacts *) arg)->tags, i);
}

static void
read_who(Reading *r)
{
	AudMatchFacts *facts = &r->record->facts;
	const char    *address = text_of(r, "client_addr");

	facts->user = text_of(r, "user");
	facts->current_user = text_of(r, "current_user");
	if (facts->current_user == NULL)
		facts->current_user = facts->user;
	facts->db = text_of(r, "db");
	facts->app = text_of(r, "app");
	facts->superuser = is_true(r, "superuser");
	if (address != NULL)
		(void) aud_address_parse(&facts->client, address);
}

static void
read_what(Reading *r)
{
	AudMatchFacts *facts = &r->record->facts;

	read_classes(r);
	facts->command = text_of(r, "command");
	facts->outcome = text_of(r, "outcome");
	facts->origin = text_of(r, "origin");
	if (facts->origin == NULL)
		facts->origin = "client";
	facts->context = text_of(r, "context");
	facts->privileged = is_true(r, "privileged");
	facts->has_rows = aud_json_find_uint(r->text, r->len, "rows", &facts->rows);
	facts->has_duration =
		aud_json_find_uint(r->text, r->len, "duration_us", &facts->duration_us);
}

/* text[len] is followed by a NUL. */
bool
aud_record_facts_read(AudRecordFacts *record, const char *text, size_t len,
					  AudError *error)
{
	Reading       r = {record, text, len, error};
	AudJsonScan   s;
	AudJsonMember m;

	memset(record, 0, sizeof(*record));
	record->facts.arg = record;
	record->facts.object = nth_object;
	record->facts.tag = nth_tag;
	aud_json_scan_object(&s, text, len);
	while (aud_json_scan_member(&s, &m))
		;
	if (!s.ended || s.p + strspn(s.p, " \t\r\n") < text + len)
	{
		aud_error_set(error,
					  0,
					  s.ended ? "there is more than one record"
							  : "it is no JSON object");
		return false;
	}
	read_who(&r);
	read_what(&r);
	read_objects(&r);
	read_tags(&r);
	read_time(&r);
	return !error->set;
}

static void
free_list(AudTextList *list)
{
	for (int i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

void
aud_record_facts_free(AudRecordFacts *record)
{
	free_list(&record->texts);
	free_list(&record->objects);
	free_list(&record->tags);
	memset(record, 0, sizeof(*record));
}
