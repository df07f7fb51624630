/*-------------------------------------------------------------------------
 *
 * objects.c
 *	  The objects of a statement.
 *
 * Relations of plans come through the name cache (names.c), so that the
 * usual statement costs a hash look-up and a copy for each of them.  Other
 * objects appear in DDL and are looked up as pg_identify_object() would.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "utils/lsyscache.h"

#include "classify.h"
#include "core/json.h"
#include "names.h"
#include "objects.h"
#include "pg_compat.h"
#include "safely.h"

/*
 * With few objects a second mention is merged into the first; past this
 * number looking for it would cost more than naming it twice.
 */
#define MERGE_WINDOW 64

void
aud_objects_start(void)
{
	aud_names_start();
}

static AudObject *
find_object(AudStmt *stmt, Oid classid, Oid objid)
{
	int from = Max(0, stmt->n_objects - MERGE_WINDOW);

	for (int i = stmt->n_objects - 1; i >= from; i--)
	{
		AudObject *object = &stmt->objects[i];

		if (object->objid == objid && object->classid == classid)
			return object;
	}
	return NULL;
}

/* Put text into the arena as a slice of an object. */
static void
put_slice(AudStmt *stmt, uint32 *off, uint32 *len, const char *text,
		  size_t text_len)
{
	char *at = aud_stmt_arena(stmt, text_len);

	if (at == NULL)
		return;
	memcpy(at, text, text_len);
	*off = stmt->arena_len;
	*len = text_len;
	stmt->arena_len += text_len;
}

/* Has this relation secrets in it that reading should always leave a trace of? */
static bool
reads_credentials(const AudRelation *relation, const Bitmapset *columns)
{
	return relation->secret_columns != NULL && columns != NULL &&
		   (bms_overlap(relation->secret_columns, columns) ||
			bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns));
}

/* Catalogs and information_schema: whatever initdb has made. */
static void
note_relation(AudStmt *stmt, const AudRelation *relation, int access,
			  const Bitmapset *columns)
{
	stmt->classes |= aud_class_of_access(access);
	if (relation->relid >= FirstNormalObjectId)
	{
		stmt->user_objects = true;
		return;
	}
	stmt->catalog_objects = true;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
		stmt->must_record = true;
	if (reads_credentials(relation, columns))
		stmt->must_record = true;
}

static void
put_columns(AudStmt *stmt, AudObject *object, const AudRelation *relation)
{
	size_t room = aud_names_columns_size(relation, object->columns);
	char  *at;
	AudBuf b;

	if (room == 0 || (at = aud_stmt_arena(stmt, room + 1)) == NULL)
		return;
	aud_buf_init(&b, at, room + 1);
	aud_names_append_columns(&b, relation, object->columns);
	object->columns_off = stmt->arena_len;
	object->columns_len = b.len;
	stmt->arena_len += b.len;
}

/*
 * Name a relation without its columns yet: a later mention in the same
 * statement may add to them.
 */
static void
mention_relation(AudStmt *stmt, Oid relid, int access, bool planned,
				 const Bitmapset *columns)
{
	const AudRelation *relation = aud_names_relation(relid);
	AudObject         *object;

	if (relation == NULL)
		return;
	note_relation(stmt, relation, access, columns);

	object = find_object(stmt, RelationRelationId, relid);
	if (object != NULL && object->columns_len == 0)
	{
		object->access |= access;
		object->columns = object->columns == NULL
							  ? columns
							  : bms_union(object->columns, columns);
		return;
	}

	object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return;
	object->classid = RelationRelationId;
	object->objid = relid;
	object->access = access;
	object->planned = planned;
	object->columns = columns;
	put_slice(stmt,
			  &object->head_off,
			  &object->head_len,
			  relation->head,
			  relation->head_len);
}

/* Spell out the columns of the objects from "first" on. */
static void
settle_columns(AudStmt *stmt, int first)
{
	for (int i = first; i < stmt->n_objects; i++)
	{
		AudObject         *object = &stmt->objects[i];
		const AudRelation *relation;

		if (object->columns == NULL)
			continue;
		relation = aud_names_relation(object->objid);
		if (relation != NULL)
			put_columns(stmt, object, relation);
		object->columns = NULL; /* belongs to the plan, which may go away */
	}
}

static int
access_of_permissions(AclMode required)
{
	int access = 0;

	if (required & ACL_SELECT)
		access |= AUD_ACCESS_SELECT;
	if (required & ACL_INSERT)
		access |= AUD_ACCESS_INSERT;
	if (required & ACL_UPDATE)
		access |= AUD_ACCESS_UPDATE;
	if (required & ACL_DELETE)
		access |= AUD_ACCESS_DELETE;
	return access;
}

static const Bitmapset *
columns_of(const RangeTblEntry *rte)
{
	const Bitmapset *written = rte->insertedCols;

	if (rte->updatedCols != NULL)
		written = written == NULL ? rte->updatedCols
								  : bms_union(written, rte->updatedCols);
	if (written == NULL)
		return rte->selectedCols;
	if (rte->selectedCols == NULL)
		return written;
	return bms_union(written, rte->selectedCols);
}

/*
 * One range-table entry.  Only those with required permissions stand for
 * something the statement names or a view contains; the children of a
 * partitioned table are implied by their root.
 */
static void
mention_entry(AudStmt *stmt, const RangeTblEntry *rte, int extra, bool planned)
{
	int access;

	if (rte->rtekind != RTE_RELATION || !OidIsValid(rte->relid))
		return;
	access = access_of_permissions(rte->requiredPerms) | extra;
	if (access == 0)
		return;
	mention_relation(stmt,
					 rte->relid,
					 planned ? 0 : access,
					 planned,
					 columns_of(rte));
}

