/*-------------------------------------------------------------------------
 *
 * command_role.c
 *	  Roles: attributes, membership, what they own, and who acts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_shdepend.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "core/class.h"
#include "facts/address.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "facts/topics.h"
#include "server/compat.h"
#include "server/safely.h"

static Node *
role_node(const char *name)
{
	return (Node *) makeString(unconstify(char *, name));
}

static void
add_role(AudStmt *stmt, const char *name, int access)
{
	aud_command_add_root(stmt, OBJECT_ROLE, role_node(name), access);
}

/* One option of CREATE or ALTER ROLE, in the words of SQL. */
static char *
attribute_of(DefElem *option)
{
	static const struct
	{
		const char *defname;
		const char *yes;
		const char *no;
	} switches[] = {
		{"superuser", "superuser", "nosuperuser"},
		{"inherit", "inherit", "noinherit"},
		{"createrole", "createrole", "nocreaterole"},
		{"createdb", "createdb", "nocreatedb"},
		{"canlogin", "login", "nologin"},
		{"isreplication", "replication", "noreplication"},
		{"bypassrls", "bypassrls", "nobypassrls"},
	};

	for (size_t i = 0; i < lengthof(switches); i++)
	{
		if (strcmp(option->defname, switches[i].defname) == 0)
			return pstrdup(boolVal(option->arg) ? switches[i].yes
												: switches[i].no);
	}
	if (strcmp(option->defname, "password") == 0)
		return pstrdup(option->arg != NULL ? "password" : "password null");
	if (strcmp(option->defname, "connectionlimit") == 0)
		return psprintf("connection limit %d", intVal(option->arg));
	if (strcmp(option->defname, "validUntil") == 0)
		return psprintf("valid until %s", strVal(option->arg));
	return NULL;
}

static void
put_members(AudStmt *stmt, List *options, const char *defname, const char *key)
{
	ListCell *lc;

	foreach (lc, options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, defname) == 0)
			aud_stmt_detail_strings(stmt,
									key,
									aud_address_roles((List *) option->arg));
	}
}

/* Attributes, and the edges of membership that CREATE ROLE may make at once. */
static void
put_options(AudStmt *stmt, List *options, List *attributes)
{
	ListCell *lc;

	put_members(stmt, options, "addroleto", "member_of");
	put_members(stmt, options, "rolemembers", "members");
	put_members(stmt, options, "adminmembers", "admin_members");
	foreach (lc, options)
	{
		char *attribute = attribute_of(lfirst(lc));

		if (attribute != NULL)
			attributes = lappend(attributes, attribute);
	}
	aud_stmt_detail_strings(stmt, "attributes", attributes);
}

static void
before_create_role(AudStmt *stmt, const CreateRoleStmt *create)
{
	add_role(stmt, create->role, AUD_ACCESS_CREATE);
	aud_stmt_detail(stmt, "target_role", create->role);
	/* CREATE USER says LOGIN without saying it; a NOLOGIN after it prevails */
	put_options(stmt,
				create->options,
				create->stmt_type == ROLESTMT_USER ? list_make1("login") : NIL);
}

/* ALTER GROUP ... ADD or DROP USER is an ALTER ROLE with members, too. */
static void
before_alter_role(AudStmt *stmt, const AlterRoleStmt *alter)
{
	const char *role = aud_address_role(alter->role);
	bool        members = false;
	ListCell   *lc;

	foreach (lc, alter->options)
		members |= strcmp(((DefElem *) lfirst(lc))->defname, "rolemembers") == 0;
	add_role(stmt,
			 role,
			 !members            ? AUD_ACCESS_ALTER
			 : alter->action > 0 ? AUD_ACCESS_GRANT
								 : AUD_ACCESS_REVOKE);
	aud_stmt_detail(stmt, "target_role", role);
	put_options(stmt, alter->options, NIL);
}

static void
before_drop_role(AudStmt *stmt, const DropRoleStmt *drop)
{
	ListCell *lc;

	foreach (lc, drop->roles)
		add_role(stmt, aud_address_role(lfirst(lc)), AUD_ACCESS_DROP);
	if (list_length(drop->roles) == 1)
		aud_stmt_detail(stmt,
						"target_role",
						aud_address_role(linitial(drop->roles)));
}

/* A revoke that names one takes that one away, and leaves the membership. */
static void
put_membership_options(AudStmt *stmt, const GrantRoleStmt *grant)
{
	static const struct
	{
		const char *name;
		const char *key;
	} options[] = {
		{"admin", "admin_option"},
		{"inherit", "inherit_option"},
		{"set", "set_option"},
	};
	bool value;

	for (size_t i = 0; i < lengthof(options); i++)
	{
		if (aud_compat_role_option(grant, options[i].name, &value))
			aud_stmt_detail_bool(stmt, options[i].key, value);
	}
}

static void
before_grant_role(AudStmt *stmt, const GrantRoleStmt *grant)
{
	ListCell *lc;

	foreach (lc, grant->granted_roles)
		add_role(stmt,
				 ((AccessPriv *) lfirst(lc))->priv_name,
				 grant->is_grant ? AUD_ACCESS_GRANT : AUD_ACCESS_REVOKE);
	if (grant->grantor != NULL)
		aud_stmt_detail(stmt, "grantor", aud_address_role(grant->grantor));
	if (!grant->is_grant && grant->behavior == DROP_CASCADE)
		aud_stmt_detail(stmt, "behavior", "cascade");
	if (list_length(grant->granted_roles) == 1)
		aud_stmt_detail(stmt,
						"target_role",
						linitial_node(AccessPriv, grant->granted_roles)->priv_name);
	aud_stmt_detail_strings(stmt,
							"members",
							aud_address_roles(grant->grantee_roles));
	put_membership_options(stmt, grant);
}

