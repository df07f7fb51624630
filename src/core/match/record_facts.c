/*-------------------------------------------------------------------------
 *
 * record_facts.c
 *	  The facts of a record of the trail, to be matched.
 *
 * One pass over the members, each of which is told by its key; what no
 * condition asks for is passed over.  The first member of a key counts.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/record_facts.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/class.h"

/* While a record is read. */
typedef struct Reading
{
	AudRecordFacts *record;
	int             keys;
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

static void
set_text(Reading *r, const char **fact, const AudJsonValue *value)
{
	if (value->kind == AUD_JSON_STRING && *fact == NULL)
		*fact = keep(r, value);
}

static void
set_number(bool *has, uint64_t *n, const AudJsonValue *value)
{
	if (!*has && value->kind == AUD_JSON_NUMBER)
		*has = aud_json_read_uint(value, n);
}

static void
set_true(bool *fact, const AudJsonValue *value)
{
	*fact = *fact || (value->kind == AUD_JSON_BOOL && value->text[0] == 't');
}

static int
class_of(const AudJsonValue *value)
{
	int class = aud_class_by_name(value->text, value->len);

	return class != 0 ? class : aud_match_record_class(value->text, value->len);
}

static void
add_classes(AudRecordFacts *record, const AudJsonValue *value)
{
	AudJsonValue class;
	AudJsonScan s;

	aud_json_scan_array(&s, value->text, value->len);
	while (aud_json_scan_element(&s, &class))
		record->facts.classes |= class_of(&class);
}

static void
add_to_list(Reading *r, AudTextList *list, const AudJsonValue *value)
{
	if (value->kind != AUD_JSON_STRING)
		return;
	list->items[list->n] = keep(r, value);
	if (list->items[list->n] != NULL)
		list->n++;
}

static void
add_strings(Reading *r, AudTextList *list, const AudJsonValue *array)
{
	AudJsonScan  s;
	AudJsonValue element;

	aud_json_scan_array(&s, array->text, array->len);
	while (aud_json_scan_element(&s, &element))
		add_to_list(r, list, &element);
}

static void
add_object(Reading *r, const AudJsonValue *object)
{
	AudJsonScan   s;
	AudJsonMember m;
	bool          named = false;

	aud_json_scan_object(&s, object->text, object->len);
	while (aud_json_scan_member(&s, &m))
	{
		if (!named && aud_json_key_is(&m, "name"))
		{
			add_to_list(r, &r->record->objects, &m.value);
			named = true;
		}
		else if ((r->keys & AUD_MATCH_BIT(AUD_MATCH_ACCESS)) &&
				 aud_json_key_is(&m, "access"))
			add_strings(r, &r->record->accesses, &m.value);
	}
}

static void
add_objects(Reading *r, const AudJsonValue *array)
{
	AudJsonScan  s;
	AudJsonValue element;

	aud_json_scan_array(&s, array->text, array->len);
	while (aud_json_scan_element(&s, &element))
	{
		if (element.kind == AUD_JSON_OBJECT)
			add_object(r, &element);
		else
			add_to_list(r, &r->record->objects, &element);
	}
}

/* Two digits, or what is above 99 if they are none. */
static int
two_digits(const char *s)
{
	return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9'
			   ? 10 * (s[0] - '0') + (s[1] - '0')
			   : 100;
}

/* "2026-01-31T23:59:59.123456Z"; another form says nothing of the time. */
static bool
parse_time(const char *ts, size_t len, int64_t *unix_s)
{
	struct tm tm = {0};
	int       century;

	if (len < 19 || ts[4] != '-' || ts[7] != '-' || ts[10] != 'T' ||
		ts[13] != ':' || ts[16] != ':')
		return false;
	century = two_digits(ts);
	tm.tm_year = two_digits(ts + 2);
	tm.tm_mon = two_digits(ts + 5) - 1;
	tm.tm_mday = two_digits(ts + 8);
	tm.tm_hour = two_digits(ts + 11);
	tm.tm_min = two_digits(ts + 14);
	tm.tm_sec = two_digits(ts + 17);
	if (century > 99 || tm.tm_year > 99 || tm.tm_mon > 11 || tm.tm_mday > 31 ||
		tm.tm_hour > 24 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	tm.tm_year += 100 * century - 1900;
	*unix_s = timegm(&tm);
	return true;
}

static void
set_time(AudRecordFacts *record, const AudJsonValue *value)
{
	if (value->kind == AUD_JSON_STRING &&
		parse_time(value->text, value->len, &record->facts.unix_s))
		record->facts.unknown &= ~AUD_MATCH_BIT(AUD_MATCH_TIME);
}

static void
set_address(Reading *r, const AudJsonValue *value)
{
	const char *address = NULL;

	set_text(r, &address, value);
	if (address != NULL)
		(void) aud_address_parse(&r->record->facts.client, address);
}

static void
add_own_text(Reading *r, const AudJsonValue *value)
{
	AudRecordFacts *record = r->record;
	const char     *text = NULL;

	if (record->n_texts ==
		sizeof(record->own_texts) / sizeof(record->own_texts[0]))
		return;
	set_text(r, &text, value);
	if (text != NULL)
		record->own_texts[record->n_texts++] = text;
}

typedef enum Member
{
	MEMBER_PLAIN, /* a text that is a fact as it is */
	MEMBER_CLASS,
	MEMBER_CLASSES,
	MEMBER_CLIENT,
	MEMBER_DURATION,
	MEMBER_OBJECTS,
	MEMBER_PID,
	MEMBER_PRIVILEGED,
	MEMBER_ROWS,
	MEMBER_RULE,
	MEMBER_RULES,
	MEMBER_SUPERUSER,
	MEMBER_TAGS,
	MEMBER_TEXT,
	MEMBER_TS,
} Member;

#define USERS                                                                \
	(AUD_MATCH_BIT(AUD_MATCH_USER) | AUD_MATCH_BIT(AUD_MATCH_CURRENT_USER) | \
	 AUD_MATCH_BIT(AUD_MATCH_ANY_USER))

#define TEXT(fact) MEMBER_PLAIN, offsetof(AudMatchFacts, fact)

/* Members of a record, and for which keys of a condition they are read. */
static const struct
{
	const char *name;
	Member      member;
	size_t      fact; /* of a plain text: where it goes in AudMatchFacts */
	int         keys;
} members[] = {
	{"ts", MEMBER_TS, 0, AUD_MATCH_BIT(AUD_MATCH_TIME)},
	{"event", TEXT(event), AUD_MATCH_BIT(AUD_MATCH_EVENT)},
	{"class", MEMBER_CLASS, 0, AUD_MATCH_BIT(AUD_MATCH_CLASS)},
	{"classes", MEMBER_CLASSES, 0, AUD_MATCH_BIT(AUD_MATCH_CLASS)},
	{"command", TEXT(command), AUD_MATCH_BIT(AUD_MATCH_COMMAND)},
	{"outcome", TEXT(outcome), AUD_MATCH_BIT(AUD_MATCH_OUTCOME)},
	{"sqlstate", TEXT(sqlstate), AUD_MATCH_BIT(AUD_MATCH_SQLSTATE)},
	{"error", MEMBER_TEXT, 0, AUD_MATCH_BIT(AUD_MATCH_TEXT)},
	{"detail", MEMBER_TEXT, 0, AUD_MATCH_BIT(AUD_MATCH_TEXT)},
	{"db", TEXT(db), AUD_MATCH_BIT(AUD_MATCH_DB)},
	{"user", TEXT(user), USERS},
	{"login_user", TEXT(login_user), AUD_MATCH_BIT(AUD_MATCH_ANY_USER)},
	{"current_user", TEXT(current_user), USERS},
	{"superuser", MEMBER_SUPERUSER, 0, AUD_MATCH_BIT(AUD_MATCH_SUPERUSER)},
	{"session", TEXT(session), AUD_MATCH_BIT(AUD_MATCH_SESSION)},
	{"pid", MEMBER_PID, 0, AUD_MATCH_BIT(AUD_MATCH_PID)},
	{"client_addr", MEMBER_CLIENT, 0, AUD_MATCH_BIT(AUD_MATCH_CLIENT)},
	{"app", TEXT(app), AUD_MATCH_BIT(AUD_MATCH_APP)},
	{"context", TEXT(context), AUD_MATCH_BIT(AUD_MATCH_CONTEXT)},
	{"origin", TEXT(origin), AUD_MATCH_BIT(AUD_MATCH_ORIGIN)},
	{"privileged", MEMBER_PRIVILEGED, 0, AUD_MATCH_BIT(AUD_MATCH_PRIVILEGED)},
	{"objects",
	 MEMBER_OBJECTS,
	 0,
	 AUD_MATCH_BIT(AUD_MATCH_OBJECT) | AUD_MATCH_BIT(AUD_MATCH_ACCESS)},
	{"tags", MEMBER_TAGS, 0, AUD_MATCH_BIT(AUD_MATCH_TAG)},
	{"rules", MEMBER_RULES, 0, AUD_MATCH_BIT(AUD_MATCH_RULE)},
	{"rule", MEMBER_RULE, 0, AUD_MATCH_BIT(AUD_MATCH_RULE)},
	{"rows", MEMBER_ROWS, 0, AUD_MATCH_BIT(AUD_MATCH_ROWS)},
	{"duration_us", MEMBER_DURATION, 0, AUD_MATCH_BIT(AUD_MATCH_DURATION_MS)},
	{"query", MEMBER_TEXT, 0, AUD_MATCH_BIT(AUD_MATCH_TEXT)},
};

static void
set_fact(Reading *r, Member member, const AudJsonValue *value)
{
	AudRecordFacts *record = r->record;
	AudMatchFacts  *facts = &record->facts;

	switch (member)
	{
		case MEMBER_PLAIN: /* see read_member */
			break;
		case MEMBER_CLASS:
			facts->classes |= class_of(value);
			break;
		case MEMBER_CLASSES:
			add_classes(record, value);
			break;
		case MEMBER_CLIENT:
			set_address(r, value);
			break;
		case MEMBER_DURATION:
			set_number(&facts->has_duration, &facts->duration_us, value);
			break;
		case MEMBER_OBJECTS:
			add_objects(r, value);
			break;
		case MEMBER_PID:
			set_number(&facts->has_pid, &facts->pid, value);
			break;
		case MEMBER_PRIVILEGED:
			set_true(&facts->privileged, value);
			break;
		case MEMBER_ROWS:
			set_number(&facts->has_rows, &facts->rows, value);
			break;
		case MEMBER_RULE:
			add_to_list(r, &record->rules, value);
			break;
		case MEMBER_RULES:
			add_strings(r, &record->rules, value);
			break;
		case MEMBER_SUPERUSER:
			set_true(&facts->superuser, value);
			break;
		case MEMBER_TAGS:
			add_strings(r, &record->tags, value);
			break;
		case MEMBER_TEXT:
			add_own_text(r, value);
			break;
		case MEMBER_TS:
			set_time(record, value);
			break;
	}
}

static const char **
fact_at(Reading *r, size_t offset)
{
	return (const char **) ((char *) &r->record->facts + offset);
}

static void
read_member(Reading *r, const AudJsonMember *m)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
	{
		if ((r->keys & members[i].keys) && aud_json_key_is(m, members[i].name))
		{
			if (members[i].member == MEMBER_PLAIN)
				set_text(r, fact_at(r, members[i].fact), &m->value);
			else
				set_fact(r, members[i].member, &m->value);
			return;
		}
	}
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

static const char *
nth_access(const void *arg, int i)
{
	return nth(&((const AudRecordFacts *) arg)->accesses, i);
}

static const char *
nth_rule(const void *arg, int i)
{
	return nth(&((const AudRecordFacts *) arg)->rules, i);
}

static const char *
nth_text(const void *arg, int i)
{
	const AudRecordFacts *record = arg;

	return i < record->n_texts ? record->own_texts[i] : NULL;
}

/* The shortest element of a list is \"\" and a comma. */
#define ELEMENT_MIN 3

/*
 * Room for the texts and lists of a record of len bytes, whatever is in it;
 * what the record before had is enough for most.
 */
static bool
make_room(AudRecordFacts *record, size_t len)
{
	size_t elements;

	if (len < record->room)
		return true;
	aud_record_facts_free(record);
	record->room = 2 * (len + 1);
	elements = record->room / ELEMENT_MIN + 1;
	record->texts = malloc(record->room);
	record->items = calloc(4 * elements, sizeof(*record->items));
	if (record->texts == NULL || record->items == NULL)
	{
		aud_record_facts_free(record);
		return false;
	}
	record->objects.items = record->items;
	record->tags.items = record->items + elements;
	record->accesses.items = record->items + 2 * elements;
	record->rules.items = record->items + 3 * elements;
	return true;
}

/* Forget the record before, but for its memory. */
static bool
begin(AudRecordFacts *record, size_t len)
{
	if (!make_room(record, len))
		return false;
	record->used = 0;
	record->n_texts = 0;
	record->objects.n = record->tags.n = 0;
	record->accesses.n = record->rules.n = 0;
	record->facts = (AudMatchFacts){
		.arg = record,
		.object = nth_object,
		.tag = nth_tag,
		.access = nth_access,
		.rule = nth_rule,
		.text = nth_text,
		.unknown = AUD_MATCH_BIT(AUD_MATCH_TIME),
	};
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
aud_record_facts_read(AudRecordFacts *record, int keys, const char *text,
					  size_t len, AudError *error)
{
	Reading       r = {record, keys, error};
	AudJsonScan   s;
	AudJsonMember m;

	if (!begin(record, len))
	{
		aud_error_set(error, ENOMEM, "out of memory");
		return false;
	}
	aud_json_scan_object(&s, text, len);
	while (aud_json_scan_member(&s, &m) && !error->set)
		read_member(&r, &m);
	if (error->set)
		return false;
	if (!s.ended)
	{
		aud_error_set(error, 0, "it is no JSON object");
		return false;
	}
	while (s.p < text + len && is_blank(*s.p))
		s.p++;
	if (s.p < text + len)
	{
		aud_error_set(error, 0, "there is more than one record");
		return false;
	}
	if (record->facts.origin == NULL)
		record->facts.origin = "client";
	if (record->facts.current_user == NULL)
		record->facts.current_user = record->facts.user;
	return true;
}

void
aud_record_facts_free(AudRecordFacts *record)
{
	free(record->texts);
	free(record->items);
	memset(record, 0, sizeof(*record));
}
