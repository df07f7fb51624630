/*-------------------------------------------------------------------------
 *
 * names_function.c
 *	  Cache of function names, and of what functions reach.
 *
 * A function's name contains those of its argument types and of schemas, so
 * any change to one of these throws everything away: in a session that calls
 * functions, that is rare.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_proc.h"
#include "common/hashfn.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "facts/names.h"
#include "server/safely.h"

/* Past this many functions the cache starts anew. */
#define CACHE_MAX 4096

#define SH_PREFIX            functions
#define SH_ELEMENT_TYPE      AudFunctionName
#define SH_KEY_TYPE          Oid
#define SH_KEY               funcid
#define SH_HASH_KEY(tb, key) murmurhash32(key)
#define SH_EQUAL(tb, a, b)   ((a) == (b))
#define SH_SCOPE             static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static MemoryContext   cache_context;
static functions_hash *cache;

/* Entries must not vanish while one is being made. */
static bool making;
static bool changed;

static void
forget_all(void)
{
	if (cache_context != NULL)
		MemoryContextDelete(cache_context);
	cache_context = NULL;
	cache = NULL;
}

static void
something_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	changed = true;
	if (!making)
		forget_all();
}

void
aud_names_start_functions(void)
{
	CacheRegisterSyscacheCallback(PROCOID, something_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, something_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, something_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(LANGOID, something_changed, (Datum) 0);
}

typedef struct AudLookUp
{
	Oid   funcid;
	char *type;
	char *name;

	AudReach reach;
} AudLookUp;

static void
look_up(void *arg)
{
	AudLookUp    *found = arg;
	ObjectAddress address;

	ObjectAddressSet(address, ProcedureRelationId, found->funcid);
	found->type = getObjectTypeDescription(&address, true);
	found->name = getObjectIdentity(&address, true);
	if (found->funcid >= FirstNormalObjectId)
		aud_reach_look_up(found->funcid, &found->reach);
}

/* "type":"function","name":"public.f(integer)", in the cache's context. */
static char *
make_head(const AudLookUp *found)
{
	size_t room = aud_names_head_room(found->type, found->name);
	AudBuf b;

	aud_buf_init(&b, palloc(room), room);
	aud_names_append_head(&b, found->type, found->name);
	return MemoryContextStrdup(cache_context, b.data);
}

static const AudFunctionName *
remember(const AudLookUp *found)
{
	AudFunctionName *entry;
	bool             known;
	char            *head;

	if (cache != NULL && cache->members >= CACHE_MAX)
		forget_all();
	if (cache == NULL)
	{
		cache_context = AllocSetContextCreate(TopMemoryContext,
											  "secaudit function names",
											  ALLOCSET_DEFAULT_SIZES);
		cache = functions_create(cache_context, 64, NULL);
	}
	head = make_head(found);
	entry = functions_insert(cache, found->funcid, &known);
	entry->head = head;
	entry->head_len = strlen(head);
	entry->reach = found->reach;
	entry->privileged =
		found->reach.is_untrusted ||
		(found->reach.call != NULL && aud_reach_is_on_server(found->reach.call));
	return entry;
}

static const AudFunctionName *
make_entry(Oid funcid)
{
	MemoryContext          scratch = AllocSetContextCreate(CurrentMemoryContext,
                                                  "secaudit look-up",
                                                  ALLOCSET_SMALL_SIZES);
	MemoryContext          old = MemoryContextSwitchTo(scratch);
	AudLookUp              found = {.funcid = funcid};
	const AudFunctionName *entry = NULL;
	int                    tries = 3;

	/* made again if something changes meanwhile, but not for ever */
	do
	{
		changed = false;
		aud_safely(look_up, &found);
	} while (changed && --tries > 0);

	if (found.type != NULL && found.name != NULL)
	{
		making = true;
		entry = remember(&found);
		making = false;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return entry;
}

const AudFunctionName *
aud_names_function(Oid funcid)
{
	const AudFunctionName *entry = NULL;

	if (cache != NULL)
		entry = functions_lookup(cache, funcid);
	return entry != NULL ? entry : make_entry(funcid);
}
