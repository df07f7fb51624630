/*-------------------------------------------------------------------------
 *
 * pgaudit_class.c
 *	  Which class a statement has for pgaudit 1.7, and whether it has a line.
 *
 * pgaudit takes the class from the server's logging level of the command
 * (GetCommandLogLevel) and its kind; these are the results of that.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <strings.h>

#include "core/convert/pgaudit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

bool
aud_pgaudit_begins(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && strncasecmp(s, word, n) == 0;
}

bool
aud_pgaudit_is_query(const AudFields *f)
{
	static const char *const queries[] = {"SELECT",
										  "INSERT",
										  "UPDATE",
										  "DELETE",
										  "MERGE"};

	return aud_field_is_one_of(f, AUD_F_command, queries, COUNT(queries)) ||
		   aud_field_begins(f, AUD_F_command, "SELECT FOR ");
}

/*
 * A utility command has its line when it has succeeded, a query when the rights
 * have been checked: what fails after that has one, too.
 */
bool
aud_pgaudit_has(const AudFields *f)
{
	if (f->event != AUD_EVENT_STATEMENT || !f->has[AUD_F_command] ||
		f->has[AUD_F_rewritten] || aud_field_is(f, AUD_F_origin, "extension") ||
		aud_field_is(f, AUD_F_command, "???"))
		return false;
	if (!aud_field_is(f, AUD_F_outcome, "failure"))
		return true;
	return aud_pgaudit_is_query(f) && !aud_field_is(f, AUD_F_sqlstate, "42501");
}

static bool
begins_with_parenthesis(const AudPgauditStatement *s)
{
	const char *p = s->query + 4; /* COPY */
	const char *end = s->query + s->query_len;

	if (s->query_len < 5)
		return false;
	while (p < end && memchr(" \t\r\n", *p, 4) != NULL)
		p++;
	return p < end && *p == '(';
}

bool
aud_pgaudit_is_table_copy(const AudPgauditStatement *s)
{
	return aud_field_is(s->f, AUD_F_command, "COPY") &&
		   !begins_with_parenthesis(s);
}

/* WITH NO DATA, at its end */
static bool
says_no_data(const AudPgauditStatement *s)
{
	return s->query_len > 8 &&
		   aud_pgaudit_begins(s->query + s->query_len - 8, 8, " no data");
}

bool
aud_pgaudit_runs_query(const AudPgauditStatement *s)
{
	static const char *const commands[] = {"EXECUTE",
										   "EXPLAIN",
										   "DECLARE CURSOR",
										   "CREATE TABLE AS",
										   "SELECT INTO",
										   "CREATE MATERIALIZED VIEW",
										   "REFRESH MATERIALIZED VIEW"};

	if (aud_field_is(s->f, AUD_F_command, "COPY"))
		return !aud_pgaudit_is_table_copy(s);
	return aud_field_is_one_of(s->f, AUD_F_command, commands, COUNT(commands)) &&
		   !s->f->has[AUD_F_skipped] && !says_no_data(s);
}

/* PREPARE and EXPLAIN ANALYZE count as the statement in them does. */
static bool
has_writing_inside(const AudPgauditStatement *s)
{
	static const char *const words[] = {"INSERT", "UPDATE", "DELETE", "MERGE"};
	const char              *end = s->query + s->query_len;

	/* behind AS, or the options: the first of the words that begins one */
	for (const char *p = s->query; p + 6 < end; p++)
	{
		if (p > s->query && memchr(" \t\r\n(", p[-1], 5) == NULL)
			continue;
		if (aud_pgaudit_begins(p, (size_t) (end - p), "SELECT"))
			return false;
		for (size_t i = 0; i < COUNT(words); i++)
			if (aud_pgaudit_begins(p, (size_t) (end - p), words[i]))
				return true;
	}
	return false;
}

static bool
is_ddl(const AudFields *f)
{
	static const char *const commands[] = {"COMMENT",
										   "SECURITY LABEL",
										   "SELECT INTO",
										   "REFRESH MATERIALIZED VIEW",
										   "CLUSTER",
										   "IMPORT FOREIGN SCHEMA",
										   "REASSIGN OWNED"};

	return aud_field_begins(f, AUD_F_command, "CREATE ") ||
		   aud_field_begins(f, AUD_F_command, "ALTER ") ||
		   aud_field_begins(f, AUD_F_command, "DROP ") ||
		   aud_field_is_one_of(f, AUD_F_command, commands, COUNT(commands));
}

const char *
aud_pgaudit_class(const AudPgauditStatement *s)
{
	static const char *const roles[] = {"GRANT",
										"REVOKE",
										"GRANT ROLE",
										"REVOKE ROLE",
										"CREATE ROLE",
										"ALTER ROLE",
										"DROP ROLE",
										"ALTER DEFAULT PRIVILEGES",
										"CREATE USER MAPPING",
										"ALTER USER MAPPING"};
	const AudFields         *f = s->f;

	if (aud_field_is_one_of(f, AUD_F_command, roles, COUNT(roles)))
		return "ROLE";
	if (is_ddl(f))
		return "DDL";
	if (aud_field_is(f, AUD_F_command, "DO"))
		return "FUNCTION";
	if (aud_field_is(f, AUD_F_command, "TRUNCATE TABLE"))
		return "WRITE";
	if (aud_field_is(f, AUD_F_command, "COPY"))
		return aud_field_is(f, AUD_F_direction, "from") ? "WRITE" : "READ";
	if (aud_field_is(f, AUD_F_command, "PREPARE"))
		return has_writing_inside(s) ? "WRITE" : "READ";
	if (aud_field_is(f, AUD_F_command, "EXPLAIN") && f->has[AUD_F_executed])
		return has_writing_inside(s) ? "WRITE" : "MISC";
	return aud_field_is(f, AUD_F_command, "DECLARE CURSOR") ? "READ" : "MISC";
}
