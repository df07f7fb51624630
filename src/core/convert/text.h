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

/*
 * Room for so many bytes in an empty buffer, whose storage is malloc'd and the
 * caller's to free; false: no memory.
 */
extern bool aud_text_room(AudBuf *b, size_t room);

/*
 * s[len] as a cell of CSV: between quotes where it has to be, and then, if it
 * is guarded, behind an apostrophe.
 */
extern void aud_text_cell(AudBuf *b, const char *s, size_t len, bool guarded);

/* An address that stores of type "ip" take: without a zone, not "???" . */
extern bool aud_is_address(const AudJsonValue *value, bool *is_v6);

/* As many bytes of s[len] as are no more than max, at the end of a character. */
extern size_t aud_text_upto(const char *s, size_t len, size_t max);

#endif /* AUD_CORE_CONVERT_TEXT_H */
