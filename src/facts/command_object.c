/*-------------------------------------------------------------------------
 *
 * command_object.c
 *	  The objects that a command names, added to its record.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"

#include "core/class.h"
#include "facts/objects.h"
#include "facts/objects_whole.h"
#include "facts/topics.h"

/* What is done to a part of a table is done to the table. */
#define OF_A_PART (AUD_ACCESS_ALTER | AUD_ACCESS_DROP | AUD_ACCESS_MAINTAIN)

void
aud_command_add_relation(AudStmt *stmt, const RangeVar *name, const char *type,
						 int access)
{
	Oid relid;

	if (name == NULL)
		return;
	relid = aud_address_relation(name);
	if (OidIsValid(relid))
	{
		aud_objects_add_relation(stmt, relid, access, NULL);
		if (access & OF_A_PART)
			aud_objects_add_whole(stmt, RelationRelationId, relid);
	}
	else
		aud_objects_add_named(stmt,
							  type,
							  quote_qualified_identifier(name->schemaname,
														 name->relname),
							  access,
							  true);
}

/* Where it is about a column, with that. */
static void
add_relation(AudStmt *stmt, const ObjectAddress *address, int access)
{
	Bitmapset *column = NULL;

	if (address->objectSubId != 0)
		column = bms_make_singleton(address->objectSubId -
									FirstLowInvalidHeapAttributeNumber);
	aud_objects_add_relation(stmt, address->objectId, access, column);
}

/*
 * Returns what was found, for those who want to know.  It is looked for by
 * one name, and if it is not there shown by the one that was written.
 */
static bool
add(AudStmt *stmt, ObjectType type, Node *object, Node *written, int access,
	ObjectAddress *address)
{
	if (!aud_address_find(type, object, address))
	{
		aud_objects_add_named(stmt,
							  aud_address_type(type),
							  aud_address_written(written),
							  access,
							  true);
		return false;
	}
	if (address->classId == RelationRelationId)
		add_relation(stmt, address, access);
	else
		aud_objects_add_address(stmt, address->classId, address->objectId, 0, access);
	if (access & OF_A_PART)
		aud_objects_add_whole(stmt, address->classId, address->objectId);
	return true;
}

void
aud_command_add_object(AudStmt *stmt, ObjectType type, Node *object, int access)
{
	ObjectAddress address;

	(void) add(stmt, type, object, object, access, &address);
}

void
aud_command_add_root(AudStmt *stmt, ObjectType type, Node *object, int access)
{
	ObjectAddress address;
	int           before = stmt->objects.n;

	if (add(stmt, type, object, object, access, &address) &&
		stmt->target.named == 0)
	{
		stmt->target.classid = address.classId;
		stmt->target.objid = address.objectId;
		stmt->target.objsubid = address.objectSubId;
	}
	if (stmt->objects.n > before)
	{
		stmt->objects.items[before].root = access == AUD_ACCESS_DROP;
		stmt->target.named = stmt->objects.n;
	}
}

/*
 * What is there already is named because it may be in the way.  If it was not,
 * the command made or replaced something, and the object access hook
 * says what.
 */
void
aud_command_add_created(AudStmt *stmt, const Node *tree, ObjectType type,
						Node *object)
{
	ObjectAddress address;
	int           before = stmt->objects.n;

	(void) add(stmt,
			   type,
			   aud_address_to_create(tree, type, object),
			   object,
			   AUD_ACCESS_CREATE,
			   &address);
	if (stmt->objects.n > before)
	{
		stmt->objects.items[before].tentative = true;
		stmt->target.named = stmt->objects.n;
	}
}
