/*-------------------------------------------------------------------------
 *
 * labels.c
 *	  The labels of secaudit in the catalogs.
 *
 * Read from the catalogs themselves, since no cache of the server has them.
 * Whoever may write to the catalogs can put there what SECURITY LABEL would
 * have refused; that counts as no label.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "core/label.h"
#include "facts/labels.h"

/*
 * A larger catalog is taken to have labels of ours: finding the one there is,
 * or that there is none any more, would mean to read all of it.
 */
#define SEARCHED_BLOCKS 8

/* What the two catalogs have in common. */
typedef struct AudLabelCatalog
{
	Oid        relid;
	Oid        index;
	AttrNumber objoid;
	AttrNumber classoid;
	AttrNumber subid; /* 0: there is none */
	AttrNumber provider;
	AttrNumber label;
} AudLabelCatalog;

static const AudLabelCatalog local_labels = {
	SecLabelRelationId,
	SecLabelObjectIndexId,
	Anum_pg_seclabel_objoid,
	Anum_pg_seclabel_classoid,
	Anum_pg_seclabel_objsubid,
	Anum_pg_seclabel_provider,
	Anum_pg_seclabel_label,
};

static const AudLabelCatalog shared_labels = {
	SharedSecLabelRelationId,
	SharedSecLabelObjectIndexId,
	Anum_pg_shseclabel_objoid,
	Anum_pg_shseclabel_classoid,
	0,
	Anum_pg_shseclabel_provider,
	Anum_pg_shseclabel_label,
};

static char *
text_at(HeapTuple tuple, AttrNumber number, TupleDesc desc)
{
	bool  is_null;
	Datum value = heap_getattr(tuple, number, desc, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

static bool
is_ours(HeapTuple tuple, const AudLabelCatalog *catalog, TupleDesc desc)
{
	char *provider = text_at(tuple, catalog->provider, desc);

	return provider != NULL && strcmp(provider, AUD_LABEL_PROVIDER) == 0;
}

/* NULL: what stands there is no label. */
static AudLabelFound *
read_label(HeapTuple tuple, const AudLabelCatalog *catalog, TupleDesc desc)
{
	AudLabelFound *found;
	AudLabel       label;
	AudError       error = {0};
	bool           is_null;
	char          *text = text_at(tuple, catalog->label, desc);

	if (text == NULL || !aud_label_parse(&label, text, &error))
		return NULL;
	found = palloc0(sizeof(AudLabelFound));
	found->tags = aud_tags_of(&label);
	if (catalog->subid != 0)
		found->subid =
			DatumGetInt32(heap_getattr(tuple, catalog->subid, desc, &is_null));
	return found;
}

List *
aud_labels_of(Oid classid, Oid objid)
{
	const AudLabelCatalog *catalog =
		IsSharedRelation(classid) ? &shared_labels : &local_labels;
	Relation    rel = table_open(catalog->relid, AccessShareLock);
	List       *labels = NIL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple   tuple;

	ScanKeyInit(&keys[0],
				catalog->objoid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(objid));
	ScanKeyInit(&keys[1],
				catalog->classoid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(classid));
	scan = systable_beginscan(rel, catalog->index, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		AudLabelFound *found = NULL;

		if (is_ours(tuple, catalog, RelationGetDescr(rel)))
			found = read_label(tuple, catalog, RelationGetDescr(rel));
		if (found != NULL)
			labels = lappend(labels, found);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return labels;
}

static Oid
oid_at(HeapTuple tuple, AttrNumber number, TupleDesc desc)
{
	bool  is_null;
	Datum value = heap_getattr(tuple, number, desc, &is_null);

	return is_null ? InvalidOid : DatumGetObjectId(value);
}

void
aud_labels_visit(AudLabelVisit visit, void *arg)
{
	const AudLabelCatalog *catalog = &local_labels;
	Relation               rel = table_open(catalog->relid, AccessShareLock);
	TupleDesc              desc = RelationGetDescr(rel);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple   tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		AudLabelFound *found = NULL;

		if (is_ours(tuple, catalog, desc))
			found = read_label(tuple, catalog, desc);
		if (found != NULL)
			visit(arg,
				  oid_at(tuple, catalog->classoid, desc),
				  oid_at(tuple, catalog->objoid, desc),
				  found);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static bool
may_have_ours(const AudLabelCatalog *catalog)
{
	Relation    rel = table_open(catalog->relid, AccessShareLock);
	bool        may = RelationGetNumberOfBlocks(rel) > SEARCHED_BLOCKS;
	SysScanDesc scan;
	HeapTuple   tuple;

	if (!may)
	{
		scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
		while (!may && HeapTupleIsValid(tuple = systable_getnext(scan)))
			may = is_ours(tuple, catalog, RelationGetDescr(rel));
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return may;
}

bool
aud_labels_may_exist(void)
{
	return may_have_ours(&local_labels) || may_have_ours(&shared_labels);
}
