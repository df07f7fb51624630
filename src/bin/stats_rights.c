/*-------------------------------------------------------------------------
 *
 * stats_rights.c
 *	  What records say of rights that are given: which, to whom, by whom.
 *
 * GRANT on objects and of roles, ALTER DEFAULT PRIVILEGES, members and
 * attributes of roles, and sessions that become a superuser.  What failed gave
 * nothing.  Whether the transaction was rolled back later is not looked at.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bin/statement.h"
#include "bin/stats.h"

typedef struct Rights
{
	AudStats             *stats;
	const AudStatsRecord *record;
	AudStr                to;
	AudStr                by;
	AudStr                right;
	int                   n;
} Rights;

/* One right, of r->right, to r->to; the last one of too many stands for all. */
static void
count(Rights *r)
{
	AudTally *tally = &r->stats->tallies[AUD_STATS_RIGHT];
	AudStr   *key = &r->stats->text;

	if (r->n++ >= AUD_STATS_RIGHTS_MAX)
	{
		if (r->n == AUD_STATS_RIGHTS_MAX + 1)
		{
			r->stats->rights_cut++;
			aud_sums_add(&tally->others, &r->record->one);
		}
		return;
	}
	aud_str_reset(key);
	aud_str_add(key, r->to.s);
	aud_str_char(key, '\0');
	aud_str_add(key, r->by.s);
	aud_str_char(key, '\0');
	aud_str_add(key, r->right.s);
	aud_tally_add(tally, key->s, key->len, &r->record->one);
}

static bool
has(const Rights *r, AudStatsField field)
{
	return r->record->fields[field].text != NULL;
}

static void
set(Rights *r, AudStr *str, const AudJsonValue *value)
{
	aud_str_reset(str);
	aud_str_add(str, aud_stats_text(r->stats, value, NULL));
}

/* The words of a list, with commas between, behind what is in front of it. */
static void
add_list(Rights *r, const char *before, AudStatsField field)
{
	const AudJsonValue *list = &r->record->fields[field];
	AudJsonScan         s;
	AudJsonValue        word;

	if (list->text == NULL)
		return;
	aud_json_scan_array(&s, list->text, list->len);
	while (aud_json_scan_element(&s, &word))
	{
		aud_str_add(&r->right, before);
		aud_str_add(&r->right, aud_stats_text(r->stats, &word, NULL));
		before = ", ";
	}
}

/* Count r->right once to each role of a list. */
static void
count_to_each(Rights *r, AudStatsField field)
{
	const AudJsonValue *list = &r->record->fields[field];
	AudJsonScan         s;
	AudJsonValue        role;

	if (list->text == NULL)
		return;
	aud_json_scan_array(&s, list->text, list->len);
	while (r->n <= AUD_STATS_RIGHTS_MAX && aud_json_scan_element(&s, &role))
	{
		set(r, &r->to, &role);
		count(r);
	}
}

/* Is the object one that this access was made to? */
static bool
has_access(const AudJsonValue *object, const char *access)
{
	AudJsonValue list;
	AudJsonValue word;
	AudJsonScan  s;

	if (!aud_json_find(object->text, object->len, "access", &list))
		return false;
	aud_json_scan_array(&s, list.text, list.len);
	while (aud_json_scan_element(&s, &word))
		if (word.len == strlen(access) && memcmp(word.text, access, word.len) == 0)
			return true;
	return false;
}

/* Behind r->right, "table public.card". */
static void
add_object(Rights *r, const AudJsonValue *object)
{
	AudJsonValue value;

	if (aud_json_find(object->text, object->len, "type", &value))
	{
		aud_str_add(&r->right, aud_stats_text(r->stats, &value, NULL));
		aud_str_add(&r->right, " ");
	}
	if (aud_json_find(object->text, object->len, "name", &value))
		aud_str_add(&r->right, aud_stats_text(r->stats, &value, NULL));
}

/* For each object that was granted: before, its name, after; to each role. */
static void
count_objects(Rights *r, const char *before, const char *after, AudStatsField to)
{
	const AudJsonValue *objects = &r->record->fields[AUD_FIELD_OBJECTS];
	AudJsonScan         s;
	AudJsonValue        object;

	if (objects->text == NULL)
		return;
	aud_json_scan_array(&s, objects->text, objects->len);
	while (r->n <= AUD_STATS_RIGHTS_MAX && aud_json_scan_element(&s, &object))
	{
		if (object.kind != AUD_JSON_OBJECT || !has_access(&object, "grant"))
			continue;
		aud_str_reset(&r->right);
		aud_str_add(&r->right, before);
		add_object(r, &object);
		aud_str_add(&r->right, after);
		count_to_each(r, to);
	}
}

/* ---- GRANT --------------------------------------------------------------------- */

/* "select, update, columns update(b)" into r->right. */
static void
set_privileges(Rights *r)
{
	aud_str_reset(&r->right);
	add_list(r, "", AUD_FIELD_PRIVILEGES);
	add_list(r, ", columns ", AUD_FIELD_COLUMNS);
}

static void
count_grant(Rights *r)
{
	const char *option =
		has(r, AUD_FIELD_GRANT_OPTIONS) ? ", with grant option" : "";
	AudStr before = {0};

	set_privileges(r);
	aud_str_reset(&before);
	aud_str_add(&before, r->right.s);
	aud_str_add(&before, " on ");
	count_objects(r, before.s, option, AUD_FIELD_GRANTEES);
	aud_str_free(&before);
}

