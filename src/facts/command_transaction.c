/*-------------------------------------------------------------------------
 *
 * command_transaction.c
 *	  What BEGIN, COMMIT, SAVEPOINT and their relatives say about themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "facts/topics.h"

bool
aud_command_transaction(AudStmt *stmt, Node *parsetree)
{
	const TransactionStmt *command = (const TransactionStmt *) parsetree;

	if (!IsA(parsetree, TransactionStmt))
		return false;
	if (command->savepoint_name != NULL)
		aud_stmt_detail(stmt, "savepoint", command->savepoint_name);
	if (command->gid != NULL)
		aud_stmt_detail_value(stmt, "gid", command->gid);
	if (command->kind == TRANS_STMT_PREPARE)
		stmt->effects.gid = command->gid;
	return true;
}