/* Something of this database, or of all, that depends on a role. */
typedef void (*AudDependent)(AudStmt *stmt, const FormData_pg_shdepend *depend);

static void
for_dependents(AudStmt *stmt, Oid role, AudDependent call)
{
	Relation    rel = table_open(SharedDependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple   tuple;

	ScanKeyInit(&key[0],
				Anum_pg_shdepend_refclassid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(AuthIdRelationId));
	ScanKeyInit(&key[1],
				Anum_pg_shdepend_refobjid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(role));
	scan =
		systable_beginscan(rel, SharedDependReferenceIndexId, true, NULL, 2, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_shdepend depend = (Form_pg_shdepend) GETSTRUCT(tuple);

		if (depend->dbid == MyDatabaseId || !OidIsValid(depend->dbid))
			call(stmt, depend);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/*
 * DROP OWNED also takes privileges away, of which no hook tells: the objects
 * are those whose ACL depends on the role.
 */
static void
add_revoked(AudStmt *stmt, const FormData_pg_shdepend *depend)
{
	if (depend->deptype != SHARED_DEPENDENCY_ACL)
		return;
	if (depend->classid == RelationRelationId)
		aud_objects_add_relation(stmt, depend->objid, AUD_ACCESS_REVOKE, NULL);
	else
		aud_objects_add_address(stmt,
								depend->classid,
								depend->objid,
								0,
								AUD_ACCESS_REVOKE);
}

/* Its right, or its place in a policy, is still there. */
static void
remove_kept(AudStmt *stmt, const FormData_pg_shdepend *depend)
{
	int kept = 0;

	if (depend->deptype != SHARED_DEPENDENCY_ACL &&
		depend->deptype != SHARED_DEPENDENCY_POLICY)
		return;
	stmt->result.outcome = AUD_OUTCOME_PARTIAL;
	stmt->result.failure.sqlstate = ERRCODE_WARNING_PRIVILEGE_NOT_REVOKED;
	for (int i = 0; i < stmt->objects.n; i++)
	{
		AudObject object = stmt->objects.items[i];

		if (object.classid == depend->classid &&
			object.objid == depend->objid && object.access != 0)
		{
			object.access &= ~AUD_ACCESS_REVOKE;
			if (object.access == 0)
				continue;
		}
		stmt->objects.items[kept++] = object;
	}
	stmt->objects.n = kept;
}

/*
 * A role may drop what it owns, but not take back what others have granted:
 * the server warns and goes on.  What it has left is in the catalog.
 */
static void
after_drop_owned(AudStmt *stmt)
{
	char *roles = pstrdup(stmt->arena.data + stmt->target.note_off);
	char *end;

	for (char *at = roles; *at != '\0'; at = end)
		for_dependents(stmt, (Oid) strtoul(at, &end, 10), remove_kept);
}

static void
before_drop_owned(AudStmt *stmt, const DropOwnedStmt *drop)
{
	StringInfoData roles;
	ListCell      *lc;

	if (drop->behavior == DROP_CASCADE)
		aud_stmt_detail(stmt, "behavior", "cascade");
	aud_stmt_detail_strings(stmt, "owned_by", aud_address_roles(drop->roles));
	initStringInfo(&roles);
	foreach (lc, drop->roles)
	{
		Oid role = aud_address_role_oid(lfirst(lc));

		if (!OidIsValid(role))
			continue;
		for_dependents(stmt, role, add_revoked);
		appendStringInfo(&roles, " %u", role);
	}
	stmt->target.after = after_drop_owned;
	aud_stmt_note(stmt, roles.data);
}

bool
aud_command_role(AudStmt *stmt, Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_CreateRoleStmt:
			before_create_role(stmt, (CreateRoleStmt *) tree);
			return true;
		case T_AlterRoleStmt:
			before_alter_role(stmt, (AlterRoleStmt *) tree);
			return true;
		case T_DropRoleStmt:
			before_drop_role(stmt, (DropRoleStmt *) tree);
			return true;
		case T_GrantRoleStmt:
			before_grant_role(stmt, (GrantRoleStmt *) tree);
			return true;
		case T_ReassignOwnedStmt:
			aud_stmt_detail_strings(stmt,
									"owned_by",
									aud_address_roles(
										((ReassignOwnedStmt *) tree)->roles));
			aud_stmt_detail(stmt,
							"new_owner",
							aud_address_role(
								((ReassignOwnedStmt *) tree)->newrole));
			return true;
		case T_DropOwnedStmt:
			before_drop_owned(stmt, (DropOwnedStmt *) tree);
			return true;
		default:
			return false;
	}
}

static void
put_role(AudStmt *stmt, const char *key, Oid role)
{
	const char *name = aud_identity_role_name(role);

	aud_stmt_detail(stmt, key, name != NULL ? name : psprintf("%u", role));
}

static void
put_roles_changed(void *arg)
{
	AudStmt        *stmt = arg;
	const AudRoles *from = &stmt->roles.from;
	const AudRoles *to = &stmt->roles.to;

	put_role(stmt, "from_role", from->current);
	put_role(stmt, "to_role", to->current);
	if (from->session != to->session)
	{
		put_role(stmt, "from_user", from->session);
		put_role(stmt, "to_user", to->session);
	}
	if (superuser_arg(to->current) && !superuser_arg(from->current))
		aud_stmt_detail_flag(stmt, "gains_superuser");

	/* the next record may be that of an error, when it cannot be made */
	(void) aud_identity_of(to->session, to->current);
}

void
aud_command_roles_changed(AudStmt *stmt)
{
	stmt->what.classes |= AUD_CLASS_ROLE;
	aud_safely(put_roles_changed, stmt);
}
