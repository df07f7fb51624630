/*-------------------------------------------------------------------------
 *
 * stmt.h
 *	  The facts of one statement, from its beginning to its record.
 *
 * Filled by statement/ and facts/, judged by statement/policy.c, formatted by
 * split.c.  Texts that belong to the frame live in its arena
 * and are referred to by offset, because the arena moves when it grows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_STMT_H
#define AUD_RECORD_STMT_H

#include "datatype/timestamp.h"
#include "nodes/bitmapset.h"
#include "nodes/memnodes.h"
#include "nodes/nodes.h"
#include "portability/instr_time.h"
#include "tcop/cmdtag.h"

#include "core/buf.h"
#include "nodes/pg_list.h"
#include "record/identity.h"
#include "record/text.h"

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

/* What a command does with its cursor; see statement/cursor.c. */
typedef enum AudCursorUse
{
	AUD_CURSOR_NONE,
	AUD_CURSOR_HOLD,  /* remember its objects */
	AUD_CURSOR_FETCH, /* go on with it, and count its rows */
	AUD_CURSOR_CLOSE, /* sum up what was fetched */
} AudCursorUse;

/* Longest primary error message that is kept; secrets of its query are not. */
#define AUD_ERROR_MESSAGE_MAX 1024

typedef struct AudFailure
{
	int      sqlstate; /* 0: none */
	unsigned redacted; /* of the message: bits of AUD_REDACTED_* */
	char     message[AUD_ERROR_MESSAGE_MAX];
} AudFailure;

/* The roles of one moment. */
typedef struct AudRoles
{
	Oid session;
	Oid current;
} AudRoles;

/* More tags than these are counted, not named. */
#define AUD_TAGS_MAX 32

/*
 * Tags, of the labels that objects and roles have.  The names live as long as
 * the process and are unique: the same name is the same pointer.
 */
typedef struct AudStmtTags
{
	int         n;
	int         omitted;
	const char *names[AUD_TAGS_MAX]; /* in the order of strcmp() */
} AudStmtTags;

/* An object of a statement; its texts are slices of the frame's arena. */
typedef struct AudObject
{
	Oid    classid;
	Oid    objid;
	int    access;    /* bits of AudAccess; 0: named but not accessed */
	bool   planned;   /* EXPLAIN showed the plan, nothing was executed */
	bool   denied;    /* the error is about it */
	bool   by_policy; /* only a policy of row security reads it */
	bool   tentative; /* named by the command, dropped if it succeeds */
	bool   root;      /* what a DROP names, not what goes with it */
	bool   audited;   /* secaudit.role holds the privilege that was used */
	uint32 head_off;  /* "type":"table","name":"public.card" */
	uint32 head_len;
	uint32 columns_off; /* "pan","owner"; length 0: none known */
	uint32 columns_len;

	const AudStmtTags *tags; /* lives as long as the process; NULL: none */

	const Bitmapset *columns; /* only while the objects are being added */
} AudObject;

/* Objects past this number are counted, not named. */
#define AUD_OBJECTS_MAX 4096

typedef struct AudStmt AudStmt;

/* A slice of the frame's arena. */
typedef struct AudSpan
{
	uint32 off;
	uint32 len; /* 0: there is none */
} AudSpan;

/* Where the frame is kept, and how far it has come. */
typedef struct AudStmtLife
{
	AudStmt    *next;    /* open frames, newest first; or the pool */
	AudStmt    *caller;  /* what was active when this frame became active */
	AudStmt    *earlier; /* of an early frame: the one around it */
	const void *key;     /* QueryDesc or Portal it belongs to; NULL: utility */

	bool                  recorded;
	bool                  ran;       /* ExecutorRun was called */
	bool                  reached;   /* code of a user ran before it began */
	uint64                planned;   /* early: digest of what was, 0: not yet */
	bool                  ending;    /* inside ExecutorEnd */
	bool                  running;   /* inside ExecutorRun */
	bool                  watched;   /* the callback is registered */
	bool                  at_commit; /* COMMIT: that decides how it ended */
	bool                  was_failed; /* its transaction block, before it */
	MemoryContextCallback context_gone;
} AudStmtLife;

/*
 * Which statement it is.  A silent frame has no record of its own and bears
 * the number and level of the statement it is a part of.
 */
