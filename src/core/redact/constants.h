/*-------------------------------------------------------------------------
 *
 * constants.h
 *	  Inside of redaction: the constants and comments of a text, one after
 *	  the other.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_CONSTANTS_H
#define AUD_CORE_REDACT_CONSTANTS_H

#include "core/lex.h"

/* Code in literals in code: a deeper one is a constant like any other. */
#define AUD_CONSTANTS_DEPTH 4

typedef struct AudConstant
{
	size_t from; /* in the source, with quotes and prefix */
	size_t to;
	size_t body; /* what is between the quotes; of a number, the number */
	size_t body_end;

	bool            comment; /* no constant, but a gap that has comments */
	bool            edge;    /* comment: nothing is in front of or behind it */
	char            prefix;  /* B or X, as written; 0: none of these */
	int             quoting; /* so many literals in quotes are around it */
	const AudLevel *level; /* for aud_lex_value(); valid until the next call */
	AudToken        token;
} AudConstant;

/* What is known of the statement that a level is in. */
typedef struct AudConstantsStatement
{
	int  words;    /* how many there were, up to three */
	bool is_do;    /* DO */
	bool creates;  /* CREATE, perhaps OR REPLACE */
	bool function; /* CREATE FUNCTION or PROCEDURE */
	bool as;       /* the token before was AS */
	bool named;    /* the token before was LANGUAGE */
	bool sets;     /* SET, ALTER or CREATE: may set a variable */
	bool set;      /* SET was there, and the name of a setting comes */
	bool dotted;   /* that has a dot in it: it is a variable */
	bool value;    /* its value comes, or the next of its list */
	int  is_code;  /* is its body SQL or PL/pgSQL?  -1: not known yet */
} AudConstantsStatement;

typedef struct AudConstantsLevel
{
	AudLevel              level;
	size_t                pos;
	size_t                close; /* the literal's end in the level around */
	int                   quoting;
	bool                  any; /* had it a token? */
	AudConstantsStatement statement;
} AudConstantsLevel;

typedef struct AudConstants
{
	bool              inside; /* are bodies of code looked into? */
	int               depth;
	AudConstantsLevel levels[AUD_CONSTANTS_DEPTH];
} AudConstants;

/*
 * Begin with this text; inside: with the constants in bodies of DO and of
 * functions in SQL and PL/pgSQL rather than with these bodies as a whole.
 */
extern void aud_constants_begin(AudConstants *c, const AudLevel *level,
								bool inside);

/* The next one; false at the end. */
extern bool aud_constants_next(AudConstants *c, AudConstant *next);

#endif /* AUD_CORE_REDACT_CONSTANTS_H */
