/*-------------------------------------------------------------------------
 *
 * names_column.c
 *	  How the columns of a relation are spelled, and which of them hold
 *	  credentials.
 *
 * Most statements on a table name the columns that the one before them did,
 * so the text made last is kept with the relation's names.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/heap.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_user_mapping.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "facts/names.h"
#include "server/compat.h"

/* A longer list of columns is put together anew each time. */
#define RECENT_MAX 1024
/* What a table is asked for in turns is kept only every so many times. */
#define RECENT_MISSES 4

Bitmapset *
aud_names_add_columns(Bitmapset *columns, Oid relid, const List *names)
{
	ListCell *lc;

	foreach (lc, names)
	{
		AttrNumber number = get_attnum(relid, strVal(lfirst(lc)));

		if (number != InvalidAttrNumber)
			columns = bms_add_member(columns,
									 number - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

Bitmapset *
aud_names_secret_columns(Oid relid)
{
	static const struct
	{
		Oid        relid;
		AttrNumber first;
		AttrNumber last;
	} secrets[] = {
		{AuthIdRelationId, Anum_pg_authid_rolpassword, Anum_pg_authid_rolpassword},
		{UserMappingRelationId,
		 Anum_pg_user_mapping_umoptions,
		 Anum_pg_user_mapping_umoptions},
		{SubscriptionRelationId,
		 Anum_pg_subscription_subconninfo,
		 Anum_pg_subscription_subconninfo},
		{StatisticRelationId,
		 Anum_pg_statistic_stavalues1,
		 Anum_pg_statistic_stavalues5},
		{StatisticExtDataRelationId,
		 Anum_pg_statistic_ext_data_stxdmcv,
		 Anum_pg_statistic_ext_data_stxdexpr},
	};
	Bitmapset *columns = NULL;

	for (size_t i = 0; i < lengthof(secrets); i++)
	{
		if (secrets[i].relid != relid)
			continue;
		for (AttrNumber att = secrets[i].first; att <= secrets[i].last; att++)
			columns = bms_add_member(columns,
									 att - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

void
aud_names_find_virtual(AudRelation *relation)
{
	for (int i = 0; i < relation->n_columns; i++)
	{
		Bitmapset *behind = aud_compat_columns_behind(relation->relid, i + 1);

		if (behind == NULL)
			continue;
		if (relation->behind == NULL)
			relation->behind = palloc0(relation->n_columns * sizeof(Bitmapset *));
		relation->behind[i] = behind;
		relation->virtual_columns =
			bms_add_member(relation->virtual_columns,
						   i + 1 - FirstLowInvalidHeapAttributeNumber);
	}
}

void
aud_names_copy_virtual(AudRelation *to, const AudRelation *from)
{
	to->virtual_columns = bms_copy(from->virtual_columns);
	to->behind = NULL;
	if (from->behind == NULL)
		return;
	to->behind = palloc(from->n_columns * sizeof(Bitmapset *));
	for (int i = 0; i < from->n_columns; i++)
		to->behind[i] = bms_copy(from->behind[i]);
}

void
aud_names_free_virtual(AudRelation *relation)
{
	bms_free(relation->virtual_columns);
	if (relation->behind == NULL)
		return;
	for (int i = 0; i < relation->n_columns; i++)
		bms_free(relation->behind[i]);
	pfree(relation->behind);
}

const Bitmapset *
aud_names_columns_read(const AudRelation *relation, const Bitmapset *columns)
{
	Bitmapset *all;
	int        member = -1;

	if (relation->virtual_columns == NULL ||
		!bms_overlap(relation->virtual_columns, columns))
		return columns;
	all = bms_copy(columns);
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		int attno = member + FirstLowInvalidHeapAttributeNumber;

		if (attno >= 1 && attno <= relation->n_columns)
			all = bms_add_members(all, relation->behind[attno - 1]);
	}
	return all;
}

/* A whole-row reference is marked by attribute number 0. */
static bool
is_whole_row(const Bitmapset *columns)
{
	return bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
}

/* The JSON text of one attribute's name, or "" if there is none. */
static const char *
column_name(const AudRelation *relation, int attno)
{
	if (attno >= 1 && attno <= relation->n_columns)
		return relation->columns[attno - 1];
	switch (attno)
	{
		case SelfItemPointerAttributeNumber:
			return "\"ctid\"";
		case MinTransactionIdAttributeNumber:
			return "\"xmin\"";
		case MinCommandIdAttributeNumber:
			return "\"cmin\"";
		case MaxTransactionIdAttributeNumber:
			return "\"xmax\"";
		case MaxCommandIdAttributeNumber:
			return "\"cmax\"";
		case TableOidAttributeNumber:
			return "\"tableoid\"";
		default:
			return "";
	}
}

static void
append_column(AudBuf *b, const AudRelation *relation, int attno)
{
	const char *name = column_name(relation, attno);

	if (*name == '\0')
		return;
	if (b->len > 0)
		aud_buf_char(b, ',');
	aud_buf_cstr(b, name);
}

void
aud_names_append_columns(AudBuf *b, const AudRelation *relation,
						 const Bitmapset *columns)
{
	int member = -1;

	if (is_whole_row(columns))
	{
		for (int attno = 1; attno <= relation->n_columns; attno++)
			append_column(b, relation, attno);
		return;
	}
	while ((member = bms_next_member(columns, member)) >= 0)
		append_column(b, relation, member + FirstLowInvalidHeapAttributeNumber);
}

void
aud_names_forget_columns(AudRelation *relation)
{
	if (relation->recent_columns != NULL)
		pfree(relation->recent_columns);
	if (relation->recent_text != NULL)
		pfree(relation->recent_text);
	relation->recent_columns = NULL;
	relation->recent_text = NULL;
}

const char *
aud_names_recent_columns(const AudRelation *relation, const Bitmapset *columns,
						 size_t *len)
{
	if (relation->recent_text == NULL ||
		!bms_equal(relation->recent_columns, columns))
		return NULL;
	*len = relation->recent_len;
	return relation->recent_text;
}

/* Memory that may be missing: then nothing is kept. */
static void *
keep(MemoryContext context, const void *bytes, size_t len)
{
	void *copy = MemoryContextAllocExtended(context, len, MCXT_ALLOC_NO_OOM);

	if (copy != NULL)
		memcpy(copy, bytes, len);
	return copy;
}

void
aud_names_keep_columns(const AudRelation *relation, const Bitmapset *columns,
					   const char *text, size_t len)
{
	AudRelation  *entry = unconstify(AudRelation *, relation);
	MemoryContext cache = GetMemoryChunkContext(relation->head);

	if (entry->recent_misses++ % RECENT_MISSES != 0 || len == 0 ||
		len > RECENT_MAX)
		return;
	aud_names_forget_columns(entry);
	entry->recent_text = keep(cache, text, len);
	entry->recent_columns =
		keep(cache,
			 columns,
			 offsetof(Bitmapset, words) + columns->nwords * sizeof(bitmapword));
	if (entry->recent_columns == NULL || entry->recent_text == NULL)
		aud_names_forget_columns(entry);
	entry->recent_len = len;
}

size_t
aud_names_columns_size(const AudRelation *relation, const Bitmapset *columns)
{
	size_t size = 0;
	int    member = -1;

	if (columns == NULL)
		return 0;
	if (is_whole_row(columns))
	{
		for (int attno = 1; attno <= relation->n_columns; attno++)
			size += strlen(relation->columns[attno - 1]) + 1;
		return size;
	}
	while ((member = bms_next_member(columns, member)) >= 0)
		size += strlen(column_name(relation,
								   member + FirstLowInvalidHeapAttributeNumber)) +
				1;
	return size;
}
