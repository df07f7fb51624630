/*-------------------------------------------------------------------------
 *
 * names.h
 *	  How relations, their columns and functions are spelled in a record:
 *	  caches of JSON text ready to be copied.
 *
 * Names are spelled as pg_identify_object() does.  Look-ups raise no error
 * (server/safely.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_NAMES_H
#define AUD_FACTS_NAMES_H

#include "core/buf.h"
#include "facts/reach.h"
#include "nodes/bitmapset.h"
#include "record/text.h"

typedef struct AudRelation
{
	Oid    relid;
	char   relkind;
	char  *head; /* "type":"table","name":"public.card" */
	size_t head_len;
	int    n_columns;
	char **columns;   /* "pan", by attribute number - 1; "" where dropped */
	bool   on_server; /* a foreign table over a file or program of the server */

	/* columns with credentials in them, offset as in range tables; or NULL */
	Bitmapset *secret_columns;

	/*
	 * Columns that are computed when they are read, in the same way; and by
	 * attribute number - 1, of which columns.  Or NULL: there are none.
	 */
	Bitmapset  *virtual_columns;
	Bitmapset **behind;

	/* the columns that were asked for lately, as text; or NULL */
	Bitmapset *recent_columns;
	char      *recent_text;
	size_t     recent_len;
	uint32     recent_misses;

	uint32 hash;   /* for simplehash */
	char   status; /* for simplehash */
} AudRelation;

typedef struct AudFunctionName
{
	Oid    funcid;
	char  *head; /* "type":"function","name":"public.f(integer)" */
	size_t head_len;

	AudReach reach; /* what it does beside what its name says */
	bool     privileged;

	char status; /* for simplehash */
} AudFunctionName;

/* Register the invalidation callbacks; later calls do nothing. */
extern void aud_names_start(void);
extern void aud_names_start_functions(void);

/* "type":"table","name":"public.card" of the database's encoding. */
static inline size_t
aud_names_head_room(const char *type, const char *name)
{
	return strlen(type) + aud_text_name_room(name) +
		   sizeof("\"type\":\"\",\"name\":");
}

static inline void
aud_names_append_head(AudBuf *b, const char *type, const char *name)
{
	aud_buf_lit(b, "\"type\":\"");
	aud_buf_cstr(b, type);
	aud_buf_lit(b, "\",\"name\":");
	aud_text_append_name(b, name);
}

/* The name of a function, under the same conditions as that of a relation. */
extern const AudFunctionName *aud_names_function(Oid funcid);

/*
 * The names of a relation; NULL if it does not exist.  Valid until the next
 * call, or the next moment at which invalidation messages may be taken in.
 * Needs a transaction in which catalogs can be read.
 */
extern const AudRelation *aud_names_relation(Oid relid);

/*
 * What the name does not say, as further members of the object: that it is
 * temporary, and where a foreign table really is, ,"server":"s","remote":
 * "public.t"; palloc'd, "" if there is nothing.  *on_server is set if using
 * the table means to read a file or run a program on the server, and is left
 * alone otherwise.  Within aud_safely.
 */
extern char *aud_names_extra(Oid relid, bool *on_server);

/*
 * Append "pan","owner" for a set of attribute numbers that are offset by
 * FirstLowInvalidHeapAttributeNumber.  A whole-row reference is all columns.
 */
extern void aud_names_append_columns(AudBuf *b, const AudRelation *relation,
									 const Bitmapset *columns);

/*
 * The same text, where it was made for the same columns lately; NULL: make it.
 * Most statements on a table name the columns that the one before them did.
 */
extern const char *aud_names_recent_columns(const AudRelation *relation,
											const Bitmapset   *columns,
											size_t            *len);

/* Keep text[len] for aud_names_recent_columns. */
extern void aud_names_keep_columns(const AudRelation *relation,
								   const Bitmapset *columns, const char *text,
								   size_t len);

/* An upper limit of the bytes that aud_names_append_columns appends. */
extern size_t aud_names_columns_size(const AudRelation *relation,
									 const Bitmapset   *columns);

/* These columns too, offset as in range tables; a name that is none is left out. */
extern Bitmapset *aud_names_add_columns(Bitmapset *columns, Oid relid,
										const List *names);

/* Columns with credentials in them, offset as in range tables; or NULL. */
extern Bitmapset *aud_names_secret_columns(Oid relid);

/* Fill in what is computed of what, from the catalogs; within aud_safely. */
extern void aud_names_find_virtual(AudRelation *relation);
extern void aud_names_copy_virtual(AudRelation *to, const AudRelation *from);
extern void aud_names_free_virtual(AudRelation *relation);

/*
 * The columns, and those that are read for their sake; the same set where none
 * is computed.
 */
extern const Bitmapset *aud_names_columns_read(const AudRelation *relation,
											   const Bitmapset   *columns);

/* Free what is kept for aud_names_recent_columns. */
extern void aud_names_forget_columns(AudRelation *relation);

#endif /* AUD_FACTS_NAMES_H */
