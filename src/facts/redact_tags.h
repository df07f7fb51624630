/*-------------------------------------------------------------------------
 *
 * redact_tags.h
 *	  Which columns secaudit.redact_tags is about.
 *
 * A column is, where it, its table, the schema or the database has a label
 * with one of the tags.  Nothing here is called where there are no such tags
 * or no labels: aud_redact_tags_on().
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_TAGS_H
#define AUD_FACTS_REDACT_TAGS_H

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "record/stmt.h"
#include "server/guc.h"

static inline bool
aud_redact_tags_on(void)
{
	return aud_config->redact_tags != NULL && aud_config->marking;
}

/* Of a relation; all: whatever columns there are. */
typedef struct AudTaggedColumns
{
	bool             all;
	const Bitmapset *numbers; /* from FirstLowInvalidHeapAttributeNumber on */
	const Bitmapset *parts;   /* those of which a part has the tags, likewise */
} AudTaggedColumns;

/* Does one of them have the tags? */
static inline bool
aud_redact_tags_any(const AudTaggedColumns *columns)
{
	return columns->all || columns->numbers != NULL || columns->parts != NULL;
}

/*
 * Is the column one of them, or a part of it?  0: the row as a whole.  And: is
 * all of it, whatever its parts?
 */
extern bool aud_redact_tags_has(const AudTaggedColumns *columns,
								AttrNumber              number);
extern bool aud_redact_tags_has_all_of(const AudTaggedColumns *columns,
									   AttrNumber              number);

/* The tables that it inherits from, and theirs; reads catalogs. */
extern List *aud_redact_tags_ancestors(Oid relid);

/*
 * The relation whose rows, or arrays of them, are the values of this type;
 * InvalidOid: none's.  Reads catalogs.
 */
extern Oid aud_redact_tags_row_type(Oid type);

/*
 * The columns of a relation, and of what inherits from it; valid until the
 * next call.  Reads catalogs, within aud_safely() of its own.
 */
extern AudTaggedColumns aud_redact_tags_of(Oid relid);

/* Has it any? */
static inline bool
aud_redact_tags_on_relation(Oid relid)
{
	AudTaggedColumns columns = aud_redact_tags_of(relid);

	return aud_redact_tags_any(&columns);
}

/* Is one of these tags in secaudit.redact_tags?  NULL: no tags. */
extern bool aud_redact_tags_meet(const AudStmtTags *tags);

/*
 * Does the text mention one of these columns, its table or a view of that, by
 * name?  True where that cannot be told.
 */
extern bool aud_redact_tags_mentioned(const char *text, size_t len);

#endif /* AUD_FACTS_REDACT_TAGS_H */
