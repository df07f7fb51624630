/*-------------------------------------------------------------------------
 *
 * stmt.h
 *	  The facts of one statement, from its beginning to its record.
 *
 * Filled by the hooks through event.c and objects.c, judged by policy.c,
 * formatted by record.c.  Texts that belong to the frame live in its arena
 * and are referred to by offset, because the arena moves when it grows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STMT_H
#define AUD_STMT_H

#include "datatype/timestamp.h"
#include "nodes/bitmapset.h"
#include "nodes/nodes.h"
#include "portability/instr_time.h"
#include "tcop/cmdtag.h"

#include "core/buf.h"
#include "session.h"

typedef enum AudOrigin
{
	AUD_ORIGIN_CLIENT, /* sent by the client */
	AUD_ORIGIN_FUNCTION,
	AUD_ORIGIN_TRIGGER,
	AUD_ORIGIN_REFERENTIAL,
	AUD_ORIGIN_RULE,
	AUD_ORIGIN_EXTENSION,
	AUD_ORIGIN_WORKER,
	AUD_ORIGIN_FASTPATH,
} AudOrigin;

typedef enum AudOutcome
{
	AUD_OUTCOME_SUCCESS,
	AUD_OUTCOME_FAILURE,
	AUD_OUTCOME_PARTIAL,
} AudOutcome;

/* What a command still has to do with its cursor when it has succeeded. */
typedef enum AudCursorUse
{
	AUD_CURSOR_NONE,
	AUD_CURSOR_HOLD,  /* remember its objects */
	AUD_CURSOR_FETCH, /* count its rows */
} AudCursorUse;

/* Longest primary error message that is kept; secrets of its query are not. */
#define AUD_ERROR_MESSAGE_MAX 1024

typedef struct AudFailure
{
	int  sqlstate; /* 0: none */
	char message[AUD_ERROR_MESSAGE_MAX];
} AudFailure;

/* The roles of one moment. */
typedef struct AudRoles
{
	Oid session;
	Oid current;
} AudRoles;

/* An object of a statement; its texts are slices of the frame's arena. */
typedef struct AudObject
{
	Oid    classid;
	Oid    objid;
	int    access;    /* bits of AudAccess; 0: named but not accessed */
	bool   planned;   /* EXPLAIN showed the plan, nothing was executed */
	bool   by_policy; /* only a policy of row security reads it */
	bool   tentative; /* named by the command, dropped if it succeeds */
	bool   root;      /* what a DROP names, not what goes with it */
	uint32 head_off;  /* "type":"table","name":"public.card" */
	uint32 head_len;
	uint32 columns_off; /* "pan","owner"; length 0: none known */
	uint32 columns_len;

	const Bitmapset *columns; /* only while the objects are being added */
} AudObject;

/* Objects past this number are counted, not named. */
#define AUD_OBJECTS_MAX 4096

typedef struct AudStmt AudStmt;

struct AudStmt
{
	AudStmt *next;   /* open frames, newest first; or the pool */
	AudStmt *caller; /* what was active when this frame became active */

	const void *key;  /* QueryDesc or Portal it belongs to; NULL: utility */
	AudStmt    *host; /* the utility command this query is the body of */

	/*
	 * Identification.  A silent frame has no record of its own and bears the
	 * number and level of the statement it is a part of.
	 */
	bool   silent;
	bool   is_error; /* failed before it became a statement */
	bool   is_begin; /* this is the record of its beginning */
	uint64 number;   /* within the session, from 1 */
	uint64 parent;   /* number of the enclosing statement, or 0 */
	uint64 batch; /* number of the first one in its text, if it holds several */
	int    level;
	AudOrigin origin;
	int       trigger_depth;
	int       planning; /* planner levels of the caller, while active */

	/* what */
	const char *event;   /* NULL: "statement" or "error" */
	const char *command; /* NULL: the name of the tag */
	CommandTag  tag;
	NodeTag     utility; /* T_Invalid for a query */
	int         classes;
	bool        must_record;  /* whatever the settings say */
	bool        user_objects; /* touches anything outside the catalogs */
	bool        catalog_objects;
	bool        has_builtins;  /* calls functions of builtin.h */
	bool        has_later;     /* objects were created in it */
	bool        changed;       /* something was created or dropped */
	bool        if_not_exists; /* or IF EXISTS: may do nothing */
	bool        restarts;      /* TRUNCATE ... RESTART IDENTITY */
	bool        privileged;    /* reaches beyond the database's own tables */
	bool        rewritten;     /* to nothing, by a rule */
	bool        skipped;       /* IF NOT EXISTS, and it was there */
	bool        executed;      /* EXPLAIN ANALYZE */
	bool        rls;           /* row security limits what it sees or does */
	const char *query; /* the statement's own slice, not NUL-terminated */
	size_t      query_len;
	char       *kept_query;     /* the frame's own copy, if it has one */
	bool        query_is_clean; /* UTF-8 already, and nothing to hide in it */

