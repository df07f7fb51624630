/*-------------------------------------------------------------------------
 *
 * command_ddl.c
 *	  DDL: old and new names and owners, and what a command means for
 *	  security.  Its target is in command_ddl_target.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_trigger.h"
#include "commands/defrem.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/seclabel.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/class.h"
#include "core/label.h"
#include "facts/address.h"
#include "facts/objects.h"
#include "facts/reach.h"
#include "facts/topics.h"
#include "server/compat.h"
#include "server/safely.h"

static List *
aspect(List *aspects, const char *name)
{
	return lappend(aspects, unconstify(char *, name));
}

/*
 * What the command does decides who may do what from now on, beyond the
 * change itself: ,"security":["owner"].  Belongs to class role, too.
 */
static void
put_security(AudStmt *stmt, const List *aspects)
{
	if (aspects != NIL)
		stmt->what.classes |= AUD_CLASS_ROLE;
	aud_stmt_detail_strings(stmt, "security", aspects);
}

static ObjectAddress
root_of(const AudStmt *stmt)
{
	ObjectAddress root = {stmt->target.classid,
						  stmt->target.objid,
						  stmt->target.objsubid};

	return root;
}

static void
put_identity(AudStmt *stmt, const char *key)
{
	ObjectAddress root = root_of(stmt);
	char         *identity = getObjectIdentity(&root, true);

	if (identity != NULL)
		aud_stmt_detail(stmt, key, identity);
}

/* What it is called, or where it is, after the command. */
static void
after_rename(AudStmt *stmt)
{
	put_identity(stmt, "new_name");
}

static void
before_rename(AudStmt *stmt)
{
	if (!OidIsValid(stmt->target.objid))
		return;
	put_identity(stmt, "old_name");
	stmt->target.after = after_rename;
}

static void
put_owners(AudStmt *stmt, const RoleSpec *new_owner)
{
	ObjectAddress root = root_of(stmt);
	Oid           owner = aud_address_owner(&root);
	char *old = OidIsValid(owner) ? GetUserNameFromId(owner, true) : NULL;

	if (old != NULL)
		aud_stmt_detail(stmt, "old_owner", old);
	aud_stmt_detail(stmt, "new_owner", aud_address_role(new_owner));
}

static List *
aspects_of_table_command(AudStmt *stmt, const AlterTableCmd *command,
						 List *aspects)
{
	switch (command->subtype)
	{
		case AT_ChangeOwner:
			put_owners(stmt, command->newowner);
			return aspect(aspects, "owner");
		case AT_EnableRowSecurity:
			return aspect(aspects, "row_security_enabled");
		case AT_DisableRowSecurity:
			return aspect(aspects, "row_security_disabled");
		case AT_ForceRowSecurity:
			return aspect(aspects, "row_security_forced");
		case AT_NoForceRowSecurity:
			return aspect(aspects, "row_security_not_forced");
		case AT_DisableTrig:
		case AT_DisableTrigAll:
		case AT_DisableTrigUser:
			return aspect(aspects, "trigger_disabled");
		case AT_EnableTrig:
		case AT_EnableTrigAll:
		case AT_EnableTrigUser:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
			return aspect(aspects, "trigger_enabled");
		case AT_DisableRule:
			return aspect(aspects, "rule_disabled");
		case AT_EnableRule:
		case AT_EnableAlwaysRule:
		case AT_EnableReplicaRule:
			return aspect(aspects, "rule_enabled");
		default:
			return aspects;
	}
}

/* The other relation that it changes, or is refused to change. */
static void
add_other(AudStmt *stmt, const AlterTableStmt *alter, const AlterTableCmd *command)
{
	const RangeVar *other = NULL;

	switch (command->subtype)
	{
		case AT_AttachPartition:
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
			other = ((PartitionCmd *) command->def)->name;
			break;
		case AT_AddInherit:
		case AT_DropInherit:
			other = (RangeVar *) command->def;
			break;
		default:
			break;
	}
	aud_command_add_relation(stmt,
							 other,
							 alter->objtype == OBJECT_INDEX ? "index" : "table",
							 AUD_ACCESS_ALTER);
}

static void
before_alter_table(AudStmt *stmt, const AlterTableStmt *alter)
{
	List     *aspects = NIL;
	ListCell *lc;

	foreach (lc, alter->cmds)
	{
		aspects = aspects_of_table_command(stmt, lfirst(lc), aspects);
		add_other(stmt, alter, lfirst(lc));
	}
	put_security(stmt, aspects);
}

/*
 * A language in which a function may do all that the server may.  Extensions
 * are made of C, which CREATE EXTENSION stands for.
 */
static bool
is_beyond_limits(const char *language)
{
	if (creating_extension &&
		(strcmp(language, "c") == 0 || strcmp(language, "internal") == 0))
		return false;
	return aud_reach_is_untrusted(language);
}

static void
before_function(AudStmt *stmt, List *options)
{
	List     *aspects = NIL;
	ListCell *lc;

	foreach (lc, options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "security") == 0)
			aspects = aspect(aspects,
							 boolVal(option->arg) ? "security_definer"
												  : "security_invoker");
		else if (strcmp(option->defname, "leakproof") == 0 && boolVal(option->arg))
			aspects = aspect(aspects, "leakproof");
		else if (strcmp(option->defname, "set") == 0)
			aspects = aspect(aspects, "function_setting");
		else if (strcmp(option->defname, "language") == 0 &&
				 is_beyond_limits(strVal(option->arg)))
			aspects = aspect(aspects, "untrusted_language");
	}
	put_security(stmt, aspects);
}

