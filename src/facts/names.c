/*-------------------------------------------------------------------------
 *
 * names.c
 *	  Cache of relation and column names.
 *
 * An entry is thrown away when the server says that the relation changed;
 * a change to a schema throws away all of them.  Messages may arrive while an
 * entry is being made, so everything is looked up before the entry enters
 * the table, and made again if the table was touched meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_user_mapping.h"
#include "common/hashfn.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "core/json_write.h"
#include "facts/names.h"
#include "facts/names_foreign.h"
#include "record/session.h"

/* Past this many relations the cache starts anew; about 2 MB. */
#define CACHE_MAX 8192

/* A longer list of columns is put together anew each time. */
#define RECENT_MAX 1024
/* What a table is asked for in turns is kept only every so many times. */
#define RECENT_MISSES 4

#define SH_PREFIX            relations
#define SH_ELEMENT_TYPE      AudRelation
#define SH_KEY_TYPE          Oid
#define SH_KEY               relid
#define SH_HASH_KEY(tb, key) murmurhash32(key)
#define SH_EQUAL(tb, a, b)   ((a) == (b))
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) ((a)->hash)
#define SH_SCOPE           static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static MemoryContext   cache_context;
static relations_hash *cache;
static uint64          invalidations;

static void
forget_columns(AudRelation *relation)
{
	if (relation->recent_columns != NULL)
		pfree(relation->recent_columns);
	if (relation->recent_text != NULL)
		pfree(relation->recent_text);
	relation->recent_columns = NULL;
	relation->recent_text = NULL;
}

static void
free_names(AudRelation *relation)
{
	pfree(relation->head);
	for (int i = 0; i < relation->n_columns; i++)
		pfree(relation->columns[i]);
	if (relation->columns != NULL)
		pfree(relation->columns);
	bms_free(relation->secret_columns);
	forget_columns(relation);
}

static void
forget_all(void)
{
	invalidations++;
	if (cache_context != NULL)
		MemoryContextDelete(cache_context);
	cache_context = NULL;
	cache = NULL;
}

static void
relation_changed(Datum arg, Oid relid)
{
	AudRelation *relation;

	if (!OidIsValid(relid))
	{
		forget_all();
		return;
	}
	invalidations++;
	if (cache == NULL || (relation = relations_lookup(cache, relid)) == NULL)
		return;
	free_names(relation);
	relations_delete_item(cache, relation);
}

static void
schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	forget_all();
}

void
aud_names_start(void)
{
	static bool registered = false;

	if (registered)
		return;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, schema_changed, (Datum) 0);
	aud_names_start_functions();
	registered = true;
}

static char *
to_json(const char *text)
{
	size_t      len = strlen(text);
	const char *utf8 = aud_session_to_utf8(text, &len);
	char       *json = palloc(6 * len + 3);
	AudBuf      b;

	aud_buf_init(&b, json, 6 * len + 3);
	aud_json_string(&b, utf8, len);
	if (utf8 != text)
		pfree(unconstify(char *, utf8));
	return json;
}

static char *
make_head(Oid relid, bool *on_server)
{
	ObjectAddress address;
	char         *type;
	char         *name;

	ObjectAddressSet(address, RelationRelationId, relid);
	type = getObjectTypeDescription(&address, true);
	name = getObjectIdentity(&address, true);
	if (type == NULL || name == NULL)
		return NULL;
	return psprintf("\"type\":\"%s\",\"name\":%s%s",
					type,
					to_json(name),
					aud_names_extra(relid, on_server));
}

static char **
make_columns(Oid relid, int n_columns)
{
	char **columns = palloc(Max(n_columns, 1) * sizeof(char *));

	for (int i = 0; i < n_columns; i++)
	{
		HeapTuple tuple =
			SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(i + 1));

		columns[i] = NULL;
		if (!HeapTupleIsValid(tuple))
			columns[i] = pstrdup("");
		else
		{
			Form_pg_attribute att = (Form_pg_attribute) GETSTRUCT(tuple);

			columns[i] = att->attisdropped ? pstrdup("")
										   : to_json(NameStr(att->attname));
			ReleaseSysCache(tuple);
		}
	}
	return columns;
}

