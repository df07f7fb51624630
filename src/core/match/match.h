/*-------------------------------------------------------------------------
 *
 * match.h
 *	  A condition on records: {"class": ["read", "write"], "user": "app_*",
 *	  "rows": {"gt": 1000}}.
 *
 * All keys must match, of the values of a key any one, and a key that begins
 * with "not_" must not.  A fact that is absent matches no value.  A condition
 * is compiled once and then tested against facts, which a server has of a
 * statement that runs and a reader of the trail of a record; docs/rules.md
 * describes the language.
 *
 * Core layer: no postgres.h, no I/O.  Testing allocates nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_MATCH_H
#define AUD_CORE_MATCH_MATCH_H

#include <stdint.h>

#include "core/match/network.h"
#include "core/match/pattern.h"
#include "core/match/window.h"

typedef enum AudMatchKey
{
	AUD_MATCH_CLASS,
	AUD_MATCH_COMMAND,
	AUD_MATCH_OUTCOME,
	AUD_MATCH_USER,
	AUD_MATCH_CURRENT_USER,
	AUD_MATCH_MEMBER_OF,
	AUD_MATCH_DB,
	AUD_MATCH_CLIENT,
	AUD_MATCH_APP,
	AUD_MATCH_OBJECT,
	AUD_MATCH_TAG,
	AUD_MATCH_ROWS,
	AUD_MATCH_DURATION_MS,
	AUD_MATCH_TIME,
	AUD_MATCH_SUPERUSER,
	AUD_MATCH_PRIVILEGED,
	AUD_MATCH_ORIGIN,
	AUD_MATCH_CONTEXT,
	/* Of records of the trail alone; rules know none of what follows. */
	AUD_MATCH_ANY_USER, /* user, current_user or login_user */
	AUD_MATCH_EVENT,    /* "session" stands for all of session.* */
	AUD_MATCH_SESSION,
	AUD_MATCH_PID,
	AUD_MATCH_SQLSTATE,
	AUD_MATCH_ACCESS, /* how any of the objects was accessed */
	AUD_MATCH_RULE,   /* that chose it, or raised the alert */
	AUD_MATCH_TEXT,   /* query, error or detail */
	AUD_MATCH_KEYS,
} AudMatchKey;

/* A set of keys is an int. */
#define AUD_MATCH_BIT(key) (1 << (key))
#define AUD_MATCH_ALL      (AUD_MATCH_BIT(AUD_MATCH_KEYS) - 1)
#define AUD_MATCH_NAMES \
	(AUD_MATCH_BIT(AUD_MATCH_OBJECT) | AUD_MATCH_BIT(AUD_MATCH_TAG))

/* What conditions of rules are made of. */
#define AUD_MATCH_OF_RULES (AUD_MATCH_BIT(AUD_MATCH_ANY_USER) - 1)

/* Classes that only records have, beside those of AudClass. */
#define AUD_MATCH_CLASS_ALERT (1 << 29)
#define AUD_MATCH_CLASS_AUDIT (1 << 30)

/* Those two by name, in a record; or 0. */
extern int aud_match_record_class(const char *name, size_t len);

/* What is known.  Texts are UTF-8; NULL: there is none. */
typedef struct AudMatchFacts
{
	int         unknown; /* keys of which nothing can be said */
	int         classes; /* of AudClass, and the two above */
	const char *command;
	const char *outcome; /* "success" */
	const char *user;
	const char *current_user; /* the effective one, also where it is the same */
	const char *db;
	const char *app;
	const char *origin;  /* "client" where the client sent it */
	const char *context; /* "key=value key=value" */
	AudAddress  client;
	bool        superuser;
	bool        privileged;
	bool        has_rows;
	bool        has_duration;
	uint64_t    rows;
	uint64_t    duration_us;
	int64_t     unix_s; /* when it began */

	/* Of a record only */
	const char *login_user;
	const char *event;
	const char *session;
	const char *sqlstate;
	bool        has_pid;
	uint64_t    pid;

	/* What has to be looked up; arg is given to them. */
	const void *arg;

	/* The i-th of them, valid until the next call; NULL: there is none. */
	const char *(*object)(const void *arg, int i);
	const char *(*tag)(const void *arg, int i);
	const char *(*access)(const void *arg, int i);
	const char *(*rule)(const void *arg, int i);
	const char *(*text)(const void *arg, int i);

	/* Is the effective user a member of the role? */
	AudTruth (*member_of)(const void *arg, const char *role);
} AudMatchFacts;

typedef struct AudMatch AudMatch;

/*
 * Compile an object that may have these keys; zones: see window.h.  NULL, with
 * a fault, if it is not valid.  Free it with aud_match_free, which takes NULL.
 */
extern AudMatch *aud_match_compile(const AudJsonValue *value, int keys,
								   const AudZones *zones, AudFaultAt *fault);
extern void      aud_match_free(AudMatch *match);

/*
 * Do the facts match, as far as these keys go?  Keys that are cheap are asked
 * first.  failed, if not NULL: the first key, as written, that does not match
 * or is not known; NULL if all do.
 */
extern AudTruth aud_match_test(const AudMatch *match, const AudMatchFacts *facts,
							   int keys, const char **failed);

/* The keys that it has. */
extern int aud_match_keys(const AudMatch *match);

/* Calls each() for each role that it names; the text lives as long as match. */
extern void aud_match_each_role(const AudMatch *match,
								void (*each)(const char *role, void *arg),
								void *arg);

/* The words that a key of records may have, "success, failure, ..."; false: any. */
extern bool aud_match_append_names(AudBuf *b, AudMatchKey key);

/* "duration_ms" */
extern const char *aud_match_key_name(AudMatchKey key);

#endif /* AUD_CORE_MATCH_MATCH_H */
