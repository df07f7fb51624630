/*-------------------------------------------------------------------------
 *
 * scan.h
 *	  Inside of redaction: finding the secrets of a text.
 *
 * redact.c is the way in; scan.c, token.c and literal.c follow SQL; data.c,
 * command.c and shape.c know what else literals hold; words.c has the words.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_SCAN_H
#define AUD_CORE_REDACT_SCAN_H

#include <string.h>

#include "core/lex.h"
#include "core/redact/policy.h"
#include "core/redact/words.h"

/*
 * Who wants to know: hide() is called for each secret, in the order of the
 * text and never for overlapping ones, with its bounds in the source.  param()
 * may be NULL, or is called for each parameter $n of the source itself with
 * the place of its '$': would a literal in its place be a secret?  reason: why
 * hide() is being called, bits of AUD_REDACTED_*; 0: it is a secret.
 */
typedef struct AudRedactSink
{
	const AudRedactPolicy *policy;
	void (*hide)(struct AudRedactSink *sink, size_t from, size_t to);
	void (*param)(struct AudRedactSink *sink, size_t at, bool secret);
	unsigned int reason;

	/* NULL, or: the value of one says whether the other is that of a secret */
	void (*named)(struct AudRedactSink *sink, size_t name_at, size_t at);
} AudRedactSink;

static inline unsigned int
aud_redact_reason(const AudRedactSink *sink)
{
	return sink->reason != 0 ? sink->reason : AUD_REDACTED_SECRET;
}

/* Where a scan is, within the parentheses it is in. */
typedef enum AudScanState
{
	AUD_SCAN_ANY,     /* nothing special */
	AUD_SCAN_NAME,    /* behind the name of a secret */
	AUD_SCAN_TYPED,   /* behind such a name and a word, perhaps its type */
	AUD_SCAN_KEY,     /* behind a literal that is the name of a secret */
	AUD_SCAN_OPERAND, /* a secret expression has to begin or go on here */
	AUD_SCAN_WORD,    /* its operand was a word, perhaps a function */
	AUD_SCAN_DONE     /* behind an operand; an operator would go on */
} AudScanState;

/* One open parenthesis, bracket or CASE; the first is the whole text. */
typedef struct AudScanFrame
{
	AudScanState state;
	bool         bare;       /* NAME, OPERAND: text without quotes counts too */
	bool         enclosed;   /* part of a secret expression further out */
	bool         composes;   /* of format() and its like */
	bool         keyed;      /* of jsonb_set() and its like */
	bool         setting;    /* of set_config(): keyed by a setting's name */
	bool         key;        /* keyed: this argument is a secret's name */
	bool         key_value;  /* keyed: the one before was */
	size_t       key_param;  /* keyed: this one is a parameter, behind there */
	size_t       named_by;   /* keyed: the one before was */
	bool         is_case;    /* closed by END */
	bool         call;       /* arguments of a function */
	bool         names_only; /* nothing but names and commas so far */
	bool         select;     /* secret_args are of a select list */
	unsigned int arg;        /* number of the argument, from 0 */
	uint64_t     names;      /* which arguments are, or have, secrets' names */
	uint64_t     secret_args;
	uint64_t     row_names; /* (a, password) AS: which are secrets' names */
	bool         when;      /* CASE password: each WHEN has a secret */
	bool         between;   /* password BETWEEN: AND has another */
	bool         joined;    /* password || ...: may be compared further on */
	bool         source;    /* behind FROM, JOIN, or USING of MERGE */
	bool         star;      /* SELECT * */
	bool         cursor;    /* arguments of a cursor that is declared */
} AudScanFrame;

/* Deeper nesting shares the last frame. */
#define AUD_SCAN_FRAMES 40

/* Of a longer name of a setting, the beginning is looked at. */
#define AUD_SCAN_SETTING 128

/* Literals in literals; a deeper one with a hint of a secret is hidden whole. */
#define AUD_SCAN_DEPTH 6

