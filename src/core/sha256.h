/*-------------------------------------------------------------------------
 *
 * sha256.h
 *	  SHA-256: of a text, in hex digits; of bytes that come in pieces.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SHA256_H
#define AUD_CORE_SHA256_H

#include <stdbool.h>
#include <stddef.h>

#define AUD_SHA256_BYTES  32
#define AUD_SHA256_DIGITS 64

/*
 * Put the digits and a NUL into hex, AUD_SHA256_DIGITS + 1 bytes.  False, and
 * an empty string, if libcrypto cannot: no memory, or not allowed to.
 */
extern bool aud_sha256_hex(char *hex, const void *data, size_t len);

/*
 * Bytes in pieces.  NULL if libcrypto cannot; then, or after a failure, adding
 * does nothing and the end is false.  The end frees it.
 */
typedef struct AudSha256 AudSha256;
extern AudSha256        *aud_sha256_begin(void);
extern void aud_sha256_add(AudSha256 *sha, const void *data, size_t len);
extern bool aud_sha256_end(AudSha256 *sha, unsigned char *digest);

#endif /* AUD_CORE_SHA256_H */
