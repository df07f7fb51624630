/*-------------------------------------------------------------------------
 *
 * marks.c
 *	  What marks an object as one to be audited: a cache of labels and of the
 *	  audit role's privileges.
 *
 * pg_seclabel has no cache of the server's, so nothing tells which label has
 * changed: hooks/label.c has the server announce a change of the whole
 * catalog, and everything is forgotten.  Labels change rarely.  What goes
 * with its object (DROP, GRANT, another schema) the server announces for that
 * object; since numbers are used again, its entry must not stay.
 *
 * Messages may arrive while an entry is being made, so everything is looked
 * up before it enters the table, and again if something was forgotten
 * meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "facts/audit_role.h"
#include "facts/labels.h"
#include "facts/marks.h"
#include "facts/marks_find.h"
#include "server/safely.h"

/* Past this many objects the cache starts anew; about 1 MB. */
#define CACHE_MAX 8192

typedef struct AudMarkKey
{
	Oid classid;
	Oid objid;
} AudMarkKey;

typedef struct AudMarkEntry
{
	AudMarkKey key;
	AudMarks   marks;
	bool       is_parent; /* others have taken over what it has */
	char       status;    /* for simplehash */
} AudMarkEntry;

#define SH_PREFIX       marks
#define SH_ELEMENT_TYPE AudMarkEntry
#define SH_KEY_TYPE     AudMarkKey
#define SH_KEY          key
#define SH_HASH_KEY(tb, key) \
	hash_combine(murmurhash32((key).objid), murmurhash32((key).classid))
#define SH_EQUAL(tb, a, b) \
	((a).objid == (b).objid && (a).classid == (b).classid)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static MemoryContext cache_context;
static marks_hash   *cache;
static uint64        epoch = 1; /* counts what was forgotten */
static uint64        label_changes = 1;

static const AudMarks no_marks;

/* What holds for all objects; looked up before the first of them. */
static struct
{
	bool     labels_known;
	bool     has_labels;
	bool     role_known;
	unsigned role_changes; /* of the setting, as they were then */
	Oid      role;         /* InvalidOid: none */
} general;

static void
forget_all(void)
{
	epoch++;
	if (cache_context != NULL)
		MemoryContextDelete(cache_context);
	cache_context = NULL;
	cache = NULL;
}

static void
labels_changed(void)
{
	forget_all();
	label_changes++;
	general.labels_known = false;
	aud_guc_set_labels(true);
}

static void
relation_changed(Datum arg, Oid relid)
{
	AudMarkKey    key = {RelationRelationId, relid};
	AudMarkEntry *entry;

	if (!OidIsValid(relid) || relid == SecLabelRelationId ||
		relid == SharedSecLabelRelationId)
	{
		labels_changed();
		return;
	}
	entry = cache != NULL ? marks_lookup(cache, key) : NULL;
	if (entry == NULL)
		epoch++; /* it may be about to be entered */
	else if (entry->is_parent)
		forget_all();
	else
	{
		epoch++;
		if (entry->marks.n_columns > 0)
			pfree(entry->marks.columns);
		marks_delete_item(cache, entry);
	}
}

static void
object_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	forget_all();
}

static void
role_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	forget_all();
	general.role_known = false;
}

void
aud_marks_start(void)
{
	static bool registered = false;

	if (registered)
		return;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(DATABASEOID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, role_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, object_changed, (Datum) 0);
	registered = true;
}

uint64
aud_marks_epoch(void)
{
	return epoch;
}

uint64
aud_marks_label_changes(void)
{
	return label_changes;
}

static void
look_up_labels(void *arg)
{
	*(bool *) arg = aud_labels_may_exist();
}

static void
look_up_role(void *arg)
{
	*(Oid *) arg = aud_audit_role_look_up();
}

/*
 * Know what holds for all objects.  False where that cannot be found out now.
 * A label that appears while it is looked for makes the answer unknown again.
 */
static bool
settle(void)
{
	if (general.role_changes != aud_config->role_changes)
	{
		forget_all();
		general.role_known = false;
		general.role_changes = aud_config->role_changes;
	}
	if (general.labels_known && general.role_known)
		return true;
	if (!IsTransactionState() || !OidIsValid(MyDatabaseId))
		return false;
	if (!general.role_known)
	{
		general.role = InvalidOid;
		general.role_known = true;
		if (!aud_safely(look_up_role, &general.role))
			general.role_known = false;
		else
			aud_audit_role_found(OidIsValid(general.role));
	}
	if (!general.labels_known)
	{
		bool has_labels = true;

		general.labels_known = true;
		if (!aud_safely(look_up_labels, &has_labels))
			general.labels_known = false;
		else if (general.labels_known)
		{
			general.has_labels = has_labels;
			aud_guc_set_labels(has_labels);
		}
	}
	return general.labels_known && general.role_known;
}

static AudColumnMarks *
copy_columns(const AudMarks *marks, MemoryContext where)
{
	size_t          size = marks->n_columns * sizeof(AudColumnMarks);
	AudColumnMarks *copy;

	if (size == 0)
		return NULL;
	copy = MemoryContextAlloc(where, size);
	memcpy(copy, marks->columns, size);
	return copy;
}

