/*-------------------------------------------------------------------------
 *
 * encode.h
 *	  Bytes as text: hex, base64 and base64url.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_ENCODE_H
#define AUD_CORE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lower case; text gets 2 * len characters and a NUL. */
extern void aud_hex_encode(const void *bytes, size_t len, char *text);

/* The number that up to seven hex digits are; -1 if they are none. */
extern int32_t aud_hex_read(const char *text, int digits);

/* How many characters base64 has for so many bytes, padding included. */
#define AUD_BASE64_CHARS(len) (((len) + 2) / 3 * 4)

/* RFC 4648 section 4, with padding; text gets AUD_BASE64_CHARS(len), no NUL. */
extern void aud_base64_encode(const void *bytes, size_t len, char *text);

/*
 * RFC 4648 section 5 (- and _ for + and /), for a multiple of three bytes,
 * which needs no padding.  No NUL.
 */
extern void aud_base64url_encode(const void *bytes, size_t len, char *text);

/*
 * The reverse, from a multiple of four characters; on false the bytes are
 * undefined.
 */
extern bool aud_base64url_decode(const char *text, size_t chars, void *bytes);

#endif /* AUD_CORE_ENCODE_H */
