/*-------------------------------------------------------------------------
 *
 * redact_tags.c
 *	  Which columns secaudit.redact_tags is about.
 *
 * What a parent by inheritance or partitioning shows of a child's column is
 * asked for by the parent's name, so a child's labels count for its parents
 * as well: too much is hidden rather than too little.
 *
 * A child has the labels of its parents, and a column those of its type: of
 * attributes of a composite type, or of the table whose row it is.
 *
 * The answers are kept until the marks of any object are forgotten (marks.c),
 * or the setting changes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/lockdefs.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "core/label.h"
#include "facts/marks.h"
#include "facts/redact_tags.h"
#include "server/safely.h"

/* Past this many relations the cache starts anew. */
#define CACHE_MAX 4096

typedef struct AudTaggedEntry
{
	Oid              relid; /* the key */
	AudTaggedColumns columns;
} AudTaggedEntry;

static MemoryContext cache_context;
static HTAB         *cache;
static uint64        as_of;   /* aud_marks_epoch() */
static unsigned      setting; /* redact_tags_changes */

static bool
is_wanted(const char *name)
{
	const AudLabel *wanted = aud_config->redact_tags;
	size_t          len = strlen(name);

	for (int i = 0; i < wanted->n; i++)
	{
		if (wanted->tags[i].len == len &&
			memcmp(wanted->tags[i].name, name, len) == 0)
			return true;
	}
	return false;
}

/* Names past the last that a set has room for could be anything. */
bool
aud_redact_tags_meet(const AudStmtTags *tags)
{
	if (tags == NULL)
		return false;
	for (int i = 0; i < tags->n; i++)
	{
		if (is_wanted(tags->names[i]))
			return true;
	}
	return tags->omitted > 0;
}

bool
aud_redact_tags_has_all_of(const AudTaggedColumns *columns, AttrNumber number)
{
	return (columns->all && number > 0) ||
		   bms_is_member(number - FirstLowInvalidHeapAttributeNumber,
						 columns->numbers);
}

bool
aud_redact_tags_has(const AudTaggedColumns *columns, AttrNumber number)
{
	int member = number - FirstLowInvalidHeapAttributeNumber;

	if (number == 0)
		return aud_redact_tags_any(columns);
	return (columns->all && number > 0) ||
		   bms_is_member(member, columns->numbers) ||
		   bms_is_member(member, columns->parts);
}

static void
forget(void)
{
	if (cache_context != NULL)
		MemoryContextDelete(cache_context);
	cache_context = NULL;
	cache = NULL;
}

