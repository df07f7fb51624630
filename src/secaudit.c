/*-------------------------------------------------------------------------
 *
 * secaudit.c
 *	  Module entry: checks, settings and hooks, and what starts before any
 *	  session, in the order they depend on each other.  Nothing else lives
 *	  here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "buffer/buffer.h"
#include "buffer/check.h"
#include "buffer/file.h"
#include "buffer/file_salvage.h"
#include "buffer/outage.h"
#include "buffer/unfinished.h"
#include "facts/audit_role.h"
#include "hooks/hooks.h"
#include "record/record.h"
#include "server/compat.h"
#include "server/config_start.h"
#include "server/guc.h"
#include "server/shmem.h"
#include "trail/dir.h"
#include "writer/writer.h"

AUD_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

/*
 * What starts before any other process exists.  A start that the trail's
 * directory stops must leave the buffer file as it is.  The slots are emptied
 * into the ring before the file can change its size, and a damaged file is
 * searched when the log has its name.  From then on nothing in the file's first
 * page is believed any more.
 */
static const AudShmemPart parts[] = {
	{.size = aud_buffer_shmem_size,
	 .tranche = AUD_BUFFER_TRANCHE,
	 .init = aud_buffer_shmem_init},
	{.size = aud_outage_shmem_size, .init = aud_outage_shmem_init},
	{.size = aud_writer_shmem_size,
	 .tranche = AUD_WRITER_TRANCHE,
	 .init = aud_writer_shmem_init},
	{.size = aud_audit_role_shmem_size, .init = aud_audit_role_shmem_init},
	{.start = aud_trail_dir_start},
	{.start = aud_buffer_file_start},
	{.start = aud_buffer_append_unfinished},
	{.start = aud_buffer_file_resize},
	{.start = aud_trail_dir_name_log},
	{.start = aud_buffer_salvage},
	{.start = aud_buffer_check_start},
	{.start = aud_writer_announce},
};

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

	aud_config_start_remember();
	aud_guc_init();
	aud_config_start_check();
	aud_shmem_install(parts, lengthof(parts));
	aud_writer_register();
	aud_record_start();
	aud_hooks_error_install();
	aud_hooks_executor_install();
	aud_hooks_utility_install();
	aud_hooks_object_install();
	aud_hooks_xact_install();
	aud_hooks_session_install();
	aud_hooks_label_install();
}
