/*-------------------------------------------------------------------------
 *
 * written.c
 *	  The tables that statements of a background worker's transaction have
 *	  written.
 *
 * What else the transaction wrote it wrote below the executor (apply.c).  A
 * table counts as written by statements if one names it, or the table that it
 * is a partition of, as changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"

#include "core/class.h"
#include "statement/written.h"

static bool
is_named(Oid relid)
{
	const AudWritten *written = &aud_backend->written;

	for (int i = 0; i < written->n; i++)
	{
		if (written->tables[i] == relid)
			return true;
	}
	return false;
}

bool
aud_written_by_statement(Oid relid)
{
	ListCell *lc;

	if (aud_backend->written.n == 0)
		return false;
	if (is_named(relid))
		return true;
	if (!get_rel_relispartition(relid))
		return has_superclass(relid);
	foreach (lc, get_partition_ancestors(relid))
	{
		if (is_named(lfirst_oid(lc)))
			return true;
	}
	return false;
}

void
aud_written_note(const AudStmt *stmt)
{
	AudWritten *written = &aud_backend->written;

	for (int i = 0; i < stmt->objects.n; i++)
	{
		const AudObject *object = &stmt->objects.items[i];
		int changes = object->access & ~(AUD_ACCESS_SELECT | AUD_ACCESS_LOCK |
										 AUD_ACCESS_COPY_TO);

		if (object->classid == RelationRelationId && changes != 0 &&
			written->n < AUD_WRITTEN_MAX && !is_named(object->objid))
			written->tables[written->n++] = object->objid;
	}
}
