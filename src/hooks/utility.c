/*-------------------------------------------------------------------------
 *
 * utility.c
 *	  ProcessUtility hook: everything that is not a plain query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tcop/utility.h"

#include "hooks/hooks.h"
#include "server/directory.h"
#include "server/stack_depth.h"
#include "statement/policy.h"
#include "statement/statement.h"

static ProcessUtility_hook_type next_ProcessUtility;

static pg_attribute_always_inline void
process(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
		ProcessUtilityContext context, ParamListInfo params,
		QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	if (next_ProcessUtility)
		next_ProcessUtility(pstmt,
							queryString,
							readOnlyTree,
							context,
							params,
							queryEnv,
							dest,
							qc);
	else
		standard_ProcessUtility(pstmt,
								queryString,
								readOnlyTree,
								context,
								params,
								queryEnv,
								dest,
								qc);
}

/*
 * Apart from the hook, whose way is short where nothing is recorded; "above" is
 * where the hook's frame begins.
 */
static pg_noinline void
run_recorded(const char *above, PlannedStmt *pstmt, const char *queryString,
			 bool readOnlyTree, ProcessUtilityContext context,
			 ParamListInfo params, QueryEnvironment *queryEnv,
			 DestReceiver *dest, QueryCompletion *qc)
{
	AudStmt              *stmt = aud_statement_open();
	volatile AudStackBase base = aud_stack_leave_out(above);

	PG_TRY();
	{
		aud_statement_begin_utility(stmt,
									pstmt,
									queryString,
									params,
									dest,
									context == PROCESS_UTILITY_SUBCOMMAND);
		process(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		aud_stack_count_again(base);
		aud_statement_end_utility(stmt, qc);
	}
	PG_CATCH();
	{
		aud_stack_count_again(base);
		aud_statement_fail(stmt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * A subcommand is a step of the command that is already being recorded, like
 * the index of a primary key or one table of CREATE SCHEMA.  Who gives rights
 * away does that in a record of its own, also as a step of CREATE SCHEMA.
 */
static bool
is_step(const PlannedStmt *pstmt, ProcessUtilityContext context)
{
	return context == PROCESS_UTILITY_SUBCOMMAND &&
		   !IsA(pstmt->utilityStmt, GrantStmt);
}

static void
aud_ProcessUtility(PlannedStmt *pstmt, const char *queryString,
				   bool readOnlyTree, ProcessUtilityContext context,
				   ParamListInfo params, QueryEnvironment *queryEnv,
				   DestReceiver *dest, QueryCompletion *qc)
{
	/* a procedure that ends transactions may free its own plan */
	bool is_alter_system = IsA(pstmt->utilityStmt, AlterSystemStmt);

	if (!aud_policy_watching() || is_step(pstmt, context))
		process(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	else
		run_recorded(AUD_STACK_ABOVE(),
					 pstmt,
					 queryString,
					 readOnlyTree,
					 context,
					 params,
					 queryEnv,
					 dest,
					 qc);
	if (is_alter_system)
		aud_directory_was_set((const AlterSystemStmt *) pstmt->utilityStmt);
}

void
aud_hooks_utility_install(void)
{
	next_ProcessUtility = ProcessUtility_hook;
	ProcessUtility_hook = aud_ProcessUtility;
}
