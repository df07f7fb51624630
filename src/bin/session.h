/*-------------------------------------------------------------------------
 *
 * session.h
 *	  The parts of "secauditctl session".
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_SESSION_H
#define AUD_BIN_SESSION_H

#include "bin/nest.h"
#include "bin/row.h"
#include "bin/target.h"

/* Of what ran inside of one statement */
#define AUD_SESSION_HELD_RECORDS 100000
#define AUD_SESSION_HELD_BYTES   (128 * 1024 * 1024)

/* Sessions that a process id or number may mean, to be listed. */
#define AUD_SESSIONS_MAX 100
#define AUD_SESSION_USER 64

typedef struct AudSessions
{
	AudTarget targets[AUD_SESSIONS_MAX];
	char      ts[AUD_SESSIONS_MAX][AUD_TS_SIZE];
	char      users[AUD_SESSIONS_MAX][AUD_SESSION_USER];
	size_t    n;
	bool      more;
	uint64_t  of_number; /* one of each log is enough */
} AudSessions;

/* Begin with {0}. */
typedef struct AudSession
{
	AudTarget     target; /* log "": the first that has it */
	AudTerm       term;
	AudRowOptions row;
	bool          absolute;
	AudReaderList list;
	bool          trouble;

	AudNest  nest;
	char     began[AUD_TS_SIZE];
	bool     background; /* no client's: such have no login, and no end */
	uint64_t records;    /* that were found */
	uint64_t last_ssn;
	uint64_t missing;
	uint64_t failures;
	AudStr   end;                     /* the line of its end; "" */
	char     other_log[AUD_LOG_SIZE]; /* that has such a session as well; "" */
} AudSession;

/* session_print.c: print the target; records says whether there is anything. */
extern void aud_session_print(AudSession *session);

#endif /* AUD_BIN_SESSION_H */
