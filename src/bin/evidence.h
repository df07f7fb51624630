/*-------------------------------------------------------------------------
 *
 * evidence.h
 *	  secauditctl evidence: tests of a running server that audits.
 *
 * A test is data: what is done by whom, and what the records of it have to say.
 * Each role of a test has a session of its own for that test alone, so the
 * records are found by session id, and within it in the order of seq.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_EVIDENCE_H
#define AUD_BIN_EVIDENCE_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#define AUD_EVIDENCE_STEPS 14

typedef enum AudEvidenceWho
{
	AUD_BY_NOBODY, /* no further step */
	AUD_BY_DBA,    /* the superuser of the connection string, in our database */
	AUD_BY_BOB,    /* a role without rights */
	AUD_BY_LOGIN,  /* what is done is a connection, with these options */
} AudEvidenceWho;

/*
 * what: SQL, or options of a connection.  In it, and in expect: %d our
 * database, %b bob, %j joe, %u a role that does not exist, %l one that may not
 * log in, %n one with a limit of no connections, %e one
 * whose password has expired, %p bob's password.
 *
 * expect: conditions on one record, with ';' between them, NULL where the step
 * only prepares.  key=value: the key has it, or has it in a list.  key~text:
 * the key's JSON has the text in it.  key: it is there.  !key: it is not.
 * !~text: the text is nowhere in the record.  With "none:" in front, no record
 * may fulfil the conditions.
 */
typedef struct AudEvidenceStep
{
	AudEvidenceWho who;
	const char    *what;
	const char    *expect;
} AudEvidenceStep;

typedef struct AudEvidenceTest
{
	const char *id;
	const char *controls; /* of the Crunchy Data PostgreSQL 16 STIG */
	const char *title;
	const char *needs; /* why it cannot be done over a connection; NULL: it can.
						* A name of a setting: it has to be on */
	AudEvidenceStep steps[AUD_EVIDENCE_STEPS];
} AudEvidenceTest;

/* Which test comes at this place, from 0; NULL behind the last. */
extern const AudEvidenceTest *aud_evidence_test(size_t i);

/* The server, and what was made on it. */
typedef struct AudEvidence
{
	const char *conninfo;
	PGconn     *admin;      /* in the database of the connection string */
	char        prefix[32]; /* of all names that are made */
	char        password[40];
	bool        made;
	const char *server_version;
	char       *secaudit_version;
} AudEvidence;

/* Connect, make database and roles.  False, and reported: it cannot be done. */
extern bool aud_evidence_begin(AudEvidence *ev, bool yes);

/* Remove what was made; also what an interrupted begin left. */
extern bool aud_evidence_end(AudEvidence *ev);

/* True after ^C or SIGTERM. */
extern bool aud_evidence_interrupted(void);

/* What a statement of a test may take, in seconds. */
#define AUD_EVIDENCE_LIMIT 60

/*
 * Connect with these options of a connection behind those of the connection
 * string, which they replace.  Never NULL; PQstatus() says whether it is one.
 * With limit, the server cancels what takes longer than AUD_EVIDENCE_LIMIT,
 * unless the connection string has a statement_timeout of its own in options.
 */
extern PGconn *aud_evidence_connect(AudEvidence *ev, const char *options,
									bool limit);

/* A text with its % replaced; to be freed. */
extern char *aud_evidence_expand(const AudEvidence *ev, const char *text);

/* Do a test; a new object with id, controls, title, status, reason and steps. */
extern json_t *aud_evidence_perform(AudEvidence *ev, const AudEvidenceTest *test);

/*
 * The records of a session, or, where that is NULL, of a user whose login
 * failed, from number "from" on, in the order of seq.  NULL and *why set: they
 * could not be read.
 */
extern json_t *aud_evidence_records(AudEvidence *ev, const char *session,
									const char *match, int64_t from,
									const char **why);

/* The number of the last record; -1: it could not be read. */
extern int64_t aud_evidence_position(AudEvidence *ev);

/* Does the record fulfil the conditions? */
extern bool aud_evidence_matches(const json_t *record, const char *expect);

#endif /* AUD_BIN_EVIDENCE_H */
