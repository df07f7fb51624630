/*-------------------------------------------------------------------------
 *
 * record.h
 *	  Facts -> JSON lines -> buffer.
 *
 * Nothing here throws or reads a catalog, so that it can run while an error
 * is handled or a process exits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_RECORD_H
#define AUD_RECORD_RECORD_H

#include "record/session.h"
#include "record/stmt.h"

/* Allocate the line buffer; once per process, before the first record. */
extern void aud_record_start(void);

/*
 * Keep what is known of a statement that begins, or of an open session, where
 * the next start finds it after a crash.  The statement's text is prepared
 * here, and kept in the frame for its record.
 */
extern void aud_record_begin(AudStmt *stmt);
extern void aud_record_open(const AudIdentity *who, bool wants_end);

/* Append the record of a statement that has ended, or of an error. */
extern void aud_record_statement(const AudStmt *stmt);

/*
 * Append an alert of a rule about a statement whose record, if it has one, is
 * the one before.  reason: as docs/record.md lists them.
 */
extern void aud_record_rule_alert(const AudStmt *stmt, const char *rule,
								  const char *severity, const char *reason);

/* What a record about a session (or another event without objects) holds. */
typedef struct AudEventFacts
{
	const char *event; /* "session.start" */
	const char *class; /* "session" */
	TimestampTz        when;
	AudOutcome         outcome;
	const AudFailure  *failure;
	const char        *command;  /* NULL: none */
	const char        *identity; /* ,"user":"alice" */
	const char        *detail;   /* ,"auth_method":"scram-sha-256" */
	const char *const *cut; /* keys in it that are cut, then NULL; or NULL */
	int64              duration_us; /* -1: none */
	unsigned           redacted; /* what was hidden in detail: AUD_REDACTED_* */
	bool               dont_wait; /* rather lose it than wait for room */
	TransactionId      xid;       /* top-level one, where assigned */
	const char        *rules;     /* "a","b": that chose it; NULL: none did */
	const AudStmtTags *tags;      /* of who acts, and where; NULL: none */
} AudEventFacts;

/*
 * An alert which is a record of its own, but for its details: what all such
 * alerts have.
 */
extern AudEventFacts aud_record_alert(const AudFailure *failure,
									  const char       *identity);

extern void aud_record_event(const AudEventFacts *facts);

/*
 * A setting that concerns auditing has changed, or is there at a start; secrets
 * are hidden already.  With a failure, it is one that cannot be in force: an
 * alert.
 */
typedef struct AudSettingFacts
{
	TimestampTz when;
	const char *command;  /* what did it: "RESET", "RELOAD" */
	const char *identity; /* ,"user":"alice" or NULL */

	const AudFailure *failure; /* NULL: none */
	const char       *valid;   /* what would be valid, or NULL */

	const char *role;     /* for whose sessions it is; NULL: all */
	const char *database; /* and where; NULL: in all */
	const char *name;
	const char *old_value;
	const char *new_value;
	bool        dont_wait;

	/* of secaudit.rules_file: digests of the contents; NULL: none */
	const char *old_sha256;
	const char *new_sha256;
} AudSettingFacts;

extern void aud_record_setting(const AudSettingFacts *setting);

#endif /* AUD_RECORD_RECORD_H */
