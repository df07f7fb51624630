/*-------------------------------------------------------------------------
 *
 * guc_redact.h
 *	  What the settings say about redaction, as core/redact takes it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_REDACT_H
#define AUD_SERVER_GUC_REDACT_H

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

#endif /* AUD_SERVER_GUC_REDACT_H */
