/*-------------------------------------------------------------------------
 *
 * log_name.h
 *	  The name of a trail: the "log" of its records, 16 hex digits.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_LOG_NAME_H
#define AUD_CORE_LOG_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define AUD_LOG_NAME_LEN 16

/*
 * Make one of what draw() fills with random bytes; name has room for a NUL.
 * False if draw() fails, or gives nothing that will do a thousand times.
 *
 * It begins with a, b, c, d or f.  Loaders that guess the type of a column take
 * digits for a number, digits around one "e" as well, and what they take for a
 * number is rounded: two trails become one.
 */
extern bool aud_log_name_draw(char *name, bool (*draw)(void *bytes, size_t n));

/* Does a text begin with such a name, and no 17th digit behind it? */
extern bool aud_log_name_begins(const char *s);

#endif /* AUD_CORE_LOG_NAME_H */
