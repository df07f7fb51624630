/*-------------------------------------------------------------------------
 *
 * pgaudit_statement.c
 *	  Which lines pgaudit 1.7 writes about one statement, and which objects
 *	  they name.
 *
 * pgaudit learns of tables when their rights are checked, of functions when a
 * plan is made ready, and of what DDL makes and drops from event triggers.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/convert/pgaudit_line.h"
#include "core/convert/text.h"

static void
set_command(AudPgauditLine *line, const char *class, const char *command)
{
	line->class = class;
	line->command = command;
	line->command_len = strlen(command);
}

/* ---- objects ---------------------------------------------------------------------- */

typedef struct Object
{
	AudJsonValue type;
	AudJsonValue name;
	AudJsonValue json;
} Object;

static bool
next_object(AudJsonScan *scan, Object *object)
{
	while (aud_json_scan_element(scan, &object->json))
	{
		const AudJsonValue *json = &object->json;

		if (aud_json_find(json->text, json->len, "type", &object->type) &&
			aud_json_find(json->text, json->len, "name", &object->name) &&
			object->type.kind == AUD_JSON_STRING &&
			object->name.kind == AUD_JSON_STRING)
			return true;
	}
	return false;
}

static bool
is_text(const AudJsonValue *value, const char *word)
{
	size_t len = strlen(word);

	return value->kind == AUD_JSON_STRING && value->len == len &&
		   memcmp(value->text, word, len) == 0;
}

static bool
is_one_of(const AudJsonValue *value, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_text(value, words[i]))
			return true;
	return false;
}

static bool
has_access(const Object *object, const char *access)
{
	AudJsonScan  scan;
	AudJsonValue list;
	AudJsonValue word;

	if (!aud_json_find(object->json.text, object->json.len, "access", &list) ||
		list.kind != AUD_JSON_ARRAY)
		return false;
	aud_json_scan_array(&scan, list.text, list.len);
	while (aud_json_scan_element(&scan, &word))
		if (is_text(&word, access))
			return true;
	return false;
}

/* The type and name of an object; of functions without their arguments. */
static void
name_line(AudPgauditOut *o, AudPgauditLine *line, const Object *object,
		  bool arguments)
{
	size_t      len;
	const char *s = aud_text_of(&o->text, &object->name, &len);
	bool        quoted = false;

	for (size_t i = 0; !arguments && i < len; i++)
	{
		if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == '(' && !quoted)
			len = i;
	}
	line->type = object->type.text;
	line->type_len = object->type.len;
	o->name.len = 0;
	aud_buf_append(&o->name, s, len);
	line->name = o->name.data;
	line->name_len = o->name.len;
}

/* ---- queries ------------------------------------------------------------------------ */

static bool
is_relation(const Object *object)
{
	static const char *const types[] = {"table",
										"view",
										"materialized view",
										"foreign table",
										"sequence"};

	return is_one_of(&object->type, types, sizeof(types) / sizeof(types[0]));
}

/* What a query does with a relation; false: nothing that it would be checked for. */
static bool
set_access(AudPgauditLine *line, const Object *object)
{
	AudJsonValue planned;

	if (has_access(object, "insert"))
		set_command(line, "WRITE", "INSERT");
	else if (has_access(object, "update"))
		set_command(line, "WRITE", "UPDATE");
	else if (has_access(object, "delete"))
		set_command(line, "WRITE", "DELETE");
	else if (has_access(object, "select") ||
			 aud_json_find(object->json.text, object->json.len, "planned", &planned))
		set_command(line, "READ", "SELECT");
	else
		return false;
	return true;
}