typedef struct AudStmtPlace
{
	bool   silent;
	uint64 number; /* within the session, from 1 */
	uint64 parent; /* number of the enclosing statement, or 0 */
	uint64 batch; /* number of the first one in its text, if it holds several */
	int    level;
	AudOrigin origin;
	bool      is_check; /* of all rows, by a foreign key */
	bool      marked;   /* runs with the security context of one */
	bool is_step; /* of the command around it, like GRANT in CREATE SCHEMA */
	int  trigger_depth;
	int  planning; /* planner levels of the caller, while active */

	/*
	 * error_context_stack as it began, of a utility command, or marked; of a
	 * query whose triggers fire, as they do
	 */
	const void *error_context;
} AudStmtPlace;

typedef struct AudStmtWhat
{
	bool        is_error; /* failed before it became a statement */
	bool        is_begin; /* this is the record of its beginning */
	const char *event;    /* NULL: "statement" or "error" */
	const char *command;  /* NULL: the name of the tag */
	CommandTag  tag;
	NodeTag     utility;  /* T_Invalid for a query */
	uint64      query_id; /* of compute_query_id, 0: none */
	int         classes;
	bool        must_record;  /* whatever the settings say */
	bool        user_objects; /* touches anything outside the catalogs */
	bool        catalog_objects;
	bool        has_recorded;   /* a statement inside of it has a record */
	bool        has_builtins;   /* calls functions of builtin.h */
	bool        has_values;     /* calls in VALUES lists were looked for */
	bool        has_later;      /* objects were created in it */
	bool        changed;        /* something was created or dropped */
	bool        if_not_exists;  /* or IF EXISTS: may do nothing */
	bool        restarts;       /* TRUNCATE ... RESTART IDENTITY */
	bool        privileged;     /* reaches beyond the database's own tables */
	bool        rewritten;      /* to nothing, by a rule */
	bool        skipped;        /* IF NOT EXISTS, and it was there */
	bool        executed;       /* EXPLAIN ANALYZE */
	bool        rls;            /* row security limits what it sees or does */
	bool        audited;        /* an object is, see AudObject */
	bool        acts_tagged;    /* who acts, or the database, has tags */
	bool        tagged;         /* one with tags is named, and not used */
	int         tagged_classes; /* what is done to those that have tags */
	bool        only_planned; /* of EXPLAIN's body: its executor only starts */
} AudStmtWhat;

/*
 * The statement's own slice of the text, not NUL-terminated; and the same as
 * it is recorded, once that is known: in UTF-8, without secrets.
 */
typedef struct AudStmtText
{
	const char *data;
	size_t      len;
	char       *kept; /* the frame's own copy, if it has one */

	AudTextHidden hidden; /* in "data"; its places are the frame's own */

	bool     is_prepared;
	unsigned redacted; /* bits of AUD_REDACTED_* */
	char    *prepared; /* the frame's own, or NULL: data is fit as it is */
	size_t   prepared_len;
	size_t   omitted; /* bytes of a huge text that are not in it */
} AudStmtText;

/* A utility command's query, see facts/body.h. */
typedef struct AudStmtBody
{
	AudStmt    *host;      /* of a query: the command whose body it is */
	bool        started;   /* what it reaches from now on is the host's */
	bool        only_runs; /* host: it is a cursor that runs in there */
	bool        is_inner;  /* host: it made it; see aud_begin_inner_working */
	bool        expected;  /* of a command: a body may come */
	const char *text;      /* NULL: by its digest */
	size_t      len;
	uint64      digest;
} AudStmtBody;

typedef struct AudStmtWhen
{
	TimestampTz began;
	instr_time  began_at;
	int64       lead_us; /* from "began" until began_at was taken */
} AudStmtWhen;

/* Their names and columns are in the arena. */
typedef struct AudStmtObjects
{
	AudObject *items;
	int        n;
	int        max;
	uint64     omitted;
} AudStmtObjects;

/* Memory for the frame's texts; it moves when it grows. */
typedef struct AudStmtArena
{
	char  *data;
	size_t len;
	size_t cap;
} AudStmtArena;

typedef struct AudStmtCursor
{
	AudCursorUse use;
	char         name[NAMEDATALEN];
	uint64       opened_by; /* number of the statement that opened it */
	uint64       fetched;   /* rows, by FETCH */
} AudStmtCursor;

/* What the command is about, and what to look up when it has succeeded. */
typedef struct AudStmtTarget
{
	void (*after)(AudStmt *stmt);
	Oid    classid;
	Oid    objid;
	int32  objsubid;
	int    named;    /* objects that the command itself names */
	uint64 count;    /* how many there were of something before */
	uint32 note_off; /* text kept for "after", with its NUL */
} AudStmtTarget;

