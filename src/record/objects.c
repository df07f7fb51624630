/*-------------------------------------------------------------------------
 *
 * objects.c
 *	  The objects of a record.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/class.h"
#include "record/head.h"

static void
append_object(AudBuf *b, const AudStmt *stmt, const AudObject *object,
			  bool with_columns)
{
	aud_buf_char(b, '{');
	aud_buf_append(b, stmt->arena.data + object->head_off, object->head_len);
	if (object->access != 0)
	{
		aud_buf_lit(b, ",\"access\":");
		aud_access_append(b, object->access);
	}
	if (object->by_policy)
		aud_buf_lit(b, ",\"origin\":\"rls\"");
	if (object->root)
		aud_buf_lit(b, ",\"root\":true");
	if (object->planned)
		aud_buf_lit(b, ",\"planned\":true");
	if (object->columns_len > 0 && with_columns)
	{
		aud_buf_lit(b, ",\"columns\":[");
		aud_buf_append(b,
					   stmt->arena.data + object->columns_off,
					   object->columns_len);
		aud_buf_char(b, ']');
	}
	else if (object->columns_len > 0)
		aud_buf_lit(b, ",\"columns_omitted\":true");
	aud_buf_char(b, '}');
}

/* Take back what was appended after "len". */
static void
rewind_to(AudBuf *b, size_t len)
{
	b->len = len;
	b->data[len] = '\0';
	b->truncated = false;
}

/*
 * Append as many of the objects as fit before "limit".  Columns of a table so
 * wide that they fill a line of their own are left out.
 */
void
aud_record_append_objects(AudBuf *b, const AudStmt *stmt, int *next, size_t limit)
{
	bool first = true;

	for (; *next < stmt->objects.n; (*next)++)
	{
		const AudObject *object = &stmt->objects.items[*next];
		size_t           before = b->len;

		if (object->head_len == 0)
			continue; /* its name could not be found out */
		aud_buf_cstr(b, first ? ",\"objects\":[" : ",");
		append_object(b, stmt, object, true);
		if (first && (b->truncated || b->len > limit))
		{
			rewind_to(b, before);
			aud_buf_lit(b, ",\"objects\":[");
			append_object(b, stmt, object, false);
			if (b->truncated)
				return; /* the line is of no use */
		}
		else if (b->truncated || b->len > limit)
		{
			rewind_to(b, before);
			break;
		}
		first = false;
	}
	if (!first)
		aud_buf_char(b, ']');
}
