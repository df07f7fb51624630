/*-------------------------------------------------------------------------
 *
 * row_text.c
 *	  What a record says, in short, for the columns of a table.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/row_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Objects of a row that has no limit. */
#define OBJECTS_MAX 4

/* Columns for "+100". */
#define MORE_COLUMNS 5

/* ---- command ------------------------------------------------------------------ */

void
aud_row_command(AudStr *to, AudRecord *record)
{
	const char *event = aud_record_text(record, "event");
	const char *command = aud_record_text(record, "command");

	if (*event == '\0' || strcmp(event, "statement") == 0 ||
		(strcmp(event, "transaction") == 0 && *command != '\0'))
		aud_str_add(to, command);
	else
		aud_str_printf(to, "%s%s%s", event, *command != '\0' ? " " : "", command);
}

/* ---- objects ------------------------------------------------------------------ */

/* "table public.card" is shown as name and access: public.card(select,update) */
static void
add_object(AudStr *to, const AudJsonValue *object)
{
	size_t start = to->len;
	AudStr access = {0};

	if (object->kind != AUD_JSON_OBJECT)
		return;
	if (aud_record_add_member(to, object, "type"))
	{
		if (strcmp(to->s + start, "table") == 0)
		{
			to->len = start;
			to->s[start] = '\0';
		}
		else
			aud_str_add(to, " ");
	}
	aud_record_add_member(to, object, "name");
	if (aud_record_add_member(&access, object, "access") && access.len > 0)
		aud_str_printf(to, "(%s)", access.s);
	aud_str_free(&access);
}

void
aud_row_objects(AudStr *to, AudRecord *record, int columns)
{
	const AudJsonValue *objects = aud_record_get(record, "objects");
	AudJsonScan         scan;
	AudJsonValue        object;
	uint64_t            more = 0;
	int                 shown = 0;

	(void) aud_record_number(record, "objects_omitted", &more);
	if (objects == NULL || objects->kind != AUD_JSON_ARRAY)
		return;
	aud_json_scan_array(&scan, objects->text, objects->len);
	while (aud_json_scan_element(&scan, &object))
	{
		size_t before = to->len;

		if (shown > 0)
			aud_str_add(to, " ");
		add_object(to, &object);
		if (shown++ == 0)
			continue;
		if (columns > 0 ? to->len + MORE_COLUMNS > (size_t) columns
						: shown > OBJECTS_MAX)
		{
			/* nor any behind it: the first ones are shown */
			to->len = before;
			to->s[before] = '\0';
			more++;
			break;
		}
	}
	while (aud_json_scan_element(&scan, &object))
		more++;
	if (more > 0)
		aud_str_printf(to, " +%" PRIu64, more);
}

void
aud_row_login(AudStr *to, AudRecord *record)
{
	const char *addr = aud_record_text(record, "client_addr");
	const char *method = aud_record_text(record, "auth_method");
	const char *app = aud_record_text(record, "app");

	if (strncmp(aud_record_text(record, "event"), "session.", 8) != 0)
		return;
	aud_str_printf(to, "from %s", *addr ? addr : "[local]");
	if (*method)
		aud_str_printf(to, " %s", method);
	if (*app)
		aud_str_printf(to, " %s", app);
}

/* ---- numbers, errors ------------------------------------------------------------ */

void
aud_row_duration(AudStr *to, uint64_t us)
{
	if (us < 1000)
		aud_str_printf(to, "%" PRIu64 "us", us);
	else if (us < 100 * 1000)
		aud_str_printf(to, "%.1fms", (double) us / 1e3);
	else if (us < 60 * 1000 * 1000)
		aud_str_printf(to, "%.2fs", (double) us / 1e6);
	else
		aud_str_printf(to, "%.1fmin", (double) us / 60e6);
}

