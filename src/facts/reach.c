/*-------------------------------------------------------------------------
 *
 * reach.c
 *	  Functions that are not built in and reach beyond what the executor sees.
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
#include "facts/builtin.h"
#include "facts/reach.h"

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
		reach->call = aud_builtin_find(reach->builtin);
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
