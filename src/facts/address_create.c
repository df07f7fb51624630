/*-------------------------------------------------------------------------
 *
 * address_create.c
 *	  What object does a command mean that is going to create it?
 *
 * None that the search path finds: a new object is made in one schema only,
 * and what has its name in another one is in nobody's way.  So its name is
 * looked up with that schema in front of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"

#include "facts/address.h"

/* The schema for temporary objects, if this session has one already. */
static Oid
temporary_schema(void)
{
	Oid schema;
	Oid toast;

	GetTempNamespaceState(&schema, &toast);
	return schema;
}

/*
 * The first schema of the search path.  Where that is pg_temp, to ask for it
 * would create it, which is left to the command; it has nothing in it yet.
 */
static Oid
first_schema(void)
{
	List *schemas;

	if (!OidIsValid(temporary_schema()) &&
		strstr(namespace_search_path, "pg_temp") != NULL)
		return InvalidOid;
	schemas = fetch_search_path(false);
	return schemas != NIL ? linitial_oid(schemas) : InvalidOid;
}

/* At this place of the list a name begins; put the schema there if it has none. */
static List *
qualify(List *names, int at)
{
	char *schema;

	if (list_length(names) != at + 1)
		return names;
	schema = get_namespace_name(first_schema());
	if (schema == NULL)
		return NIL;
	return list_insert_nth(list_copy(names), at, makeString(schema));
}

/* An index is made in its table's schema, whatever that table is. */
static RangeVar *
qualify_relation(const Node *tree, const RangeVar *name)
{
	RangeVar *copy = copyObject(unconstify(RangeVar *, name));
	Oid       schema;

	if (IsA(tree, IndexStmt))
		schema = get_rel_namespace(
			aud_address_relation(((const IndexStmt *) tree)->relation));
	else if (name->relpersistence == RELPERSISTENCE_TEMP ||
			 (name->schemaname != NULL &&
			  strcmp(name->schemaname, "pg_temp") == 0))
		schema = temporary_schema();
	else if (name->schemaname != NULL)
		return copy;
	else
		schema = first_schema();
	copy->schemaname = get_namespace_name(schema);
	return copy->schemaname != NULL ? copy : NULL;
}

static ObjectWithArgs *
qualify_routine(const ObjectWithArgs *routine)
{
	ObjectWithArgs *copy = makeNode(ObjectWithArgs);

	*copy = *routine;
	copy->objname = qualify(routine->objname, 0);
	return copy->objname != NIL ? copy : NULL;
}

static Node *
qualify_list(ObjectType type, List *names)
{
	switch (type)
	{
		case OBJECT_OPCLASS:
		case OBJECT_OPFAMILY:
			return (Node *) qualify(names, 1);
		case OBJECT_COLLATION:
		case OBJECT_CONVERSION:
		case OBJECT_DOMAIN:
		case OBJECT_STATISTIC_EXT:
		case OBJECT_TSCONFIGURATION:
		case OBJECT_TSDICTIONARY:
		case OBJECT_TSPARSER:
		case OBJECT_TSTEMPLATE:
		case OBJECT_TYPE:
			return (Node *) qualify(names, 0);
		default:
			return (Node *) names; /* parts of relations, casts and the like */
	}
}

Node *
aud_address_to_create(const Node *tree, ObjectType type, Node *object)
{
	switch (nodeTag(object))
	{
		case T_RangeVar:
			return (Node *) qualify_relation(tree, (RangeVar *) object);
		case T_ObjectWithArgs:
			return (Node *) qualify_routine((ObjectWithArgs *) object);
		case T_List:
			return qualify_list(type, (List *) object);
		default:
			return object;
	}
}
