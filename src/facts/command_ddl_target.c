/*-------------------------------------------------------------------------
 *
 * command_ddl_target.c
 *	  The target of a DDL command, from its parse tree alone: what a CREATE
 *	  is going to make, what an ALTER changes, each object that a DROP names.
 *
 * One case per kind of command.  Commands whose target the object access
 * hook reports are here all the same: a refused one reaches no hook.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/value.h"

#include "core/class.h"
#include "facts/address.h"
#include "facts/topics.h"

static Node *
name_of(const char *name)
{
	return name != NULL ? (Node *) makeString(unconstify(char *, name)) : NULL;
}

static List *
names_of(const RangeVar *relation, const char *part)
{
	List *names = NIL;

	if (relation->schemaname != NULL)
		names = lappend(names, makeString(relation->schemaname));
	names = lappend(names, makeString(relation->relname));
	return lappend(names, makeString(unconstify(char *, part)));
}

static Node *
routine_of(const CreateFunctionStmt *create)
{
	ObjectWithArgs *routine = makeNode(ObjectWithArgs);
	ListCell       *lc;

	routine->objname = create->funcname;
	foreach (lc, create->parameters)
	{
		FunctionParameter *parameter = lfirst(lc);

		if (parameter->mode != FUNC_PARAM_TABLE &&
			(parameter->mode != FUNC_PARAM_OUT || create->is_procedure))
			routine->objargs = lappend(routine->objargs, parameter->argType);
	}
	return (Node *) routine;
}

/* An index is made in its table's schema; it must have been given a name. */
static Node *
index_of(const IndexStmt *create)
{
	return (
		Node *) makeRangeVar(create->relation->schemaname, create->idxname, -1);
}

static Node *
mapping_of(const RoleSpec *user, const char *server)
{
	return (Node *) list_make2(makeString(
								   unconstify(char *, aud_address_role(user))),
							   makeString(unconstify(char *, server)));
}

#define TARGET(node_type, object_type, node)           \
	case T_##node_type:                                \
	{                                                  \
		const node_type *s = (const node_type *) tree; \
		*type = (object_type);                         \
		*object = (Node *) (node);                     \
		return true;                                   \
	}

/* CREATE of things with a name in a schema. */
static bool
target_of_create(Node *tree, ObjectType *type, Node **object)
{
	if (IsA(tree, IndexStmt) && ((IndexStmt *) tree)->idxname == NULL)
		return false; /* the server will find a name */

	switch (nodeTag(tree))
	{
		TARGET(CreateStmt, OBJECT_TABLE, s->relation)
		TARGET(CreateForeignTableStmt, OBJECT_FOREIGN_TABLE, s->base.relation)
		TARGET(CreateTableAsStmt, s->objtype, s->into->rel)
		TARGET(ViewStmt, OBJECT_VIEW, s->view)
		TARGET(IndexStmt, OBJECT_INDEX, index_of(s))
		TARGET(CreateSeqStmt, OBJECT_SEQUENCE, s->sequence)
		TARGET(CreateFunctionStmt,
			   s->is_procedure ? OBJECT_PROCEDURE : OBJECT_FUNCTION,
			   routine_of(s))
		TARGET(DefineStmt, s->kind, s->defnames)
		TARGET(CreateDomainStmt, OBJECT_DOMAIN, s->domainname)
		TARGET(CreateEnumStmt, OBJECT_TYPE, s->typeName)
		TARGET(CreateRangeStmt, OBJECT_TYPE, s->typeName)
		TARGET(CompositeTypeStmt, OBJECT_TYPE, s->typevar)
		TARGET(CreateStatsStmt, OBJECT_STATISTIC_EXT, s->defnames)
		TARGET(CreateConversionStmt, OBJECT_CONVERSION, s->conversion_name)
		TARGET(CreateOpClassStmt,
			   OBJECT_OPCLASS,
			   lcons(makeString(s->amname), list_copy(s->opclassname)))
		TARGET(CreateOpFamilyStmt,
			   OBJECT_OPFAMILY,
			   lcons(makeString(s->amname), list_copy(s->opfamilyname)))
		TARGET(CreateTrigStmt, OBJECT_TRIGGER, names_of(s->relation, s->trigname))
		TARGET(RuleStmt, OBJECT_RULE, names_of(s->relation, s->rulename))
		TARGET(CreatePolicyStmt, OBJECT_POLICY, names_of(s->table, s->policy_name))
		TARGET(CreateCastStmt,
			   OBJECT_CAST,
			   list_make2(s->sourcetype, s->targettype))
		TARGET(CreateTransformStmt,
			   OBJECT_TRANSFORM,
			   list_make2(s->type_name, makeString(s->lang)))
		default:
			return false;
	}
}

