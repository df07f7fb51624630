/*-------------------------------------------------------------------------
 *
 * sha256.h
 *	  SHA-256 of a text, in hex digits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SHA256_H
#define AUD_CORE_SHA256_H

#include <stdbool.h>
#include <stddef.h>

#define AUD_SHA256_DIGITS 64

/*
 * Put the digits and a NUL into hex, AUD_SHA256_DIGITS + 1 bytes.  False, and
 * an empty string, if libcrypto cannot: no memory, or not allowed to.
 */
extern bool aud_sha256_hex(char *hex, const void *data, size_t len);

#endif /* AUD_CORE_SHA256_H */
