/*-------------------------------------------------------------------------
 *
 * backend.h
 *	  What this process is doing, as far as auditing goes: all of it, in one
 *	  place.  "print *aud_backend" in a debugger shows it.
 *
 * Each part belongs to the file that its comment names, which alone writes
 * it; others ask that file's functions.  None of it is shared with another
 * process, and all of it is zero when the process begins.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_BACKEND_H
#define AUD_STATEMENT_BACKEND_H

#include "access/xact.h"
#include "datatype/timestamp.h"

#include "facts/denied.h"
#include "record/stmt.h"

/*
 * The statement stack (stack.c; planning: plan.c).  Two structures share the
 * frames.  The chain of active frames ("caller") follows the C stack: a hook
 * enters a frame before it calls on and leaves it afterwards, also when an
 * error passes through.  The list of open frames ("next") holds every
 * statement that has begun and not ended, among them queries of portals that
 * wait for the next FETCH or Execute message and are not active at all.
 */
typedef struct AudStack
{
	AudStmt    *active;          /* innermost one that is executing, or NULL */
	AudStmt    *open;            /* newest first */
	AudStmt    *early;           /* innermost one, see early.h, or NULL */
	AudStmt    *awaiting_commit; /* see aud_statement_await_commit */
	int         planning;        /* planner levels below the active one */
	TimestampTz message;         /* which the outermost active one came with */
} AudStack;

/* The client's current message (message.c). */
typedef struct AudMessage
{
	const char *source;       /* the text last analyzed */
	TimestampTz arrived;      /* when its message did */
	size_t      start;        /* of the statement last analyzed */
	size_t      end;          /* of the same */
	bool        begun;        /* has that statement begun to execute? */
	uint64      first_number; /* of the first statement of the text */
} AudMessage;

/* Statements among each other (place.c). */
typedef struct AudPlace
{
	uint64 early_number; /* given to the client's next statement, or 0 */

	/* The client's last statement, and the message that it came with. */
	uint64      last_number;
	TimestampTz last_message;
	bool        only_rules_follow; /* rules left nothing of that statement */

	/* The text that was analyzed last, and the statement's place in it. */
	const char *text_source; /* compared, never followed */
	int         text_location;
	int         text_len;
} AudPlace;

/* What the client's early frame is about, while there is one (early.c). */
typedef struct AudEarly
{
	TimestampTz message;    /* with which it came */
	uint64      digest;     /* of its text; 0: none */
	int         level;      /* of transactions, when it was made */
	bool        is_located; /* is its place in the text known? */
	int         location;   /* the same */
	bool        is_failing; /* the last error was raised in it */
} AudEarly;

/* Further functions of one expression are named without their arguments. */
#define AUD_EXPRESSION_FUNCTIONS_MAX 8

/* What the expression calls that was planned last (expression.c). */
typedef struct AudExpression
{
	MemoryContext  context;  /* that "tree" is in, or NULL: there is none */
	Node          *tree;     /* the expression, as it was before planning */
	const AudStmt *noted_in; /* active while it was planned; compared only */
	bool           taken;    /* that has its calls already */
	int            n_functions;
	Oid            functions[AUD_EXPRESSION_FUNCTIONS_MAX];
} AudExpression;

/* Who acts, between the statements (acting.c). */
typedef struct AudActing
{
	bool     known; /* has anybody looked yet? */
	AudRoles last;  /* after the last statement */

	/* What the end of a transaction gives back. */
	bool     xact_is_new; /* none has been looked at since one ended */
	AudRoles at_begin;    /* of the transaction */
	bool     may_be_back;
	AudRoles back;
} AudActing;

/* Where a transaction or subtransaction began. */
typedef struct AudXactStart
{
	uint64   stmt;    /* last statement number before it */
	uint64   records; /* records made before it */
	AudRoles roles;   /* of a subtransaction */
} AudXactStart;