void
aud_objects_add_range_table(AudStmt *stmt, List *range_table)
{
	int       first = stmt->n_objects;
	ListCell *lc;

	foreach (lc, range_table)
		mention_entry(stmt, lfirst(lc), 0, false);
	settle_columns(stmt, first);
}

/* SELECT FOR UPDATE and its relatives lock what they mark. */
static int
lock_access(const PlannedStmt *plan, Index rti)
{
	ListCell *lc;

	foreach (lc, plan->rowMarks)
	{
		const PlanRowMark *mark = lfirst(lc);

		if (mark->rti == rti && mark->strength != LCS_NONE)
			return AUD_ACCESS_LOCK;
	}
	return 0;
}

void
aud_objects_add_plan(AudStmt *stmt, const PlannedStmt *plan, bool execute)
{
	int       first = stmt->n_objects;
	Index     rti = 0;
	ListCell *lc;

	if (execute && plan->commandType == CMD_SELECT)
		stmt->classes |= AUD_CLASS_READ;
	else if (execute)
		stmt->classes |= AUD_CLASS_WRITE;

	foreach (lc, plan->rtable)
	{
		int extra = 0;

		rti++;
		if (plan->rowMarks != NIL)
			extra = lock_access(plan, rti);
		mention_entry(stmt, lfirst(lc), extra, !execute);
	}
	settle_columns(stmt, first);
}

void
aud_objects_add_relation(AudStmt *stmt, Oid relid, int access,
						 const Bitmapset *columns)
{
	int first = stmt->n_objects;

	mention_relation(stmt, relid, access, false, columns);
	settle_columns(stmt, first);
}

/* Append "type":"function","name":"public.f(integer)". */
static void
put_head(AudStmt *stmt, AudObject *object, const char *type, const char *name)
{
	size_t      len = strlen(name);
	const char *utf8 = aud_session_to_utf8(name, &len);
	size_t      room = strlen(type) + 6 * len + 32;
	char       *at = aud_stmt_arena(stmt, room);
	AudBuf      b;

	if (at != NULL)
	{
		aud_buf_init(&b, at, room);
		aud_buf_lit(&b, "\"type\":\"");
		aud_buf_cstr(&b, type);
		aud_buf_lit(&b, "\",\"name\":");
		aud_json_string(&b, utf8, len);
		object->head_off = stmt->arena_len;
		object->head_len = b.len;
		stmt->arena_len += b.len;
	}
	if (utf8 != name)
		pfree(unconstify(char *, utf8));
}

typedef struct AudNaming
{
	ObjectAddress address;
	char         *type;
	char         *name;
} AudNaming;

static void
look_up_name(void *arg)
{
	AudNaming *naming = arg;

	naming->type = getObjectTypeDescription(&naming->address, true);
	naming->name = getObjectIdentity(&naming->address, true);
}

/*
 * Not everything that the server announces has a name: settings of roles and
 * databases are no objects.  And not everything can be named at that moment,
 * such as a function whose argument's type was dropped just before.
 */
static void
name_object(AudStmt *stmt, AudObject *object, int32 objsubid)
{
	AudNaming naming = {.type = NULL};

	if (object->classid == DbRoleSettingRelationId)
		return;
	ObjectAddressSubSet(naming.address, object->classid, object->objid, objsubid);
	aud_safely(look_up_name, &naming);
	if (naming.type == NULL)
		return;
	if (naming.name == NULL)
		naming.name = psprintf("%u", object->objid);
	put_head(stmt, object, naming.type, naming.name);
}

void
aud_objects_add_address(AudStmt *stmt, Oid classid, Oid objid, int32 objsubid,
						int access)
{
	AudObject *object = find_object(stmt, classid, objid);

	if (object != NULL && objsubid == 0)
	{
		object->access |= access;
		return;
	}
	object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return;
	object->classid = classid;
	object->objid = objid;
	object->access = access;
	name_object(stmt, object, objsubid);
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
	AudObject *object = find_object(stmt, classid, objid);

	if (object == NULL)
		object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return;
	object->classid = classid;
	object->objid = objid;
	object->access |= access;
}

/*
 * Objects that exist only as a part of another one, which is named: toast
 * tables, row and array types, defaults, the rule behind a view.
 */
bool
aud_objects_is_part(Oid classid, Oid objid)
{
	switch (classid)
	{
		case AttrDefaultRelationId:
		case RewriteRelationId:
			return true;
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

/* An object whose name has yet to be looked up. */
static bool
is_unresolved(const AudObject *object)
{
	return object->head_len == 0 && OidIsValid(object->classid);
}

bool
aud_objects_unresolved(const AudStmt *stmt)
{
	for (int i = 0; i < stmt->n_objects; i++)
	{
		if (is_unresolved(&stmt->objects[i]))
			return true;
	}
	return false;
}

void
aud_objects_resolve(AudStmt *stmt)
{
	int kept = 0;

	for (int i = 0; i < stmt->n_objects; i++)
	{
		AudObject object = stmt->objects[i];

		if (object.tentative)
			continue;
		if (is_unresolved(&object) && IsTransactionState())
		{
			if (aud_objects_is_part(object.classid, object.objid))
				continue;
			name_object(stmt, &object, 0);
		}
		stmt->objects[kept++] = object;
	}
	stmt->n_objects = kept;
}
