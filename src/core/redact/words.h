/*-------------------------------------------------------------------------
 *
 * words.h
 *	  The words that redaction goes by: names of secrets, functions that take
 *	  keys, keywords that say where an expression or a statement begins.
 *
 * docs/redaction.md lists the first two for administrators.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_WORDS_H
#define AUD_CORE_REDACT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/redact/policy.h"

/* Keywords that are asked for by name; others have flags only. */
typedef enum AudKeyword
{
	AUD_KW_NONE,
	AUD_KW_OTHER,
	AUD_KW_ALTER,
	AUD_KW_AND,
	AUD_KW_AS,
	AUD_KW_BETWEEN,
	AUD_KW_BY,
	AUD_KW_CASE,
	AUD_KW_CREATE,
	AUD_KW_CURSOR,
	AUD_KW_DEFAULT,
	AUD_KW_DISTINCT,
	AUD_KW_END,
	AUD_KW_FOR,
	AUD_KW_FROM,
	AUD_KW_GROUP,
	AUD_KW_IDENTIFIED,
	AUD_KW_IN,
	AUD_KW_INSERT,
	AUD_KW_INTO,
	AUD_KW_IS,
	AUD_KW_MAPPING,
	AUD_KW_MATERIALIZED,
	AUD_KW_MERGE,
	AUD_KW_NOT,
	AUD_KW_OPEN,
	AUD_KW_ROLE,
	AUD_KW_ROW,
	AUD_KW_SELECT,
	AUD_KW_SET,
	AUD_KW_SIMILAR,
	AUD_KW_UPDATE,
	AUD_KW_USER,
	AUD_KW_USING,
	AUD_KW_VALUES,
	AUD_KW_WHEN
} AudKeyword;

#define AUD_KW_COMMAND  0x01u /* a statement may begin with it */
#define AUD_KW_OPENS    0x02u /* the next word may begin a statement */
#define AUD_KW_CLAUSE   0x04u /* ends a select list */
#define AUD_KW_NAMES    0x08u /* the next word is the name of an object */
#define AUD_KW_COMPARES 0x10u /* between a name and its value, like '=' */
#define AUD_KW_RESERVED 0x20u /* is no name and no type */
#define AUD_KW_VALUE    0x40u /* stands for a value and hides none */
#define AUD_KW_TYPE     0x80u /* second word of a type or declaration */

typedef struct AudWord
{
	AudKeyword   id;
	unsigned int flags;
} AudWord;

/* word[len] in lower case; AUD_KW_NONE where it is no keyword of ours. */
extern AudWord aud_redact_keyword(const char *word, size_t len);

/*
 * Does a thing of this name hold a secret?  name[len] in lower case; its end
 * is what counts (user_password, aws_secret_access_key).
 */
typedef enum AudSecrecy
{
	AUD_SECRECY_NONE,
	AUD_SECRECY_KEY,     /* token, api_key, ... */
	AUD_SECRECY_PASSWORD /* password and its kin */
} AudSecrecy;

extern AudSecrecy aud_redact_secrecy(const AudRedactPolicy *policy,
									 const char *name, size_t len);

/* The quick test of aud_redact_may_apply() for secrets alone. */
extern bool aud_redact_may_have_secrets(const AudRedactPolicy *policy,
										const char *sql, size_t len);

/* Its search for built-in words as processors without PSHUFB have it. */
extern bool aud_redact_has_hint_bytewise(const char *sql, size_t len);

/*
 * Is word[len], in lower case, what somebody has written for "password" with
 * one letter too few or too many, another, or two the wrong way round?
 */
#define AUD_REDACT_MISTYPED_MAX 9
extern bool aud_redact_is_mistyped(const char *word, size_t len);

/*
 * Does this word, in lower case, go on with a statement behind a literal: an
 * option of a role, or a keyword like AND?
 */
extern bool aud_redact_is_role_option(const char *word, size_t len);

/* What a function does with its arguments. */
typedef enum AudCallKind
{
	AUD_CALL_PLAIN,
	AUD_CALL_KEYED,    /* they are 'name', value, 'name', value */
	AUD_CALL_SETTING,  /* the same, and 'name' is that of a setting */
	AUD_CALL_COMPOSES, /* it makes text of the first and the others */
	AUD_CALL_COMPARES, /* one that is a secret's name makes the others secrets */
	AUD_CALL_HARMLESS  /* none is a secret, even within a secret expression */
} AudCallKind;

typedef struct AudSecretCall
{
	const char *name;
	size_t      len;
	AudCallKind kind;
	uint64_t    secret_args; /* bit 0: the first */
} AudSecretCall;

/* NULL where the function is none of those we know. */
extern const AudSecretCall *aud_redact_call(const char *name, size_t len);

/*
 * Every word, in lower case, that can make a secret of what is beside it
 * without another such word: the nth, NULL behind the last.  For the tests of
 * the quick test, which has to notice each of them.
 */
extern const char *aud_redact_nth_word(size_t n);

/* The same of the prefixes of tokens, as they are. */
extern const char *aud_redact_nth_prefix(size_t n);

/* Names of algorithms and encodings, which are arguments and no secrets. */
extern bool aud_redact_is_algorithm(const char *text);

#endif /* AUD_CORE_REDACT_WORDS_H */