typedef struct AudScan
{
	AudRedactSink  *sink;
	const AudLevel *level;
	int             depth;
	size_t          pos;   /* what comes next */
	AudToken        token; /* the one in front of pos */

	/* How name=value is to be read, where the text is not SQL */
	bool bare_values; /* the value need not be quoted */
	bool conninfo;    /* blanks around '=' are allowed */

	/* The token before */
	AudTokenKind last_kind;
	size_t       last_end;
	bool         last_dot;
	bool         wants; /* a literal whose text ends where a secret is due */

	/* The word before, and the one before the name that it belongs to */
	AudWord              word;
	AudWord              before;
	const AudSecretCall *call;    /* what it does as a function */
	AudSecrecy           secrecy; /* what it says as a name */
	AudSecretCall        listed;  /* call, of a function of the policy's list */
	char                 schema[AUD_LEX_WORD_MAX + 1]; /* perhaps: last name */

	/* The statement */
	AudKeyword verb;
	AudKeyword object; /* second word */
	int        words;
	bool       mapping;      /* the third is MAPPING */
	bool       set;          /* SET was among them */
	bool       setting;      /* the name of a setting stands here */
	bool       values;       /* those of a secret setting stand here */
	bool       cast;         /* behind :: */
	int        insert_frame; /* -1: no INSERT */
	bool       insert_open;  /* its column list has not been seen yet */
	uint64_t   insert_names; /* which of its columns are secret */
	int        values_frame; /* frame that holds the rows of VALUES; -1 */
	uint64_t   values_names; /* which of their values are secret */
	bool       password;     /* behind PASSWORD of a role, and its secret */

	/* UPDATE t SET password = v.p FROM: the column, and is there another? */
	char fed_by[AUD_LEX_WORD_MAX + 1];
	bool fed_by_more;

	/* Arguments with secrets' names of the cursors that were declared */
	uint64_t cursor_args;

	/* (a, b) just closed: which of the names are secret, and is it (..) = ? */
	uint64_t list;
	bool     list_assigned;

	/* Behind SET: the name so far, and how long it is */
	char   setting_name[AUD_SCAN_SETTING];
	size_t setting_len;

	/* A command line: options with passwords in them; config set NAME VALUE */
	bool p_attached;
	bool p_separate;
	int  configures; /* 1: behind config, 2: behind set */

	/* See ahead.c */
	size_t ahead; /* how far is left to look */
	size_t quotes_at;
	size_t quotes_left;

	bool touched; /* was anything hidden, or did a secret have to follow? */
	bool open;    /* the last secret was not terminated */

	int          nframes;
	int          beyond; /* parentheses that found no frame */
	AudScanFrame frames[AUD_SCAN_FRAMES];
} AudScan;

/* How the scan of a level ended. */
typedef struct AudScanEnd
{
	bool wants;   /* a secret would have to come next */
	bool touched; /* there is something about secrets in it */
} AudScanEnd;

static inline AudScanFrame *
aud_scan_top(AudScan *s)
{
	return &s->frames[s->nframes - 1];
}

static inline uint64_t
aud_scan_arg_bit(unsigned int arg)
{
	return UINT64_C(1) << (arg < 63 ? arg : 63); /* later ones share a bit */
}

static inline bool
aud_scan_is_secret_arg(const AudScanFrame *f)
{
	return f->key_value || (f->secret_args & aud_scan_arg_bit(f->arg)) != 0;
}

/* Is a secret, or a part of one, expected right here? */
static inline bool
aud_scan_is_due(const AudScanFrame *f)
{
	return f->state == AUD_SCAN_OPERAND || f->state == AUD_SCAN_WORD ||
		   f->state == AUD_SCAN_NAME;
}

/* SET a = x: the quotes may be left out. */
static inline bool
aud_scan_is_set(const AudScan *s)
{
	return s->verb == AUD_KW_SET ||
		   (s->set && (s->verb == AUD_KW_ALTER || s->verb == AUD_KW_CREATE));
}

/* What this word says as a name; the administrator's list counts, too. */
static inline AudSecrecy
aud_scan_secrecy(const AudScan *s, const char *name, size_t len)
{
	return aud_redact_secrecy(s->sink->policy, name, len);
}

/* scan.c */
extern void          aud_scan_hide(AudScan *s, size_t from, size_t to);
extern AudScanFrame *aud_scan_push(AudScan *s);
extern void          aud_scan_pop(AudScan *s);

/*
 * Scan the level from pos on, depth levels below the source; dollar: it is
 * the body of a dollar quote.
 */
