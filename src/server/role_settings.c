/*-------------------------------------------------------------------------
 *
 * role_settings.c
 *	  What roles and databases set of secaudit for their own sessions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "server/config_problem.h"
#include "server/role_settings.h"

/* datconnlimit of what a DROP DATABASE that was interrupted has left. */
#define INVALID_DATABASE (-2)

static const char *
or_oid(char *name, Oid oid)
{
	if (!OidIsValid(oid))
		return NULL;
	return name != NULL ? name : psprintf("%u", oid);
}

int
aud_role_settings_pairs(Datum config, char ***pairs)
{
	Datum *elements;
	int    n;

	deconstruct_array(DatumGetArrayTypeP(config),
					  TEXTOID,
					  -1,
					  false,
					  TYPALIGN_INT,
					  &elements,
					  NULL,
					  &n);
	*pairs = palloc(Max(n, 1) * sizeof(char *));
	for (int i = 0; i < n; i++)
		(*pairs)[i] = TextDatumGetCString(elements[i]);
	return n;
}

/* The elements of setconfig that concern us: "name=value". */
static List *
add_settings(List *settings, const FormData_pg_db_role_setting *form, Datum config)
{
	const char *database =
		or_oid(get_database_name(form->setdatabase), form->setdatabase);
	const char *role =
		or_oid(GetUserNameFromId(form->setrole, true), form->setrole);
	char **pairs;
	int    n = aud_role_settings_pairs(config, &pairs);

	for (int i = 0; i < n; i++)
	{
		char           *name = pairs[i];
		char           *equals = strchr(name, '=');
		AudRoleSetting *setting;

		if (equals == NULL)
			continue;
		*equals = '\0';
		if (!aud_config_problem_is_ours(name))
			continue;
		setting = palloc(sizeof(AudRoleSetting));
		setting->database = database;
		setting->role = role;
		setting->name = name;
		setting->value = equals + 1;
		settings = lappend(settings, setting);
	}
	return settings;
}

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare_settings(const ListCell *a, const ListCell *b)
{
	const AudRoleSetting *x = lfirst(a);
	const AudRoleSetting *y = lfirst(b);
	int                   order = compare_texts(x->database, y->database);

	if (order == 0)
		order = compare_texts(x->role, y->role);
	return order != 0 ? order : strcmp(x->name, y->name);
}

List *
aud_role_settings_read(void)
{
	List       *settings = NIL;
	Relation    rel;
	SysScanDesc scan;
	HeapTuple   tuple;

	/* a long list of settings is out of line */
	PushActiveSnapshot(GetTransactionSnapshot());
	rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool  isnull;
		Datum config = heap_getattr(tuple,
									Anum_pg_db_role_setting_setconfig,
									RelationGetDescr(rel),
									&isnull);

		if (!isnull)
			settings = add_settings(settings,
									(Form_pg_db_role_setting) GETSTRUCT(tuple),
									config);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	PopActiveSnapshot();
	list_sort(settings, compare_settings);
	return settings;
}

/* How well would this one do?  0: not at all. */
static int
rank(const FormData_pg_database *database)
{
	if (database->datconnlimit == INVALID_DATABASE)
		return 0;
	return 1 + (database->datallowconn ? 2 : 0) +
		   (database->datistemplate ? 0 : 1);
}

/* pg_database is one of the few catalogs that need no database. */
Oid
aud_role_settings_database(void)
{
	Oid           best = InvalidOid;
	int           best_rank = 0;
	Relation      rel = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan;
	HeapTuple     tuple;

	scan = table_beginscan_catalog(rel, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);
		int              its_rank = rank(database);

		if (its_rank < best_rank || its_rank == 0 ||
			(its_rank == best_rank && database->oid > best))
			continue;
		best = database->oid;
		best_rank = its_rank;
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	return best;
}
