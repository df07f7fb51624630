/*-------------------------------------------------------------------------
 *
 * json_write.h
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
#ifndef AUD_CORE_JSON_WRITE_H
#define AUD_CORE_JSON_WRITE_H

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

/*
 * Members of an object after the first one: a comma, the key, the value.  key
 * is a name of ours, so it is not escaped; every record is made of these.
 */

/* ,"key": for a value that the caller appends. */
extern void aud_json_key(AudBuf *b, const char *key);

/* ,"key":"value" with s[len] in UTF-8, escaped; returns as aud_json_escape does. */
extern bool aud_json_member(AudBuf *b, const char *key, const char *s,
							size_t len);

/* The same for a word of ours, which needs no escaping. */
extern void aud_json_member_word(AudBuf *b, const char *key, const char *word);

/* ,"key":7 and ,"key":true */
extern void aud_json_member_uint(AudBuf *b, const char *key, uint64_t value);
extern void aud_json_member_int(AudBuf *b, const char *key, int64_t value);
extern void aud_json_member_bool(AudBuf *b, const char *key, bool value);

/* ,"key":"7": 64-bit identifiers are strings. */
extern void aud_json_member_id(AudBuf *b, const char *key, uint64_t value);

/* ,"key":json with json[len] that is a JSON value already. */
extern void aud_json_member_raw(AudBuf *b, const char *key, const char *json,
								size_t len);

/*
 * The same with keys that are literals, whose length the compiler knows: the
 * keys of every record.
 */
#define aud_json_lit_key(b, key) aud_buf_lit((b), ",\"" key "\":")
#define aud_json_lit_uint(b, key, value) \
	(aud_json_lit_key((b), key), aud_json_uint((b), (value)))
#define aud_json_lit_id(b, key, value)    \
	(aud_buf_lit((b), ",\"" key "\":\""), \
	 aud_json_uint((b), (value)),         \
	 aud_buf_char((b), '"'))
#define aud_json_lit_true(b, key) aud_buf_lit((b), ",\"" key "\":true")
#define aud_json_lit_word(b, key, word)   \
	(aud_buf_lit((b), ",\"" key "\":\""), \
	 aud_buf_cstr((b), (word)),           \
	 aud_buf_char((b), '"'))

/*
 * Append members[len], which is ,"key":value one after the other as the above
 * make them, in at most max bytes.  Short members stay whole; the long ones
 * share the room that is left: strings and arrays lose their end, other values
 * are left out.  The key of each that is not whole is appended to cut, as
 * "key" with commas between.
 */
extern void aud_json_append_cut(AudBuf *b, const char *members, size_t len,
								size_t max, AudBuf *cut);

/* Append s[len] as base64 (RFC 4648 section 4), with quotes. */
extern void aud_json_base64(AudBuf *b, const void *bytes, size_t len);

#endif /* AUD_CORE_JSON_WRITE_H */
