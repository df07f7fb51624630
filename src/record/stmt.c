/*-------------------------------------------------------------------------
 *
 * stmt.c
 *	  The pool of statement frames, and the arena that each of them owns.
 *
 * A frame and its arena are reused from one statement to the next, so that
 * the usual statement allocates nothing.  Nothing here throws: where memory
 * is short a fact is left out, never the statement disturbed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/json_scan.h"
#include "core/json_write.h"
#include "record/stmt.h"
#include "record/text.h"

#define ARENA_START     1024
#define ARENA_KEEP      (16 * 1024) /* a larger one is not kept in the pool */
#define MERGE_WINDOW    64 /* objects among which the same one is looked for */
#define OBJECTS_START   8
#define OBJECTS_KEEP    64
#define DETAIL_TEXT_MAX 1024 /* bytes of a text among the details */
#define POOL_KEEP       8    /* frames kept when they are not in use */

static MemoryContext stmt_context;
static AudStmt      *pool;
static int           pooled;
static AudStmt       spare;

static void *
try_alloc(size_t size)
{
	if (stmt_context == NULL)
		stmt_context = AllocSetContextCreate(TopMemoryContext,
											 "secaudit statements",
											 ALLOCSET_DEFAULT_SIZES);
	return MemoryContextAllocExtended(stmt_context,
									  size,
									  MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

/* Clear the facts; the arena and the array of objects stay. */
static AudStmt *
clear(AudStmt *stmt)
{
	char      *arena = stmt->arena.data;
	size_t     arena_cap = stmt->arena.cap;
	AudObject *objects = stmt->objects.items;
	int        max_objects = stmt->objects.max;

	memset(stmt, 0, offsetof(AudStmt, result.failure.message) + 1);
	stmt->arena.data = arena;
	stmt->arena.cap = arena_cap;
	stmt->objects.items = objects;
	stmt->objects.max = max_objects;
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

	stmt = try_alloc(sizeof(AudStmt));
	if (stmt == NULL)
		ereport(ERROR,
				errcode(ERRCODE_OUT_OF_MEMORY),
				errmsg("out of memory"),
				errdetail("Failed while beginning the audit of a statement."));
	memset(stmt, 0, sizeof(AudStmt));
	return stmt;
}

AudStmt *
aud_stmt_take_spare(void)
{
	return clear(&spare);
}

void
aud_stmt_release(AudStmt *stmt)
{
	bool keep = pooled < POOL_KEEP || stmt == &spare;

	if (stmt->text.kept != NULL)
	{
		pfree(stmt->text.kept);
		stmt->text.kept = NULL;
	}
	if (stmt->arena.data != NULL && (!keep || stmt->arena.cap > ARENA_KEEP))
	{
		pfree(stmt->arena.data);
		stmt->arena.data = NULL;
		stmt->arena.cap = 0;
	}
	if (stmt->objects.items != NULL && (!keep || stmt->objects.max > OBJECTS_KEEP))
	{
		pfree(stmt->objects.items);
		stmt->objects.items = NULL;
		stmt->objects.max = 0;
	}

	if (stmt == &spare)
		return;
	if (!keep)
	{
		pfree(stmt);
		return;
	}
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
		if (cap > PG_INT32_MAX || (grown = try_alloc(cap)) == NULL)
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

/*
 * Details are kept in one piece; if something else went into the arena
 * since, the piece is moved to the end first.
 */
static char *
detail_room(AudStmt *stmt, size_t n)
{
	char *room = aud_stmt_arena(stmt, stmt->detail.len + n);

	if (room == NULL)
		return NULL;
	if (stmt->detail.len == 0)
		stmt->detail.off = stmt->arena.len;
	else if (stmt->detail.off + stmt->detail.len != stmt->arena.len)
	{
		memcpy(room, stmt->arena.data + stmt->detail.off, stmt->detail.len);
		stmt->detail.off = stmt->arena.len;
		stmt->arena.len += stmt->detail.len;
	}
	return stmt->arena.data + stmt->arena.len;
}

static void
detail_written(AudStmt *stmt, const AudBuf *b)
{
	if (b->truncated)
		return;
	stmt->detail.len += b->len;
	stmt->arena.len += b->len;
}

/*
 * Is there such a member already?  A command that is refused for naming
 * something twice would otherwise leave a key twice.
 */
static bool
has_detail(const AudStmt *stmt, const char *key)
{
	AudJsonValue value;

	return stmt->detail.len > 0 &&
		   aud_json_find_member(stmt->arena.data + stmt->detail.off,
								stmt->detail.len,
								key,
								&value);
}

/* Begin ,"key": with room for the value; false if it is there, or memory short. */
static bool
begin_detail(AudStmt *stmt, AudBuf *b, const char *key, size_t value_room)
{
	size_t room = strlen(key) + value_room + 8;
	char  *at;

	if (has_detail(stmt, key) || (at = detail_room(stmt, room)) == NULL)
		return false;
	aud_buf_init(b, at, room);
	aud_buf_lit(b, ",\"");
	aud_buf_cstr(b, key);
	aud_buf_lit(b, "\":");
	return true;
}

/* utf8 is not NUL-terminated */
static void
put_detail(AudStmt *stmt, const char *key, const char *utf8, size_t len)
{
	AudBuf b;

	if (!begin_detail(stmt, &b, key, 6 * len))
		return;
	aud_json_string(&b, utf8, len);
	detail_written(stmt, &b);
}

void
aud_stmt_detail(AudStmt *stmt, const char *key, const char *value)
{
	size_t      len = strlen(value);
	const char *utf8 = aud_session_to_utf8(value, &len);

	put_detail(stmt, key, utf8, len);
	if (utf8 != value)
		pfree(unconstify(char *, utf8));
}

/* Between aud_text_begin, which its memory needs, and aud_text_end. */
static void
put_limited(AudStmt *stmt, const char *key, AudText *text)
{
	aud_text_limit(text, DETAIL_TEXT_MAX);
	put_detail(stmt, key, text->data, text->len);
}

void
aud_stmt_detail_text(AudStmt *stmt, const char *key, const char *value, size_t len)
{
	AudText text;

	aud_text_begin();
	aud_text_prepare(&text, value, len);
	put_limited(stmt, key, &text);
	aud_text_end();
}

void
aud_stmt_detail_value(AudStmt *stmt, const char *key, const char *value)
{
	AudText text;

	aud_text_begin();
	aud_text_prepare_value(&text, value, strlen(value));
	put_limited(stmt, key, &text);
	aud_text_end();
}

void
aud_stmt_detail_json(AudStmt *stmt, const char *key, const char *json, size_t len)
{
	AudBuf b;

	if (!begin_detail(stmt, &b, key, len))
		return;
	aud_buf_append(&b, json, len);
	detail_written(stmt, &b);
}

void
aud_stmt_note(AudStmt *stmt, const char *text)
{
	size_t size = strlen(text) + 1;
	char  *at = aud_stmt_arena(stmt, size);

	if (at == NULL)
	{
		stmt->target.after = NULL; /* it could not tell what it is about */
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
			grown = try_alloc(max * sizeof(AudObject));
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

void
aud_stmt_keep_text(AudStmt *stmt)
{
	if (stmt->text.data == NULL)
		return;
	stmt->text.kept = try_alloc(stmt->text.len + 1);
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

/* Copy a slice of one arena to another; false if memory is short. */
static bool
copy_slice(AudStmt *to, const AudStmt *from, uint32 *off, uint32 len)
{
	char *at;

	if (len == 0)
		return true;
	at = aud_stmt_arena(to, len);
	if (at == NULL)
		return false;
	memcpy(at, from->arena.data + *off, len);
	*off = to->arena.len;
	to->arena.len += len;
	return true;
}

/* The mention in one frame that says the same of an object of another, or NULL. */
static AudObject *
find_same(AudStmt *to, const AudStmt *from, const AudObject *object)
{
	if (!OidIsValid(object->objid))
		return NULL;
	for (int i = Max(0, to->objects.n - MERGE_WINDOW); i < to->objects.n; i++)
	{
		AudObject *same = &to->objects.items[i];

		if (same->objid == object->objid && same->classid == object->classid &&
			same->columns_len == object->columns_len &&
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
		return;
	}
	added = aud_stmt_add_object(to);
	if (added == NULL)
		return;
	if (!copy_slice(to, from, &copy.head_off, copy.head_len))
		copy.head_len = 0;
	if (!copy_slice(to, from, &copy.columns_off, copy.columns_len))
		copy.columns_len = 0;
	*added = copy;
}

void
aud_stmt_merge(AudStmt *to, const AudStmt *from)
{
	for (int i = 0; i < from->objects.n; i++)
		merge_object(to, from, &from->objects.items[i]);
	to->objects.omitted += from->objects.omitted;
	to->what.classes |= from->what.classes;
	to->what.rls |= from->what.rls;
	to->what.privileged |= from->what.privileged;
	to->what.must_record |= from->what.must_record;
	to->what.user_objects |= from->what.user_objects;
	to->what.catalog_objects |= from->what.catalog_objects;
}