/* CREATE and DROP of things with a name in the database or the cluster. */
static bool
target_of_global(Node *tree, ObjectType *type, Node **object)
{
	switch (nodeTag(tree))
	{
		TARGET(CreateSchemaStmt,
			   OBJECT_SCHEMA,
			   name_of(s->schemaname != NULL ? s->schemaname
											 : aud_address_role(s->authrole)))
		TARGET(CreatedbStmt, OBJECT_DATABASE, name_of(s->dbname))
		TARGET(DropdbStmt, OBJECT_DATABASE, name_of(s->dbname))
		TARGET(AlterDatabaseStmt, OBJECT_DATABASE, name_of(s->dbname))
		TARGET(AlterDatabaseSetStmt, OBJECT_DATABASE, name_of(s->dbname))
		TARGET(AlterDatabaseRefreshCollStmt, OBJECT_DATABASE, name_of(s->dbname))
		TARGET(CreateTableSpaceStmt, OBJECT_TABLESPACE, name_of(s->tablespacename))
		TARGET(DropTableSpaceStmt, OBJECT_TABLESPACE, name_of(s->tablespacename))
		TARGET(AlterTableSpaceOptionsStmt,
			   OBJECT_TABLESPACE,
			   name_of(s->tablespacename))
		TARGET(AlterTableMoveAllStmt,
			   OBJECT_TABLESPACE,
			   name_of(s->orig_tablespacename))
		TARGET(CreateExtensionStmt, OBJECT_EXTENSION, name_of(s->extname))
		TARGET(AlterExtensionStmt, OBJECT_EXTENSION, name_of(s->extname))
		TARGET(AlterExtensionContentsStmt, OBJECT_EXTENSION, name_of(s->extname))
		TARGET(CreateFdwStmt, OBJECT_FDW, name_of(s->fdwname))
		TARGET(AlterFdwStmt, OBJECT_FDW, name_of(s->fdwname))
		TARGET(CreateForeignServerStmt,
			   OBJECT_FOREIGN_SERVER,
			   name_of(s->servername))
		TARGET(AlterForeignServerStmt,
			   OBJECT_FOREIGN_SERVER,
			   name_of(s->servername))
		TARGET(ImportForeignSchemaStmt,
			   OBJECT_FOREIGN_SERVER,
			   name_of(s->server_name))
		TARGET(CreateUserMappingStmt,
			   OBJECT_USER_MAPPING,
			   mapping_of(s->user, s->servername))
		TARGET(AlterUserMappingStmt,
			   OBJECT_USER_MAPPING,
			   mapping_of(s->user, s->servername))
		TARGET(DropUserMappingStmt,
			   OBJECT_USER_MAPPING,
			   mapping_of(s->user, s->servername))
		TARGET(CreatePublicationStmt, OBJECT_PUBLICATION, name_of(s->pubname))
		TARGET(AlterPublicationStmt, OBJECT_PUBLICATION, name_of(s->pubname))
		TARGET(CreateSubscriptionStmt, OBJECT_SUBSCRIPTION, name_of(s->subname))
		TARGET(AlterSubscriptionStmt, OBJECT_SUBSCRIPTION, name_of(s->subname))
		TARGET(DropSubscriptionStmt, OBJECT_SUBSCRIPTION, name_of(s->subname))
		TARGET(CreateEventTrigStmt, OBJECT_EVENT_TRIGGER, name_of(s->trigname))
		TARGET(AlterEventTrigStmt, OBJECT_EVENT_TRIGGER, name_of(s->trigname))
		TARGET(CreatePLangStmt, OBJECT_LANGUAGE, name_of(s->plname))
		TARGET(CreateAmStmt, OBJECT_ACCESS_METHOD, name_of(s->amname))
		default:
			return false;
	}
}

static Node *
either(const RangeVar *relation, Node *object)
{
	return object != NULL ? object : (Node *) unconstify(RangeVar *, relation);
}

/* Renamed, moved, owned: a relation or anything else, or a part of either. */
static Node *
renamed(const RenameStmt *s)
{
	switch (s->renameType)
	{
		case OBJECT_DATABASE:
		case OBJECT_ROLE:
		case OBJECT_SCHEMA:
		case OBJECT_TABLESPACE:
			return name_of(s->subname);
		case OBJECT_COLUMN:
		case OBJECT_ATTRIBUTE:
		case OBJECT_RULE:
		case OBJECT_TRIGGER:
		case OBJECT_TABCONSTRAINT:
		case OBJECT_POLICY:
			return (Node *) names_of(s->relation, s->subname);
		case OBJECT_DOMCONSTRAINT:
			return (
				Node *) list_make2(makeTypeNameFromNameList((List *) s->object),
								   makeString(s->subname));
		default:
			return either(s->relation, s->object);
	}
}

