/*-------------------------------------------------------------------------
 *
 * command_extension.c
 *	  CREATE, ALTER and DROP EXTENSION: versions, and how many objects.
 *
 * One record stands for the whole script; statement/policy.c leaves out the
 * commands in it that only make the extension's own objects.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "core/class.h"
#include "facts/topics.h"

static char *
version_of(Oid extension)
{
	Relation    rel = table_open(ExtensionRelationId, AccessShareLock);
	char       *version = NULL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple   tuple;

	ScanKeyInit(&key,
				Anum_pg_extension_oid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool  isnull;
		Datum value = heap_getattr(tuple,
								   Anum_pg_extension_extversion,
								   RelationGetDescr(rel),
								   &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/* The members of an extension. */
static uint64
count_members(Oid extension)
{
	Relation    rel = table_open(DependRelationId, AccessShareLock);
	uint64      n = 0;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple   tuple;

	ScanKeyInit(&key[0],
				Anum_pg_depend_refclassid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(ExtensionRelationId));
	ScanKeyInit(&key[1],
				Anum_pg_depend_refobjid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (((Form_pg_depend) GETSTRUCT(tuple))->deptype == DEPENDENCY_EXTENSION)
			n++;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return n;
}

static void
put_version(AudStmt *stmt, const char *key, Oid extension)
{
	char *version = version_of(extension);

	if (version != NULL)
		aud_stmt_detail(stmt, key, version);
}

/* The note is the extension's name. */
static void
after_change(AudStmt *stmt)
{
	char  *name = pstrdup(stmt->arena.data + stmt->target.note_off);
	Oid    extension = get_extension_oid(name, true);
	uint64 members;

	if (!OidIsValid(extension))
		return;
	put_version(stmt, "version", extension);
	members = count_members(extension);
	if (members > stmt->target.count)
		aud_stmt_detail_uint(stmt, "objects_created", members - stmt->target.count);
	else if (members < stmt->target.count)
		aud_stmt_detail_uint(stmt, "objects_dropped", stmt->target.count - members);
}

static void
before_change(AudStmt *stmt, const char *name, int access)
{
	Oid extension = get_extension_oid(name, true);

	aud_command_add_root(stmt,
						 OBJECT_EXTENSION,
						 (Node *) makeString(unconstify(char *, name)),
						 access);
	if (OidIsValid(extension))
	{
		put_version(stmt, "old_version", extension);
		stmt->target.count = count_members(extension);
	}
	stmt->target.after = after_change;
	aud_stmt_note(stmt, name);
}

static void
before_contents(AudStmt *stmt, AlterExtensionContentsStmt *alter)
{
	aud_command_add_root(stmt,
						 OBJECT_EXTENSION,
						 (Node *) makeString(alter->extname),
						 AUD_ACCESS_ALTER);
	aud_command_add_object(stmt, alter->objtype, alter->object, AUD_ACCESS_ALTER);
}

bool
aud_command_extension(AudStmt *stmt, Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_CreateExtensionStmt:
			before_change(stmt,
						  ((CreateExtensionStmt *) tree)->extname,
						  AUD_ACCESS_CREATE);
			return true;
		case T_AlterExtensionStmt:
			before_change(stmt,
						  ((AlterExtensionStmt *) tree)->extname,
						  AUD_ACCESS_ALTER);
			return true;
		case T_AlterExtensionContentsStmt:
			before_contents(stmt, (AlterExtensionContentsStmt *) tree);
			return true;
		default:
			return false;
	}
}