static void
renew(void)
{
	HASHCTL control = {.keysize = sizeof(Oid),
					   .entrysize = sizeof(AudTaggedEntry)};

	if (as_of != aud_marks_epoch() || setting != aud_config->redact_tags_changes ||
		(cache != NULL && hash_get_num_entries(cache) >= CACHE_MAX))
		forget();
	if (cache != NULL)
		return;
	as_of = aud_marks_epoch();
	setting = aud_config->redact_tags_changes;
	cache_context = AllocSetContextCreate(TopMemoryContext,
										  "secaudit tagged columns",
										  ALLOCSET_SMALL_SIZES);
	control.hcxt = cache_context;
	cache = hash_create("secaudit tagged columns",
						64,
						&control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

typedef struct AudTaggedLookUp
{
	Oid              relid;
	AudTaggedColumns found;
} AudTaggedLookUp;

/* Its own labels, and those of what it is in. */
static AudTaggedColumns
own_columns(Oid relid)
{
	const AudMarks  *marks = aud_marks_of(RelationRelationId, relid);
	AudTaggedColumns own = {.all = aud_redact_tags_meet(marks->tags)};
	Bitmapset       *numbers = NULL;

	for (int i = 0; i < marks->n_columns; i++)
	{
		const AudColumnMarks *column = &marks->columns[i];

		if (aud_redact_tags_meet(column->tags))
			numbers = bms_add_member(numbers,
									 column->number -
										 FirstLowInvalidHeapAttributeNumber);
	}
	own.numbers = numbers;
	return own;
}

List *
aud_redact_tags_ancestors(Oid relid)
{
	List    *found = list_make1_oid(relid);
	Relation rel = table_open(InheritsRelationId, AccessShareLock);

	/* the list grows while it is gone through */
	for (int i = 0; i < list_length(found); i++)
	{
		ScanKeyData key;
		SysScanDesc scan;
		HeapTuple   tuple;

		ScanKeyInit(&key,
					Anum_pg_inherits_inhrelid,
					BTEqualStrategyNumber,
					F_OIDEQ,
					ObjectIdGetDatum(list_nth_oid(found, i)));
		scan =
			systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
			found = list_append_unique_oid(found,
										   ((Form_pg_inherits) GETSTRUCT(tuple))
											   ->inhparent);
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return list_delete_first(found);
}

/* What the others have is its own as well. */
static void
take_over(AudTaggedLookUp *look_up, List *relids)
{
	ListCell *lc;

	foreach (lc, relids)
	{
		Oid              other = lfirst_oid(lc);
		AudTaggedColumns columns;

		if (other == look_up->relid)
			continue;
		columns = own_columns(other);
		look_up->found.all |= columns.all;
		look_up->found.numbers =
			bms_union(look_up->found.numbers,
					  aud_marks_translate(other, columns.numbers, look_up->relid));
	}
}

/* Columns whose type has such columns or attributes. */
static const Bitmapset *
find_parts(Oid relid)
{
	HeapTuple  tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Bitmapset *parts = NULL;
	int        n;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	n = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	for (int i = 1; i <= n; i++)
	{
		Oid of_type =
			aud_redact_tags_row_type(get_atttype(relid, (AttrNumber) i));

		if (!OidIsValid(of_type) || of_type == relid)
			continue;
		if (aud_redact_tags_on_relation(of_type))
			parts = bms_add_member(parts, i - FirstLowInvalidHeapAttributeNumber);
	}
	return parts;
}

Oid
aud_redact_tags_row_type(Oid type)
{
	Oid element;

	if (type < FirstNormalObjectId)
		return InvalidOid;
	type = getBaseType(type);
	while (OidIsValid(element = get_element_type(type)))
		type = getBaseType(element);
	return get_typ_typrelid(type);
}

static void
look_up(void *arg)
{
	AudTaggedLookUp *look_up = arg;
	Oid              relid = look_up->relid;

	/* a label of the database is none of the system's own tables */
	if (relid >= FirstNormalObjectId &&
		aud_redact_tags_meet(aud_marks_of(DatabaseRelationId, MyDatabaseId)->tags))
		look_up->found.all = true;
	look_up->found.all |= own_columns(relid).all;
	look_up->found.numbers = own_columns(relid).numbers;
	if (relid < FirstNormalObjectId || look_up->found.all)
		return;
	take_over(look_up, aud_redact_tags_ancestors(relid));
	if (has_subclass(relid))
		take_over(look_up, find_all_inheritors(relid, NoLock, NULL));
	look_up->found.parts = find_parts(relid);
}

/* What cannot be looked up is taken to have the tags, and asked for again. */
AudTaggedColumns
aud_redact_tags_of(Oid relid)
{
	AudTaggedLookUp asked = {.relid = relid};
	AudTaggedEntry *entry;
	MemoryContext   old;

	renew();
	entry = hash_search(cache, &relid, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->columns;
	if (!aud_safely(look_up, &asked))
		asked.found.all = true;
	else if (as_of == aud_marks_epoch() && cache != NULL)
	{
		old = MemoryContextSwitchTo(cache_context);
		asked.found.numbers = bms_copy(asked.found.numbers);
		asked.found.parts = bms_copy(asked.found.parts);
		MemoryContextSwitchTo(old);
		entry = hash_search(cache, &relid, HASH_ENTER, NULL);
		entry->columns = asked.found;
	}
	return asked.found;
}
