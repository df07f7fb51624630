/*-------------------------------------------------------------------------
 *
 * guc_redact.h
 *	  secaudit.redact and its kin: what the settings say about redaction, as
 *	  core/redact takes it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_REDACT_H
#define AUD_SERVER_GUC_REDACT_H

#include "utils/guc.h"

#include "core/redact/policy.h"

/*
 * The policy of this moment, for what comes from a statement: its text, its
 * constants, its parameters.  Valid until the next call; whoever changes
 * something in it copies it first.
 */
extern const AudRedactPolicy *aud_guc_redact(void);

/*
 * The same for what comes from no constant (settings, messages, names of
 * applications): secrets and patterns are hidden in it in every mode but none.
 */
extern const AudRedactPolicy *aud_guc_redact_plain(void);

/* The first digits of the SHA-256 of the tokens' key; NULL: there is none. */
extern const char *aud_guc_redact_key_id(void);

/* Define the settings; allowed: may this source set one (secaudit.lock)? */
extern void aud_guc_define_redact(bool (*allowed)(GucSource source));

#endif /* AUD_SERVER_GUC_REDACT_H */
