/*-------------------------------------------------------------------------
 *
 * command_grant.c
 *	  GRANT and REVOKE on objects, and ALTER DEFAULT PRIVILEGES.
 *
 * No hook reports a change of an ACL, so the objects are found here, each of
 * ALL TABLES IN SCHEMA included.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "core/class.h"
#include "facts/address.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "facts/topics.h"

static int
access_of(const GrantStmt *grant)
{
	return grant->is_grant ? AUD_ACCESS_GRANT : AUD_ACCESS_REVOKE;
}

static char *
lower_case(const char *word)
{
	char *copy = pstrdup(word);

	for (char *p = copy; *p != '\0'; p++)
		*p = pg_tolower((unsigned char) *p);
	return copy;
}

/* "select", and for columns also "select(pan)". */
static void
put_privileges(AudStmt *stmt, List *privileges)
{
	List     *words = NIL;
	List     *by_column = NIL;
	ListCell *lc;

	foreach (lc, privileges)
	{
		const AccessPriv *privilege = lfirst(lc);
		char             *word =
			lower_case(privilege->priv_name ? privilege->priv_name : "all");
		ListCell *column;

		words = lappend(words, word);
		foreach (column, privilege->cols)
			by_column = lappend(by_column,
								psprintf("%s(%s)", word, strVal(lfirst(column))));
	}
	if (privileges == NIL)
		words = list_make1(pstrdup("all"));
	aud_stmt_detail_strings(stmt, "privileges", words);
	aud_stmt_detail_strings(stmt, "column_privileges", by_column);
}

static void
put_terms(AudStmt *stmt, const GrantStmt *grant)
{
	put_privileges(stmt, grant->privileges);
	aud_stmt_detail_strings(stmt, "grantees", aud_address_roles(grant->grantees));
	if (grant->grantor != NULL)
		aud_stmt_detail(stmt, "grantor", aud_address_role(grant->grantor));
	if (grant->grant_option)
		aud_stmt_detail_strings(stmt,
								"grant_options",
								list_make1(pstrdup("grant")));
	if (!grant->is_grant && grant->behavior == DROP_CASCADE)
		aud_stmt_detail(stmt, "behavior", "cascade");
}

/* The columns of all privileges, as range tables have them. */
static Bitmapset *
columns_of(const GrantStmt *grant, Oid relid)
{
	Bitmapset *columns = NULL;
	ListCell  *lc;

	foreach (lc, grant->privileges)
		columns = aud_names_add_columns(columns,
										relid,
										((AccessPriv *) lfirst(lc))->cols);
	return columns;
}

/* GRANT names types by plain lists, and settings that need not be known. */
static void
add_object(AudStmt *stmt, const GrantStmt *grant, Node *object)
{
	ObjectAddress address = {InvalidOid, InvalidOid, 0};

	if (grant->objtype == OBJECT_PARAMETER_ACL)
	{
		aud_objects_add_named(stmt,
							  "parameter",
							  strVal(object),
							  access_of(grant),
							  false);
		return;
	}
	if (!aud_address_find(grant->objtype, object, &address) ||
		address.classId != RelationRelationId)
		aud_command_add_root(stmt, grant->objtype, object, access_of(grant));
	else
		aud_objects_add_relation(stmt,
								 address.objectId,
								 access_of(grant),
								 columns_of(grant, address.objectId));
	if (OidIsValid(address.objectId))
		aud_command_grant_check(stmt, grant, &address);
}

/* Does GRANT ... ON ALL x IN SCHEMA mean this relation? */
static bool
is_meant_relation(ObjectType type, char relkind)
{
	if (type == OBJECT_SEQUENCE)
		return relkind == RELKIND_SEQUENCE;
	return relkind == RELKIND_RELATION || relkind == RELKIND_VIEW ||
		   relkind == RELKIND_MATVIEW || relkind == RELKIND_FOREIGN_TABLE ||
		   relkind == RELKIND_PARTITIONED_TABLE;
}

static bool
is_meant_routine(ObjectType type, char prokind)
{
	if (type == OBJECT_PROCEDURE)
		return prokind == PROKIND_PROCEDURE;
	if (type == OBJECT_FUNCTION)
		return prokind != PROKIND_PROCEDURE;
	return true;
}