void
aud_row_error(AudStr *to, AudRecord *record)
{
	const char *sqlstate = aud_record_text(record, "sqlstate");
	const char *message = aud_record_text(record, "error");

	aud_str_add(to, sqlstate);
	if (*sqlstate && *message)
		aud_str_add(to, " ");
	aud_str_add(to, message);
}

/* ---- what stands out ---------------------------------------------------------- */

static const char *const notable[] = {
	"gains_superuser",
	"privileged",
	"target_role",
	"attributes",
	"privileges",
	"column_privileges",
	"grantees",
	"grant_options",
	"member_of",
	"members",
	"admin_members",
	"admin_option",
	"owned_by",
	"security",
	"rule",
	"severity",
};

/* Before and after; what it is about, or NULL: their own names say it. */
static const struct
{
	const char *what;
	const char *from;
	const char *to;
} changes[] = {
	{"role", "from_role", "to_role"},
	{"user", "from_user", "to_user"},
	{"owner", "old_owner", "new_owner"},
	{"name", "old_name", "new_name"},
	{"value", "old_value", "new_value"},
	{"rules", "old_sha256", "new_sha256"},
};

#define NOTABLE (sizeof(notable) / sizeof(notable[0]))
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static bool
is_notable(const char *key, size_t len)
{
	for (size_t i = 0; i < NOTABLE; i++)
		if (strlen(notable[i]) == len && memcmp(notable[i], key, len) == 0)
			return true;
	for (size_t i = 0; i < CHANGES; i++)
		if ((strlen(changes[i].from) == len &&
			 memcmp(changes[i].from, key, len) == 0) ||
			(strlen(changes[i].to) == len && memcmp(changes[i].to, key, len) == 0))
			return true;
	return len == 7 && memcmp(key, "setting", 7) == 0;
}

static void
add_blank(AudStr *to)
{
	if (to->len > 0)
		aud_str_add(to, " ");
}

static void
add_change(AudStr *to, AudRecord *record, size_t i, const char *arrow)
{
	const AudJsonValue *from = aud_record_get(record, changes[i].from);
	const AudJsonValue *after = aud_record_get(record, changes[i].to);
	const char         *what = changes[i].what;

	if (from == NULL && after == NULL)
		return;
	if (strcmp(what, "value") == 0 && aud_record_get(record, "setting") != NULL)
		what = aud_record_text(record, "setting");
	add_blank(to);
	aud_str_printf(to, "%s=", what);
	if (from != NULL)
		aud_record_add_value(to, from);
	aud_str_add(to, arrow);
	if (after != NULL)
		aud_record_add_value(to, after);
}

static void
add_key(AudStr *to, const char *key, size_t len, const AudJsonValue *value)
{
	add_blank(to);
	aud_str_put(to, key, len);
	/* a word alone says as much as word=true */
	if (value->kind == AUD_JSON_BOOL && value->text[0] == 't')
		return;
	aud_str_add(to, "=");
	aud_record_add_value(to, value);
}

void
aud_row_notable(AudStr *to, AudRecord *record, const char *arrow)
{
	if (aud_record_is(record, "event", "alert") &&
		aud_record_get(record, "reason") != NULL)
		aud_str_add(to, aud_record_text(record, "reason"));
	for (size_t i = 0; i < NOTABLE; i++)
	{
		const AudJsonValue *value = aud_record_get(record, notable[i]);

		if (value != NULL)
			add_key(to, notable[i], strlen(notable[i]), value);
	}
	if (aud_record_get(record, "setting") != NULL &&
		aud_record_get(record, "old_value") == NULL &&
		aud_record_get(record, "new_value") == NULL)
		add_key(to, "setting", 7, aud_record_get(record, "setting"));
	for (size_t i = 0; i < CHANGES; i++)
		add_change(to, record, i, arrow);
}

/* ---- parameters and text -------------------------------------------------------- */

