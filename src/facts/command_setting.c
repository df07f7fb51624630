/*-------------------------------------------------------------------------
 *
 * command_setting.c
 *	  SET, RESET, DISCARD, ALTER SYSTEM, ALTER ROLE and DATABASE ... SET, and
 *	  set_config(): which setting, from what, to what.
 *
 * Whether a change of the audit settings is recorded is decided by the
 * settings before it: stmt->effects.decide.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "core/class.h"
#include "core/redact/redact.h"
#include "facts/address.h"
#include "facts/command.h"
#include "facts/role_change.h"
#include "facts/topics.h"
#include "server/guc_redact.h"
#include "server/role_settings.h"
#include "server/settings.h"

static void
put_value(AudStmt *stmt, const char *key, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (aud_redact_is_secret_setting(aud_guc_redact_plain(), name))
		value = AUD_REDACTED;
	/* app.customer is a variable of somebody's, and its value is data */
	if (strchr(name, '.') != NULL && !aud_settings_is_watched(name) &&
		value[0] != '\0')
		aud_stmt_detail_value(stmt, key, value);
	else
		aud_stmt_detail_plain(stmt, key, value);
}

/*
 * Who changes what is audited, or tries to, is recorded whatever is audited.
 */
static void
put_name(AudStmt *stmt, const char *name)
{
	aud_stmt_detail(stmt, "setting", name);
	if (aud_settings_is_ours(name))
		stmt->what.must_record = true;
}

void
aud_command_put_setting(AudStmt *stmt, const char *name, const char *new_value,
						bool local)
{
	int class = aud_settings_class(name);

	stmt->what.classes |= class;
	if (class == AUD_CLASS_ROLE && new_value != NULL)
		aud_stmt_detail(stmt, "target_role", new_value);
	else if (class != AUD_CLASS_ROLE)
		put_name(stmt, name);
	if (local)
		aud_stmt_detail_flag(stmt, "local");
	if (class != AUD_CLASS_ROLE)
	{
		put_value(stmt, "old_value", name, aud_settings_value(name));
		put_value(stmt, "new_value", name, new_value);
	}
	stmt->effects.decide = true; /* what follows may be to silence it */
}

static void
after_set(AudStmt *stmt)
{
	const char *name = stmt->arena.data + stmt->target.note_off;
	char       *copy = pstrdup(name); /* the arena may move */

	put_value(stmt, "new_value", copy, aud_settings_value(copy));
}

static const char *
written_value(VariableSetStmt *set)
{
	if (set->kind != VAR_SET_VALUE)
		return NULL;
	return ExtractSetVariableArgs(set);
}

static bool
is_role_setting(const char *name)
{
	return aud_settings_class(name) == AUD_CLASS_ROLE;
}

/* SET ROLE: the new role is known even if it is refused. */
static void
before_set_role(AudStmt *stmt, VariableSetStmt *set)
{
	const char *role = written_value(set);

	if (role != NULL)
		aud_stmt_detail(stmt, "target_role", role);

	/* it is told from which role to which, even if both are the same */
	stmt->roles.from = stmt->roles.to = aud_roles_acting();
	stmt->roles.changed = true;
}

static void
before_set(AudStmt *stmt, VariableSetStmt *set)
{
	if (set->kind == VAR_RESET_ALL)
	{
		aud_stmt_detail(stmt, "setting", "all");
		stmt->effects.compare_settings = true;
	}
	else if (set->kind != VAR_SET_MULTI && is_role_setting(set->name))
		before_set_role(stmt, set);
	else if (set->kind != VAR_SET_MULTI)
	{
		put_name(stmt, set->name);
		if (set->is_local)
			aud_stmt_detail_flag(stmt, "local");
		put_value(stmt, "old_value", set->name, aud_settings_value(set->name));
		stmt->target.after = after_set;
		aud_stmt_note(stmt, set->name);
	}
	if (set->is_local)
		aud_stmt_detail_flag(stmt, "local");
	stmt->effects.decide = true; /* what follows may be to silence it */
}

