/*-------------------------------------------------------------------------
 *
 * classify.c
 *	  Command and access -> class: the one table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "tcop/utility.h"

#include "facts/classify.h"
#include "server/settings.h"

/*
 * Commands whose classes do not follow from PostgreSQL's own division into
 * ddl, mod and all (GetCommandLogLevel).
 */
static const struct
{
	CommandTag tag;
	int        classes;
} command_classes[] = {
	{CMDTAG_ALTER_DEFAULT_PRIVILEGES, AUD_CLASS_ROLE},
	{CMDTAG_ALTER_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_ALTER_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_ALTER_SYSTEM, AUD_CLASS_CONFIG},
	{CMDTAG_ANALYZE, AUD_CLASS_MISC},
	{CMDTAG_CALL, AUD_CLASS_FUNCTION},
	{CMDTAG_CLUSTER, AUD_CLASS_DDL},
	{CMDTAG_CREATE_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_CREATE_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_DO, AUD_CLASS_FUNCTION},
	{CMDTAG_DROP_OWNED, AUD_CLASS_ROLE | AUD_CLASS_DDL},
	{CMDTAG_DROP_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_DROP_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_GRANT, AUD_CLASS_ROLE},
	{CMDTAG_GRANT_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_LOAD, AUD_CLASS_MISC | AUD_CLASS_CONFIG},
	{CMDTAG_REASSIGN_OWNED, AUD_CLASS_ROLE | AUD_CLASS_DDL},
	{CMDTAG_REINDEX, AUD_CLASS_DDL},
	{CMDTAG_RESET, AUD_CLASS_MISC_SET},
	{CMDTAG_REVOKE, AUD_CLASS_ROLE},
	{CMDTAG_REVOKE_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_SECURITY_LABEL, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_SET, AUD_CLASS_MISC_SET},
	{CMDTAG_VACUUM, AUD_CLASS_MISC},
};

int
aud_classify_access(int access)
{
	int classes = 0;

	if (access & (AUD_ACCESS_SELECT | AUD_ACCESS_COPY_TO))
		classes |= AUD_CLASS_READ;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
		classes |= AUD_CLASS_WRITE;
	if (access & AUD_ACCESS_EXECUTE)
		classes |= AUD_CLASS_FUNCTION;
	return classes;
}

/*
 * SET ROLE and its relatives change who acts, and SET secaudit.* or log_*
 * what is recorded of it: both are more than another MISC_SET.
 */
static int
class_of_variable_set(VariableSetStmt *stmt)
{
	return stmt->name != NULL ? aud_settings_class(stmt->name)
							  : AUD_CLASS_MISC_SET;
}

int
aud_classify_utility(Node *parsetree, CommandTag tag)
{
	if (IsA(parsetree, VariableSetStmt))
		return class_of_variable_set((VariableSetStmt *) parsetree);
	if (IsA(parsetree, AlterRoleSetStmt))
		return AUD_CLASS_ROLE | AUD_CLASS_CONFIG;
	if (IsA(parsetree, AlterDatabaseSetStmt))
		return AUD_CLASS_DDL | AUD_CLASS_CONFIG;

	for (size_t i = 0; i < lengthof(command_classes); i++)
	{
		if (command_classes[i].tag == tag)
			return command_classes[i].classes;
	}

	/*
	 * EXPLAIN, EXECUTE, DECLARE and COPY get read and write from the objects
	 * they really touch; asking GetCommandLogLevel about them would look
	 * into the statement they wrap and may even miss.
	 */
	switch (nodeTag(parsetree))
	{
		case T_ExplainStmt:
		case T_PrepareStmt:
		case T_ExecuteStmt:
		case T_DeclareCursorStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
			return 0;
		case T_CopyStmt:
			/* that of a query is known from what the query touches */
			if (((CopyStmt *) parsetree)->query != NULL)
				return 0;
			return ((CopyStmt *) parsetree)->is_from ? AUD_CLASS_WRITE
													 : AUD_CLASS_READ;
		default:
			break;
	}

	switch (GetCommandLogLevel(parsetree))
	{
		case LOGSTMT_DDL:
			return AUD_CLASS_DDL;
		case LOGSTMT_MOD:
			return AUD_CLASS_WRITE;
		default:
			return AUD_CLASS_MISC;
	}
}
