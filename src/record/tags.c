/*-------------------------------------------------------------------------
 *
 * tags.c
 *	  The tags of a statement: those of all its objects, in one list.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "record/stmt.h"

static int
take(const AudStmtTags *from, int at, AudStmtTags *to)
{
	if (to->n < AUD_TAGS_MAX)
		to->names[to->n++] = from->names[at];
	else
		to->omitted++;
	return at + 1;
}

void
aud_tags_merge(AudStmtTags *to, const AudStmtTags *from)
{
	AudStmtTags before = *to;
	int         b = 0;
	int         f = 0;

	to->n = 0;
	to->omitted += from->omitted;
	while (b < before.n || f < from->n)
	{
		int order = b == before.n  ? 1
					: f == from->n ? -1
								   : strcmp(before.names[b], from->names[f]);

		if (order == 0)
			f++; /* the same name is the same pointer */
		if (order <= 0)
			b = take(&before, b, to);
		else
			f = take(from, f, to);
	}
}

void
aud_stmt_add_tags(AudStmt *stmt, const AudStmtTags *tags)
{
	if (tags->n > 0)
		aud_tags_merge(&stmt->tags, tags);
}

void
aud_stmt_tag_object(AudStmt *stmt, AudObject *object, const AudStmtTags *tags)
{
	object->tags = tags;
	aud_stmt_add_tags(stmt, tags);
}
