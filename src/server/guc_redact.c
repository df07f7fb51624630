/*-------------------------------------------------------------------------
 *
 * guc_redact.c
 *	  What the settings say about redaction, as core/redact takes it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "parser/parser.h"

#include "server/compat.h"
#include "server/guc_redact.h"

static AudRedactPolicy policy;
static AudRedactPolicy plain;

const AudRedactPolicy *
aud_guc_redact(void)
{
	policy.backslash = !AUD_STANDARD_STRINGS;
	return &policy;
}

const AudRedactPolicy *
aud_guc_redact_plain(void)
{
	plain.backslash = !AUD_STANDARD_STRINGS;
	return &plain;
}
