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

/*
 * A string's content as plain text, which is not longer than the string with
 * its quotes: all of them fit into as much room as the record has.  NULL, with
 * an error, if it has no plain text.
 */
static const char *
keep(Reading *r, const AudJsonValue *value)
{
	char  *at = r->record->texts + r->record->used;
	AudBuf b;

	aud_buf_init(&b, at, value->len + 1);
	if (!aud_json_unescape(&b, value->text, value->len))
	{
		aud_error_set(r->error, 0, "a string has an escape that is no letter");
		return NULL;
	}
	r->record->used += b.len + 1;
	return at;
}

/* The member of that key as text; NULL: there is none. */
static const char *
text_of(Reading *r, const char *key)
{
	AudJsonValue value;

	if (!aud_json_find(r->text, r->len, key, &value) ||
		value.kind != AUD_JSON_STRING)
		return NULL;
	return keep(r, &value);
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

/* What an element is called: itself, or its name where it is an object. */
static bool
name_of(const AudJsonValue *element, AudJsonValue *name)
{
	*name = *element;
	if (element->kind == AUD_JSON_OBJECT &&
		!aud_json_find(element->text, element->len, "name", name))
		return false;
	return name->kind == AUD_JSON_STRING;
}

static int
count(const AudJsonValue *array)
{
	AudJsonScan  s;
	AudJsonValue element;
	int          n = 0;

	aud_json_scan_array(&s, array->text, array->len);
	while (aud_json_scan_element(&s, &element))
		n++;
	return n;
}

/* The names of the elements of an array. */
static void
read_list(Reading *r, const char *key, AudTextList *list)
{
	AudJsonScan  s;
	AudJsonValue array;
	AudJsonValue element;
	AudJsonValue name;

	if (!aud_json_find(r->text, r->len, key, &array))
		return;
	list->items = calloc((size_t) count(&array) + 1, sizeof(*list->items));
	if (list->items == NULL)
	{
		aud_error_set(r->error, ENOMEM, "out of memory");
		return;
	}
	aud_json_scan_array(&s, array.text, array.len);
	while (aud_json_scan_element(&s, &element))
	{
		if (!name_of(&element, &name))
			continue;
		list->items[list->n] = keep(r, &name);
		if (list->items[list->n] == NULL)
			return;
		list->n++;
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
	record->texts = malloc(len + 1);
	if (record->texts == NULL)
	{
		aud_error_set(error, ENOMEM, "out of memory");
		return false;
	}
	read_who(&r);
	read_what(&r);
	read_list(&r, "objects", &record->objects);
	read_list(&r, "tags", &record->tags);
	read_time(&r);
	return !error->set;
}

void
aud_record_facts_free(AudRecordFacts *record)
{
	free(record->texts);
	free(record->objects.items);
	free(record->tags.items);
	memset(record, 0, sizeof(*record));
}
