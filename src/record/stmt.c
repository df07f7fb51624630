/*-------------------------------------------------------------------------
 *
 * stmt.c
 *	  The pool of statement frames, with the arena, the objects and the text
 *	  that each of them owns.
 *
 * A frame and its arena are reused from one statement to the next, so that
 * the usual statement allocates nothing.  Nothing here throws: where memory
 * is short a fact is left out, never the statement disturbed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "record/stmt.h"

#define ARENA_START   1024
#define ARENA_KEEP    (16 * 1024) /* a larger one is not kept in the pool */
#define OBJECTS_START 8
#define OBJECTS_KEEP  64
#define POOL_KEEP     8 /* frames kept when they are not in use */

/*
 * Each frame is in a memory context of its own, with all that it has, and that
 * is deleted where the pool is full.  Frames that shared one would leave it as
 * large as it ever was: what a session took for thousands of open cursors would
 * be its for good.  The first block holds a frame, its first arena and objects.
 */
#define FRAME_BLOCK 4096

static MemoryContext stmt_context; /* the parent of theirs, and the spare's */
static AudStmt      *pool;
static int           pooled;
static AudStmt       spare;

static MemoryContext
all_frames(void)
{
	if (stmt_context == NULL)
		stmt_context = AllocSetContextCreate(TopMemoryContext,
											 "secaudit statements",
											 ALLOCSET_SMALL_SIZES);
	return stmt_context;
}

