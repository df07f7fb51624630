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

/* Does one of the policy's names stand anywhere in this text? */
extern bool aud_redact_mentions_listed(const AudRedactPolicy *policy,
									   const char *sql, size_t len);

#endif /* AUD_CORE_REDACT_NAMES_H */
