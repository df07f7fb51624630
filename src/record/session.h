/*-------------------------------------------------------------------------
 *
 * session.h
 *	  Where a statement comes from: the session, its client and database.
 *
 * All of it is kept as the JSON text that records need, made once and copied
 * from then on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_SESSION_H
#define AUD_RECORD_SESSION_H

#include "core/buf.h"

/* Find out the database, in a transaction: an error may be the first record. */
extern void aud_session_find_place(void);

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

/* secaudit.context as it is recorded; NULL: the session has set none. */
extern const char *aud_session_context(void);

/* ,"context":"..." where the session has set one. */
extern void aud_session_append_context(AudBuf *b);

/* Number of the next statement in this session, from 1. */
extern uint64 aud_session_next_stmt(void);

/* Number of the last one. */
extern uint64 aud_session_last_stmt(void);

/*
 * Database and application name as records have them, into text[size]; false,
 * and "", if there is none.
 */
extern bool aud_session_text_db(char *text, size_t size);
extern bool aud_session_text_app(char *text, size_t size);

/* Another number once the application name is another one. */
extern uint64 aud_session_app_serial(void);

/* The database's name as known to this session, or NULL. */
extern const char *aud_session_database(void);

#endif /* AUD_RECORD_SESSION_H */
