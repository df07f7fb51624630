/*-------------------------------------------------------------------------
 *
 * lex_value.h
 *	  The value that a constant of SQL stands for.
 *
 * 'a''b', E'a\'b', $$a'b$$ and U&'a\0027b' are one value, and so are 5 and '5'.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_LEX_VALUE_H
#define AUD_CORE_LEX_VALUE_H

#include "core/lex.h"

typedef void (*AudLexPut)(void *arg, const void *bytes, size_t n);

/*
 * Hand the value of tok, a STRING or NUMBER of this level, to put(), a piece at
 * a time.  The text is taken to be UTF-8, as \u in it is written as that.
 */
extern void aud_lex_value(const AudLevel *level, const AudToken *tok,
						  AudLexPut put, void *arg);

/*
 * The escape character of U&'...' or U&"...", which UESCAPE may change; *end:
 * behind that, or the token.  -1 for a token that is none of these.
 */
extern int aud_lex_unicode_escape(const AudLevel *level, const AudToken *tok,
								  size_t *end);

#endif /* AUD_CORE_LEX_VALUE_H */
