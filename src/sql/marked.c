/*-------------------------------------------------------------------------
 *
 * marked.c
 *	  What secaudit.explain() finds out about labels and secaudit.role.
 *
 * An object is looked for by the name that a record has of it, in the database
 * of the session: no other's catalogs can be read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_proc.h"
#include "commands/dbcommands.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/regproc.h"
#include "utils/varlena.h"

#include "facts/marks.h"
#include "server/safely.h"
#include "sql/marked.h"

typedef struct AudLookUp
{
	const char *name;
	Oid         classid;
	Oid         objid;
} AudLookUp;

/* Within aud_safely: a name that is none raises an error. */
static void
find_object(void *arg)
{
	AudLookUp *of = arg;
	Datum      name = CStringGetTextDatum(of->name);

	if (strchr(of->name, '(') != NULL)
	{
		LOCAL_FCINFO(fcinfo, 1);
		Datum found;

		InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
		fcinfo->args[0].value = name;
		fcinfo->args[0].isnull = false;
		found = to_regprocedure(fcinfo);
		of->classid = ProcedureRelationId;
		of->objid = fcinfo->isnull ? InvalidOid : DatumGetObjectId(found);
		return;
	}
	of->classid = RelationRelationId;
	of->objid =
		RangeVarGetRelid(makeRangeVarFromNameList(
							 textToQualifiedNameList(DatumGetTextPP(name))),
						 NoLock,
						 true);
}

static void
look_at_object(AudMarked *marked, const char *object)
{
	AudLookUp       of = {.name = object};
	const AudMarks *marks;

	if (!aud_safely(find_object, &of) || !OidIsValid(of.objid))
		return;
	marked->known = true;
	marks = aud_marks_of(of.classid, of.objid);
	marked->tags = marks->tags;
	marked->held = marks->held;
	for (int i = 0; i < marks->n_columns; i++)
	{
		marked->column_tags |= marks->columns[i].tags != NULL;
		marked->column_grant |= marks->columns[i].held != ACL_NO_RIGHTS;
	}
}

static void
add_tags(AudMarked *marked, Oid classid, Oid objid)
{
	marked->tags =
		aud_tags_union(marked->tags, aud_marks_of(classid, objid)->tags);
}

void
aud_marked_look_up(AudMarked *marked, const char *user, const char *db,
				   const char *object)
{
	Oid database = db != NULL ? get_database_oid(db, true) : InvalidOid;

	memset(marked, 0, sizeof(*marked));
	if (object != NULL && database == MyDatabaseId)
		look_at_object(marked, object);
	if (user == NULL || !OidIsValid(database))
		return;
	marked->acting_known = true;
	add_tags(marked, AuthIdRelationId, get_role_oid(user, false));
	add_tags(marked, DatabaseRelationId, database);
}

char *
aud_marked_list(const AudStmtTags *tags)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < tags->n; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", tags->names[i]);
	return text.data;
}
