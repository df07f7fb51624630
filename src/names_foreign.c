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

#include "core/json.h"
#include "names_foreign.h"
#include "session.h"

static void
append_member(StringInfo out, const char *key, const char *value)
{
	size_t      len = strlen(value);
	const char *utf8 = aud_session_to_utf8(value, &len);
	char       *json = palloc(6 * len + 3);
	AudBuf      b;

	aud_buf_init(&b, json, 6 * len + 3);
	aud_json_string(&b, utf8, len);
	appendStringInfo(out, ",\"%s\":%s", key, json);
}

/* "schema.table", "table", or the file or program behind it. */
static char *
remote_name(List *options)
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
		else if (strcmp(name, "table_name") == 0 || strcmp(name, "table") == 0 ||
				 strcmp(name, "filename") == 0 || strcmp(name, "program") == 0)
			table = defGetString(option);
	}
	if (schema != NULL && table != NULL)
		return psprintf("%s.%s", schema, table);
	return table != NULL ? pstrdup(table) : NULL;
}

static void
append_foreign(StringInfo out, Oid relid)
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
		remote = remote_name(untransformRelOptions(options));
	ReleaseSysCache(tuple);
	if (server != NULL)
		append_member(out, "server", server->servername);
	if (remote != NULL)
		append_member(out, "remote", remote);
}

char *
aud_names_extra(Oid relid)
{
	StringInfoData out;

	initStringInfo(&out);
	if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		appendStringInfoString(&out, ",\"temp\":true");
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		append_foreign(&out, relid);
	return out.data;
}