static void *
try_alloc(AudStmt *stmt, size_t size)
{
	return MemoryContextAllocExtended(stmt->memory != NULL ? stmt->memory
														   : all_frames(),
									  size,
									  MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

/* Clear the facts; the memory, the arena and the array of objects stay. */
static AudStmt *
clear(AudStmt *stmt)
{
	MemoryContext memory = stmt->memory;
	char         *arena = stmt->arena.data;
	size_t        arena_cap = stmt->arena.cap;
	AudObject    *objects = stmt->objects.items;
	int           max_objects = stmt->objects.max;

	memset(stmt, 0, offsetof(AudStmt, result.failure.message) + 1);
	stmt->tags.n = 0;
	stmt->tags.omitted = 0;
	stmt->memory = memory;
	stmt->arena.data = arena;
	stmt->arena.cap = arena_cap;
	stmt->objects.items = objects;
	stmt->objects.max = max_objects;
	return stmt;
}

static AudStmt *
make(void)
{
	MemoryContext memory = AllocSetContextCreate(all_frames(),
												 "secaudit statement",
												 0,
												 FRAME_BLOCK,
												 ALLOCSET_DEFAULT_MAXSIZE);
	AudStmt      *stmt =
		MemoryContextAllocExtended(memory, sizeof(AudStmt), MCXT_ALLOC_NO_OOM);

	if (stmt == NULL)
	{
		MemoryContextDelete(memory);
		ereport(ERROR,
				errcode(ERRCODE_OUT_OF_MEMORY),
				errmsg("out of memory"),
				errdetail("Failed while beginning the audit of a statement."));
	}
	memset(stmt, 0, sizeof(AudStmt));
	stmt->memory = memory;
	return stmt;
}

AudStmt *
aud_stmt_take(void)
{
	AudStmt *stmt = pool;

	if (stmt != NULL)
	{
		pool = stmt->life.next;
		pooled--;
		return clear(stmt);
	}
	return make();
}

AudStmt *
aud_stmt_take_spare(void)
{
	return clear(&spare);
}

static void
free_text(AudStmt *stmt)
{
	if (stmt->text.prepared != NULL)
		pfree(stmt->text.prepared);
	if (stmt->text.kept != NULL)
		pfree(stmt->text.kept);
	if (stmt->text.hidden.at != NULL)
		pfree(stmt->text.hidden.at);
	if (stmt->params.hidden != NULL)
		pfree(stmt->params.hidden);
}

void
aud_stmt_forget_text(AudStmt *stmt)
{
	free_text(stmt);
	stmt->params.hidden = NULL;
	stmt->params.hide_all = false;
	memset(&stmt->text, 0, sizeof(stmt->text));
}

void
aud_stmt_release(AudStmt *stmt)
{
	if (stmt != &spare && pooled >= POOL_KEEP)
	{
		MemoryContextDelete(stmt->memory);
		return;
	}
	free_text(stmt);
	if (stmt->arena.data != NULL && stmt->arena.cap > ARENA_KEEP)
	{
		pfree(stmt->arena.data);
		stmt->arena.data = NULL;
		stmt->arena.cap = 0;
	}
	if (stmt->objects.items != NULL && stmt->objects.max > OBJECTS_KEEP)
	{
		pfree(stmt->objects.items);
		stmt->objects.items = NULL;
		stmt->objects.max = 0;
	}

	if (stmt == &spare)
		return;
	stmt->life.next = pool;
	pool = stmt;
	pooled++;
}

char *
aud_stmt_arena(AudStmt *stmt, size_t n)
{
	if (stmt->arena.cap - stmt->arena.len < n)
	{
		size_t cap = Max(ARENA_START, stmt->arena.cap * 2);
		char  *grown;

		while (cap - stmt->arena.len < n)
			cap *= 2;
		/* offsets are 32 bits wide */
		if (cap > PG_INT32_MAX || (grown = try_alloc(stmt, cap)) == NULL)
			return NULL;
		if (stmt->arena.data != NULL)
		{
			memcpy(grown, stmt->arena.data, stmt->arena.len);
			pfree(stmt->arena.data);
		}
		stmt->arena.data = grown;
		stmt->arena.cap = cap;
	}
	return stmt->arena.data + stmt->arena.len;
}

bool
aud_stmt_put(AudStmt *stmt, uint32 *off, uint32 *len, const char *text,
			 size_t text_len)
{
	char *at = aud_stmt_arena(stmt, text_len);

	if (at == NULL)
		return false;
	memcpy(at, text, text_len);
	*off = stmt->arena.len;
	*len = text_len;
	stmt->arena.len += text_len;
	return true;
}

void
aud_stmt_note(AudStmt *stmt, const char *text)
{
	size_t size = strlen(text) + 1;
	char  *at = aud_stmt_arena(stmt, size);

	if (at == NULL)
	{
		stmt->target.after = NULL; /* without it nothing can be looked up */
		return;
	}
	memcpy(at, text, size);
	stmt->target.note_off = stmt->arena.len;
	stmt->arena.len += size;
}

AudObject *
aud_stmt_add_object(AudStmt *stmt)
{
	AudObject *object;

	if (stmt->objects.n == stmt->objects.max)
	{
		int        max = Max(OBJECTS_START, stmt->objects.max * 2);
		AudObject *grown = NULL;

		if (stmt->objects.n < AUD_OBJECTS_MAX)
			grown = try_alloc(stmt, max * sizeof(AudObject));
		if (grown == NULL)
		{
			stmt->objects.omitted++;
			return NULL;
		}
		if (stmt->objects.items != NULL)
		{
			memcpy(grown,
				   stmt->objects.items,
				   stmt->objects.n * sizeof(AudObject));
			pfree(stmt->objects.items);
		}
		stmt->objects.items = grown;
		stmt->objects.max = max;
	}
	object = &stmt->objects.items[stmt->objects.n++];
	memset(object, 0, sizeof(AudObject));
	return object;
}

/* Where the last mention before "end" is, not too far back; or -1. */
static inline int
find_before(const AudStmt *stmt, int end, Oid classid, Oid objid)
{
	int from = Max(0, stmt->objects.n - AUD_OBJECTS_WINDOW);

	while (--end >= from)
	{
		const AudObject *object = &stmt->objects.items[end];

		if (object->objid == objid && object->classid == classid)
			return end;
	}
	return -1;
}

AudObject *
aud_stmt_find_object(AudStmt *stmt, Oid classid, Oid objid)
{
	int at = find_before(stmt, stmt->objects.n, classid, objid);

	if (at >= 0)
		return &stmt->objects.items[at];

	/* what the command itself names is remembered from further back */
	at = Min(stmt->objects.n - AUD_OBJECTS_WINDOW,
			 Min(stmt->target.named, AUD_OBJECTS_WINDOW));
	while (--at >= 0)
	{
		AudObject *object = &stmt->objects.items[at];

		if (object->objid == objid && object->classid == classid)
			return object;
	}
	return NULL;
}

void
aud_stmt_keep_text(AudStmt *stmt)
{
	if (stmt->text.data == NULL)
		return;
	stmt->text.kept = try_alloc(stmt, stmt->text.len + 1);
	if (stmt->text.kept == NULL)
	{
		stmt->text.data = NULL;
		stmt->text.len = 0;
		return;
	}
	memcpy(stmt->text.kept, stmt->text.data, stmt->text.len);
	stmt->text.kept[stmt->text.len] = '\0';
	stmt->text.data = stmt->text.kept;
}

static void
hide_anew(AudStmt *stmt)
{
	AudStmtText *text = &stmt->text;

	if (text->prepared != NULL)
		pfree(text->prepared);
	if (text->hidden.at != NULL)
		pfree(text->hidden.at);
	if (stmt->params.hidden != NULL)
		pfree(stmt->params.hidden);
	text->prepared = NULL;
	text->is_prepared = false;
	memset(&text->hidden, 0, sizeof(text->hidden));
	stmt->params.hidden = NULL;
	stmt->params.hide_all = false;
}

void
aud_stmt_hide_all(AudStmt *stmt)
{
	hide_anew(stmt);
	stmt->text.hidden.all = true;
	stmt->params.hide_all = true;
}

/* Where memory is short, all is hidden. */
void
aud_stmt_hide(AudStmt *stmt, const int *at, int n, size_t shift,
			  const Bitmapset *params)
{
	AudTextHidden *hidden = &stmt->text.hidden;
	MemoryContext  outer;

	hide_anew(stmt);
	if (n > 0)
	{
		hidden->at = try_alloc(stmt, n * sizeof(size_t));
		if (hidden->at == NULL)
		{
			aud_stmt_hide_all(stmt);
			return;
		}
	}
	for (int i = 0; i < n; i++)
		hidden->at[i] = at[i] + shift;
	hidden->n = n;
	if (params != NULL)
	{
		outer = MemoryContextSwitchTo(stmt->memory);
		stmt->params.hidden = bms_copy(params);
		MemoryContextSwitchTo(outer);
	}
}

void
aud_stmt_prepare_text(AudStmt *stmt, AudText *out)
{
	aud_text_prepare_hidden(out,
							stmt->text.data,
							stmt->text.len,
							&stmt->text.hidden);
	if (out->len == 0)
		return; /* of no text, or for lack of memory */
	if (out->data != stmt->text.data)
	{
		stmt->text.prepared = try_alloc(stmt, out->len);
		if (stmt->text.prepared == NULL)
			return;
		memcpy(stmt->text.prepared, out->data, out->len);
	}
	stmt->text.prepared_len = out->len;
	stmt->text.omitted = out->omitted;
	stmt->text.redacted = out->redacted;
	stmt->text.is_prepared = true;
}

void
aud_stmt_get_text(const AudStmt *stmt, AudText *out)
{
	const AudStmtText *text = &stmt->text;

	if (text->is_prepared)
		aud_text_use(out,
					 text->prepared != NULL ? text->prepared : text->data,
					 text->prepared_len,
					 text->omitted,
					 text->redacted);
	else
		aud_text_prepare_hidden(out, text->data, text->len, &text->hidden);
}

/* A function is named once more where its arguments are others. */
static bool
has_same_head(const AudStmt *to, const AudObject *same, const AudStmt *from,
			  const AudObject *object)
{
	return same->head_len == object->head_len &&
		   memcmp(to->arena.data + same->head_off,
				  from->arena.data + object->head_off,
				  same->head_len) == 0;
}

/* The mention in one frame that says the same of an object of another, or NULL. */
static AudObject *
find_same(AudStmt *to, const AudStmt *from, const AudObject *object)
{
	int at = to->objects.n;

	while (OidIsValid(object->objid) &&
		   (at = find_before(to, at, object->classid, object->objid)) >= 0)
	{
		AudObject *same = &to->objects.items[at];

		if (same->columns_len == object->columns_len &&
			has_same_head(to, same, from, object) &&
			(same->columns_len == 0 ||
			 memcmp(to->arena.data + same->columns_off,
					from->arena.data + object->columns_off,
					same->columns_len) == 0))
			return same;
	}
	return NULL;
}

static void
merge_object(AudStmt *to, const AudStmt *from, const AudObject *object)
{
	AudObject  copy = *object;
	AudObject *added = find_same(to, from, object);

	if (added != NULL)
	{
		added->access |= object->access;
		added->by_policy &= object->by_policy;
		added->denied |= object->denied;
		added->audited |= object->audited;
		return;
	}
	added = aud_stmt_add_object(to);
	if (added == NULL)
		return;
	if (!aud_stmt_put(to,
					  &copy.head_off,
					  &copy.head_len,
					  from->arena.data + copy.head_off,
					  copy.head_len))
		copy.head_len = 0;
	if (!aud_stmt_put(to,
					  &copy.columns_off,
					  &copy.columns_len,
					  from->arena.data + copy.columns_off,
					  copy.columns_len))
		copy.columns_len = 0;
	*added = copy;
}

void
aud_stmt_merge(AudStmt *to, const AudStmt *from)
{
	for (int i = 0; i < from->objects.n; i++)
		merge_object(to, from, &from->objects.items[i]);
	to->objects.omitted += from->objects.omitted;
	to->detail_redacted |= from->detail_redacted;
	if (from->tags.n > 0)
		aud_stmt_add_tags(to, &from->tags);
	if (from->rules.refused_by[0] != '\0')
	{
		strlcpy(to->rules.refused_by, from->rules.refused_by, AUD_STMT_RULE_SIZE);
		to->rules.severity = from->rules.severity;
		to->rules.broke_glass = from->rules.broke_glass;
	}
	to->what.classes |= from->what.classes;
	to->what.rls |= from->what.rls;
	to->what.audited |= from->what.audited;
	to->what.tagged |= from->what.tagged;
	to->what.tagged_classes |= from->what.tagged_classes;
	to->what.privileged |= from->what.privileged;
	to->what.must_record |= from->what.must_record;
	to->what.user_objects |= from->what.user_objects;
	to->what.catalog_objects |= from->what.catalog_objects;
	to->what.has_recorded |= from->what.has_recorded;
}
