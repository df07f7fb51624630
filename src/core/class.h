/*-------------------------------------------------------------------------
 *
 * class.h
 *	  The vocabulary of classes and of access: what is done, in one word.
 *
 * facts/classify.h says which of them a command belongs to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CLASS_H
#define AUD_CORE_CLASS_H

#include "core/buf.h"

/* A set of these is an int; the order is that of the primary class, see class.c */
typedef enum AudClass
{
	AUD_CLASS_READ = 1 << 0,
	AUD_CLASS_WRITE = 1 << 1,
	AUD_CLASS_FUNCTION = 1 << 2,
	AUD_CLASS_ROLE = 1 << 3,
	AUD_CLASS_DDL = 1 << 4,
	AUD_CLASS_MISC = 1 << 5,
	AUD_CLASS_MISC_SET = 1 << 6,
	AUD_CLASS_SESSION = 1 << 7,
	AUD_CLASS_ERROR = 1 << 8,
	AUD_CLASS_REPLICATION = 1 << 9,
	AUD_CLASS_TRANSACTION = 1 << 10,
	AUD_CLASS_CONFIG = 1 << 11,
} AudClass;

#define AUD_CLASS_COUNT 12
#define AUD_CLASS_ALL   ((1 << AUD_CLASS_COUNT) - 1)

/*
 * What a statement does to an object, as a set of bits.  The first sixteen
 * are spelled in a record in this order.
 */
typedef enum AudAccess
{
	AUD_ACCESS_SELECT = 1 << 0,
	AUD_ACCESS_INSERT = 1 << 1,
	AUD_ACCESS_UPDATE = 1 << 2,
	AUD_ACCESS_DELETE = 1 << 3,
	AUD_ACCESS_TRUNCATE = 1 << 4,
	AUD_ACCESS_LOCK = 1 << 5,
	AUD_ACCESS_EXECUTE = 1 << 6,
	AUD_ACCESS_CREATE = 1 << 7,
	AUD_ACCESS_ALTER = 1 << 8,
	AUD_ACCESS_DROP = 1 << 9,
	AUD_ACCESS_GRANT = 1 << 10,
	AUD_ACCESS_REVOKE = 1 << 11,
	AUD_ACCESS_COPY_TO = 1 << 12,
	AUD_ACCESS_COPY_FROM = 1 << 13,
	AUD_ACCESS_MAINTAIN = 1 << 14,
} AudAccess;

#define AUD_ACCESS_WRITES                                        \
	(AUD_ACCESS_INSERT | AUD_ACCESS_UPDATE | AUD_ACCESS_DELETE | \
	 AUD_ACCESS_TRUNCATE)

/*
 * Outcomes and origins as records spell them, in the order of AudOutcome and
 * AudOrigin (record/stmt.h); NULL ends each.  A record leaves "client" out.
 */
extern const char *const aud_outcome_names[];
extern const char *const aud_origin_names[];

/*
 * Access in the order of AudAccess; events as records spell them, and "session"
 * and "audit" for all of theirs.  NULL ends each.
 */
extern const char *const aud_access_names[];
extern const char *const aud_event_names[];

/* The class called name[len] in any case, or 0. */
extern int aud_class_by_name(const char *name, size_t len);

/*
 * The class, "all" or "none" that is spelled most like a word that is none of
 * them, in any case; NULL if none is near.
 */
extern const char *aud_class_nearest(const char *word, size_t len);

/* The name of one class. */
extern const char *aud_class_name(int class);

/* The names of all classes, for hints: "read, write, ...". */
extern const char *aud_class_names(void);

/* Append the name of the primary class of a set. */
extern void aud_class_append_primary(AudBuf *b, int classes);

/* Append ["read","write"]. */
extern void aud_class_append_all(AudBuf *b, int classes);

/* Append ["select","insert"]. */
extern void aud_access_append(AudBuf *b, int access);

#endif /* AUD_CORE_CLASS_H */
