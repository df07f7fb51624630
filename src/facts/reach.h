/*-------------------------------------------------------------------------
 *
 * reach.h
 *	  What functions reach beyond what the executor sees: the server's own for
 *	  sequences, large objects, files and administration; aliases of them;
 *	  extensions' functions that read tables or files by themselves; languages
 *	  without limits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REACH_H
#define AUD_FACTS_REACH_H

#include "record/stmt.h"

/* What is done by a call. */
typedef enum AudCallKind
{
	AUD_CALL_ADMIN,            /* named, with its arguments */
	AUD_CALL_FILE,             /* the same, and the first is a path */
	AUD_CALL_RELATION,         /* the same, and one of them is a relation */
	AUD_CALL_STATISTICS,       /* the same, the first two schema and relation */
	AUD_CALL_STATISTICS_PAIRS, /* the same, among names and values in turn */
	AUD_CALL_LO,               /* the first is a large object */
	AUD_CALL_LO_OPEN,          /* the second tells for what */
	AUD_CALL_LO_IMPORT,        /* the first is a path */
	AUD_CALL_LO_EXPORT,        /* a large object and a path */
	AUD_CALL_LO_OTHER,         /* does not say which large object */
	AUD_CALL_SEQUENCE,         /* the first is a sequence */
	AUD_CALL_NEXTVAL,
} AudCallKind;

typedef struct AudCall
{
	Oid         builtin; /* or InvalidOid */
	AudCallKind kind;
	int         access;
} AudCall;

/* Does it act on the server, rather than on something in the database? */
static inline bool
aud_reach_is_on_server(const AudCall *call)
{
	return call->kind == AUD_CALL_ADMIN || call->kind == AUD_CALL_FILE ||
		   call->kind == AUD_CALL_RELATION || call->kind == AUD_CALL_STATISTICS ||
		   call->kind == AUD_CALL_STATISTICS_PAIRS ||
		   call->kind == AUD_CALL_LO_IMPORT || call->kind == AUD_CALL_LO_EXPORT;
}

/* What is known of a function of a user; kept with its name. */
typedef struct AudReach
{
	Oid            builtin; /* which it is another name of, or InvalidOid */
	const AudCall *call;    /* NULL: nothing beside what it is */
	bool           is_untrusted; /* its language is */
} AudReach;

/* What a function that is built in does, or NULL: it is none of these. */
extern const AudCall *aud_reach_builtin(Oid funcid);

/* Find out; within aud_safely. */
extern void aud_reach_look_up(Oid funcid, AudReach *reach);

/* May functions in this language do whatever the server may?  Likewise. */
extern bool aud_reach_is_untrusted(const char *language);

#endif /* AUD_FACTS_REACH_H */
