/*-------------------------------------------------------------------------
 *
 * held.c
 *	  The privileges that a role holds on an object.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_proc.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "facts/held.h"
#include "server/compat.h"

/* NULL, which stands for the default: nothing is granted by it but to the owner. */
static AclMode
held_by(Oid role, Datum acl_datum, bool is_null, Oid owner, bool with_public)
{
	AclMode  held = ACL_NO_RIGHTS;
	Acl     *acl;
	AclItem *items;

	if (is_null)
		return has_privs_of_role(role, owner) ? ACLITEM_ALL_PRIV_BITS
											  : ACL_NO_RIGHTS;
	acl = DatumGetAclP(acl_datum);
	items = ACL_DAT(acl);
	for (int i = 0; i < ACL_NUM(acl); i++)
	{
		if (items[i].ai_grantee == ACL_ID_PUBLIC
				? with_public
				: has_privs_of_role(role, items[i].ai_grantee))
			held |= ACLITEM_GET_PRIVS(items[i]);
	}
	return held;
}

/* By the roles that may do the same with all tables. */
static AclMode
held_on_all(Oid role)
{
	AclMode held = ACL_NO_RIGHTS;

	if (has_privs_of_role(role, ROLE_PG_READ_ALL_DATA))
		held |= ACL_SELECT;
	if (has_privs_of_role(role, ROLE_PG_WRITE_ALL_DATA))
		held |= ACL_INSERT | ACL_UPDATE | ACL_DELETE;
	return held | aud_compat_maintains_all(role);
}

static AclMode
held_on_relation(Oid role, Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool      is_own = relid >= FirstNormalObjectId;
	AclMode   held;
	Datum     acl;
	bool      is_null;

	if (!HeapTupleIsValid(tuple))
		return ACL_NO_RIGHTS;
	acl = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &is_null);
	held = held_by(role,
				   acl,
				   is_null,
				   ((Form_pg_class) GETSTRUCT(tuple))->relowner,
				   is_own);
	ReleaseSysCache(tuple);
	return is_own ? held | held_on_all(role) : held;
}

static AclMode
held_on_function(Oid role, Oid funcid)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	AclMode   held;
	Datum     acl;
	bool      is_null;

	if (!HeapTupleIsValid(tuple))
		return ACL_NO_RIGHTS;
	acl = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &is_null);
	held = held_by(role,
				   acl,
				   is_null,
				   ((Form_pg_proc) GETSTRUCT(tuple))->proowner,
				   false);
	ReleaseSysCache(tuple);
	return held;
}

/* These have no cache of the server's. */
static AclMode
held_on_large_object(Oid role, Oid objid)
{
	Relation rel = table_open(LargeObjectMetadataRelationId, AccessShareLock);
	AclMode  held = ACL_NO_RIGHTS;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple   tuple;
	bool        is_null;

	ScanKeyInit(&key,
				Anum_pg_largeobject_metadata_oid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(objid));
	scan =
		systable_beginscan(rel, LargeObjectMetadataOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_largeobject_metadata form =
			(Form_pg_largeobject_metadata) GETSTRUCT(tuple);
		Datum acl = heap_getattr(tuple,
								 Anum_pg_largeobject_metadata_lomacl,
								 RelationGetDescr(rel),
								 &is_null);

		held = held_by(role, acl, is_null, form->lomowner, true);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return held;
}

AclMode
aud_held_on(Oid role, Oid classid, Oid objid)
{
	switch (classid)
	{
		case RelationRelationId:
			return held_on_relation(role, objid);
		case ProcedureRelationId:
			return held_on_function(role, objid);
		case LargeObjectRelationId:
			return held_on_large_object(role, objid);
		default:
			return ACL_NO_RIGHTS;
	}
}

/* No owner's rights here: the table's are all there are by default. */
AclMode
aud_held_on_column(Oid role, Oid relid, AttrNumber number)
{
	HeapTuple tuple =
		SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(number));
	AclMode held = ACL_NO_RIGHTS;
	Datum   acl;
	bool    is_null;

	if (!HeapTupleIsValid(tuple))
		return ACL_NO_RIGHTS;
	acl = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attacl, &is_null);
	if (!is_null && !((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped)
		held =
			held_by(role, acl, false, InvalidOid, relid >= FirstNormalObjectId);
	ReleaseSysCache(tuple);
	return held;
}
