/*-------------------------------------------------------------------------
 *
 * names_relation.c
 *	  How the name of a relation is spelled, and where a foreign table really
 *	  is: a cache.
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
#include "access/reloptions.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_table.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "core/json_write.h"
#include "facts/names.h"
#include "record/text.h"
#include "server/safely.h"

/* Past this many relations the cache starts anew; about 2 MB. */
#define CACHE_MAX 8192

/* Longest option of a foreign table that is kept, escaped. */
#define OPTION_MAX 1024

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
free_names(AudRelation *relation)
{
	pfree(relation->head);
	for (int i = 0; i < relation->n_columns; i++)
		pfree(relation->columns[i]);
	if (relation->columns != NULL)
		pfree(relation->columns);
	bms_free(relation->secret_columns);
	aud_names_free_virtual(relation);
	aud_names_forget_columns(relation);
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

/*
 * "schema.table", "table", or the file or program behind it, which is a thing
 * of the server's own machine.
 */
static char *
remote_name(List *options, bool *on_server)
{
	const char *schema = NULL;
	const char *table = NULL;
	ListCell   *lc;

	foreach (lc, options)
	{
		DefElem    *option = lfirst(lc);
		const char *name = option->defname;

		if (strcmp(name, "schema_name") == 0 || strcmp(name, "schema") == 0)
			schema = defGetString(option);
		else if (strcmp(name, "table_name") == 0 || strcmp(name, "table") == 0)
			table = defGetString(option);
		else if (strcmp(name, "filename") == 0 || strcmp(name, "program") == 0)
		{
			table = defGetString(option);
			*on_server = true;
		}
	}
	if (schema != NULL && table != NULL)
		return psprintf("%s.%s", schema, table);
	return table != NULL ? pstrdup(table) : NULL;
}

/* Every wrapper has options of its own, but these names are in wide use. */
static void
append_foreign(StringInfo out, Oid relid, bool *on_server)
{
	HeapTuple tuple = SearchSysCache1(FOREIGNTABLEREL, ObjectIdGetDatum(relid));
	char      json[2 * OPTION_MAX + 64];
	AudBuf    b;
	ForeignServer *server;
	Datum          options;
	bool           is_null;
	char          *remote = NULL;

	if (!HeapTupleIsValid(tuple))
		return;
	server =
		GetForeignServerExtended(((Form_pg_foreign_table) GETSTRUCT(tuple))->ftserver,
								 FSV_MISSING_OK);
	options = SysCacheGetAttr(FOREIGNTABLEREL,
							  tuple,
							  Anum_pg_foreign_table_ftoptions,
							  &is_null);
	if (!is_null)
		remote = remote_name(untransformRelOptions(options), on_server);
	ReleaseSysCache(tuple);

	aud_buf_init(&b, json, sizeof(json));
	if (server != NULL)
	{
		aud_json_lit_key(&b, "server");
		aud_text_append_plain(&b, server->servername, OPTION_MAX);
	}
	if (remote != NULL)
	{
		aud_json_lit_key(&b, "remote");
		aud_text_append_plain(&b, remote, OPTION_MAX);
	}
	appendBinaryStringInfo(out, b.data, b.len);
}

char *
aud_names_extra(Oid relid, bool *on_server)
{
	StringInfoData out;

	initStringInfo(&out);
	if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		appendStringInfoString(&out, ",\"temp\":true");
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		append_foreign(&out, relid, on_server);
	return out.data;
}

static char *
make_head(Oid relid, bool *on_server)
{
	ObjectAddress address;
	char         *type;
	char         *name;
	char         *extra;
	size_t        room;
	AudBuf        b;

	ObjectAddressSet(address, RelationRelationId, relid);
	type = getObjectTypeDescription(&address, true);
	name = getObjectIdentity(&address, true);
	if (type == NULL || name == NULL)
		return NULL;
	extra = aud_names_extra(relid, on_server);
	room = aud_names_head_room(type, name) + strlen(extra);
	aud_buf_init(&b, palloc(room), room);
	aud_names_append_head(&b, type, name);
	aud_buf_cstr(&b, extra);
	return b.data;
}

static char *
quoted(const char *name)
{
	size_t room = aud_text_name_room(name);
	AudBuf b;

	aud_buf_init(&b, palloc(room), room);
	aud_text_append_name(&b, name);
	return b.data;
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

			columns[i] =
				att->attisdropped ? pstrdup("") : quoted(NameStr(att->attname));
			ReleaseSysCache(tuple);
		}
	}
	return columns;
}

/*
 * Look everything up, in the current memory context.  Without a head there is
 * no such thing.
 */
static void
look_up(void *arg)
{
	AudRelation *relation = arg;
	Oid          relid = relation->relid;
	HeapTuple    tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));

	if (!HeapTupleIsValid(tuple))
		return;
	relation->relkind = ((Form_pg_class) GETSTRUCT(tuple))->relkind;
	relation->n_columns = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);

	relation->columns = make_columns(relid, relation->n_columns);
	relation->secret_columns = aud_names_secret_columns(relid);
	aud_names_find_virtual(relation);
	relation->head = make_head(relid, &relation->on_server);
	relation->head_len = relation->head != NULL ? strlen(relation->head) : 0;
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
	AudRelation   computed = {0};

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
	aud_names_copy_virtual(&computed, found);
	MemoryContextSwitchTo(old);

	relation = relations_insert(cache, found->relid, &known);
	relation->relkind = found->relkind;
	relation->head = head;
	relation->head_len = found->head_len;
	relation->n_columns = found->n_columns;
	relation->on_server = found->on_server;
	relation->columns = columns;
	relation->secret_columns = secrets;
	relation->virtual_columns = computed.virtual_columns;
	relation->behind = computed.behind;
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
	int                tries = 3;

	/* a server that discards its caches all the time must not hold us here */
	do
	{
		before = invalidations;
		memset(&found, 0, sizeof(found));
		found.relid = relid;
		aud_safely(look_up, &found);
	} while (before != invalidations && --tries > 0);

	if (found.head != NULL)
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