	/* a utility command's query, see body.h */
	bool        has_body;
	const char *body_text; /* NULL: by its digest */
	size_t      body_len;
	uint64      body_digest;

	/* who and when */
	const AudIdentity *who;
	TimestampTz        began;
	instr_time         began_at;
	int64              lead_us; /* from "began" until began_at was taken */

	/* to which objects; name slices and details live in the arena */
	AudObject *objects;
	int        n_objects;
	int        max_objects;
	uint64     objects_omitted;
	char      *arena;
	size_t     arena_len;
	size_t     arena_cap;
	uint32     detail_off; /* ,"privileges":["select"],... */
	uint32     detail_len;

	/* cursors */
	AudCursorUse cursor_use;
	char         cursor[NAMEDATALEN];
	uint64       opened_by; /* number of the statement that opened it */
	uint64       fetched;   /* rows, by FETCH */

	/* what the command is about, and what to look up when it has succeeded */
	void (*after)(AudStmt *stmt);
	Oid    root_class;
	Oid    root_id;
	int32  root_sub;
	int    n_roots;    /* objects that the command itself names */
	uint64 root_count; /* how many there were of something before */
	uint32 note_off;   /* text kept for "after", with its NUL */

	/* who acted, before and after the frame was active */
	AudRoles entered;
	AudRoles noted; /* as a nested statement has recorded it already */
	AudRoles roles_from;
	AudRoles roles_to;
	bool     roles_changed;
	bool     roles_by_function; /* a function brought its own role */
	bool     sets_config;       /* calls set_config() */
	bool     sets_later;        /* the same, in the query of a cursor */
	bool     watches_settings;  /* they were remembered before it */

	uint32 params_off; /* [{"type":"integer","value":"1"}]; length 0: none */
	uint32 params_len;
	int    params_omitted;
	bool   params_redacted;
	bool   params_invalid; /* has text that is none */

	/* with what result */
	uint64     rows;
	bool       has_rows;
	bool       incomplete; /* its portal was closed before the last row */
	AudOutcome outcome;

	/* life cycle of a query's frame */
	bool                  recorded;
	bool                  ran;     /* ExecutorRun was called */
	bool                  ending;  /* inside ExecutorEnd */
	bool                  watched; /* the callback is registered */
	MemoryContextCallback context_gone;

	AudFailure failure; /* last: only its first bytes are cleared */
};

/*
 * A frame with nothing in it, from the pool.  Throws only for lack of memory,
 * which the statement that is about to begin would meet as well.
 */
extern AudStmt *aud_stmt_take(void);

/*
 * The one frame that is always there, for errors, when memory may be what is
 * missing.  Must be released before the next error is recorded.
 */
extern AudStmt *aud_stmt_take_spare(void);

/* Give a frame back; nothing may point at it any more. */
extern void aud_stmt_release(AudStmt *stmt);

/*
 * Room for n more bytes at the end of the arena, or NULL if memory is short.
 * The caller adds what it used to arena_len.
 */
extern char *aud_stmt_arena(AudStmt *stmt, size_t n);

/*
 * Append one member to the frame's details: ,"key":"value" with the value
 * escaped.  The text is in the database's encoding.
 */
extern void aud_stmt_detail(AudStmt *stmt, const char *key, const char *value);

/* The same with query text: redacted, and cut where it is long. */
extern void aud_stmt_detail_text(AudStmt *stmt, const char *key,
								 const char *text, size_t len);

/* The same with a text that need not be SQL, as settings have them. */
extern void aud_stmt_detail_value(AudStmt *stmt, const char *key,
								  const char *value);

/* The same with a value that is JSON already. */
extern void aud_stmt_detail_json(AudStmt *stmt, const char *key,
								 const char *json, size_t len);

/* Keep a text until the command is done; stmt->arena + stmt->note_off. */
extern void aud_stmt_note(AudStmt *stmt, const char *text);

/* Room for one more object, zeroed, or NULL (counted as omitted). */
extern AudObject *aud_stmt_add_object(AudStmt *stmt);

/*
 * Copy the query text into the frame, for commands that may free it while
 * they run (DISCARD, DEALLOCATE, a procedure that commits).
 */
extern void aud_stmt_keep_text(AudStmt *stmt);

/* Copy the objects, classes and flags of one frame to another. */
extern void aud_stmt_merge(AudStmt *to, const AudStmt *from);

#endif /* AUD_STMT_H */
