/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Query texts and messages on their way into a record: to UTF-8, without
 *	  secrets, not too long.
 *
 * Between aud_text_begin and aud_text_end; what is allocated in between is
 * freed at the end.  Never throws: where memory is short, the text is left
 * out rather than let through with a secret in it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_TEXT_H
#define AUD_RECORD_TEXT_H

#include "core/buf.h"

typedef struct AudText
{
	const char *data; /* what is recorded */
	size_t      len;
	const char *full; /* the same before it was cut */
	size_t      full_len;
	size_t      omitted; /* bytes left out in the middle */
	bool        redacted;
	bool        invalid;    /* not valid UTF-8; set by whoever escapes it */
	char        sha256[65]; /* of the full text, once it has been asked for */
} AudText;

extern void aud_text_begin(void);
extern void aud_text_end(void);

/* Convert and redact SQL text[len], which is in the database's encoding. */
extern void aud_text_prepare(AudText *out, const char *text, size_t len);

/* The same for text that came out of it as it was. */
extern void aud_text_prepare_clean(AudText *out, const char *text, size_t len);

/* The same for text that need not be SQL: a setting's value, a message. */
extern void aud_text_prepare_value(AudText *out, const char *text, size_t len);

/*
 * Append a value that is not SQL (a path, a command line, an argument) as a
 * JSON string: converted, redacted, and cut where its escaped form has max
 * bytes.  Not between aud_text_begin and aud_text_end.
 */
extern void aud_text_append_value(AudBuf *b, const char *value, size_t max);

/* Cut out the middle of a text that is longer than max bytes. */
extern void aud_text_limit(AudText *text, size_t max);

/* SHA-256 of the full text, 64 hex digits; computed once. */
extern const char *aud_text_sha256(AudText *text);

#endif /* AUD_RECORD_TEXT_H */
