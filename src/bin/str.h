/*-------------------------------------------------------------------------
 *
 * str.h
 *	  A string that grows, for the pieces of an output row.
 *
 * Memory running out ends the program: there is nothing a command-line tool
 * could do instead.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_STR_H
#define AUD_BIN_STR_H

#include <stddef.h>

/* Initialise with {0}; s is NUL-terminated once something was added. */
typedef struct AudStr
{
	char  *s;
	size_t len;
	size_t cap;
} AudStr;

/* Empty it, keeping its memory; afterwards s is a string. */
extern void aud_str_reset(AudStr *t);
extern void aud_str_add(AudStr *t, const char *s);
extern void aud_str_put(AudStr *t, const char *s, size_t n);
extern void aud_str_char(AudStr *t, char c);
extern void aud_str_printf(AudStr *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
extern void aud_str_free(AudStr *t);

#endif /* AUD_BIN_STR_H */