static void
add_param(AudStr *to, const AudJsonValue *param)
{
	AudJsonValue value;

	if (aud_json_find(param->text, param->len, "value", &value))
	{
		aud_str_add(to, "'");
		aud_record_add_value(to, &value);
		aud_str_add(to, "'");
	}
	else if (aud_json_find(param->text, param->len, "hex", &value))
	{
		aud_str_add(to, "\\x");
		aud_record_add_value(to, &value);
	}
	else if (aud_json_find(param->text, param->len, "null", &value))
		aud_str_add(to, "NULL");
	else
		aud_str_add(to, "?");
}

void
aud_row_params(AudStr *to, const AudRecord *record)
{
	const AudJsonValue *params = aud_record_get(record, "params");
	AudJsonScan         scan;
	AudJsonValue        param;
	int                 n = 0;

	if (params == NULL || params->kind != AUD_JSON_ARRAY)
		return;
	aud_json_scan_array(&scan, params->text, params->len);
	while (aud_json_scan_element(&scan, &param))
	{
		aud_str_printf(to, "%s$%d=", n > 0 ? " " : "", n + 1);
		n++;
		if (param.kind == AUD_JSON_OBJECT)
			add_param(to, &param);
		else
			aud_str_add(to, "?");
	}
}

/* Keys that have a column of their own, or say nothing to a reader. */
static bool
is_shown_elsewhere(const AudJsonMember *member)
{
	static const char *const keys[] = {
		"v",           "log",          "ts",
		"event",       "class",        "classes",
		"command",     "outcome",      "sqlstate",
		"error",       "node",         "db",
		"user",        "current_user", "session",
		"ssn",         "pid",          "client_addr",
		"client_port", "auth_method",  "app",
		"stmt",        "objects",      "objects_omitted",
		"rows",        "duration_us",  "query",
		"query_len",   "query_sha256", "seq",
		"h",           "pad",          "part",
		"parts",       "params",       "superuser",
		"parent",      "level",        "xid",
		"query_id",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == member->key_len &&
			memcmp(keys[i], member->key, member->key_len) == 0)
			return true;
	return is_notable(member->key, member->key_len);
}

/* "statements 3..14": what a transaction's end is about. */
static bool
add_extent(AudStr *to, AudRecord *record)
{
	uint64_t first;
	uint64_t last;

	if (!aud_record_is(record, "event", "transaction") ||
		!aud_record_number(record, "first_stmt", &first) ||
		!aud_record_number(record, "last_stmt", &last))
		return false;
	if (aud_record_is_true(record, "subtransaction"))
		aud_str_add(to, "subtransaction, ");
	if (first == last)
		aud_str_printf(to, "statement %" PRIu64, first);
	else
		aud_str_printf(to, "statements %" PRIu64 "..%" PRIu64, first, last);
	return true;
}

/* Is it said by the extent of a transaction? */
static bool
is_extent(const AudJsonMember *member)
{
	return aud_json_key_is(member, "first_stmt") ||
		   aud_json_key_is(member, "last_stmt") ||
		   aud_json_key_is(member, "statements") ||
		   aud_json_key_is(member, "subtransaction");
}

static void
add_details(AudStr *to, AudRecord *record)
{
	bool extent = add_extent(to, record);
	bool alert = aud_record_is(record, "event", "alert");

	for (size_t i = 0; i < record->n; i++)
	{
		const AudJsonMember *member = &record->members[i].json;

		if (!is_shown_elsewhere(member) && !(extent && is_extent(member)) &&
			!(alert && aud_json_key_is(member, "reason")))
			add_key(to, member->key, member->key_len, &member->value);
	}
}

void
aud_row_text(AudStr *to, AudRecord *record)
{
	uint64_t part;
	uint64_t parts;

	if (aud_record_number(record, "part", &part) &&
		aud_record_number(record, "parts", &parts))
		aud_str_printf(to, "[%" PRIu64 "/%" PRIu64 "] ", part, parts);
	if (aud_record_get(record, "query") != NULL)
		aud_str_add(to, aud_record_text(record, "query"));
	else
		add_details(to, record);
}