/* Only the text tells whether it grants or revokes. */
static void
count_default_privileges(Rights *r)
{
	const AudJsonValue *query = &r->record->fields[AUD_FIELD_QUERY];
	const char         *text;
	size_t              len;

	text = aud_stats_text(r->stats, query, &len);
	if (aud_statement_first_is(text, len, "revoke", "grant"))
		return;
	set_privileges(r);
	aud_str_add(&r->right, " on future ");
	aud_str_add(&r->right,
				aud_stats_text(r->stats,
							   &r->record->fields[AUD_FIELD_OBJECT_TYPE],
							   NULL));
	add_list(r, " of ", AUD_FIELD_OWNED_BY);
	add_list(r, " in schema ", AUD_FIELD_SCHEMAS);
	if (has(r, AUD_FIELD_GRANT_OPTIONS))
		aud_str_add(&r->right, ", with grant option");
	count_to_each(r, AUD_FIELD_GRANTEES);
}

/* ---- roles --------------------------------------------------------------------- */

static void
count_membership(Rights *r)
{
	bool admin = aud_stats_is(r->record, AUD_FIELD_ADMIN_OPTION, "true");

	count_objects(r,
				  "member of ",
				  admin ? ", with admin option" : "",
				  AUD_FIELD_MEMBERS);
}

/* Attributes that let a role do more: none that begins with "no", no limits. */
static bool
is_right(const char *attribute)
{
	static const char *const rights[] = {"superuser",
										 "createrole",
										 "createdb",
										 "replication",
										 "bypassrls",
										 "login"};

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (strcmp(attribute, rights[i]) == 0)
			return true;
	return false;
}

/* What CREATE ROLE and ALTER ROLE give the role itself. */
static void
count_own(Rights *r, AudStatsField field, const char *before)
{
	const AudJsonValue *list = &r->record->fields[field];
	AudJsonScan         s;
	AudJsonValue        word;

	if (list->text == NULL)
		return;
	set(r, &r->to, &r->record->fields[AUD_FIELD_TARGET_ROLE]);
	aud_json_scan_array(&s, list->text, list->len);
	while (aud_json_scan_element(&s, &word))
	{
		const char *text = aud_stats_text(r->stats, &word, NULL);

		if (field == AUD_FIELD_ATTRIBUTES && !is_right(text))
			continue;
		aud_str_reset(&r->right);
		aud_str_add(&r->right, before);
		aud_str_add(&r->right, text);
		count(r);
	}
}

/* What it gives others: to be members of it. */
static void
count_members(Rights *r, AudStatsField field, const char *after)
{
	aud_str_reset(&r->right);
	aud_str_add(&r->right, "member of role ");
	aud_str_add(&r->right,
				aud_stats_text(r->stats,
							   &r->record->fields[AUD_FIELD_TARGET_ROLE],
							   NULL));
	aud_str_add(&r->right, after);
	count_to_each(r, field);
}

static void
count_role(Rights *r, bool is_new)
{
	count_own(r, AUD_FIELD_ATTRIBUTES, "attribute ");
	count_own(r, AUD_FIELD_MEMBER_OF, "member of role ");
	if (is_new)
	{
		count_members(r, AUD_FIELD_MEMBERS, "");
		count_members(r, AUD_FIELD_ADMIN_MEMBERS, ", with admin option");
	}
	else
		/* ALTER GROUP, which also drops members */
		count_objects(r, "member of ", "", AUD_FIELD_MEMBERS);
}

static void
count_superuser(Rights *r)
{
	set(r, &r->to, &r->record->fields[AUD_FIELD_USER]);
	aud_str_reset(&r->right);
	aud_str_add(&r->right, "superuser, as role ");
	aud_str_add(&r->right,
				aud_stats_text(r->stats,
							   &r->record->fields[AUD_FIELD_TO_ROLE],
							   NULL));
	count(r);
}

void
aud_stats_rights(AudStats *stats, const AudStatsRecord *record)
{
	Rights r = {.stats = stats, .record = record};

	if (record->one.failed > 0 ||
		(record->fields[AUD_FIELD_GRANTEES].text == NULL &&
		 record->fields[AUD_FIELD_MEMBERS].text == NULL &&
		 record->fields[AUD_FIELD_TARGET_ROLE].text == NULL &&
		 record->fields[AUD_FIELD_GAINS].text == NULL))
		return;
	set(&r,
		&r.by,
		&record->fields[has(&r, AUD_FIELD_CURRENT_USER) ? AUD_FIELD_CURRENT_USER
														: AUD_FIELD_USER]);
	if (aud_stats_is(record, AUD_FIELD_GAINS, "true"))
		count_superuser(&r);
	if (aud_stats_is(record, AUD_FIELD_COMMAND, "GRANT"))
		count_grant(&r);
	else if (aud_stats_is(record, AUD_FIELD_COMMAND, "ALTER DEFAULT PRIVILEGES"))
		count_default_privileges(&r);
	else if (aud_stats_is(record, AUD_FIELD_COMMAND, "GRANT ROLE"))
		count_membership(&r);
	else if (aud_stats_is(record, AUD_FIELD_COMMAND, "CREATE ROLE"))
		count_role(&r, true);
	else if (aud_stats_is(record, AUD_FIELD_COMMAND, "ALTER ROLE"))
		count_role(&r, false);
	aud_str_free(&r.to);
	aud_str_free(&r.by);
	aud_str_free(&r.right);
}