/* "name=value" among the settings of a role, a database, or both. */
static char *
stored_value(Oid database, Oid role, const char *name)
{
	Relation    rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	char       *value = NULL;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple   tuple;
	Datum       array = (Datum) 0;
	bool        isnull = true;

	ScanKeyInit(&key[0],
				Anum_pg_db_role_setting_setdatabase,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(database));
	ScanKeyInit(&key[1],
				Anum_pg_db_role_setting_setrole,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(role));
	scan =
		systable_beginscan(rel, DbRoleSettingDatidRolidIndexId, true, NULL, 2, key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		array = heap_getattr(tuple,
							 Anum_pg_db_role_setting_setconfig,
							 RelationGetDescr(rel),
							 &isnull);
	if (!isnull)
	{
		char **pairs;
		int    n = aud_role_settings_pairs(array, &pairs);
		size_t len = strlen(name);

		for (int i = 0; i < n && value == NULL; i++)
		{
			if (pg_strncasecmp(pairs[i], name, len) == 0 && pairs[i][len] == '=')
				value = pairs[i] + len + 1;
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return value;
}

/* ALTER ... SET: for the sessions to come, not for this one. */
static void
put_stored(AudStmt *stmt, VariableSetStmt *set, const char *old_value)
{
	const char *new_value = written_value(set);

	if (set->name == NULL)
	{
		aud_stmt_detail(stmt, "setting", "all");
		return;
	}
	if (set->kind == VAR_SET_CURRENT)
		new_value = aud_settings_value(set->name);
	put_name(stmt, set->name);
	put_value(stmt, "old_value", set->name, old_value);
	put_value(stmt, "new_value", set->name, new_value);
}

static void
before_alter_role_set(AudStmt *stmt, AlterRoleSetStmt *alter)
{
	VariableSetStmt *set = alter->setstmt;
	Oid              role = InvalidOid;
	Oid              database = InvalidOid;

	if (alter->role != NULL)
	{
		const char *name = aud_address_role(alter->role);

		aud_command_add_root(stmt,
							 OBJECT_ROLE,
							 (Node *) makeString(unconstify(char *, name)),
							 AUD_ACCESS_ALTER);
		aud_stmt_detail(stmt, "target_role", name);
		role = aud_address_role_oid(alter->role);
	}
	if (alter->database != NULL)
	{
		aud_command_add_object(stmt,
							   OBJECT_DATABASE,
							   (Node *) makeString(alter->database),
							   AUD_ACCESS_ALTER);
		database = get_database_oid(alter->database, true);
	}
	put_stored(stmt,
			   set,
			   set->name != NULL ? stored_value(database, role, set->name)
								 : NULL);
}

static void
before_alter_database_set(AudStmt *stmt, AlterDatabaseSetStmt *alter)
{
	VariableSetStmt *set = alter->setstmt;

	aud_command_add_root(stmt,
						 OBJECT_DATABASE,
						 (Node *) makeString(alter->dbname),
						 AUD_ACCESS_ALTER);
	put_stored(stmt,
			   set,
			   set->name != NULL
				   ? stored_value(get_database_oid(alter->dbname, true),
								  InvalidOid,
								  set->name)
				   : NULL);
}

static void
before_discard(AudStmt *stmt, const DiscardStmt *discard)
{
	if (discard->target != DISCARD_ALL)
		return;
	stmt->effects.compare_settings = true;
	stmt->effects.decide = true; /* what follows may be to silence it */
}

bool
aud_command_setting(AudStmt *stmt, Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_VariableSetStmt:
			before_set(stmt, (VariableSetStmt *) tree);
			return true;
		case T_AlterSystemStmt:
		{
			VariableSetStmt *set = ((AlterSystemStmt *) tree)->setstmt;

			put_stored(stmt,
					   set,
					   set->name != NULL ? aud_settings_value(set->name) : NULL);
			return true;
		}
		case T_AlterRoleSetStmt:
			before_alter_role_set(stmt, (AlterRoleSetStmt *) tree);
			return true;
		case T_AlterDatabaseSetStmt:
			before_alter_database_set(stmt, (AlterDatabaseSetStmt *) tree);
			return true;
		case T_DiscardStmt:
			before_discard(stmt, (DiscardStmt *) tree);
			return true;
		default:
			return false;
	}
}
