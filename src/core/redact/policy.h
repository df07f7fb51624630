/*-------------------------------------------------------------------------
 *
 * policy.h
 *	  What redaction is to hide, and what it says that it has hidden.
 *
 * A policy is made by whoever knows the settings, and is only read here: the
 * redactor keeps nothing between two calls.  All zero is mode secrets with no
 * names, patterns or places of one's own.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_POLICY_H
#define AUD_CORE_REDACT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum AudRedactMode
{
	AUD_REDACT_SECRETS,  /* what is found to be a secret */
	AUD_REDACT_NONE,     /* nothing, but what places and patterns name */
	AUD_REDACT_LITERALS, /* every constant, and comments */
	AUD_REDACT_TOKENS    /* the same; each has a pseudonym in its place */
} AudRedactMode;

/* Why something was hidden; bits, which become the record's "redacted". */
#define AUD_REDACTED_SECRET  0x01u
#define AUD_REDACTED_LITERAL 0x02u
#define AUD_REDACTED_TOKEN   0x04u
#define AUD_REDACTED_PAN     0x08u
#define AUD_REDACTED_EMAIL   0x10u
#define AUD_REDACTED_IBAN    0x20u
#define AUD_REDACTED_TAG     0x40u
#define AUD_REDACTED_SYNTAX  0x80u /* a text that was not understood */
#define AUD_REDACTED_ALL     0xFFu

/* What free text is searched for. */
#define AUD_PATTERN_PAN   0x1u
#define AUD_PATTERN_EMAIL 0x2u
#define AUD_PATTERN_IBAN  0x4u

/* A name of the administrator's: of a function, an option, a column. */
typedef struct AudRedactName
{
	const char *schema; /* in lower case; NULL: in any */
	const char *name;   /* in lower case */
	size_t      len;    /* of name */
	uint64_t    args;   /* of a function: bit 0 the first; ~0 all of them */
} AudRedactName;

typedef struct AudRedactNames
{
	const AudRedactName *items;
	size_t               count;
} AudRedactNames;

/*
 * Where constants begin that are hidden in any mode, as the server's parser
 * has it (a place within the token will do, or at the sign before it);
 * ascending.  With none of them and all_literals, that is what says why.
 */
typedef struct AudRedactPlaces
{
	const size_t *at; /* offsets in the text that is redacted */
	size_t        count;
	unsigned int  reason; /* AUD_REDACTED_*; 0: AUD_REDACTED_TAG */
} AudRedactPlaces;

struct AudTokenKey;

typedef struct AudRedactPolicy
{
	AudRedactMode mode;
	unsigned int  patterns;     /* bits of AUD_PATTERN_* */
	bool          backslash;    /* standard_conforming_strings is off */
	bool          all_literals; /* not understood: hide every constant */

	/* These may be NULL */
	const AudRedactNames     *functions;
	const AudRedactNames     *options; /* and settings, and columns */
	const struct AudTokenKey *key;     /* of mode tokens */
	const AudRedactPlaces    *places;  /* only for aud_redact_sql() */
} AudRedactPolicy;

/* Is every constant replaced? */
static inline bool
aud_redact_replaces_all(const AudRedactPolicy *policy)
{
	return policy->mode == AUD_REDACT_LITERALS ||
		   policy->mode == AUD_REDACT_TOKENS;
}

/* Is there something to hide in a value that is too plain for a secret? */
static inline bool
aud_redact_wants_values(const AudRedactPolicy *policy)
{
	return aud_redact_replaces_all(policy) ||
		   (policy->mode != AUD_REDACT_NONE && policy->patterns != 0);
}

/* What free text is searched for; mode none leaves it alone. */
static inline unsigned int
aud_redact_patterns(const AudRedactPolicy *policy)
{
	return policy->mode == AUD_REDACT_NONE ? 0 : policy->patterns;
}

/* The policy that is all zero. */
extern const AudRedactPolicy aud_redact_secrets_only;

#endif /* AUD_CORE_REDACT_POLICY_H */
