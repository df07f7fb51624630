/*-------------------------------------------------------------------------
 *
 * objects_failed.c
 *	  What a query was about that could not be planned.
 *
 * Its record is an error's, which names objects only where they are marked: a
 * label or a grant to secaudit.role asks for them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "facts/objects.h"
#include "server/safely.h"

typedef struct FailedQuery
{
	AudStmt *stmt;
	Query   *query;
} FailedQuery;

static void
add_query(void *arg)
{
	FailedQuery *failed = arg;

	aud_objects_add_query(failed->stmt, failed->query, true);
}

void
aud_objects_add_failed(AudStmt *stmt, Query *query)
{
	AudStmt    *probe = aud_stmt_take();
	FailedQuery failed = {probe, query};

	if (aud_safely_in_catch(add_query, &failed) &&
		(probe->tags.n > 0 || probe->what.tagged))
		aud_stmt_merge(stmt, probe);
	aud_stmt_release(probe);
}