/* What kind of query it is as a whole. */
static void
set_query(AudPgauditLine *line, const AudPgauditStatement *s)
{
	static const char *const writes[] = {"INSERT", "UPDATE", "DELETE"};
	const AudFields         *f = s->f;
	AudJsonScan              scan;
	Object                   object;

	set_command(line, "READ", "SELECT");
	for (int i = 0; i < 3; i++)
		if (aud_field_is(f, AUD_F_command, writes[i]))
			set_command(line, "WRITE", writes[i]);
	if (aud_field_is(f, AUD_F_command, "MERGE"))
		set_command(line, "MISC", "???");
	if (aud_pgaudit_is_query(f))
		return;
	/* the query inside of a command: by what it writes to */
	aud_json_scan_array(&scan, s->objects.text, s->objects.len);
	while (next_object(&scan, &object))
		if (is_relation(&object) && !has_access(&object, "create") &&
			set_access(line, &object) && line->class[0] == 'W')
			return;
	set_command(line, "READ", "SELECT");
}

static void
add_relations(AudPgauditOut *o, const AudPgauditStatement *s,
			  AudPgauditLine *line, const AudJsonValue *statement, bool params)
{
	AudJsonScan scan;
	Object      object;
	bool        any = false;

	aud_json_scan_array(&scan, s->objects.text, s->objects.len);
	while (o->c->options.log_relation && next_object(&scan, &object))
	{
		if (!is_relation(&object) || !set_access(line, &object))
			continue;
		any = true;
		name_line(o, line, &object, true);
		aud_pgaudit_add(o, s, line, statement, params);
		/* of the view's own rules there is a second entry, which needs no right */
		if (is_text(&object.type, "view") && line->class[0] == 'R')
		{
			set_command(line, "MISC", "???");
			aud_pgaudit_add(o, s, line, statement, params);
		}
	}
	if (any)
		return;
	set_query(line, s);
	line->type = line->name = NULL;
	aud_pgaudit_add(o, s, line, statement, params);
}

/* Each function that is called, but those of the server itself. */
static void
add_functions(AudPgauditOut *o, const AudPgauditStatement *s)
{
	AudJsonScan scan;
	Object      object;

	aud_json_scan_array(&scan, s->objects.text, s->objects.len);
	while (next_object(&scan, &object))
	{
		AudPgauditLine line = {.sub = 0};

		if ((!is_text(&object.type, "function") &&
			 !is_text(&object.type, "procedure")) ||
			!has_access(&object, "execute") ||
			(object.name.len > 11 &&
			 memcmp(object.name.text, "pg_catalog.", 11) == 0))
			continue;
		line.sub = aud_pgaudit_next(o);
		set_command(&line, "FUNCTION", "EXECUTE");
		name_line(o, &line, &object, false);
		line.type = "FUNCTION";
		line.type_len = 8;
		aud_pgaudit_add(o, s, &line, NULL, false);
	}
}

/* ---- utility commands ----------------------------------------------------------------- */

