/*-------------------------------------------------------------------------
 *
 * session.h
 *	  Who is acting: the session, its client and database, and the roles in
 *	  whose name a statement runs.
 *
 * All of it is kept as the JSON text that records need, made once and copied
 * from then on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_SESSION_H
#define AUD_RECORD_SESSION_H

#include "core/buf.h"

/*
 * The roles of one moment: login, session and current role, and whether the
 * current one is a superuser.  Immutable; stays valid at least until no
 * statement is open (aud_session_forget_stale).
 */
typedef struct AudIdentity AudIdentity;

struct AudIdentity
{
	AudIdentity *next;
	uint64       serial; /* of this process; 0: of nobody in particular */
	Oid          login_role;
	Oid          session_role;
	Oid          current_role;
	bool         superuser; /* is current_role one? */
	bool         named;     /* false: made where no catalog could be read */
	size_t       json_len;
	char         json[FLEXIBLE_ARRAY_MEMBER]; /* ,"user":"alice",... */
};

/*
 * The identity of now.  Reads catalogs only for a combination not seen
 * before, and only if the caller says that it may: not while an error is
 * being handled, when locks may still be held.  Otherwise the last known one
 * is returned.  Never NULL, never throws for a role that is gone.
 */
extern const AudIdentity *aud_session_identity(bool may_read_catalog);

/*
 * Free identities that a role change made stale and that are known anew; only
 * while no statement is open.
 */
extern void aud_session_forget_stale(void);

/* Append a name in the database's encoding, with quotes. */
extern void aud_session_append_string(AudBuf *b, const char *name);

/* Append ,"node":"...","db":"..."; false if the database is not known yet. */
extern bool aud_session_append_place(AudBuf *b);

/*
 * Append ,"session":"...","ssn":N,"pid":N,"app":"..."... with the ssn that was
 * taken last: all lines of a record, and each attempt at them, have the same.
 */
extern void aud_session_append_client(AudBuf *b);

/* The same after aud_session_append_name. */
extern void aud_session_append_client_rest(AudBuf *b);

/* Take the next ssn, for the record that is about to be made; returns it. */
extern uint64 aud_session_take_ssn(void);

/* The two parts around "ssn". */
extern void aud_session_append_name(AudBuf *b);
extern void aud_session_append_peer(AudBuf *b);

/* Number of the next statement in this session, from 1. */
extern uint64 aud_session_next_stmt(void);

/* Number of the last one. */
extern uint64 aud_session_last_stmt(void);

/* The database's name as known to this session, or NULL. */
extern const char *aud_session_database(void);

/*
 * Convert text in the database's encoding to UTF-8.  Returns text itself
 * where that is not needed or not possible (*len unchanged), otherwise a
 * palloc'd string.  Never throws but for lack of memory.
 */
extern const char *aud_session_to_utf8(const char *text, size_t *len);

/*
 * Before a process' first statement: register the invalidation callbacks, and
 * leave its start time to its parallel workers.
 */
extern void aud_session_start(void);

#endif /* AUD_RECORD_SESSION_H */
