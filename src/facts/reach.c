/*-------------------------------------------------------------------------
 *
 * reach.c
 *	  What functions reach beyond what the executor sees: those that are built
 *	  in, and others.
 *
 * A function of an extension is recognised by its library and C symbol, not by
 * extension and name: these survive ALTER FUNCTION ... RENAME and SET SCHEMA,
 * and a superuser's own CREATE FUNCTION ... AS '$libdir/pageinspect' has them,
 * too, with no extension at all.  The symbols get a suffix for each version
 * that changes one (get_raw_page_1_9), so a row has how they begin; "" is the
 * rest of the library.  For the same reason a function in LANGUAGE internal is
 * the built-in that it runs, whatever it is called.
 *
 * To add an extension, add its rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "commands/proclang.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "core/class.h"
#include "facts/reach.h"
#include "server/compat.h"

/*
 * By number: the names that fmgroids.h gives them change with their overloads.
 * A number that a later major has given to another function is that of the
 * older ones only.
 */
static const AudCall builtins[] = {
	{715, AUD_CALL_LO, AUD_ACCESS_CREATE},        /* lo_create */
	{764, AUD_CALL_LO_IMPORT, 0},                 /* lo_import */
	{765, AUD_CALL_LO_EXPORT, AUD_ACCESS_SELECT}, /* lo_export */
	{767, AUD_CALL_LO_IMPORT, 0},                 /* lo_import */
	{952, AUD_CALL_LO_OPEN, AUD_ACCESS_SELECT},   /* lo_open */
	{954, AUD_CALL_LO_OTHER, AUD_ACCESS_SELECT},  /* loread */
	{955, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE},  /* lowrite */
	{957, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE},  /* lo_creat */
	{964, AUD_CALL_LO, AUD_ACCESS_DROP},          /* lo_unlink */
	{1004, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE}, /* lo_truncate */
	{1574, AUD_CALL_NEXTVAL, AUD_ACCESS_UPDATE},  /* nextval */
	{1575, AUD_CALL_SEQUENCE, AUD_ACCESS_SELECT}, /* currval */
	{1576, AUD_CALL_SEQUENCE, AUD_ACCESS_UPDATE}, /* setval */
	{1765, AUD_CALL_SEQUENCE, AUD_ACCESS_UPDATE}, /* setval */
	{2096, AUD_CALL_ADMIN, 0},                    /* pg_terminate_backend */
	{2171, AUD_CALL_ADMIN, 0},                    /* pg_cancel_backend */
	{2172, AUD_CALL_ADMIN, 0},                    /* pg_backup_start */
	{2274, AUD_CALL_ADMIN, 0},                    /* pg_stat_reset */
	{2307, AUD_CALL_ADMIN, 0},                    /* pg_stat_reset_slru */
	{2621, AUD_CALL_ADMIN, 0},                    /* pg_reload_conf */
	{2622, AUD_CALL_ADMIN, 0},                    /* pg_rotate_logfile */
	{2623, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_stat_file */
	{2624, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_read_file */
	{2625, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_ls_dir */
	{2739, AUD_CALL_ADMIN, 0},                    /* pg_backup_stop */
	{2848, AUD_CALL_ADMIN, 0},                    /* pg_switch_wal */
	{3071, AUD_CALL_ADMIN, 0},                    /* pg_wal_replay_pause */
	{3072, AUD_CALL_ADMIN, 0},                    /* pg_wal_replay_resume */
	{3098, AUD_CALL_ADMIN, 0},                    /* pg_create_restore_point */
	{3172, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE}, /* lo_truncate64 */
	{3293, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_read_file */
	{3295, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_read_binary_file */
	{3297, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_ls_dir */
	{3307, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_stat_file */
	{3329, AUD_CALL_ADMIN, 0},              /* pg_show_all_file_settings */
	{3353, AUD_CALL_ADMIN, 0},              /* pg_ls_logdir */
	{3354, AUD_CALL_ADMIN, 0},              /* pg_ls_waldir */
	{3401, AUD_CALL_ADMIN, 0},              /* pg_hba_file_rules */
	{3436, AUD_CALL_ADMIN, 0},              /* pg_promote */
	{3445, AUD_CALL_ADMIN, 0},              /* pg_import_system_collations */
	{3457, AUD_CALL_LO, AUD_ACCESS_CREATE}, /* lo_from_bytea */
	{3458, AUD_CALL_LO, AUD_ACCESS_SELECT}, /* lo_get */
	{3459, AUD_CALL_LO, AUD_ACCESS_SELECT}, /* lo_get */
	{3460, AUD_CALL_LO, AUD_ACCESS_UPDATE}, /* lo_put */
	{3577, AUD_CALL_ADMIN, 0},              /* pg_logical_emit_message */
	{3578, AUD_CALL_ADMIN, 0},              /* pg_logical_emit_message */
	{3775, AUD_CALL_ADMIN, 0},              /* pg_stat_reset_shared */
	{3776, AUD_CALL_ADMIN, 0},              /* pg_stat_reset_single_table... */
	{3777, AUD_CALL_ADMIN, 0},              /* pg_stat_reset_single_funct... */
	{3779, AUD_CALL_ADMIN, 0},              /* pg_create_physical_replica... */
	{3780, AUD_CALL_ADMIN, 0},              /* pg_drop_replication_slot */
	{3782, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_get_changes */
	{3783, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_get_binary... */
	{3784, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_peek_changes */
	{3785, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_peek_binar... */
	{3786, AUD_CALL_ADMIN, 0},              /* pg_create_logical_replicat... */
	{3826, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_file */
	{3827, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file */
	{3828, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file */
	{3878, AUD_CALL_ADMIN, 0},                /* pg_replication_slot_advance */
#if AUD_HAS_ADMINPACK
	{4099, AUD_CALL_ADMIN, 0}, /* pg_rotate_logfile, adminpack's */
	{4100, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_file, adminpack's */
#endif
	{4220, AUD_CALL_ADMIN, 0}, /* pg_copy_physical_replicati... */
	{4221, AUD_CALL_ADMIN, 0}, /* pg_copy_physical_replicati... */
	{4222, AUD_CALL_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4223, AUD_CALL_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4224, AUD_CALL_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4543, AUD_CALL_ADMIN, 0}, /* pg_log_backend_memory_cont... */
	{5029, AUD_CALL_ADMIN, 0}, /* pg_ls_tmpdir */
	{5030, AUD_CALL_ADMIN, 0}, /* pg_ls_tmpdir */
	{5031, AUD_CALL_ADMIN, 0}, /* pg_ls_archive_statusdir */
	{6003, AUD_CALL_ADMIN, 0}, /* pg_replication_origin_create */
	{6004, AUD_CALL_ADMIN, 0}, /* pg_replication_origin_drop */
	{6012, AUD_CALL_ADMIN, 0}, /* pg_replication_origin_advance */
	{6170, AUD_CALL_ADMIN, 0}, /* pg_stat_reset_replication_... */
	{6208, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_file (16) */
	{6209, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file (16) */
	{6232, AUD_CALL_ADMIN, 0}, /* pg_stat_reset_subscription... */
	{6250, AUD_CALL_ADMIN, 0}, /* pg_ident_file_mappings */
	{6270, AUD_CALL_ADMIN, 0}, /* pg_ls_logicalsnapdir */
	{6271, AUD_CALL_ADMIN, 0}, /* pg_ls_logicalmapdir */
	{6272, AUD_CALL_ADMIN, 0}, /* pg_ls_replslotdir */
	{6305, AUD_CALL_ADMIN, 0}, /* pg_log_standby_snapshot (16) */
	{6344, AUD_CALL_ADMIN, 0}, /* pg_sync_replication_slots (17) */
	{6362,
	 AUD_CALL_STATISTICS_PAIRS,
	 AUD_ACCESS_MAINTAIN}, /* pg_restore_relation_stats (18) */
	{6363,
	 AUD_CALL_STATISTICS_PAIRS,
	 AUD_ACCESS_MAINTAIN},     /* pg_restore_attribute_stats (18) */
	{6387, AUD_CALL_ADMIN, 0}, /* pg_stat_reset_backend_stats (18) */
	{6397,
	 AUD_CALL_STATISTICS,
	 AUD_ACCESS_MAINTAIN}, /* pg_clear_relation_stats (18) */
	{6398,
	 AUD_CALL_STATISTICS,
	 AUD_ACCESS_MAINTAIN},     /* pg_clear_attribute_stats (18) */
	{6400, AUD_CALL_ADMIN, 0}, /* pg_ls_summariesdir (18) */
	{6512,
	 AUD_CALL_STATISTICS_PAIRS,
	 AUD_ACCESS_MAINTAIN}, /* pg_restore_extended_stats (19) */
	{6513,
	 AUD_CALL_STATISTICS,
	 AUD_ACCESS_MAINTAIN}, /* pg_clear_extended_stats (19) */
};

static const AudCall *
search_builtin(Oid funcid)
{
	int low = 0;
	int high = lengthof(builtins) - 1;

	while (low <= high)
	{
		int middle = (low + high) / 2;

		if (builtins[middle].builtin == funcid)
			return &builtins[middle];
		if (builtins[middle].builtin < funcid)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

/* Functions that are none of these are asked for again and again. */
const AudCall *
aud_reach_builtin(Oid funcid)
{
	static Oid     others[64];
	Oid           *other = &others[funcid % lengthof(others)];
	const AudCall *found;

	if (*other == funcid)
		return NULL;
	found = search_builtin(funcid);
	if (found == NULL)
		*other = funcid;
	return found;
}

static const struct
{
	const char *library;
	const char *symbol; /* how it begins; the first row that fits counts */
	AudCall     call;
} symbols[] = {
	{"adminpack", "pg_file_write", {0, AUD_CALL_FILE, AUD_ACCESS_COPY_TO}},
	{"adminpack", "pg_file_sync", {0, AUD_CALL_FILE, 0}},
	{"adminpack", "pg_file_rename", {0, AUD_CALL_FILE, AUD_ACCESS_ALTER}},
	{"adminpack", "pg_file_unlink", {0, AUD_CALL_FILE, AUD_ACCESS_DROP}},
	{"adminpack", "", {0, AUD_CALL_ADMIN, 0}},
	{"amcheck", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"orafce", "utl_file_", {0, AUD_CALL_ADMIN, 0}},
	{"pageinspect", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pg_dirtyread", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pg_freespacemap", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pg_prewarm", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pg_surgery", "", {0, AUD_CALL_RELATION, AUD_ACCESS_UPDATE}},
	{"pg_visibility",
	 "pg_truncate_visibility_map",
	 {0, AUD_CALL_RELATION, AUD_ACCESS_UPDATE}},
	{"pg_visibility", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pg_walinspect", "", {0, AUD_CALL_ADMIN, 0}},
	{"pgfincore", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pgrowlocks", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
	{"pgstattuple", "", {0, AUD_CALL_RELATION, AUD_ACCESS_SELECT}},
};

/* Is this the file of the library: $libdir/name, a path, with or without .so? */
static bool
is_library(const char *file, const char *library)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;
	size_t      len = strlen(library);

	return strncmp(base, library, len) == 0 &&
		   (base[len] == '\0' || base[len] == '.');
}

static const AudCall *
find_symbol(const char *file, const char *symbol)
{
	for (size_t i = 0; i < lengthof(symbols); i++)
	{
		if (is_library(file, symbols[i].library) &&
			strncmp(symbol, symbols[i].symbol, strlen(symbols[i].symbol)) == 0)
			return &symbols[i].call;
	}
	return NULL;
}

static bool
is_untrusted(Oid language)
{
	HeapTuple tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(language));
	bool      untrusted;

	if (!HeapTupleIsValid(tuple))
		return false;
	untrusted = !((Form_pg_language) GETSTRUCT(tuple))->lanpltrusted;
	ReleaseSysCache(tuple);
	return untrusted;
}

bool
aud_reach_is_untrusted(const char *language)
{
	Oid oid = language != NULL ? get_language_oid(language, true) : InvalidOid;

	return OidIsValid(oid) && is_untrusted(oid);
}

/* prosrc or probin */
static char *
text_of(HeapTuple tuple, AttrNumber attribute)
{
	bool  isnull;
	Datum value = SysCacheGetAttr(PROCOID, tuple, attribute, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* C and internal are not trusted either, but what is made of them is known. */
void
aud_reach_look_up(Oid funcid, AudReach *reach)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Oid       language;
	char     *source;
	char     *file;

	memset(reach, 0, sizeof(*reach));
	if (!HeapTupleIsValid(tuple))
		return;
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	source = text_of(tuple, Anum_pg_proc_prosrc);
	if (language == INTERNALlanguageId && source != NULL)
	{
		reach->builtin = fmgr_internal_function(source);
		reach->call = aud_reach_builtin(reach->builtin);
	}
	else if (language == ClanguageId && source != NULL)
	{
		file = text_of(tuple, Anum_pg_proc_probin);
		if (file != NULL)
			reach->call = find_symbol(file, source);
	}
	else
		reach->is_untrusted = is_untrusted(language);
	ReleaseSysCache(tuple);
}
