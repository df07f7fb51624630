/*-------------------------------------------------------------------------
 *
 * message_values.h
 *	  Inside of redaction: the values that an error message tells.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_MESSAGE_VALUES_H
#define AUD_CORE_REDACT_MESSAGE_VALUES_H

#include <stdint.h>

#include "core/redact/redact.h"

/* Of a message, what is behind this is hidden if anything is. */
#define AUD_MESSAGE_MAX 1024

/*
 * In the modes that hide every constant: set run[i], for each place i of the
 * message (up to AUD_MESSAGE_MAX bytes) where a value begins, to its length.
 */
extern void aud_message_mark_values(const AudRedactPolicy *policy,
									const char *message, size_t len,
									const AudRedactSource *sources,
									size_t count, uint16_t *run);

/* Is that a quotation mark of any language?  Its bytes, or 0. */
extern size_t aud_message_mark_at(const char *message, size_t len, size_t pos);

#endif /* AUD_CORE_REDACT_MESSAGE_VALUES_H */
