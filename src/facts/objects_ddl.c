/*-------------------------------------------------------------------------
 *
 * objects_ddl.c
 *	  The objects of a statement: what DDL touches, by its catalog address.
 *
 * They are looked up as pg_identify_object() would, one by one: DDL is rare,
 * and its objects are new or about to go.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteSupport.h"
#include "utils/lsyscache.h"

#include "core/class.h"
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "record/text.h"
#include "server/safely.h"

/* Longest path or command that is kept, escaped; MAXPGPATH fits. */
#define VALUE_MAX 2048

/*
 * Name an object in the arena.  A path, or the command of a program, may hold
 * a secret, and is cut where it is long.
 */
static void
put_head(AudStmt *stmt, AudObject *object, const char *type, const char *name)
{
	bool   is_value = strcmp(type, "file") == 0 || strcmp(type, "program") == 0;
	size_t room = aud_names_head_room(type, is_value ? "" : name) +
				  (is_value ? VALUE_MAX : 0);
	char  *at = aud_stmt_arena(stmt, room);
	AudBuf b;

	if (at == NULL)
		return;
	aud_buf_init(&b, at, room);
	if (is_value)
	{
		aud_buf_lit(&b, "\"type\":\"");
		aud_buf_cstr(&b, type);
		aud_buf_lit(&b, "\",\"name\":");
		stmt->detail_redacted |= aud_text_append_value(&b, name, VALUE_MAX);
	}
	else
		aud_names_append_head(&b, type, name);
	object->head_off = stmt->arena.len;
	object->head_len = b.len;
	stmt->arena.len += b.len;
}

/*
 * Can the server describe objects of this catalog?  It raises an error about
 * others (pg_inherits, pg_index), and object access hooks name them, too.
 */
static bool
is_describable(Oid classid)
{
	switch (classid)
	{
		case AttrDefaultRelationId:
		case LargeObjectRelationId:
		case ParameterAclRelationId:
		case PublicationNamespaceRelationId:
		case PublicationRelRelationId:
			return true;
		case LargeObjectMetadataRelationId:
			return false;
		default:
			return is_objectclass_supported(classid);
	}
}

/* Add further members to the head of an object. */
void
aud_objects_extend_head(AudStmt *stmt, AudObject *object, const char *text,
						size_t len)
{
	char *at;

	if (len == 0 || object->head_len == 0 ||
		(at = aud_stmt_arena(stmt, object->head_len + len)) == NULL)
		return;
	memcpy(at, stmt->arena.data + object->head_off, object->head_len);
	memcpy(at + object->head_len, text, len);
	object->head_off = stmt->arena.len;
	object->head_len += len;
	stmt->arena.len += object->head_len;
}

typedef struct AudNaming
{
	ObjectAddress address;
	char         *type;
	char         *name;
	char         *extra;
	bool          on_server;
	bool          is_part;
} AudNaming;

/* The row of a catalog that has no cache, or NULL. */
static HeapTuple
row_of(Oid classid, AttrNumber oid_column, Oid objid)
{
	Relation  catalog = table_open(classid, AccessShareLock);
	HeapTuple tuple = get_catalog_object_by_oid(catalog, oid_column, objid);

	table_close(catalog, AccessShareLock);
	return tuple;
}

/* The rule that makes a view what it is; other rules are somebody's own. */
static bool
is_view_rule(Oid ruleid)
{
	HeapTuple tuple = row_of(RewriteRelationId, Anum_pg_rewrite_oid, ruleid);

	return HeapTupleIsValid(tuple) &&
		   strcmp(NameStr(((Form_pg_rewrite) GETSTRUCT(tuple))->rulename),
				  ViewSelectRuleName) == 0;
}

/* A trigger by which the server enforces a constraint. */
static bool
is_internal_trigger(Oid triggerid)
{
	HeapTuple tuple = row_of(TriggerRelationId, Anum_pg_trigger_oid, triggerid);

	return HeapTupleIsValid(tuple) &&
		   ((Form_pg_trigger) GETSTRUCT(tuple))->tgisinternal;
}

/*
 * Objects that exist only as a part of another one, which is named: toast
 * tables, row and array types, defaults, the rule behind a view, the triggers
 * behind a constraint.
 */
static bool
is_part(Oid classid, Oid objid)
{
	switch (classid)
	{
		case AttrDefaultRelationId:
			return true;
		case RewriteRelationId:
			return is_view_rule(objid);
		case TriggerRelationId:
			return is_internal_trigger(objid);
		case NamespaceRelationId:
			return isAnyTempNamespace(objid); /* made for the first table */
		case RelationRelationId:
			return IsToastNamespace(get_rel_namespace(objid));
		case TypeRelationId:
			return OidIsValid(get_typ_typrelid(objid)) ||
				   OidIsValid(get_element_type(objid)) ||
				   get_typtype(objid) == TYPTYPE_MULTIRANGE;
		default:
			return false;
	}
}

static void
look_up_part(void *arg)
{
	AudNaming *naming = arg;

	naming->is_part = is_part(naming->address.classId, naming->address.objectId);
}