/* Transactions (xact.c). */
typedef struct AudXact
{
	uint64       records; /* of statements and errors, in this session */
	AudXactStart top;

	/* Open subtransactions; those past the array's end are not tracked. */
	AudXactStart *subs;
	int           n_subs;
	int           max_subs;

	char   gid[GIDSIZE]; /* to be prepared under that name, or "" */
	uint64 refused;      /* statements, because the block had failed */
	bool   session_over;
} AudXact;

/* Longest text of a failed nested statement that is kept. */
#define AUD_SWALLOWED_TEXT_MAX 4096

/* Errors of this process (error.c). */
typedef struct AudErrorState
{
	AudFailure     last;
	char           last_detail[512]; /* what only the server log is told */
	AudDenied      denied;           /* what the last one is about */
	bool           awaits_planner;   /* which names that, and records it */
	bool           refuses_setting;  /* it was to change what is audited */
	bool           is_open;          /* nobody has recorded the last one yet */
	bool           in_flight; /* it was raised, and is not known to be caught */
	const AudStmt *raised_in; /* active when it was raised; compared only */

	/* The text that failed inside the active statement, if the error names it */
	char   swallowed_text[AUD_SWALLOWED_TEXT_MAX];
	size_t swallowed_text_len;

	AudStmt *unwritten; /* the record of one, to be written when it is safe */
} AudErrorState;

/* Bytes of a value that a login gives, escaped, at most. */
#define AUD_LOGIN_VALUE_MAX 4096

/* How the client has shown, or failed to show, who it is. */
typedef struct AudAuthentication
{
	AudBuf      members; /* ,"auth_method":"cert",... */
	char        text[3 * AUD_LOGIN_VALUE_MAX + 1024];
	const char *cut[8]; /* the keys of what was too long, then NULL */
	int         n_cut;
} AudAuthentication;

/* How far a client's session has come. */
typedef enum AudLoginState
{
	AUD_LOGIN_STARTING, /* neither let in nor refused; also without a client */
	AUD_LOGIN_PASSED,   /* by the server; event triggers will have a say */
	AUD_LOGIN_TRIGGERS, /* and have it now */
	AUD_LOGIN_OPEN,
	AUD_LOGIN_OVER,
} AudLoginState;

/* The session (login.c). */
typedef struct AudLogin
{
	AudLoginState     state;
	AudAuthentication how;

	/* Before options and event triggers could say otherwise */
	bool wants_start; /* is session.start recorded? */
	bool wants_end;   /* and session.end, if it dies? */

	/* A refusal that is recorded when the process exits. */
	bool       is_refused;
	AudFailure refusal;
	char       refusal_detail[512];
} AudLogin;

/*
 * Requests of the protocol that are no statements (request.c).  The numbers
 * tell whether a frame is still theirs.
 */
typedef struct AudRequest
{
	AudStmt *call; /* a function call, while the function runs */
	uint64   call_number;
	int      call_level; /* nesting level of the transaction it runs in */

	AudStmt *command; /* of a walsender */
	uint64   command_number;
	bool     command_failed; /* and its record is not written yet */
	uint64   bytes_sent;     /* by it */
} AudRequest;

/* Tables past this number count as written by no statement. */
#define AUD_WRITTEN_MAX 64

/* What statements of this transaction have written (written.c). */
typedef struct AudWritten
{
	int n;
	Oid tables[AUD_WRITTEN_MAX];
} AudWritten;

/* Background workers: of logical replication and others (apply.c). */
typedef struct AudApply
{
	bool began;   /* who it acts for is known */
	bool started; /* as a worker of logical replication */
	char subscription_json[NAMEDATALEN * 6 + 24];
} AudApply;

typedef struct AudBackend
{
	bool          started; /* see begin.c: what every process needs once */
	AudStack      stack;
	AudMessage    message;
	AudPlace      place;
	AudEarly      early;
	AudExpression expression;
	AudActing     acting;
	AudXact       xact;
	AudErrorState error;
	AudLogin      login;
	AudRequest    request;
	AudApply      apply;
	AudWritten    written;
} AudBackend;

extern AudBackend *const aud_backend;

#endif /* AUD_STATEMENT_BACKEND_H */
