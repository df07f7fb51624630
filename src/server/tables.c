/*-------------------------------------------------------------------------
 *
 * tables.c
 *	  What the current transaction has changed, by the server's own counters.
 *
 * The counters for pg_stat_user_tables are kept per transaction until it
 * ends, whatever wrote the rows: executor, COPY or logical replication.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pgstat.h"
#include "utils/pgstat_internal.h"

#include "server/compat.h"
#include "server/tables.h"

const void *
aud_tables_next(const void *at, AudTableChanges *changes)
{
	const PgStat_TableXactStatus *table =
		at == NULL ? pgstat_get_xact_stack_level(1)->first
				   : ((const PgStat_TableXactStatus *) at)->next;

	if (table == NULL)
		return NULL;
	changes->relid = AUD_TABSTAT_ID(table->parent);
	changes->inserted = table->tuples_inserted + table->inserted_pre_truncdrop;
	changes->updated = table->tuples_updated + table->updated_pre_truncdrop;
	changes->deleted = table->tuples_deleted + table->deleted_pre_truncdrop;
	changes->truncated = table->truncdropped;
	return table;
}