bool
aud_objects_is_part(Oid classid, Oid objid)
{
	AudNaming naming = {.is_part = false};

	ObjectAddressSet(naming.address, classid, objid);
	aud_safely(look_up_part, &naming);
	return naming.is_part;
}

static void
look_up_name(void *arg)
{
	AudNaming *naming = arg;

	/* 19 has another type for what is excluded; the name says it, too */
	naming->type = naming->address.classId == PublicationRelRelationId
					   ? pstrdup("publication relation")
					   : getObjectTypeDescription(&naming->address, true);
	naming->name = getObjectIdentity(&naming->address, true);
	if (naming->address.classId == RelationRelationId)
		naming->extra =
			aud_names_extra(naming->address.objectId, &naming->on_server);
}

/*
 * Not everything that the server announces has a name: settings of roles and
 * databases are no objects.  And not everything can be named at that moment,
 * such as a function whose argument's type was dropped just before: it gets
 * its number, and the answer is false.
 */
static bool
name_object(AudStmt *stmt, AudObject *object, int32 objsubid)
{
	AudNaming naming = {.type = NULL};
	bool      known;

	if (!is_describable(object->classid))
		return false;
	ObjectAddressSubSet(naming.address, object->classid, object->objid, objsubid);
	aud_safely(look_up_name, &naming);
	if (naming.type == NULL)
		return false;
	known = naming.name != NULL;
	if (!known)
		naming.name = psprintf("%u", object->objid);
	put_head(stmt, object, naming.type, naming.name);
	if (naming.extra != NULL)
		aud_objects_extend_head(stmt, object, naming.extra, strlen(naming.extra));
	return known;
}

static void
mark_object(AudStmt *stmt, AudObject *object, int32 objsubid, int access)
{
	Bitmapset *column = NULL;
	AudUse     use = {0};

	if (!aud_config->marking)
		return;
	if (objsubid != 0)
		column =
			bms_make_singleton(objsubid - FirstLowInvalidHeapAttributeNumber);
	use.read = column;
	aud_marks_add(stmt, object, access, &use);
	bms_free(column);
}

void
aud_objects_add_address(AudStmt *stmt, Oid classid, Oid objid, int32 objsubid,
						int access)
{
	AudObject *object = aud_stmt_find_object(stmt, classid, objid);
	AudObject  omitted = {0};

	if (object != NULL && objsubid == 0)
	{
		object->access |= access;
		object->tentative = false;
		mark_object(stmt, object, objsubid, access);
		return;
	}
	object = aud_stmt_add_object(stmt);
	if (object == NULL)
		object = &omitted;
	object->classid = classid;
	object->objid = objid;
	object->access = access;
	if (object != &omitted)
		name_object(stmt, object, objsubid);
	mark_object(stmt, object, objsubid, access);
}

void
aud_objects_add_named(AudStmt *stmt, const char *type, const char *name,
					  int access, bool tentative)
{
	AudObject *object = aud_stmt_add_object(stmt);

	if (object == NULL)
		return;
	object->access = access;
	object->tentative = tentative;
	put_head(stmt, object, type, name);
}

void
aud_objects_add_later(AudStmt *stmt, Oid classid, Oid objid, int access)
{
	AudObject *object = aud_stmt_find_object(stmt, classid, objid);

	if (object == NULL)
		object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return;
	object->classid = classid;
	object->objid = objid;
	object->access |= access;
	object->tentative = false;
	stmt->what.has_later = true;
}

/* An object whose name has yet to be looked up. */
static bool
is_unresolved(const AudObject *object)
{
	return object->head_len == 0 && OidIsValid(object->classid);
}

bool
aud_objects_unresolved(const AudStmt *stmt)
{
	for (int i = 0; i < stmt->objects.n; i++)
	{
		if (is_unresolved(&stmt->objects.items[i]))
			return true;
	}
	return false;
}

void
aud_objects_resolve(AudStmt *stmt)
{
	int kept = 0;

	for (int i = 0; i < stmt->objects.n; i++)
	{
		AudObject object = stmt->objects.items[i];

		if (object.tentative && !stmt->what.skipped)
			continue;
		if (is_unresolved(&object) && IsTransactionState())
		{
			if (aud_objects_is_part(object.classid, object.objid))
				continue;
			if (!name_object(stmt, &object, 0))
				continue; /* gone again: a step of the command */
			mark_object(stmt, &object, 0, object.access);
		}
		stmt->objects.items[kept++] = object;
	}
	stmt->objects.n = kept;
}

void
aud_objects_skip(AudStmt *stmt)
{
	int access = 0;

	stmt->what.skipped = true;
	for (int i = 0; i < stmt->objects.n; i++)
		access |= stmt->objects.items[i].access & AUD_ACCESS_CREATE;
	/* the table of an index is what the command asked to alter */
	access |= access != 0 ? AUD_ACCESS_DROP : AUD_ACCESS_ALTER | AUD_ACCESS_DROP;
	for (int i = 0; i < stmt->objects.n; i++)
		stmt->objects.items[i].access &= ~access;
}
