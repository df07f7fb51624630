/*-------------------------------------------------------------------------
 *
 * redact.h
 *	  Hiding secrets in SQL text, and in what SQL is about.
 *
 * Works on the text alone, with a lexer that knows PostgreSQL's quoting, so
 * that statements which never parse are covered too.  What counts as a secret
 * is listed in docs/redaction.md.
 *
 * Each secret is replaced by <redacted>; quotes around it stay, in whatever
 * form they have.  One that is not terminated takes the rest of the text with
 * it.  Everything else, comments included, is copied byte for byte.
 *
 * Time is linear in the text.  The text has to be in an encoding that keeps
 * ASCII bytes for ASCII characters, as all server encodings do.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_REDACT_H
#define AUD_CORE_REDACT_REDACT_H

#include "core/buf.h"
#include "core/redact/policy.h"

#define AUD_REDACTED "<redacted>"

/*
 * Quick test for the hot path: false means that aud_redact_sql() and
 * aud_redact_text() would change nothing.  True means only that it is worth
 * a look.
 */
extern bool aud_redact_may_apply(const AudRedactPolicy *policy, const char *sql,
								 size_t len);

/*
 * Append sql[len] to out with everything that the policy hides replaced;
 * returns why something was, bits of AUD_REDACTED_*.  out needs room for
 * len + 12 * (len / 2) bytes in the worst case; with less room the text is
 * cut (out->truncated), a secret is never let through.
 */
extern unsigned int aud_redact_sql(AudBuf *out, const AudRedactPolicy *policy,
								   const char *sql, size_t len);

/*
 * The same for text that need not be SQL: the value of a setting or of a bound
 * parameter.  Knows connection strings, URIs, JSON and SQL in it.
 */
extern unsigned int aud_redact_text(AudBuf *out, const AudRedactPolicy *policy,
									const char *text, size_t len);

/*
 * Which of the values that are bound to $1 .. $count of sql[len] are secrets?
 * hidden[i] is set to 1 for those that stand, anywhere in the text, where a
 * literal would be hidden, and to 0 for the others.  All of them are, where
 * the text has a secret of its own, since a value may be what completes it;
 * with one hidden, those that the text does not mention are, too.  Returns
 * why any is hidden, or 0.
 */
extern unsigned int aud_redact_params(const AudRedactPolicy *policy,
									  const char *sql, size_t len,
									  unsigned char *hidden, size_t count);

/*
 * set_config($1, $2, true): named_by[1] is 1, since the value that is bound to
 * $1 says whether that of $2 is a secret; 0 of those that none names.  Returns
 * whether any is named.
 */
extern bool aud_redact_named_params(const AudRedactPolicy *policy,
									const char *sql, size_t len,
									uint16_t *named_by, size_t count);

/*
 * Is a setting of this name likely to hold a secret (app.user_password,
 * app.token_1)?  Then its value is to be hidden as a whole.
 */
extern bool aud_redact_is_secret_setting(const AudRedactPolicy *policy,
										 const char            *name);

/*
 * Is text[len] as a whole the name of a secret, as a key of JSON, the name of
 * an attribute or of an option (--password) would be?
 */
extern bool aud_redact_is_secret_key(const AudRedactPolicy *policy,
									 const char *text, size_t len);

/* What an error message is about: texts of SQL, from the innermost outwards. */
typedef struct AudRedactSource
{
	const char *text;
	size_t      len;
} AudRedactSource;

/*
 * Append an error message, hiding in it whatever is a part of what is hidden
 * in one of the sources: syntax error at or near "hunter2".
 */
extern unsigned int aud_redact_message(AudBuf *out, const AudRedactPolicy *policy,
									   const char *message, size_t len,
									   const AudRedactSource *sources,
									   size_t                 count);

/* ,"redacted":["secret"]: bits of AUD_REDACTED_* as words; nothing for 0. */
extern void aud_redact_append_reasons(AudBuf *b, unsigned int reasons);

#endif /* AUD_CORE_REDACT_REDACT_H */
