/*-------------------------------------------------------------------------
 *
 * lex.h
 *	  Tokens of SQL text, and of the text inside its literals.
 *
 * SQL carries SQL: a DO block holds EXECUTE '...', which holds ''...''.  A
 * level is one such text.  Its characters are read through the levels around
 * it, each of which undoes its own quoting, so that nothing has to be copied
 * or allocated and every position, at every depth, is one in the source.
 * Reading is a function of the position alone: any position that came out of
 * this module may be read from again.
 *
 * The lexer follows PostgreSQL's scan.l: '' and "" doubling, E'' and (where
 * asked for) plain '' with backslashes, U&, B, X and N prefixes, literals
 * continued on the next line, dollar quotes, nested comments, parameters.
 * Whatever is not terminated reaches to the end of its level.  It never fails.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_LEX_H
#define AUD_CORE_LEX_H

#include <stdbool.h>
#include <stddef.h>

#define AUD_LEX_END (-1)

/* Of a longer word, its end is kept: that is what names are told by. */
#define AUD_LEX_WORD_MAX 64

typedef struct AudLevel
{
	const char            *source;
	const struct AudLevel *outer; /* whose literal this is; NULL: the source */
	size_t                 end;   /* of this level, in the source */
	char                   quote; /* doubled in here; 0: the source */
	bool                   backslash; /* escapes by backslash in here? */

	/* How the tokens of this level are read: */
	bool data;        /* not SQL: no comments, any quote has backslashes */
	bool plain_slash; /* standard_conforming_strings = off */
} AudLevel;

typedef enum AudTokenKind
{
	AUD_TOK_END,
	AUD_TOK_WORD,        /* unquoted name or keyword */
	AUD_TOK_QUOTED_NAME, /* "..." */
	AUD_TOK_STRING,      /* '...' in all its forms, and $$...$$ */
	AUD_TOK_NUMBER,
	AUD_TOK_PARAM,    /* $1 */
	AUD_TOK_OPERATOR, /* its first characters are in text */
	AUD_TOK_PUNCT     /* one of ( ) [ ] , ; . { } */
} AudTokenKind;

typedef struct AudToken
{
	AudTokenKind kind;
	size_t       start; /* in the source, prefix and quotes included */
	size_t       end;

	/* STRING and QUOTED_NAME: what is between the quotes, and how quoted */
	size_t body;
	size_t body_end;
	char   quote; /* 0: dollar quote */
	bool   backslash;

	/* WORD: lower case (ASCII); OPERATOR and PUNCT: as it is; else empty */
	char   text[AUD_LEX_WORD_MAX + 1];
	size_t len;
	bool   cut; /* text is the end of a longer word */
} AudToken;

/* Make source[len] the outermost level; data and plain_slash are off. */
extern void aud_lex_source(AudLevel *level, const char *source, size_t len);

/* Make the body of a STRING or QUOTED_NAME of outer a level of its own. */
extern void aud_lex_inside(AudLevel *level, const AudLevel *outer,
						   const AudToken *tok);

/* For aud_lex_char() alone: it needs the quoting of *level undone. */
extern int aud_lex_quoted_char(const AudLevel *level, size_t *pos);

/* The character at *pos, moving *pos past it, or AUD_LEX_END. */
static inline int
aud_lex_char(const AudLevel *level, size_t *pos)
{
	if (*pos >= level->end)
		return AUD_LEX_END;
	if (level->outer == NULL)
		return (unsigned char) level->source[(*pos)++];
	return aud_lex_quoted_char(level, pos);
}

/* The same without moving. */
static inline int
aud_lex_peek(const AudLevel *level, size_t pos)
{
	return aud_lex_char(level, &pos);
}

/* The token at or after *pos, moving *pos past it. */
extern void aud_lex_token(const AudLevel *level, size_t *pos, AudToken *tok);

/*
 * 'a' and 'b' are one literal if there is a line break between them, and only
 * blanks and -- comments otherwise.  From behind the first's closing quote,
 * move behind the second's opening one; false, and *pos unmoved, if not so.
 */
extern bool aud_lex_continues(const AudLevel *level, size_t *pos);

/*
 * Where the first statement of sql[len] begins, or the next one from behind
 * another: past blanks, semicolons and comments, but for a comment that is not
 * terminated.  len if there is none.
 */
extern size_t aud_lex_statement_start(const char *sql, size_t len);

/*
 * Copy the level's text from pos into buf[cap], lower-cased (ASCII), with a
 * NUL.  False if it is longer than that; its beginning is in buf then.
 */
extern bool aud_lex_copy(const AudLevel *level, size_t pos, char *buf,
						 size_t cap);

/* The blanks of SQL; scan.l's, plus \v as newer servers have it. */
static inline bool
aud_lex_is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
aud_lex_is_newline(int c)
{
	return c == '\n' || c == '\r';
}

static inline bool
aud_lex_is_word_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		   c >= 0x80;
}

static inline bool
aud_lex_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool
aud_lex_is_word_char(int c)
{
	return aud_lex_is_word_start(c) || aud_lex_is_digit(c) || c == '$';
}

static inline int
aud_lex_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

#endif /* AUD_CORE_LEX_H */
