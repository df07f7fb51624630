/*-------------------------------------------------------------------------
 *
 * tree.h
 *	  Nested JSON from a table: rows say which key of a record becomes which
 *	  member of which object.
 *
 * The rows of a table come in the order of the output, those of one object
 * behind each other; objects are opened and closed as the rows go.  A value
 * of a record is copied as it stands in the line.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_TREE_H
#define AUD_CORE_CONVERT_TREE_H

#include "core/convert/fields.h"

/* An object of the output; the first one of a table is the whole. */
typedef struct AudGroup
{
	const char *name;
	int         parent;
} AudGroup;

typedef struct AudTree
{
	AudBuf         *b;
	const AudGroup *groups;
	int             open;    /* where members go now */
	int             kind;    /* of the record: a bit */
	const char     *version; /* of the target, "8.17.0" */
} AudTree;

typedef struct AudRow AudRow;

/* Writes the member, or nothing. */
typedef void (*AudPut)(AudTree *t, const AudFields *f, const AudRow *row);

struct AudRow
{
	int         group;
	const char *name;
	AudField    field; /* AUD_FIELD_COUNT: the row is asked for each record */
	AudPut      put;   /* NULL: the value as it is */
	int         kinds; /* for which kinds of records; 0: for all */
	bool        keep;  /* the field is among the rest all the same */
};

typedef struct AudTable
{
	const AudGroup *groups;
	const AudRow   *rows;
	int             n;
	int             rest; /* the object for what no row takes */
} AudTable;

/* Fields that rows of a table take, for records of a kind. */
typedef struct AudTaken
{
	bool field[AUD_FIELD_COUNT];
} AudTaken;

extern void aud_table_taken(const AudTable *table, int kind, AudTaken *taken);

/* A record of a kind (a bit): its rows, then the rest. */
extern void aud_table_write(const AudTable *table, int kind,
							const AudTaken *taken, const char *version,
							const AudFields *f, AudBuf *b);

/* ,"name": in a group; the value is the caller's. */
extern void aud_tree_key(AudTree *t, int group, const char *name);

/* "name":"word" with a word of ours */
extern void aud_tree_word(AudTree *t, int group, const char *name,
						  const char *word);
extern void aud_tree_number(AudTree *t, int group, const char *name, int64_t n);

/* A value of a line as JSON. */
extern void aud_tree_value(AudBuf *b, const AudJsonValue *value);

/* "name":"log:seq", which identifies a record */
extern void aud_tree_identity(AudTree *t, int group, const char *name,
							  const AudFields *f);

/* What rows of several tables put: that, and the kind of server. */
extern void aud_put_identity(AudTree *t, const AudFields *f, const AudRow *row);
extern void aud_put_service(AudTree *t, const AudFields *f, const AudRow *row);

#endif /* AUD_CORE_CONVERT_TREE_H */
