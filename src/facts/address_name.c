/*-------------------------------------------------------------------------
 *
 * address_name.c
 *	  Names of objects and roles as a command writes them, and their owners.
 *
 * The name of what a command is going to create is not looked up as the
 * search path finds it: a new object is made in one schema only, and what has
 * its name in another one is in nobody's way.  So that schema is put in front.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "parser/parse_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "facts/address.h"

/* Words of a name, TypeNames of a cast. */
static char *
written_list(List *names)
{
	StringInfoData text;
	ListCell      *lc;

	initStringInfo(&text);
	foreach (lc, names)
	{
		if (text.len > 0)
			appendStringInfoChar(&text, '.');
		if (lfirst(lc) != NULL && IsA(lfirst(lc), String))
			appendStringInfoString(&text, quote_identifier(strVal(lfirst(lc))));
		else
			appendStringInfoString(&text, aud_address_written(lfirst(lc)));
	}
	return text.data;
}

/* Of an operator with one operand the other type is not there. */
static char *
written_types(List *types)
{
	StringInfoData text;
	ListCell      *lc;

	initStringInfo(&text);
	foreach (lc, types)
	{
		const TypeName *type = lfirst(lc);

		if (text.len > 0)
			appendStringInfoChar(&text, ',');
		appendStringInfoString(&text,
							   type != NULL ? TypeNameToString(type) : "NONE");
	}
	return text.data;
}

char *
aud_address_written(Node *object)
{
	if (object == NULL)
		return pstrdup("?");
	switch (nodeTag(object))
	{
		case T_RangeVar:
			return quote_qualified_identifier(((RangeVar *) object)->schemaname,
											  ((RangeVar *) object)->relname);
		case T_TypeName:
			return TypeNameToString((TypeName *) object);
		case T_ObjectWithArgs:
		{
			ObjectWithArgs *routine = (ObjectWithArgs *) object;
			char           *name = written_list(routine->objname);

			if (routine->args_unspecified)
				return name;
			return psprintf("%s(%s)", name, written_types(routine->objargs));
		}
		case T_Integer:
		case T_Float:
			return psprintf("%u", oidparse(object));
		case T_String:
			return pstrdup(quote_identifier(strVal(object)));
		case T_List:
			return written_list((List *) object);
		default:
			return pstrdup("?");
	}
}

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

const char *
aud_address_type(ObjectType type)
{
	static const char *const names[] = {
		[OBJECT_ACCESS_METHOD] = "access method",
		[OBJECT_AGGREGATE] = "aggregate",
		[OBJECT_ATTRIBUTE] = "composite type",
		[OBJECT_CAST] = "cast",
		[OBJECT_COLUMN] = "table column",
		[OBJECT_COLLATION] = "collation",
		[OBJECT_CONVERSION] = "conversion",
		[OBJECT_DATABASE] = "database",
		[OBJECT_DOMAIN] = "type",
		[OBJECT_DOMCONSTRAINT] = "domain constraint",
		[OBJECT_EVENT_TRIGGER] = "event trigger",
		[OBJECT_EXTENSION] = "extension",
		[OBJECT_FDW] = "foreign-data wrapper",
		[OBJECT_FOREIGN_SERVER] = "server",
		[OBJECT_FOREIGN_TABLE] = "foreign table",
		[OBJECT_FUNCTION] = "function",
		[OBJECT_INDEX] = "index",
		[OBJECT_LANGUAGE] = "language",
		[OBJECT_LARGEOBJECT] = "large object",
		[OBJECT_MATVIEW] = "materialized view",
		[OBJECT_OPCLASS] = "operator class",
		[OBJECT_OPERATOR] = "operator",
		[OBJECT_OPFAMILY] = "operator family",
		[OBJECT_PARAMETER_ACL] = "parameter ACL",
		[OBJECT_POLICY] = "policy",
		[OBJECT_PROCEDURE] = "procedure",
		[OBJECT_PUBLICATION] = "publication",
		[OBJECT_ROLE] = "role",
		[OBJECT_ROUTINE] = "routine",
		[OBJECT_RULE] = "rule",
		[OBJECT_SCHEMA] = "schema",
		[OBJECT_SEQUENCE] = "sequence",
		[OBJECT_SUBSCRIPTION] = "subscription",
		[OBJECT_STATISTIC_EXT] = "statistics object",
		[OBJECT_TABCONSTRAINT] = "table constraint",
		[OBJECT_TABLE] = "table",
		[OBJECT_TABLESPACE] = "tablespace",
		[OBJECT_TRANSFORM] = "transform",
		[OBJECT_TRIGGER] = "trigger",
		[OBJECT_TSCONFIGURATION] = "text search configuration",
		[OBJECT_TSDICTIONARY] = "text search dictionary",
		[OBJECT_TSPARSER] = "text search parser",
		[OBJECT_TSTEMPLATE] = "text search template",
		[OBJECT_TYPE] = "type",
		[OBJECT_USER_MAPPING] = "user mapping",
		[OBJECT_VIEW] = "view",
	};

	if ((size_t) type < lengthof(names) && names[type] != NULL)
		return names[type];
	return "object";
}

const char *
aud_address_role(const RoleSpec *role)
{
	const char *name = NULL;

	if (role == NULL)
		return "?";
	switch (role->roletype)
	{
		case ROLESPEC_CSTRING:
			return role->rolename;
		case ROLESPEC_CURRENT_ROLE:
		case ROLESPEC_CURRENT_USER:
			name = GetUserNameFromId(GetUserId(), true);
			break;
		case ROLESPEC_SESSION_USER:
			name = GetUserNameFromId(GetSessionUserId(), true);
			break;
		case ROLESPEC_PUBLIC:
			return "public";
	}
	return name != NULL ? name : "?";
}

List *
aud_address_roles(const List *roles)
{
	List     *names = NIL;
	ListCell *lc;

	foreach (lc, roles)
		names = lappend(names, unconstify(char *, aud_address_role(lfirst(lc))));
	return names;
}

Oid
aud_address_role_oid(const RoleSpec *role)
{
	if (role->roletype == ROLESPEC_PUBLIC)
		return InvalidOid;
	return get_role_oid(aud_address_role(role), true);
}

Oid
aud_address_owner(const ObjectAddress *address)
{
	Oid        classid = address->classId;
	AttrNumber attnum;
	HeapTuple  tuple;
	Datum      owner;
	bool       isnull;
	int        cache;

	if (!is_objectclass_supported(classid))
		return InvalidOid;
	attnum = get_object_attnum_owner(classid);
	cache = get_object_catcache_oid(classid);
	if (attnum == InvalidAttrNumber || cache < 0)
		return InvalidOid;
	tuple = SearchSysCache1(cache, ObjectIdGetDatum(address->objectId));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = SysCacheGetAttr(cache, tuple, attnum, &isnull);
	ReleaseSysCache(tuple);
	return isnull ? InvalidOid : DatumGetObjectId(owner);
}
