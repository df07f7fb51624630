/*-------------------------------------------------------------------------
 *
 * names_foreign.c
 *	  What a relation's name does not say.
 *
 * Every foreign-data wrapper has options of its own; those that say what a
 * table is over there have the same names in all that are in wide use.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/reloptions.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_table.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "facts/names_foreign.h"
#include "record/text.h"

/* Longest text that is kept, escaped; a command may be of any length. */
#define VALUE_MAX 1024

static void
append_member(StringInfo out, const char *key, const char *value)
{
	char   json[VALUE_MAX + 3];
	AudBuf b;

	aud_buf_init(&b, json, sizeof(json));
	aud_text_append_value(&b, value, VALUE_MAX);
	appendStringInfo(out, ",\"%s\":%s", key, json);
}

/*
 * "schema.table", "table", or the file or program behind it, which is a thing
 * of the server's own machine.
 */
static char *
remote_name(List *options, bool *on_server)
{
	const char *schema = NULL;
	const char *table = NULL;
	ListCell   *lc;

	foreach (lc, options)
	{
		DefElem    *option = lfirst(lc);
		const char *name = option->defname;

		if (strcmp(name, "schema_name") == 0 || strcmp(name, "schema") == 0)
			schema = defGetString(option);
		else if (strcmp(name, "table_name") == 0 || strcmp(name, "table") == 0)
			table = defGetString(option);
		else if (strcmp(name, "filename") == 0 || strcmp(name, "program") == 0)
		{
			table = defGetString(option);
			*on_server = true;
		}
	}
	if (schema != NULL && table != NULL)
		return psprintf("%s.%s", schema, table);
	return table != NULL ? pstrdup(table) : NULL;
}

static void
append_foreign(StringInfo out, Oid relid, bool *on_server)
{
	HeapTuple tuple = SearchSysCache1(FOREIGNTABLEREL, ObjectIdGetDatum(relid));
	ForeignServer *server;
	Datum          options;
	bool           is_null;
	char          *remote = NULL;

	if (!HeapTupleIsValid(tuple))
		return;
	server =
		GetForeignServerExtended(((Form_pg_foreign_table) GETSTRUCT(tuple))->ftserver,
								 FSV_MISSING_OK);
	options = SysCacheGetAttr(FOREIGNTABLEREL,
							  tuple,
							  Anum_pg_foreign_table_ftoptions,
							  &is_null);
	if (!is_null)
		remote = remote_name(untransformRelOptions(options), on_server);
	ReleaseSysCache(tuple);
	if (server != NULL)
		append_member(out, "server", server->servername);
	if (remote != NULL)
		append_member(out, "remote", remote);
}

char *
aud_names_extra(Oid relid, bool *on_server)
{
	StringInfoData out;

	initStringInfo(&out);
	if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		appendStringInfoString(&out, ",\"temp\":true");
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		append_foreign(&out, relid, on_server);
	return out.data;
}