static bool
target_of_alter(Node *tree, ObjectType *type, Node **object)
{
	switch (nodeTag(tree))
	{
		TARGET(AlterTableStmt, s->objtype, s->relation)
		TARGET(AlterSeqStmt, OBJECT_SEQUENCE, s->sequence)
		TARGET(AlterDomainStmt, OBJECT_DOMAIN, s->typeName)
		TARGET(AlterEnumStmt, OBJECT_TYPE, s->typeName)
		TARGET(AlterTypeStmt, OBJECT_TYPE, s->typeName)
		TARGET(AlterFunctionStmt, s->objtype, s->func)
		TARGET(AlterOperatorStmt, OBJECT_OPERATOR, s->opername)
		TARGET(AlterCollationStmt, OBJECT_COLLATION, s->collname)
		TARGET(AlterStatsStmt, OBJECT_STATISTIC_EXT, s->defnames)
		TARGET(AlterTSDictionaryStmt, OBJECT_TSDICTIONARY, s->dictname)
		TARGET(AlterTSConfigurationStmt, OBJECT_TSCONFIGURATION, s->cfgname)
		TARGET(AlterOpFamilyStmt,
			   OBJECT_OPFAMILY,
			   lcons(makeString(s->amname), list_copy(s->opfamilyname)))
		TARGET(AlterPolicyStmt, OBJECT_POLICY, names_of(s->table, s->policy_name))
		TARGET(AlterOwnerStmt, s->objectType, either(s->relation, s->object))
		TARGET(AlterObjectSchemaStmt, s->objectType, either(s->relation, s->object))
		TARGET(AlterObjectDependsStmt,
			   s->objectType,
			   s->relation != NULL && s->object != NULL
				   ? (Node *) names_of(s->relation,
									   strVal(linitial((List *) s->object)))
				   : either(s->relation, s->object))
		TARGET(RenameStmt, s->renameType, renamed(s))
		TARGET(CommentStmt, s->objtype, s->object)
		TARGET(SecLabelStmt, s->objtype, s->object)
		default:
			return false;
	}
}

static int
access_of(const Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_DropdbStmt:
		case T_DropTableSpaceStmt:
		case T_DropSubscriptionStmt:
		case T_DropUserMappingStmt:
			return AUD_ACCESS_DROP;
		case T_AlterTableStmt:
		case T_AlterSeqStmt:
		case T_AlterDomainStmt:
		case T_AlterEnumStmt:
		case T_AlterTypeStmt:
		case T_AlterFunctionStmt:
		case T_AlterOperatorStmt:
		case T_AlterCollationStmt:
		case T_AlterStatsStmt:
		case T_AlterTSDictionaryStmt:
		case T_AlterTSConfigurationStmt:
		case T_AlterOpFamilyStmt:
		case T_AlterPolicyStmt:
		case T_AlterOwnerStmt:
		case T_AlterObjectSchemaStmt:
		case T_AlterObjectDependsStmt:
		case T_AlterDatabaseStmt:
		case T_AlterDatabaseSetStmt:
		case T_AlterDatabaseRefreshCollStmt:
		case T_AlterTableSpaceOptionsStmt:
		case T_AlterTableMoveAllStmt:
		case T_AlterExtensionStmt:
		case T_AlterExtensionContentsStmt:
		case T_AlterFdwStmt:
		case T_AlterForeignServerStmt:
		case T_AlterUserMappingStmt:
		case T_AlterPublicationStmt:
		case T_AlterSubscriptionStmt:
		case T_AlterEventTrigStmt:
		case T_ImportForeignSchemaStmt:
		case T_RenameStmt:
		case T_CommentStmt:
		case T_SecLabelStmt:
			return AUD_ACCESS_ALTER;
		default:
			return AUD_ACCESS_CREATE;
	}
}

bool
aud_command_ddl_target(AudStmt *stmt, Node *tree)
{
	int        access = access_of(tree);
	ObjectType type;
	Node      *object;

	if (IsA(tree, DropStmt))
	{
		const DropStmt *drop = (const DropStmt *) tree;
		ListCell       *lc;

		/* what goes with them the object access hook reports, one by one */
		foreach (lc, drop->objects)
			aud_command_add_root(stmt,
								 drop->removeType,
								 lfirst(lc),
								 AUD_ACCESS_DROP);
		return true;
	}
	if (!target_of_create(tree, &type, &object) &&
		!target_of_global(tree, &type, &object) &&
		!target_of_alter(tree, &type, &object))
		return false;
	if (object != NULL && access == AUD_ACCESS_CREATE)
		aud_command_add_created(stmt, tree, type, object);
	else if (object != NULL)
		aud_command_add_root(stmt, type, object, access);
	return true;
}
