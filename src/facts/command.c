/*-------------------------------------------------------------------------
 *
 * command.c
 *	  What a utility command says about itself: each topic is asked in turn.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "nodes/parsenodes.h"

#include "facts/command.h"
#include "facts/objects.h"
#include "facts/topics.h"
#include "server/guc.h"
#include "server/safely.h"

typedef bool (*AudTopic)(AudStmt *stmt, Node *parsetree);

static const AudTopic topics[] = {
	aud_command_query,    /* COPY, EXECUTE, EXPLAIN, cursors */
	aud_command_relation, /* LOCK, TRUNCATE, VACUUM, CLUSTER, REINDEX, REFRESH */
	aud_command_transaction, /* BEGIN, COMMIT, SAVEPOINT */
	aud_command_setting,     /* SET, RESET, DISCARD, ALTER ... SET */
	aud_command_grant,       /* GRANT and REVOKE on objects */
	aud_command_role,        /* ROLE, GRANT and REVOKE of roles, OWNED */
	aud_command_extension,   /* EXTENSION */
	aud_command_ddl,         /* every other CREATE, ALTER, DROP */
};

/* ADD COLUMN IF NOT EXISTS, DROP CONSTRAINT IF EXISTS, and nothing else? */
static bool
all_parts_may_do_nothing(const AlterTableStmt *alter)
{
	ListCell *lc;

	foreach (lc, alter->cmds)
	{
		if (!lfirst_node(AlterTableCmd, lc)->missing_ok)
			return false;
	}
	return true;
}

/* May this command find that there is nothing to do, and succeed? */
static bool
may_do_nothing(const Node *parsetree)
{
	switch (nodeTag(parsetree))
	{
		case T_CreateStmt:
		case T_CreateForeignTableStmt:
			return ((const CreateStmt *) parsetree)->if_not_exists;
		case T_CreateTableAsStmt:
			return ((const CreateTableAsStmt *) parsetree)->if_not_exists;
		case T_CreateSchemaStmt:
			return ((const CreateSchemaStmt *) parsetree)->if_not_exists;
		case T_CreateSeqStmt:
			return ((const CreateSeqStmt *) parsetree)->if_not_exists;
		case T_CreateExtensionStmt:
			return ((const CreateExtensionStmt *) parsetree)->if_not_exists;
		case T_CreateForeignServerStmt:
			return ((const CreateForeignServerStmt *) parsetree)->if_not_exists;
		case T_CreateUserMappingStmt:
			return ((const CreateUserMappingStmt *) parsetree)->if_not_exists;
		case T_IndexStmt:
			return ((const IndexStmt *) parsetree)->if_not_exists;
		case T_CreateStatsStmt:
			return ((const CreateStatsStmt *) parsetree)->if_not_exists;
		case T_DefineStmt:
			return ((const DefineStmt *) parsetree)->if_not_exists;
		case T_DropStmt:
			return ((const DropStmt *) parsetree)->missing_ok;
		case T_AlterTableStmt:
			return all_parts_may_do_nothing((const AlterTableStmt *) parsetree);
		case T_AlterDomainStmt:
			return ((const AlterDomainStmt *) parsetree)->missing_ok;
		case T_DropRoleStmt:
			return ((const DropRoleStmt *) parsetree)->missing_ok;
		case T_DropdbStmt:
			return ((const DropdbStmt *) parsetree)->missing_ok;
		case T_DropTableSpaceStmt:
			return ((const DropTableSpaceStmt *) parsetree)->missing_ok;
		case T_DropSubscriptionStmt:
			return ((const DropSubscriptionStmt *) parsetree)->missing_ok;
		case T_DropUserMappingStmt:
			return ((const DropUserMappingStmt *) parsetree)->missing_ok;
		default:
			return false;
	}
}

/*
 * ALTER ... IF EXISTS is about the object, not about what it does to it: it
 * does nothing if the object could not be found before.
 */
static bool
alters_if_exists(const Node *parsetree)
{
	switch (nodeTag(parsetree))
	{
		case T_AlterTableStmt:
			return ((const AlterTableStmt *) parsetree)->missing_ok;
		case T_AlterSeqStmt:
			return ((const AlterSeqStmt *) parsetree)->missing_ok;
		case T_AlterStatsStmt:
			return ((const AlterStatsStmt *) parsetree)->missing_ok;
		case T_RenameStmt:
			return ((const RenameStmt *) parsetree)->missing_ok;
		case T_AlterObjectSchemaStmt:
			return ((const AlterObjectSchemaStmt *) parsetree)->missing_ok;
		default:
			return false;
	}
}

typedef struct AudCommand
{
	AudStmt *stmt;
	Node    *parsetree;
} AudCommand;

static void
ask_topics(void *arg)
{
	AudCommand *command = arg;

	for (size_t i = 0; i < lengthof(topics); i++)
	{
		if (topics[i](command->stmt, command->parsetree))
			break;
	}
	if (aud_config->marking)
		aud_command_columns(command->stmt, command->parsetree);
}

void
aud_command_before(AudStmt *stmt, Node *parsetree)
{
	AudCommand command = {stmt, parsetree};

	stmt->what.if_not_exists = may_do_nothing(parsetree);
	aud_safely(ask_topics, &command);
	if (alters_if_exists(parsetree) && !OidIsValid(stmt->target.objid))
		stmt->what.if_not_exists = true;
}

static void
ask_after(void *arg)
{
	AudStmt *stmt = arg;

	aud_command_relation_done(stmt);
	if (stmt->target.after != NULL)
		stmt->target.after(stmt);
}

void
aud_command_after(AudStmt *stmt, const QueryCompletion *qc)
{
	if (qc != NULL && qc->commandTag != CMDTAG_UNKNOWN &&
		command_tag_display_rowcount(qc->commandTag))
	{
		stmt->result.rows = qc->nprocessed;
		stmt->result.has_rows = true;
	}

	/* what was just created can be seen only from the next command on */
	if ((aud_objects_unresolved(stmt) || stmt->target.after != NULL) &&
		IsTransactionState())
		CommandCounterIncrement();
	if (stmt->what.if_not_exists && !stmt->what.changed)
		aud_objects_skip(stmt);
	aud_objects_resolve(stmt);
	if (stmt->what.restarts || stmt->target.after != NULL)
		aud_safely(ask_after, stmt);
}

void
aud_command_failed(AudStmt *stmt)
{
	aud_command_query_failed(stmt);
}