/* What of this kind is in a schema: one scan of pg_class or pg_proc. */
static List *
objects_in_schema(ObjectType type, Oid schema)
{
	bool     relations = type == OBJECT_TABLE || type == OBJECT_SEQUENCE;
	Relation rel =
		table_open(relations ? RelationRelationId : ProcedureRelationId,
				   AccessShareLock);
	List         *oids = NIL;
	ScanKeyData   key;
	TableScanDesc scan;
	HeapTuple     tuple;

	ScanKeyInit(&key,
				relations ? Anum_pg_class_relnamespace : Anum_pg_proc_pronamespace,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(schema));
	scan = table_beginscan_catalog(rel, 1, &key);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		if (relations)
		{
			Form_pg_class found = (Form_pg_class) GETSTRUCT(tuple);

			if (is_meant_relation(type, found->relkind))
				oids = lappend_oid(oids, found->oid);
		}
		else
		{
			Form_pg_proc found = (Form_pg_proc) GETSTRUCT(tuple);

			if (is_meant_routine(type, found->prokind))
				oids = lappend_oid(oids, found->oid);
		}
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	return oids;
}

static void
add_schema(AudStmt *stmt, const GrantStmt *grant, const char *name)
{
	Oid  schema = get_namespace_oid(name, true);
	bool relations =
		grant->objtype == OBJECT_TABLE || grant->objtype == OBJECT_SEQUENCE;
	ListCell *lc;

	if (!OidIsValid(schema))
		return;
	foreach (lc, objects_in_schema(grant->objtype, schema))
	{
		ObjectAddress address;

		ObjectAddressSet(address,
						 relations ? RelationRelationId : ProcedureRelationId,
						 lfirst_oid(lc));
		if (relations)
			aud_objects_add_relation(stmt, lfirst_oid(lc), access_of(grant), NULL);
		else
			aud_objects_add_address(stmt,
									ProcedureRelationId,
									lfirst_oid(lc),
									0,
									access_of(grant));
		aud_command_grant_check(stmt, grant, &address);
	}
}

static void
before_grant(AudStmt *stmt, const GrantStmt *grant)
{
	List     *schemas = NIL;
	ListCell *lc;

	put_terms(stmt, grant);
	foreach (lc, grant->objects)
	{
		if (grant->targtype == ACL_TARGET_OBJECT)
			add_object(stmt, grant, lfirst(lc));
		else if (grant->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		{
			add_schema(stmt, grant, strVal(lfirst(lc)));
			schemas = lappend(schemas, strVal(lfirst(lc)));
		}
	}
	aud_stmt_detail_strings(stmt, "schemas", schemas);
}

static const char *
plural_of(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
			return "tables";
		case OBJECT_SEQUENCE:
			return "sequences";
		case OBJECT_FUNCTION:
			return "functions";
		case OBJECT_TYPE:
			return "types";
		case OBJECT_SCHEMA:
			return "schemas";
		case OBJECT_LARGEOBJECT: /* 18 */
			return "large objects";
		default:
			return "objects";
	}
}

static List *
words_of(List *strings)
{
	List     *words = NIL;
	ListCell *lc;

	foreach (lc, strings)
		words = lappend(words, strVal(lfirst(lc)));
	return words;
}

static void
before_default_privileges(AudStmt *stmt, const AlterDefaultPrivilegesStmt *alter)
{
	ListCell *lc;

	put_terms(stmt, alter->action);
	aud_stmt_detail(stmt, "object_type", plural_of(alter->action->objtype));
	foreach (lc, alter->options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "roles") == 0)
			aud_stmt_detail_strings(stmt,
									"owned_by",
									aud_address_roles((List *) option->arg));
	}
	foreach (lc, alter->options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "schemas") == 0)
			aud_stmt_detail_strings(stmt,
									"schemas",
									words_of((List *) option->arg));
	}
}

bool
aud_command_grant(AudStmt *stmt, Node *tree)
{
	if (IsA(tree, GrantStmt))
		before_grant(stmt, (GrantStmt *) tree);
	else if (IsA(tree, AlterDefaultPrivilegesStmt))
		before_default_privileges(stmt, (AlterDefaultPrivilegesStmt *) tree);
	else
		return false;
	return true;
}