extern AudScanEnd aud_scan_level(AudRedactSink *sink, const AudLevel *level,
								 size_t pos, int depth, bool dollar);

static inline void
aud_scan_text(AudRedactSink *sink, const AudLevel *level)
{
	(void) aud_scan_level(sink, level, 0, 0, false);
}

/*
 * call.c: what this name does as a function, NULL if nothing is known.  Valid
 * until the next call.
 */
extern const AudSecretCall *aud_scan_call(AudScan *s, const char *name,
										  size_t len);

/* token.c */
extern void aud_scan_name(AudScan *s, const char *name, size_t len, bool bare);
extern void aud_scan_word(AudScan *s);
extern bool aud_scan_behind_password(AudScan *s);

/* literal.c */
extern void aud_scan_string(AudScan *s);
extern void aud_scan_quoted_name(AudScan *s);
extern void aud_scan_param(AudScan *s);

/* key.c */
extern bool aud_scan_is_secret_text(const AudScan *s, const AudLevel *level,
									size_t pos);

/* shape.c */
extern size_t aud_scan_shape_end(const AudScan *s);

/* data.c: see there */
extern bool aud_scan_is_code(const AudLevel *level, size_t pos);
extern void aud_scan_start_data(AudScan *s, bool dollar);
extern bool aud_scan_is_placeholder(const AudLevel *level, size_t pos);
extern void aud_scan_hide_bare(AudScan *s, size_t from);
extern void aud_scan_data_value(AudScan *s);
extern void aud_scan_data_pair(AudScan *s);
extern bool aud_scan_data_uri(AudScan *s);
extern void aud_scan_data_element(AudScan *s);
extern void aud_scan_data_word(AudScan *s);

/* Behind blanks at pos; behind word, in lower case, if it is there, else pos. */
extern size_t aud_scan_skip_space(const AudLevel *level, size_t pos);
extern size_t aud_scan_skip_text(const AudLevel *level, size_t pos,
								 const char *word);

/* command.c: at a '-'; behind the name of a secret */
extern bool aud_scan_data_option(AudScan *s);
extern bool aud_scan_data_configured(AudScan *s);
extern void aud_scan_data_program(AudScan *s);

/* ahead.c */

/* Is there the name of a secret from pos up to the closing parenthesis? */
extern bool aud_scan_names_ahead(AudScan *s, size_t pos);

/* (VALUES ...) AS v(a, password): which of the rows' values are secrets */
extern uint64_t aud_scan_aliases_ahead(AudScan *s);

/* Behind ARRAY[: is it compared with one that has the name of a secret? */
extern bool aud_scan_array_ahead(AudScan *s);

/* Behind set_config(: the argument that is a secret by another's name */
extern uint64_t aud_scan_setting_ahead(AudScan *s);

/* Behind a literal: is it compared with an expression that has such a name? */
extern bool aud_scan_compared_ahead(AudScan *s);

/* Behind SELECT: which of its values go INTO variables with such names */
extern uint64_t aud_scan_into_ahead(AudScan *s);

/* Behind CASE: END AS password? */
extern bool aud_scan_case_ahead(AudScan *s);

/* Is there such a name behind the parenthesis that we are in? */
extern bool aud_scan_named_behind(AudScan *s);

/* source.c: rows that are selected from, and go to a secret's column */
extern void aud_scan_fed_by(AudScan *s, const char *name, size_t len);
extern bool aud_scan_is_fed_by(const AudScan *s, const char *name, size_t len);
extern uint64_t aud_scan_source_names(AudScan *s);
extern bool     aud_scan_is_source(const AudScan *s);
extern uint64_t aud_scan_cursor_args(const AudScan *s);

/* compare.c: OPERATOR(...) and COLLATE ... between a name and its value */
extern bool aud_scan_long_operator(AudScan *s);

/* The text of a quoted name, also of U&"..."; false if it does not fit. */
extern bool aud_scan_quoted_text(const AudLevel *level, const AudToken *tok,
								 char *buf, size_t size);

/* Behind a literal, at pos: does what touches it go on with the statement? */
extern bool aud_scan_goes_on(AudScan *s, size_t pos);

#endif /* AUD_CORE_REDACT_SCAN_H */
