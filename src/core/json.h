/*-------------------------------------------------------------------------
 *
 * json.h
 *	  Streaming JSON output: escapes and numbers straight into an AudBuf.
 *
 * There is no DOM and no allocation; punctuation and keys are the caller's,
 * as string literals.  What comes out is always valid JSON text in UTF-8
 * that other programs can swallow: `"` `\`, everything below 0x20, 0x7F, C1
 * controls, U+2028/2029, bidi controls and U+FEFF are escaped; NUL and damaged
 * UTF-8 (see utf8.h) become U+FFFD.  Never \u0000, never a lone surrogate.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_JSON_H
#define AUD_CORE_JSON_H

#include <stdint.h>

#include "core/buf.h"

/*
 * Append s[len], escaped, without quotes.  Returns false if anything had to
 * be replaced by U+FFFD.
 */
extern bool aud_json_escape(AudBuf *b, const char *s, size_t len);

/*
 * The same, but stop before more than max_out bytes have been written; never
 * in the middle of a character or an escape.  Returns how many bytes of s
 * were consumed; *valid (may be NULL) is set to false on a replacement and
 * left alone otherwise.
 */
extern size_t aud_json_escape_upto(AudBuf *b, const char *s, size_t len,
								   size_t max_out, bool *valid);

/* Append "s" with quotes; returns as aud_json_escape does. */
extern bool aud_json_string(AudBuf *b, const char *s, size_t len);

extern void aud_json_int(AudBuf *b, int64_t value);
extern void aud_json_uint(AudBuf *b, uint64_t value);

/*
 * Append "2026-01-31T23:59:59.123456Z", with quotes.  unix_us: microseconds
 * since 1970-01-01 UTC; what is outside the years 0001 to 9999 becomes the
 * nearest time inside.
 */
extern void aud_json_timestamp(AudBuf *b, int64_t unix_us);

/* With its quotes. */
#define AUD_JSON_TIMESTAMP_LEN 29

/* A second that has been formatted; the caller's, zeroed at first. */
typedef struct AudJsonSecond
{
	int64_t start_us;
	char    text[AUD_JSON_TIMESTAMP_LEN];
} AudJsonSecond;

/*
 * The same, for callers that format one time after the other: within the
 * second of the last one only the fraction is new.
 */
extern void aud_json_timestamp_near(AudBuf *b, AudJsonSecond *last,
									int64_t unix_us);

/* Append s[len] as base64 (RFC 4648 section 4), with quotes. */
extern void aud_json_base64(AudBuf *b, const void *bytes, size_t len);

#endif /* AUD_CORE_JSON_H */
