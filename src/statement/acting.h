/*-------------------------------------------------------------------------
 *
 * acting.h
 *	  Who acts, between the statements.
 *
 * A statement that changes the roles tells it itself (facts/role_change.h).
 * What changes them while no statement is active, the options of a connection or
 * the C code of an extension at the end of a transaction, is found by
 * comparing, and has a record of its own: event role.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_ACTING_H
#define AUD_STATEMENT_ACTING_H

#include "facts/role_change.h"
#include "statement/backend.h"

/*
 * A session is open: have the options of the connection or the settings of
 * its role changed who acts?  forced: recorded whatever the classes are.
 */
extern void aud_acting_start(bool forced);

/*
 * Something of the client's is about to begin: have the roles changed since
 * the last statement?  Reads catalogs if they have; nothing while a statement
 * is active.
 */
extern void aud_acting_look(void);

/* The outermost statement is not active any more; and: because it failed. */
extern void aud_acting_left(const AudStmt *stmt);
extern void aud_acting_failed(const AudStmt *stmt, AudRoles before);

/* A transaction ended; a subtransaction was rolled back, which began with these. */
extern void aud_acting_transaction_ended(void);
extern void aud_acting_given_back(AudRoles roles);

/*
 * The callbacks of a transaction's end have run, and roles that it had for
 * itself have not been given back yet.
 */
extern void aud_acting_callbacks_done(void);

#endif /* AUD_STATEMENT_ACTING_H */