/* Who acted, before and after the frame was active. */
typedef struct AudStmtRoles
{
	AudRoles entered;
	AudRoles noted; /* as a nested statement has recorded it already */
	AudRoles from;
	AudRoles to;
	bool     changed;
	bool     by_function; /* a function brought its own role */
	bool     borrowed;    /* entered while other roles acted for a time */
} AudStmtRoles;

typedef struct AudStmtSettings
{
	bool called;       /* it calls set_config() */
	bool called_later; /* the same, in the query of a cursor */
	bool unclear;      /* of what is known only when it has been called */

	/* What they were before; the frame's own, NULL: they are not compared */
	struct AudSettingsPicture *picture;
} AudStmtSettings;

/*
 * What facts ask of statement/, which carries it out right after it has
 * collected them: facts do not call up.
 */
typedef struct AudStmtEffects
{
	const char *gid; /* PREPARE TRANSACTION; the parse tree's, valid just now */
	bool        decide; /* is it wanted?  By the settings of this moment */
	bool        compare_settings; /* from now on, with what they are now */
} AudStmtEffects;

/* [{"type":"integer","value":"1"}] in the arena */
typedef struct AudStmtParams
{
	uint32   off;
	uint32   len; /* 0: none */
	int      omitted;
	unsigned redacted; /* bits of AUD_REDACTED_* */
	bool     invalid;  /* has text that is none */

	/* Numbers of those that are hidden for secaudit.redact_tags */
	bool       hide_all;
	Bitmapset *hidden; /* the frame's own */
} AudStmtParams;

/* Longest name of a rule, with its NUL. */
#define AUD_STMT_RULE_SIZE 64

/* What rules have said of the statement; see statement/rules.h. */
typedef struct AudStmtRules
{
	AudSpan names;   /* "bulk-phi","night" in the arena: what chose it */
	int     omitted; /* names that found no room */

	char refused_by[AUD_STMT_RULE_SIZE]; /* "": it was not */
	int  severity;                       /* of that rule */
	bool broke_glass; /* a superuser has run it all the same */
} AudStmtRules;

typedef struct AudStmtResult
{
	uint64     rows;
	bool       has_rows;
	bool       incomplete; /* its portal was closed before the last row */
	AudOutcome outcome;
	AudFailure failure; /* last: only its first bytes are cleared */
} AudStmtResult;

