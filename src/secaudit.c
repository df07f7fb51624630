/*-------------------------------------------------------------------------
 *
 * secaudit.c
 *	  Module entry: checks, settings and hooks, in the order they depend on
 *	  each other.  Nothing else lives here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "hooks/hooks.h"
#include "record/record.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/shmem.h"
#include "writer/writer.h"

AUD_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		ereport(ERROR,
				errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("secaudit must be loaded via shared_preload_libraries"),
				errdetail("Audit logging has to see every session from its start."),
				errhint(
					"Add secaudit to shared_preload_libraries in postgresql.conf and restart the server."));

	aud_guc_init();
	aud_shmem_install();
	aud_writer_register();
	aud_record_start();
	aud_hooks_error_install();
	aud_hooks_executor_install();
	aud_hooks_utility_install();
	aud_hooks_object_install();
	aud_hooks_xact_install();
	aud_hooks_session_install();
}
