/*-------------------------------------------------------------------------
 *
 * names.h
 *	  Inside of redaction: the names that an administrator has listed.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_NAMES_H
#define AUD_CORE_REDACT_NAMES_H

#include "core/redact/policy.h"

/* Is name[len], in lower case, among these? */
extern bool aud_redact_is_listed(const AudRedactNames *names, const char *name,
								 size_t len);

/*
 * Add to *args those of this function that are listed; false if none is.
 * schema, in lower case, may be NULL, and then is any.
 */
extern bool aud_redact_listed_args(const AudRedactNames *names,
								   const char *schema, const char *name,
								   size_t len, uint64_t *args);

/* Does one of the policy's names stand anywhere in this text? */
extern bool aud_redact_mentions_listed(const AudRedactPolicy *policy,
									   const char *sql, size_t len);

#endif /* AUD_CORE_REDACT_NAMES_H */
