/*-------------------------------------------------------------------------
 *
 * jsonout.h
 *	  JSON on standard output, for text of which nothing is known.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_JSONOUT_H
#define AUD_BIN_JSONOUT_H

#include <stddef.h>
#include <stdio.h>

/*
 * A string with its quotes, valid whatever is in it: control characters are
 * escaped, damaged UTF-8 becomes U+FFFD.
 */
extern void aud_jsonout_string(FILE *out, const char *s, size_t len);

#endif /* AUD_BIN_JSONOUT_H */
