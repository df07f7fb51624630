/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Values of a line as plain text, for targets that are no JSON.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_TEXT_H
#define AUD_CORE_CONVERT_TEXT_H

#include "core/json_scan.h"

/*
 * A string without its escapes, any other value as JSON has it.  It is in
 * "text", whose former contents are gone, or in the line.
 */
extern const char *aud_text_of(AudBuf *text, const AudJsonValue *value,
							   size_t *len);

/* As many bytes of s[len] as are no more than max, at the end of a character. */
extern size_t aud_text_upto(const char *s, size_t len, size_t max);

#endif /* AUD_CORE_CONVERT_TEXT_H */
