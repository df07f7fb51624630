/*-------------------------------------------------------------------------
 *
 * text.h
 *	  A string that grows, for the pieces of an output row.
 *
 * Memory running out ends the program: there is nothing a command-line tool
 * could do instead.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_TEXT_H
#define AUD_BIN_TEXT_H

#include <stddef.h>

/* Initialise with {0}; s is NUL-terminated once something was added. */
typedef struct AudText
{
	char  *s;
	size_t len;
	size_t cap;
} AudText;

/* Empty it, keeping its memory; afterwards s is a string. */
extern void aud_text_reset(AudText *t);
extern void aud_text_add(AudText *t, const char *s);
extern void aud_text_printf(AudText *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
extern void aud_text_free(AudText *t);

#endif /* AUD_BIN_TEXT_H */