static Bitmapset *
secret_columns_of(Oid relid)
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

/* Look everything up, in the current memory context; false: no such thing. */
static bool
look_up(Oid relid, AudRelation *relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));

	if (!HeapTupleIsValid(tuple))
		return false;
	relation->relid = relid;
	relation->relkind = ((Form_pg_class) GETSTRUCT(tuple))->relkind;
	relation->n_columns = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);

	relation->head = make_head(relid, &relation->on_server);
	if (relation->head == NULL)
		return false;
	relation->head_len = strlen(relation->head);
	relation->columns = make_columns(relid, relation->n_columns);
	relation->secret_columns = secret_columns_of(relid);
	return true;
}

/* Copy what look_up found to where the cache lives. */
static AudRelation *
remember(const AudRelation *found)
{
	AudRelation  *relation;
	MemoryContext old;
	bool          known;
	char         *head;
	char        **columns;
	Bitmapset    *secrets;

	if (cache != NULL && cache->members >= CACHE_MAX)
		forget_all();
	if (cache == NULL)
	{
		cache_context = AllocSetContextCreate(TopMemoryContext,
											  "secaudit names",
											  ALLOCSET_DEFAULT_SIZES);
		cache = relations_create(cache_context, 16, NULL);
	}

	old = MemoryContextSwitchTo(cache_context);
	head = pstrdup(found->head);
	columns = palloc(Max(found->n_columns, 1) * sizeof(char *));
	for (int i = 0; i < found->n_columns; i++)
		columns[i] = pstrdup(found->columns[i]);
	secrets = bms_copy(found->secret_columns);
	MemoryContextSwitchTo(old);

	relation = relations_insert(cache, found->relid, &known);
	relation->relkind = found->relkind;
	relation->head = head;
	relation->head_len = found->head_len;
	relation->n_columns = found->n_columns;
	relation->on_server = found->on_server;
	relation->columns = columns;
	relation->secret_columns = secrets;
	relation->recent_columns = NULL;
	relation->recent_text = NULL;
	relation->recent_misses = 0;
	return relation;
}

static const AudRelation *
make_entry(Oid relid)
{
	MemoryContext      scratch = AllocSetContextCreate(CurrentMemoryContext,
                                                  "secaudit look-up",
                                                  ALLOCSET_SMALL_SIZES);
	MemoryContext      old = MemoryContextSwitchTo(scratch);
	const AudRelation *relation = NULL;
	uint64             before;
	AudRelation        found;
	bool               exists;
	int                tries = 3;

	/* a server that discards its caches all the time must not hold us here */
	do
	{
		before = invalidations;
		memset(&found, 0, sizeof(found));
		exists = look_up(relid, &found);
	} while (before != invalidations && --tries > 0);

	if (exists)
		relation = remember(&found);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return relation;
}

const AudRelation *
aud_names_relation(Oid relid)
{
	const AudRelation *relation = NULL;

	if (cache != NULL)
		relation = relations_lookup(cache, relid);
	return relation != NULL ? relation : make_entry(relid);
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
keep(const void *bytes, size_t len)
{
	void *copy =
		MemoryContextAllocExtended(cache_context, len, MCXT_ALLOC_NO_OOM);

	if (copy != NULL)
		memcpy(copy, bytes, len);
	return copy;
}

void
aud_names_keep_columns(const AudRelation *relation, const Bitmapset *columns,
					   const char *text, size_t len)
{
	AudRelation *entry = unconstify(AudRelation *, relation);

	if (entry->recent_misses++ % RECENT_MISSES != 0 || len == 0 ||
		len > RECENT_MAX)
		return;
	forget_columns(entry);
	entry->recent_text = keep(text, len);
	entry->recent_columns =
		keep(columns,
			 offsetof(Bitmapset, words) + columns->nwords * sizeof(bitmapword));
	if (entry->recent_columns == NULL || entry->recent_text == NULL)
		forget_columns(entry);
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
