/*-------------------------------------------------------------------------
 *
 * subtype_diff.c
 *	  The subtype_diff functions of range types that are users' own: a list,
 *	  since there are few and pg_range has no index by them.
 *
 * Asked for at each call of such a function, and of others with its signature,
 * so the catalog is read once, and again when the server says that a range type
 * came or went.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_range.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "facts/subtype_diff.h"

static List *functions;
static bool  is_known;

static void
ranges_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	is_known = false;
}

/* Messages may arrive meanwhile: then what was read is read again. */
static void
read_ranges(void)
{
	Relation    ranges = table_open(RangeRelationId, AccessShareLock);
	SysScanDesc scan =
		systable_beginscan(ranges, InvalidOid, false, NULL, 0, NULL);
	MemoryContext old;
	HeapTuple     tuple;

	list_free(functions);
	functions = NIL;
	is_known = true;
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid funcid = ((Form_pg_range) GETSTRUCT(tuple))->rngsubdiff;

		if (funcid < FirstNormalObjectId)
			continue;
		old = MemoryContextSwitchTo(TopMemoryContext);
		functions = lappend_oid(functions, funcid);
		MemoryContextSwitchTo(old);
	}
	systable_endscan(scan);
	table_close(ranges, AccessShareLock);
}

bool
aud_subtype_diff_is(Oid funcid)
{
	static bool registered;

	if (!registered)
	{
		CacheRegisterSyscacheCallback(RANGETYPE, ranges_changed, (Datum) 0);
		registered = true;
	}
	if (!is_known)
		read_ranges();
	return list_member_oid(functions, funcid);
}
