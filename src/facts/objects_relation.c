/*-------------------------------------------------------------------------
 *
 * objects_relation.c
 *	  The objects of a statement: relations and their columns.
 *
 * They come through the name cache (names_relation.c), so that the usual
 * statement costs a hash look-up and a copy for each of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "nodes/bitmapset.h"

#include "facts/classify.h"
#include "facts/marks.h"
#include "facts/mention.h"
#include "facts/names.h"
#include "facts/objects.h"

/* Has this relation secrets in it that reading should always leave a trace of? */
static bool
reads_credentials(const AudRelation *relation, const Bitmapset *columns)
{
	return relation->secret_columns != NULL && columns != NULL &&
		   (bms_overlap(relation->secret_columns, columns) ||
			bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns));
}

/* Catalogs and information_schema: whatever initdb has made. */
static void
note_relation(AudStmt *stmt, const AudRelation *relation, int access,
			  const Bitmapset *columns)
{
	stmt->what.classes |= aud_classify_access(access);
	if (relation->relid >= FirstNormalObjectId)
	{
		stmt->what.user_objects = true;
		if (relation->on_server && access != 0)
			stmt->what.privileged = true;
		return;
	}
	stmt->what.catalog_objects = true;
	/* what is in large objects is users'; a lock is no look at a catalog */
	if (relation->relid == LargeObjectRelationId || (access & AUD_ACCESS_LOCK))
		stmt->what.user_objects = true;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
	{
		stmt->what.must_record = true;
		stmt->what.classes |=
			aud_classify_catalog_write(relation->relid, columns);
	}
	if (reads_credentials(relation, columns))
		stmt->what.must_record = true;
}

static void
put_columns(AudStmt *stmt, AudObject *object, const AudRelation *relation)
{
	size_t      len;
	const char *text = aud_names_recent_columns(relation, object->columns, &len);
	size_t      room;
	char       *at;
	AudBuf      b;

	if (text != NULL)
	{
		(void) aud_stmt_put(stmt,
							&object->columns_off,
							&object->columns_len,
							text,
							len);
		return;
	}
	room = aud_names_columns_size(relation, object->columns);
	if (room == 0 || (at = aud_stmt_arena(stmt, room + 1)) == NULL)
		return;
	aud_buf_init(&b, at, room + 1);
	aud_names_append_columns(&b, relation, object->columns);
	object->columns_off = stmt->arena.len;
	object->columns_len = b.len;
	stmt->arena.len += b.len;
	aud_names_keep_columns(relation, object->columns, at, b.len);
}

static const Bitmapset *
columns_of(const AudUse *use)
{
	const Bitmapset *written = use->inserted;

	if (use->updated != NULL)
		written =
			written == NULL ? use->updated : bms_union(written, use->updated);
	if (written == NULL)
		return use->read;
	if (use->read == NULL)
		return written;
	return bms_union(written, use->read);
}

/* Is this object the one that is mentioned, with its columns still open? */
static bool
add_to_known(AudObject *object, const AudMention *mention,
			 const Bitmapset *columns)
{
	if (object == NULL || object->columns_len > 0)
		return false;
	object->access |= mention->access;
	object->tentative = false;
	object->by_policy &= mention->by_policy;
	object->columns =
		object->columns == NULL ? columns : bms_union(object->columns, columns);
	return true;
}

/*
 * Name a relation without its columns yet: a later mention in the same
 * statement may add to them.  NULL: it cannot be named.
 */
static AudObject *
name_relation(AudStmt *stmt, const AudMention *mention)
{
	const AudRelation *relation = aud_names_relation(mention->relid);
	const Bitmapset   *columns;
	AudObject         *object;

	if (relation == NULL)
		return NULL;
	columns = aud_names_columns_read(relation, columns_of(&mention->use));
	note_relation(stmt, relation, mention->access, columns);
	object = aud_stmt_find_object(stmt, RelationRelationId, mention->relid);
	if (add_to_known(object, mention, columns))
		return object;

	object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return NULL;
	object->classid = RelationRelationId;
	object->objid = mention->relid;
	object->access = mention->access;
	object->planned = mention->planned;
	object->by_policy = mention->by_policy;
	object->columns = columns;
	aud_stmt_set_head(stmt, object, relation->head, relation->head_len);
	return object;
}

/*
 * What is computed when it is read has the marks of what it is computed of.  An
 * object for which there was no room (NULL) is marked all the same.
 */
static pg_noinline void
mark_relation(AudStmt *stmt, AudObject *object, const AudMention *mention)
{
	AudObject omitted = {.classid = RelationRelationId, .objid = mention->relid};
	const AudRelation *relation = aud_names_relation(mention->relid);
	AudUse             use = mention->use;

	if (relation != NULL)
		use.read = aud_names_columns_read(relation, use.read);
	aud_marks_add(stmt, object != NULL ? object : &omitted, mention->access, &use);
}

void
aud_objects_mark(AudStmt *stmt, const AudMention *mention)
{
	mark_relation(stmt,
				  aud_stmt_find_object(stmt, RelationRelationId, mention->relid),
				  mention);
}

void
aud_objects_mention(AudStmt *stmt, const AudMention *mention)
{
	AudObject *object = name_relation(stmt, mention);

	if (aud_config->marking)
		mark_relation(stmt, object, mention);
}

void
aud_objects_settle(AudStmt *stmt, int first)
{
	for (int i = Max(0, first - AUD_OBJECTS_WINDOW); i < stmt->objects.n; i++)
	{
		AudObject         *object = &stmt->objects.items[i];
		const AudRelation *relation;

		if (object->columns == NULL)
			continue;
		relation = aud_names_relation(object->objid);
		if (relation != NULL)
			put_columns(stmt, object, relation);
		object->columns = NULL; /* belongs to the plan, which may go away */
	}
}

void
aud_objects_add_relation(AudStmt *stmt, Oid relid, int access,
						 const Bitmapset *columns)
{
	AudMention mention = {
		.relid = relid,
		.access = access,
		.use = {.read = columns},
	};
	int first = stmt->objects.n;

	aud_objects_mention(stmt, &mention);
	aud_objects_settle(stmt, first);
}

void
aud_objects_add_used(AudStmt *stmt, Oid relid, int access, const AudUse *use)
{
	AudMention mention = {.relid = relid,
						  .access = access,
						  .planned = access == 0,
						  .use = *use};
	int        first = stmt->objects.n;

	aud_objects_mention(stmt, &mention);
	aud_objects_settle(stmt, first);
}