struct AudStmt
{
	MemoryContext memory; /* the frame's own, with all it has; see stmt.c */
	AudStmtLife   life;
	AudStmtPlace  place;
	AudStmtWhat   what;
	AudStmtText   text;
	AudStmtBody   body;
	const AudIdentity *who;
	AudStmtWhen        when;
	AudStmtObjects     objects;
	AudStmtArena       arena;
	AudSpan            detail;       /* ,"privileges":["select"],... */
	unsigned        detail_redacted; /* there and in objects: AUD_REDACTED_* */
	AudStmtCursor   cursor;
	AudStmtTarget   target;
	AudStmtRoles    roles;
	AudStmtSettings settings;
	AudStmtEffects  effects;
	AudStmtParams   params;
	AudStmtRules    rules;
	AudStmtResult   result; /* last that is cleared, see there */
	AudStmtTags tags; /* of its objects, and of who acts and where; by its n */
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
 * The caller adds what it used to arena.len.
 */
extern char *aud_stmt_arena(AudStmt *stmt, size_t n);

/*
 * Put a text into the arena, which it must not be in, as a slice of it; false,
 * with the slice as it was, if memory is short.
 */
extern bool aud_stmt_put(AudStmt *stmt, uint32 *off, uint32 *len,
						 const char *text, size_t text_len);

/* The same for the name of an object. */
static inline void
aud_stmt_set_head(AudStmt *stmt, AudObject *object, const char *head, size_t len)
{
	(void) aud_stmt_put(stmt, &object->head_off, &object->head_len, head, len);
}

/*
 * Append one member to the frame's details: ,"key":"value" with the value
 * escaped.  The text is in the database's encoding.  What is there already
 * stays as it is, and what memory is short for is left out; this goes for all
 * of them.
 */
extern void aud_stmt_detail(AudStmt *stmt, const char *key, const char *value);

/* The same with query text: redacted, and cut where it is long. */
extern void aud_stmt_detail_text(AudStmt *stmt, const char *key,
								 const char *text, size_t len);

/* The same with these constants hidden. */
extern void aud_stmt_detail_hidden(AudStmt *stmt, const char *key,
								   const char *text, size_t len,
								   const AudTextHidden *hidden);

/* The same with a value that a constant of the statement says. */
extern void aud_stmt_detail_value(AudStmt *stmt, const char *key,
								  const char *value);

/* The same with a text that comes from no constant, as settings have them. */
extern void aud_stmt_detail_plain(AudStmt *stmt, const char *key,
								  const char *value);

/* ,"key":["alice","bob"] of a list of char *; nothing if it is empty. */
extern void aud_stmt_detail_strings(AudStmt *stmt, const char *key,
									const List *strings);

/* ,"key":7 and ,"key":true */
extern void aud_stmt_detail_uint(AudStmt *stmt, const char *key, uint64 value);
extern void aud_stmt_detail_flag(AudStmt *stmt, const char *key);
extern void aud_stmt_detail_bool(AudStmt *stmt, const char *key, bool value);

/* The same with a value that is JSON already. */
extern void aud_stmt_detail_json(AudStmt *stmt, const char *key,
								 const char *json, size_t len);

/* Keep a text until the command is done; stmt->arena.data + stmt->target.note_off. */
extern void aud_stmt_note(AudStmt *stmt, const char *text);

/* Tags of the statement, or of one of its objects and so of it, too. */
extern void aud_stmt_add_tags(AudStmt *stmt, const AudStmtTags *tags);
extern void aud_stmt_tag_object(AudStmt *stmt, AudObject *object,
								const AudStmtTags *tags);

/*
 * All tags of both in *to; what finds no room is counted, and that only as
 * well as it can be: a tag that was omitted twice counts twice.
 */
extern void aud_tags_merge(AudStmtTags *to, const AudStmtTags *from);

/*
 * Sets of tags that live as long as the process, each there once; NULL is the
 * empty one.  aud_tags_of and aud_tags_union may
 * throw for lack of memory.
 */
struct AudLabel;
extern const AudStmtTags *aud_tags_of(const struct AudLabel *label);
extern const AudStmtTags *aud_tags_union(const AudStmtTags *a,
										 const AudStmtTags *b);

/* One more rule that chose the statement. */
extern void aud_stmt_add_rule(AudStmt *stmt, const char *name);

/*
 * The plain name of the i-th object that has one, UTF-8, into text[size], cut
 * if it is longer; false if there is none.
 */
extern bool aud_stmt_object_name(const AudStmt *stmt, int i, char *text,
								 size_t size);

/* Room for one more object, zeroed, or NULL (counted as omitted). */
extern AudObject *aud_stmt_add_object(AudStmt *stmt);

/*
 * A recent mention of this object, or one among the first that the command
 * itself names; NULL: name it (again).
 */
extern AudObject *aud_stmt_find_object(AudStmt *stmt, Oid classid, Oid objid);

/*
 * So many objects back a mention is looked for: further, looking would cost
 * more than naming the object twice.
 */
#define AUD_OBJECTS_WINDOW 64

/*
 * Copy the query text into the frame, for commands that may free it while
 * they run (DISCARD, DEALLOCATE, a procedure that commits).
 */
extern void aud_stmt_keep_text(AudStmt *stmt);

/* Another one takes its place. */
extern void aud_stmt_forget_text(AudStmt *stmt);

/*
 * Hide the n constants of the text that begin at[i] + shift, in ascending
 * order, and parameters of these numbers; or all of both.  What was prepared
 * before is prepared again, and what was said before about it is forgotten.
 */
extern void aud_stmt_hide(AudStmt *stmt, const int *at, int n, size_t shift,
						  const Bitmapset *params);
extern void aud_stmt_hide_all(AudStmt *stmt);

/*
 * The text as it is recorded, in a scope of text.h: prepared now, or as the
 * frame has it.  prepare_text keeps it in the frame, so that it is converted
 * and searched for secrets once.
 */
extern void aud_stmt_prepare_text(AudStmt *stmt, AudText *out);
extern void aud_stmt_get_text(const AudStmt *stmt, AudText *out);

/* Copy the objects, classes and flags of one frame to another. */
extern void aud_stmt_merge(AudStmt *to, const AudStmt *from);

#endif /* AUD_RECORD_STMT_H */