/* Copy what was found to where the cache lives; NULL: it is not to be kept. */
static const AudMarks *
remember(AudMarkKey key, const AudMarks *found, Oid parent)
{
	AudColumnMarks *columns;
	AudMarkEntry   *entry;
	bool            known;

	if (cache != NULL && cache->members >= CACHE_MAX)
		forget_all();
	if (cache == NULL)
	{
		cache_context = AllocSetContextCreate(TopMemoryContext,
											  "secaudit marks",
											  ALLOCSET_DEFAULT_SIZES);
		cache = marks_create(cache_context, 64, NULL);
	}
	if (OidIsValid(parent))
	{
		AudMarkKey    of_parent = {RelationRelationId, parent};
		AudMarkEntry *above = marks_lookup(cache, of_parent);

		if (above == NULL)
			return NULL; /* forgotten: nothing would tell of a change to it */
		above->is_parent = true;
	}
	columns = copy_columns(found, cache_context);
	entry = marks_insert(cache, key, &known);
	entry->marks = *found;
	entry->is_parent = false;
	entry->marks.columns = columns;
	return &entry->marks;
}

/*
 * What it takes over from is asked for first, and so is known for the next
 * object of the same schema or parent.  A copy, since what is returned here may
 * go while the rest is looked up.
 */
static void
inherit(AudMarksFind *find)
{
	if (OidIsValid(find->schema))
		find->schema_tags = aud_marks_of(NamespaceRelationId, find->schema)->tags;
	if (OidIsValid(find->parent))
	{
		const AudMarks *above = aud_marks_of(RelationRelationId, find->parent);

		find->above = *above;
		find->above.columns = copy_columns(above, CurrentMemoryContext);
	}
}

/* Does the server announce all that may change what an object of this kind has? */
static bool
is_announced(Oid classid)
{
	return classid == RelationRelationId || classid == ProcedureRelationId ||
		   classid == NamespaceRelationId || classid == AuthIdRelationId ||
		   classid == DatabaseRelationId;
}

/*
 * An entry whose making was overtaken each time is used once and not kept; it
 * is in the memory of the statement then, and small.
 */
static const AudMarks *
make_entry(AudMarkKey key)
{
	static AudMarks unkept;
	MemoryContext   scratch = AllocSetContextCreate(CurrentMemoryContext,
                                                  "secaudit look-up",
                                                  ALLOCSET_SMALL_SIZES);
	MemoryContext   old = MemoryContextSwitchTo(scratch);
	const AudMarks *marks;
	AudMarksFind    find;
	uint64          before;
	int             tries = 3;
	bool            found;

	do
	{
		memset(&find, 0, sizeof(find));
		find.classid = key.classid;
		find.objid = key.objid;
		find.role = general.role;
		find.has_labels = general.has_labels;
		before = epoch;
		found = aud_safely(aud_marks_find_above, &find);
		if (found)
			inherit(&find);
		found = found && aud_safely(aud_marks_find, &find);
	} while (before != epoch && --tries > 0);

	MemoryContextSwitchTo(old);
	marks = found && before == epoch && is_announced(key.classid)
				? remember(key, &find.marks, find.parent)
				: NULL;
	if (marks == NULL && found)
	{
		unkept = find.marks;
		unkept.columns = copy_columns(&find.marks, CurrentMemoryContext);
		marks = &unkept;
	}
	MemoryContextDelete(scratch);
	return marks != NULL ? marks : &no_marks;
}

const AudMarks *
aud_marks_of(Oid classid, Oid objid)
{
	AudMarkKey    key = {classid, objid};
	AudMarkEntry *entry = NULL;

	if (!OidIsValid(objid) || (!settle() && cache == NULL))
		return &no_marks;
	if (!general.has_labels && !OidIsValid(general.role))
		return &no_marks;
	if (cache != NULL)
		entry = marks_lookup(cache, key);
	if (entry != NULL)
		return &entry->marks;
	return IsTransactionState() ? make_entry(key) : &no_marks;
}

/*
 * The roles of a session are few, and the last answer is mostly the next one.
 */
void
aud_marks_add_acting(AudStmt *stmt)
{
	static uint64             serial;
	static uint64             as_of;
	static const AudStmtTags *tags;
	const AudIdentity        *who = stmt->who;

	if (!settle() || !general.has_labels)
		return;
	if (who->serial == 0 || who->serial != serial || as_of != epoch)
	{
		serial = 0;
		tags = aud_marks_of(DatabaseRelationId, MyDatabaseId)->tags;
		tags =
			aud_tags_union(tags,
						   aud_marks_of(AuthIdRelationId, who->session_role)->tags);
		tags =
			aud_tags_union(tags,
						   aud_marks_of(AuthIdRelationId, who->current_role)->tags);
		serial = who->serial;
		as_of = epoch;
	}
	if (tags == NULL)
		return;
	aud_stmt_add_tags(stmt, tags);
	stmt->what.acts_tagged = true;
}
