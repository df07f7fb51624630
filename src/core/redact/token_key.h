/*-------------------------------------------------------------------------
 *
 * token_key.h
 *	  Keyed pseudonyms of values: the same value has the same token, and
 *	  nobody without the key can tell, or try out, which value it was.
 *
 * A token is '~' and 20 letters of base64url: the first 120 bits of HMAC-SHA-256
 * of the value's bytes.  docs/redaction.md shows how to make one without us.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_TOKEN_KEY_H
#define AUD_CORE_REDACT_TOKEN_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define AUD_TOKEN_LEN     21
#define AUD_TOKEN_KEY_MIN 32 /* bytes */
#define AUD_TOKEN_KEY_MAX 128
#define AUD_TOKEN_KEY_ID  16 /* hex digits */

typedef struct AudTokenKey AudTokenKey;

/*
 * Make a key of text[len], which is hex or base64, blanks around it ignored.
 * NULL, with the reason, if it is neither, or too short.  The text is the
 * caller's to wipe.
 */
extern AudTokenKey *aud_token_key_read(const char *text, size_t len,
									   AudError *err);

/* Wipe and free; NULL is fine. */
extern void aud_token_key_free(AudTokenKey *key);

/* The beginning of the key's SHA-256: which key it is, without telling it. */
extern const char *aud_token_key_id(const AudTokenKey *key);

/*
 * The token of a value that comes in pieces; one at a time for each key.
 * end() writes AUD_TOKEN_LEN bytes and a NUL.  False if libcrypto fails, of
 * which there is no other way than to hide the value without one.
 */
extern bool aud_token_begin(const AudTokenKey *key);
extern void aud_token_add(const AudTokenKey *key, const void *bytes, size_t n);
extern bool aud_token_end(const AudTokenKey *key, char *token);

/* All of it, for a value in one piece. */
extern bool aud_token_of(const AudTokenKey *key, const void *value, size_t len,
						 char *token);

#endif /* AUD_CORE_REDACT_TOKEN_KEY_H */
