/*-------------------------------------------------------------------------
 *
 * command_grant_partial.c
 *	  Will a GRANT or REVOKE do only a part of what it asks for?
 *
 * The server says so with a warning (01007, 01006) and goes on.  The error
 * callback could take that, but a user who sets client_min_messages = error
 * on a server that logs no warnings makes the server skip it altogether.  So
 * the question is answered as the server answers it, from the ACL and the
 * grant options of whoever grants.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "facts/topics.h"
#include "server/compat.h"

static AclMode
privilege_of(const char *name)
{
	static const struct
	{
		const char *name;
		AclMode     mode;
	} privileges[] = {
		{"select", ACL_SELECT},
		{"insert", ACL_INSERT},
		{"update", ACL_UPDATE},
		{"delete", ACL_DELETE},
		{"truncate", ACL_TRUNCATE},
		{"references", ACL_REFERENCES},
		{"trigger", ACL_TRIGGER},
		{"execute", ACL_EXECUTE},
		{"usage", ACL_USAGE},
		{"create", ACL_CREATE},
		{"temporary", ACL_CREATE_TEMP},
		{"temp", ACL_CREATE_TEMP},
		{"connect", ACL_CONNECT},
	};

	for (size_t i = 0; i < lengthof(privileges); i++)
	{
		if (strcmp(name, privileges[i].name) == 0)
			return privileges[i].mode;
	}
	return 0;
}

static ObjectType
type_of(const GrantStmt *grant, const ObjectAddress *address)
{
	if (address->classId == ProcedureRelationId)
		return OBJECT_FUNCTION;
	if (address->classId == RelationRelationId &&
		get_rel_relkind(address->objectId) == RELKIND_SEQUENCE)
		return OBJECT_SEQUENCE;
	return grant->objtype;
}

static AclMode
all_privileges(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
			return ACL_ALL_RIGHTS_RELATION;
		case OBJECT_SEQUENCE:
			return ACL_ALL_RIGHTS_SEQUENCE;
		case OBJECT_DATABASE:
			return ACL_ALL_RIGHTS_DATABASE;
		case OBJECT_FDW:
			return ACL_ALL_RIGHTS_FDW;
		case OBJECT_FOREIGN_SERVER:
			return ACL_ALL_RIGHTS_FOREIGN_SERVER;
		case OBJECT_FUNCTION:
			return ACL_ALL_RIGHTS_FUNCTION;
		case OBJECT_LANGUAGE:
			return ACL_ALL_RIGHTS_LANGUAGE;
		case OBJECT_LARGEOBJECT:
			return ACL_ALL_RIGHTS_LARGEOBJECT;
		case OBJECT_SCHEMA:
			return ACL_ALL_RIGHTS_SCHEMA;
		case OBJECT_TABLESPACE:
			return ACL_ALL_RIGHTS_TABLESPACE;
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			return ACL_ALL_RIGHTS_TYPE;
		default:
			return 0;
	}
}

/* The ACL in a catalog row, or the one that its absence stands for. */
static Acl *
acl_of(ObjectType type, Oid classid, Oid objid, Oid owner)
{
	int       cache = get_object_catcache_oid(classid);
	Acl      *acl = NULL;
	HeapTuple tuple;
	Datum     datum;
	bool      isnull;

	tuple = SearchSysCache1(cache, ObjectIdGetDatum(objid));
	if (!HeapTupleIsValid(tuple))
		return NULL;
	datum =
		SysCacheGetAttr(cache, tuple, get_object_attnum_acl(classid), &isnull);
	if (!isnull)
		acl = DatumGetAclPCopy(datum);
	ReleaseSysCache(tuple);
	return acl != NULL ? acl : acldefault(type, owner);
}

static Acl *
column_acl(Oid relid, const char *column)
{
	HeapTuple tuple = SearchSysCacheAttName(relid, column);
	Acl      *acl = NULL;
	Datum     datum;
	bool      isnull;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	datum = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attacl, &isnull);
	if (!isnull)
		acl = DatumGetAclPCopy(datum);
	ReleaseSysCache(tuple);
	return acl;
}

/* May all of it be granted, or (ALL) at least something? */
static bool
is_whole(const RoleSpec *by, const Acl *acl, Oid owner, AclMode wanted, bool all)
{
	AclMode options;
	Oid     grantor;

	AUD_SELECT_BEST_GRANTOR(by, wanted, acl, owner, &grantor, &options);
	options = ACL_OPTION_TO_PRIVS(options) & wanted;
	return all ? options != 0 : options == wanted;
}

static bool
columns_are_whole(const RoleSpec *by, const AccessPriv *privilege,
				  const Acl *acl, Oid owner, Oid relid)
{
	bool    all = privilege->priv_name == NULL;
	AclMode wanted =
		all ? ACL_ALL_RIGHTS_COLUMN : privilege_of(privilege->priv_name);
	ListCell *lc;

	foreach (lc, privilege->cols)
	{
		Acl *own = column_acl(relid, strVal(lfirst(lc)));

		if (!is_whole(by, own != NULL ? aclconcat(acl, own) : acl, owner, wanted, all))
			return false;
	}
	return true;
}

void
aud_command_grant_check(AudStmt *stmt, const GrantStmt *grant,
						const ObjectAddress *address)
{
	ObjectType type = type_of(grant, address);
	AclMode    wanted = 0;
	bool       whole = true;
	Oid        owner = aud_address_owner(address);
	Oid        classid = address->classId;
	Acl       *acl;
	ListCell  *lc;

	if (!OidIsValid(owner) || stmt->result.outcome == AUD_OUTCOME_PARTIAL ||
		get_object_attnum_acl(classid) == InvalidAttrNumber)
		return;
	acl = acl_of(type, classid, address->objectId, owner);
	if (acl == NULL)
		return;

	foreach (lc, grant->privileges)
	{
		const AccessPriv *privilege = lfirst(lc);

		if (privilege->cols != NIL)
			whole &= columns_are_whole(grant->grantor,
									   privilege,
									   acl,
									   owner,
									   address->objectId);
		else if (privilege->priv_name != NULL)
			wanted |= privilege_of(privilege->priv_name);
	}
	if (grant->privileges == NIL)
		whole = is_whole(grant->grantor, acl, owner, all_privileges(type), true);
	else if (wanted != 0)
		whole &= is_whole(grant->grantor, acl, owner, wanted, false);
	if (!whole)
	{
		stmt->result.outcome = AUD_OUTCOME_PARTIAL;
		stmt->result.failure.sqlstate =
			grant->is_grant ? ERRCODE_WARNING_PRIVILEGE_NOT_GRANTED
							: ERRCODE_WARNING_PRIVILEGE_NOT_REVOKED;
	}
}
