/*-------------------------------------------------------------------------
 *
 * pgaudit.h
 *	  Records as the lines that pgaudit writes into the server's log.
 *
 * pgaudit numbers the statements of a session and writes about one before what
 * runs inside of it, where it runs a query, and behind that, where it is a
 * utility command.  A trail has one record when a statement ends.  So what ran
 * inside of a statement is held until that comes: up to AUD_PGAUDIT_HELD bytes
 * in all, and AUD_PGAUDIT_SESSIONS sessions; past that what is held longest
 * goes out as it is.
 *
 * pgaudit_statement.c says which lines a statement has, pgaudit_class.c of
 * which class they are, pgaudit_line.c writes one, pgaudit.c holds and orders.
 *
 * Core layer: no postgres.h, no I/O, no global state.  Memory is malloc'd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_PGAUDIT_H
#define AUD_CORE_CONVERT_PGAUDIT_H

#include "core/convert/convert.h"

#define AUD_PGAUDIT_HELD     (64 * 1024 * 1024)
#define AUD_PGAUDIT_SESSIONS 65536

/* How a session's lines are numbered. */
typedef struct AudPgauditNumbers
{
	uint64_t statement; /* the last that left a line */
	uint64_t sub;       /* of it */
	bool     begun;     /* has the present one left any? */
} AudPgauditNumbers;

/* A statement whose lines are to be made: of several records, joined. */
typedef struct AudPgauditStatement
{
	const AudFields *f; /* of its first record */
	const char      *query;
	size_t           query_len;
	AudJsonValue     objects; /* an array */
} AudPgauditStatement;

/* Where lines go. */
typedef struct AudPgauditOut
{
	const AudConvert  *c;
	AudPgauditNumbers *numbers;
	AudBuf             line;
	AudBuf             params;
	AudBuf             name;
	AudBuf             text;
} AudPgauditOut;

/* What comes before that which runs inside of it, and what behind. */
extern void aud_pgaudit_before(AudPgauditOut *o, const AudPgauditStatement *s);
extern void aud_pgaudit_after(AudPgauditOut *o, const AudPgauditStatement *s);

/* Has pgaudit a line about such a record at all? */
extern bool aud_pgaudit_has(const AudFields *f);

/* Is it a query, not a utility command? */
extern bool aud_pgaudit_is_query(const AudFields *f);

/* A utility command that runs a query as a statement of its own below it. */
extern bool aud_pgaudit_runs_query(const AudPgauditStatement *s);

/* Is it COPY of a table, whose line is about that? */
extern bool aud_pgaudit_is_table_copy(const AudPgauditStatement *s);

/* "DDL"; of utility commands. */
extern const char *aud_pgaudit_class(const AudPgauditStatement *s);

/* Are the first letters of s[len] this word, in any case? */
extern bool aud_pgaudit_begins(const char *s, size_t len, const char *word);

/* The holding of records. */
extern struct AudPgaudit *aud_pgaudit_new(void);
extern void               aud_pgaudit_free(struct AudPgaudit *p);

/* NULL, or what is wrong.  c->fields is the record that line[len] was read to. */
extern const char *aud_pgaudit_take(AudConvert *c, const char *line, size_t len);
extern void        aud_pgaudit_end(AudConvert *c);

#endif /* AUD_CORE_CONVERT_PGAUDIT_H */