static void
before_event_trigger(AudStmt *stmt, const AlterEventTrigStmt *alter)
{
	const char *state;

	switch (alter->tgenabled)
	{
		case TRIGGER_DISABLED:
			state = "event_trigger_disabled";
			break;
		case TRIGGER_FIRES_ON_REPLICA:
			state = "event_trigger_replica_only";
			break;
		default:
			state = "event_trigger_enabled";
			break;
	}
	put_security(stmt, aspect(NIL, state));
}

typedef struct AudLabelSearch
{
	const SecLabelStmt *stmt;
	const char         *provider;
	char               *label; /* that is there; NULL: none */
} AudLabelSearch;

static void
look_up_label(void *arg)
{
	AudLabelSearch *search = arg;
	ObjectAddress   address;

	if (aud_address_find(search->stmt->objtype, search->stmt->object, &address))
		search->label = GetSecurityLabel(&address, search->provider);
}

/*
 * Without a provider, it is ours, or there are others and the command fails.
 * Our labels decide what is recorded: to change them is a matter of
 * configuration, and no setting hides it.
 */
static void
before_label(AudStmt *stmt, const SecLabelStmt *label)
{
	AudLabelSearch search = {label, label->provider, NULL};

	if (search.provider == NULL)
		search.provider = AUD_LABEL_PROVIDER;
	if (strcmp(search.provider, AUD_LABEL_PROVIDER) == 0)
	{
		stmt->what.classes |= AUD_CLASS_CONFIG;
		stmt->what.must_record = true;
	}
	aud_safely(look_up_label, &search);
	aud_stmt_detail(stmt, "label_provider", search.provider);
	if (label->label != NULL)
		aud_stmt_detail_value(stmt, "label", label->label);
	put_security(stmt, aspect(NIL, "security_label"));
	if (search.label != NULL)
		aud_stmt_detail_value(stmt, "old_value", search.label);
	if (label->label != NULL)
		aud_stmt_detail_value(stmt, "new_value", label->label);
}

static void
after_nothing(AudStmt *stmt)
{
	aud_objects_skip(stmt);
}

/* The server reports the type as altered all the same. */
static void
before_alter_enum(AudStmt *stmt, const AlterEnumStmt *alter)
{
	if (alter->skipIfNewValExists && OidIsValid(stmt->target.objid) &&
		SearchSysCacheExists2(ENUMTYPOIDNAME,
							  ObjectIdGetDatum(stmt->target.objid),
							  CStringGetDatum(alter->newVal)))
		stmt->target.after = after_nothing;
}

/* A subscription may have its connection from a foreign server. */
static void
put_publisher(AudStmt *stmt, const char *server)
{
	if (server != NULL)
		aud_stmt_detail(stmt, "server", server);
}

/* Details beyond the target. */
static void
add_details(AudStmt *stmt, Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_DropStmt:
			if (((DropStmt *) tree)->removeType == OBJECT_POLICY)
				put_security(stmt, aspect(NIL, "policy"));
			else if (((DropStmt *) tree)->removeType == OBJECT_EVENT_TRIGGER)
				put_security(stmt, aspect(NIL, "event_trigger"));
			break;
		case T_AlterTableStmt:
			before_alter_table(stmt, (AlterTableStmt *) tree);
			break;
		case T_AlterEnumStmt:
			before_alter_enum(stmt, (AlterEnumStmt *) tree);
			break;
		case T_RenameStmt:
		case T_AlterObjectSchemaStmt:
			before_rename(stmt);
			break;
		case T_AlterOwnerStmt:
			put_owners(stmt, ((AlterOwnerStmt *) tree)->newowner);
			put_security(stmt, aspect(NIL, "owner"));
			break;
		case T_CreateFunctionStmt:
			before_function(stmt, ((CreateFunctionStmt *) tree)->options);
			break;
		case T_AlterFunctionStmt:
			before_function(stmt, ((AlterFunctionStmt *) tree)->actions);
			break;
		case T_AlterEventTrigStmt:
			before_event_trigger(stmt, (AlterEventTrigStmt *) tree);
			break;
		case T_CreateEventTrigStmt:
			put_security(stmt, aspect(NIL, "event_trigger"));
			break;
		case T_CreatePolicyStmt:
		case T_AlterPolicyStmt:
			put_security(stmt, aspect(NIL, "policy"));
			break;
		case T_SecLabelStmt:
			before_label(stmt, (SecLabelStmt *) tree);
			break;
		case T_CreatePublicationStmt:
		case T_AlterPublicationStmt:
			aud_command_publication(stmt, tree);
			break;
		case T_CreateSubscriptionStmt:
			put_publisher(stmt,
						  AUD_SUBSCRIPTION_SERVER(
							  (CreateSubscriptionStmt *) tree));
			break;
		case T_AlterSubscriptionStmt:
			put_publisher(stmt,
						  AUD_SUBSCRIPTION_SERVER((AlterSubscriptionStmt *) tree));
			break;
		case T_CreateUserMappingStmt:
		case T_AlterUserMappingStmt:
		case T_DropUserMappingStmt:
			put_security(stmt, aspect(NIL, "user_mapping"));
			break;
		default:
			break;
	}
}

bool
aud_command_ddl(AudStmt *stmt, Node *tree)
{
	if (!aud_command_ddl_target(stmt, tree))
		return false;
	add_details(stmt, tree);
	return true;
}
