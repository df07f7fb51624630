/*-------------------------------------------------------------------------
 *
 * marks_find.c
 *	  The marks of one object, from the catalogs.
 *
 * A label on a schema is one on all inside it.  A partition is a part of its
 * parent: what the parent has counts for whoever goes to the partition himself.
 * A child by inheritance is a table of its own, as it is for PostgreSQL's own
 * permissions: through the parent it is the parent that counts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_namespace.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "facts/held.h"
#include "facts/labels.h"
#include "facts/marks_find.h"

void
aud_marks_find_above(void *arg)
{
	AudMarksFind *find = arg;
	ObjectAddress address;

	if (find->classid == RelationRelationId)
	{
		find->schema = get_rel_namespace(find->objid);
		if (get_rel_relispartition(find->objid))
			find->parent = get_partition_parent(find->objid, true);
	}
	else if (find->has_labels && find->classid != NamespaceRelationId &&
			 find->classid != LargeObjectRelationId &&
			 is_objectclass_supported(find->classid) &&
			 get_object_attnum_namespace(find->classid) != InvalidAttrNumber)
	{
		ObjectAddressSet(address, find->classid, find->objid);
		find->schema = get_object_namespace(&address);
	}
	if (!find->has_labels)
		find->schema = InvalidOid;
}

/* The marks of a column, made if there are none yet. */
static AudColumnMarks *
column_of(AudMarks *marks, AttrNumber number)
{
	AudColumnMarks *column;

	for (int i = 0; i < marks->n_columns; i++)
	{
		if (marks->columns[i].number == number)
			return &marks->columns[i];
	}
	marks->columns =
		marks->columns == NULL
			? palloc(sizeof(AudColumnMarks))
			: repalloc(marks->columns,
					   (marks->n_columns + 1) * sizeof(AudColumnMarks));
	column = &marks->columns[marks->n_columns++];
	memset(column, 0, sizeof(AudColumnMarks));
	column->number = number;
	return column;
}

static void
find_labels(AudMarksFind *find)
{
	AudMarks *marks = &find->marks;
	ListCell *lc;

	foreach (lc, aud_labels_of(find->classid, find->objid))
	{
		const AudLabelFound *found = lfirst(lc);

		if (found->subid == 0)
			marks->tags = aud_tags_union(marks->tags, found->tags);
		else
		{
			AudColumnMarks *column = column_of(marks, (AttrNumber) found->subid);

			column->tags = aud_tags_union(column->tags, found->tags);
		}
	}
}

static void
find_held_columns(AudMarksFind *find)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(find->objid));
	int       n;

	if (!HeapTupleIsValid(tuple))
		return;
	n = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	for (AttrNumber number = FirstLowInvalidHeapAttributeNumber + 1; number <= n;
		 number++)
	{
		AclMode held = number == 0
						   ? ACL_NO_RIGHTS
						   : aud_held_on_column(find->role, find->objid, number);

		if (held != ACL_NO_RIGHTS)
			column_of(&find->marks, number)->held |= held;
	}
}

/* A partition's columns have the names of its parent's, not their numbers. */
static void
take_over(AudMarksFind *find)
{
	AudMarks *marks = &find->marks;

	marks->tags = aud_tags_union(marks->tags, find->above.tags);
	marks->held |= find->above.held;
	for (int i = 0; i < find->above.n_columns; i++)
	{
		const AudColumnMarks *above = &find->above.columns[i];
		AudColumnMarks       *column;
		char      *name = get_attname(find->parent, above->number, true);
		AttrNumber number =
			name != NULL ? get_attnum(find->objid, name) : InvalidAttrNumber;

		if (number == InvalidAttrNumber)
			continue;
		column = column_of(marks, number);
		column->tags = aud_tags_union(column->tags, above->tags);
		column->held |= above->held;
	}
}

void
aud_marks_find(void *arg)
{
	AudMarksFind *find = arg;
	AudMarks     *marks = &find->marks;

	marks->tags = find->schema_tags;
	if (find->has_labels)
		find_labels(find);
	if (OidIsValid(find->role))
	{
		marks->held = aud_held_on(find->role, find->classid, find->objid);
		if (find->classid == RelationRelationId)
			find_held_columns(find);
	}
	if (OidIsValid(find->parent))
		take_over(find);
	for (int i = 0; i < marks->n_columns; i++)
	{
		if (marks->columns[i].tags != NULL)
			marks->columns[i].tags =
				aud_tags_union(marks->columns[i].tags, marks->tags);
	}
}
