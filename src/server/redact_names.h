/*-------------------------------------------------------------------------
 *
 * redact_names.h
 *	  The lists of secaudit.redact_functions and secaudit.redact_options.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_REDACT_NAMES_H
#define AUD_SERVER_REDACT_NAMES_H

#include "core/redact/policy.h"

/*
 * Read such a list, in one piece of memory that a check hook may hand over;
 * NULL for an empty one.  False, with detail and hint, if it is none.
 */
extern bool aud_redact_names_read(const char *list, bool functions,
								  AudRedactNames **names);

#endif /* AUD_SERVER_REDACT_NAMES_H */