/* Which command pgaudit names for an object that a command makes. */
static size_t
command_of_object(char *command, size_t size, const char *verb,
				  const Object *object)
{
	AudBuf b;

	aud_buf_init(&b, command, size);
	aud_buf_cstr(&b, verb);
	for (size_t i = 0; i < object->type.len; i++)
	{
		char c = object->type.text[i];

		aud_buf_char(&b, c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
	}
	return b.len;
}

/* How DDL's objects are to be named. */
typedef struct Naming
{
	const char *access; /* of the objects that are named */
	bool        creates;
	bool        drops;
} Naming;

static Naming
naming_of(const AudFields *f)
{
	if (aud_field_is(f, AUD_F_command, "REFRESH MATERIALIZED VIEW"))
		return (Naming){"maintain", false, false};
	if (aud_field_begins(f, AUD_F_command, "CREATE ") ||
		aud_field_is(f, AUD_F_command, "SELECT INTO"))
		return (Naming){"create", true, false};
	if (aud_field_begins(f, AUD_F_command, "DROP "))
		return (Naming){"drop", false, true};
	return (Naming){"alter", false, false};
}

static bool
ends_with(const AudJsonValue *value, const char *word)
{
	size_t len = strlen(word);

	return value->len >= len &&
		   memcmp(value->text + value->len - len, word, len) == 0;
}

/* What is in no schema is not named when it goes, and types never are. */
static bool
is_named_when_dropped(const Object *object)
{
	static const char *const types[] = {"type",
										"extension",
										"schema",
										"language",
										"cast",
										"transform",
										"foreign-data wrapper",
										"server",
										"user mapping",
										"publication",
										"subscription",
										"access method",
										"event trigger"};

	return !is_one_of(&object->type, types, sizeof(types) / sizeof(types[0]));
}

/* Constraints are named only when they go. */
static bool
is_named(const Naming *naming, const Object *object)
{
	if (!has_access(object, naming->access))
		return false;
	return naming->drops ? is_named_when_dropped(object)
						 : !ends_with(&object->type, " constraint");
}

/* ALTER ... RENAME: by the new name, of a column that of the column. */
static void
name_renamed(AudPgauditOut *o, const AudFields *f, AudPgauditLine *line,
			 const Object *object)
{
	const AudJsonValue *name = &f->values[AUD_F_new_name];
	const AudJsonValue *old = &f->values[AUD_F_old_name];
	Object              renamed = *object;

	if (!f->has[AUD_F_new_name] || !f->has[AUD_F_old_name])
		return;
	renamed.name = *name;
	name_line(o, line, &renamed, true);
	if (old->len > object->name.len && old->text[object->name.len] == '.' &&
		memcmp(old->text, object->name.text, object->name.len) == 0)
	{
		line->type = "TABLE COLUMN";
		line->type_len = strlen(line->type);
	}
}

static void
add_ddl_object(AudPgauditOut *o, const AudPgauditStatement *s,
			   AudPgauditLine *line, const Object *object, const char *verb)
{
	const AudFields *f = s->f;
	char             command[128];

	line->command = f->values[AUD_F_command].text;
	line->command_len = f->values[AUD_F_command].len;
	if (verb != NULL &&
		(is_text(&object->type, "index") || is_text(&object->type, "sequence")))
	{
		line->command_len =
			command_of_object(command, sizeof(command), verb, object);
		line->command = command;
	}
	name_line(o, line, object, true);
	name_renamed(o, f, line, object);
	aud_pgaudit_add(o, s, line, NULL, true);
}

/* What event triggers tell it: made, changed and dropped objects with their names. */
static bool
add_ddl_objects(AudPgauditOut *o, const AudPgauditStatement *s,
				AudPgauditLine *line)
{
	Naming      naming = naming_of(s->f);
	AudJsonScan scan;
	Object      object;
	bool        any = false;

	aud_json_scan_array(&scan, s->objects.text, s->objects.len);
	while (next_object(&scan, &object))
	{
		if (!is_named(&naming, &object))
			continue;
		add_ddl_object(o, s, line, &object, naming.creates ? "CREATE " : NULL);
		any = true;
		/* a command that changes one may change what belongs to it: not named */
		if (!naming.creates && !naming.drops)
			break;
	}
	/* a sequence that becomes a column's own is altered at the end */
	aud_json_scan_array(&scan, s->objects.text, s->objects.len);
	while (naming.creates && next_object(&scan, &object))
		if (is_text(&object.type, "sequence") &&
			has_access(&object, "create") && has_access(&object, "alter"))
			add_ddl_object(o, s, line, &object, "ALTER ");
	return any;
}

/* Of what is not in a database, event triggers tell nothing. */
static bool
has_event_trigger(const AudFields *f)
{
	static const char *const without[] = {"CREATE DATABASE",
										  "ALTER DATABASE",
										  "DROP DATABASE",
										  "CREATE TABLESPACE",
										  "ALTER TABLESPACE",
										  "DROP TABLESPACE",
										  "ALTER SYSTEM",
										  "CREATE EVENT TRIGGER",
										  "ALTER EVENT TRIGGER",
										  "DROP EVENT TRIGGER",
										  "CLUSTER",
										  "REASSIGN OWNED"};

	return !f->has[AUD_F_skipped] &&
		   !aud_field_is_one_of(f,
								AUD_F_command,
								without,
								sizeof(without) / sizeof(without[0]));
}

/* GRANT and REVOKE: the kind of the objects, and no name. */
static void
set_granted(AudPgauditLine *line, const AudPgauditStatement *s)
{
	AudJsonScan scan;
	Object      object;

	if (aud_field_is(s->f, AUD_F_command, "ALTER DEFAULT PRIVILEGES") &&
		s->f->has[AUD_F_object_type])
	{
		line->type = s->f->values[AUD_F_object_type].text;
		line->type_len = s->f->values[AUD_F_object_type].len;
	}
	if (!aud_field_is(s->f, AUD_F_command, "GRANT") &&
		!aud_field_is(s->f, AUD_F_command, "REVOKE"))
		return;
	aud_json_scan_array(&scan, s->objects.text, s->objects.len);
	while (next_object(&scan, &object))
	{
		if (!has_access(&object, "grant") && !has_access(&object, "revoke"))
			continue;
		if (!is_text(&object.type, "database") &&
			!is_text(&object.type, "tablespace"))
		{
			line->type = object.type.text;
			line->type_len = object.type.len;
		}
		return;
	}
}

/* ---- a statement ------------------------------------------------------------------------ */

static void
begin_line(AudPgauditOut *o, const AudPgauditStatement *s, AudPgauditLine *line)
{
	memset(line, 0, sizeof(*line));
	line->sub = aud_pgaudit_next(o);
	line->class = aud_pgaudit_class(s);
	line->command = s->f->values[AUD_F_command].text;
	line->command_len = s->f->values[AUD_F_command].len;
}

void
aud_pgaudit_before(AudPgauditOut *o, const AudPgauditStatement *s)
{
	const AudFields    *f = s->f;
	bool                is_execute = aud_field_is(f, AUD_F_command, "EXECUTE");
	const AudJsonValue *statement = is_execute && f->has[AUD_F_prepared_query]
										? &f->values[AUD_F_prepared_query]
										: NULL;
	AudPgauditLine      line;

	if (aud_pgaudit_is_query(f) || aud_pgaudit_runs_query(s) ||
		(aud_pgaudit_is_table_copy(s) && o->c->options.log_relation))
	{
		begin_line(o, s, &line);
		add_relations(o, s, &line, statement, true);
	}
	else if (aud_field_is(f, AUD_F_command, "DO") ||
			 aud_field_is(f, AUD_F_command, "CLOSE CURSOR"))
	{
		begin_line(o, s, &line);
		aud_pgaudit_add(o, s, &line, NULL, true);
	}
	add_functions(o, s);
}

void
aud_pgaudit_after(AudPgauditOut *o, const AudPgauditStatement *s)
{
	const AudFields *f = s->f;
	bool is_extension = aud_field_is(f, AUD_F_command, "CREATE EXTENSION") ||
						aud_field_is(f, AUD_F_command, "ALTER EXTENSION");
	AudPgauditLine line;

	if (aud_pgaudit_is_query(f) || aud_field_is(f, AUD_F_command, "DO") ||
		aud_field_is(f, AUD_F_command, "CLOSE CURSOR") ||
		(aud_pgaudit_is_table_copy(s) && o->c->options.log_relation))
		return;
	begin_line(o, s, &line);
	/* it says so before it runs one's script, and with its name afterwards */
	if (is_extension)
		aud_pgaudit_add(o, s, &line, NULL, true);
	if (strcmp(line.class, "DDL") == 0 && has_event_trigger(f) &&
		add_ddl_objects(o, s, &line))
		return;
	if (is_extension)
		return;
	set_granted(&line, s);
	/* the parameters of EXECUTE are those of its query */
	aud_pgaudit_add(o, s, &line, NULL, !aud_pgaudit_runs_query(s));
}
