/*-------------------------------------------------------------------------
 *
 * identity.h
 *	  Who is acting: the roles in whose name a statement runs.
 *
 * Kept as the JSON text that records need, made once for each combination of
 * roles and copied from then on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_IDENTITY_H
#define AUD_RECORD_IDENTITY_H

/*
 * The roles of one moment: login, session and current role, and whether the
 * current one is a superuser.  Immutable; stays valid at least until no
 * statement is open (aud_identity_forget_stale).
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

/* Register the invalidation callbacks; once per process. */
extern void aud_identity_start(void);

/*
 * The identity of now.  Reads catalogs only for a combination not seen
 * before, and only if the caller says that it may: not while an error is
 * being handled, when locks may still be held.  Otherwise the last known one
 * is returned.  Never NULL, never throws for a role that is gone.
 */
extern const AudIdentity *aud_identity_now(bool may_read_catalog);

/* The same of these roles, in a transaction that has not failed. */
extern const AudIdentity *aud_identity_of(Oid session, Oid current);

/*
 * A role's name.  Of one that is gone, or where no catalog can be read: the
 * name that it had when it was last looked up here, or NULL.
 */
extern const char *aud_identity_role_name(Oid role);

/* Add a role as a member: its name, or its OID where it has none any more. */
extern void aud_identity_append_role(AudBuf *b, const char *key, Oid role);

/*
 * Free identities that a role change made stale and that are known anew; only
 * while no statement is open.
 */
extern void aud_identity_forget_stale(void);

#endif /* AUD_RECORD_IDENTITY_H */
