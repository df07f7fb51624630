/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Query texts, values and names on their way into a record: to UTF-8,
 *	  without secrets, not too long.
 *
 * Texts that may hold a secret are prepared between aud_text_begin and
 * aud_text_end; what is allocated in between is freed at the end.  Nothing
 * throws: where memory is short, the text is left out rather than let
 * through with a secret in it.
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
	size_t      omitted;    /* bytes left out in the middle */
	unsigned    redacted;   /* bits of AUD_REDACTED_*; 0: nothing */
	bool        invalid;    /* not valid UTF-8; set by whoever escapes it */
	char        sha256[65]; /* of the full text, once it has been asked for */
} AudText;

/*
 * Where the memory of texts is in use; on the caller's stack.  Scopes nest,
 * and only the end of the outermost one frees.  One that an error leaves is
 * closed by it, and its memory is freed at the end of the next.
 */
typedef struct AudTextScope
{
	struct MemoryContextData *outer; /* current before it */
} AudTextScope;

extern void aud_text_begin(AudTextScope *scope);
extern void aud_text_end(const AudTextScope *scope);

/* Convert and redact SQL text[len], which is in the database's encoding. */
extern void aud_text_prepare(AudText *out, const char *text, size_t len);

/*
 * Constants of a statement's text that are hidden whatever the settings say,
 * for secaudit.redact_tags.
 */
typedef struct AudTextHidden
{
	bool     touched;  /* tagged columns are used, even if nothing is hidden */
	bool     all;      /* every one */
	bool     unparsed; /* every one, as the text could not be parsed */
	unsigned reason;   /* AUD_REDACTED_* of those below; 0: a tag */
	size_t   n;
	size_t  *at; /* where they begin; ascending */
} AudTextHidden;

static inline bool
aud_text_hides(const AudTextHidden *hidden)
{
	return hidden->all || hidden->unparsed || hidden->n > 0;
}

/* The same with these hidden, too. */
extern void aud_text_prepare_hidden(AudText *out, const char *text, size_t len,
									const AudTextHidden *hidden);

/*
 * The same for text that need not be SQL: the value of a parameter, or what a
 * constant of the statement says (a path, a command line).
 */
extern void aud_text_prepare_value(AudText *out, const char *text, size_t len);

/*
 * The same for text that comes from no constant: a message, a setting's value.
 * Secrets are hidden in it, whether or not constants are.
 */
extern void aud_text_prepare_plain(AudText *out, const char *text, size_t len);

/* Text that has been prepared before, of which so many bytes were left out. */
static inline void
aud_text_use(AudText *out, const char *text, size_t len, size_t omitted,
			 unsigned redacted)
{
	out->data = out->full = text;
	out->len = out->full_len = len;
	out->omitted = omitted;
	out->redacted = redacted;
	out->invalid = false;
	out->sha256[0] = '\0';
}

/* Cut out the middle of a text that is longer than max bytes. */
extern void aud_text_cut(AudText *text, size_t max);

static inline void
aud_text_limit(AudText *text, size_t max)
{
	if (text->len > max)
		aud_text_cut(text, max);
}

/* SHA-256 of the full text, 64 hex digits; computed once. */
extern const char *aud_text_sha256(AudText *text);

/*
 * Append a value that is not SQL (a path, a command line, an argument) as a
 * JSON string: converted, redacted, and cut where its escaped form has max
 * bytes.  Opens a scope of its own.  Returns what was hidden, bits of
 * AUD_REDACTED_*.
 */
extern unsigned aud_text_append_value(AudBuf *b, const char *value, size_t max);

/* The same for a value that comes from no constant. */
extern void aud_text_append_plain(AudBuf *b, const char *value, size_t max);

/*
 * Append a name in the database's encoding as a JSON string, or as a member
 * of an object.  Names are not searched for secrets.
 */
extern void aud_text_append_name(AudBuf *b, const char *name);
extern void aud_text_append_member(AudBuf *b, const char *key, const char *name);

/* An upper limit of the bytes that aud_text_append_name appends, with a NUL. */
extern size_t aud_text_name_room(const char *name);

/*
 * Convert text in the database's encoding to UTF-8.  Returns text itself
 * where that is not needed or not possible (*len unchanged), otherwise a
 * palloc'd string.
 */
extern const char *aud_text_to_utf8(const char *text, size_t *len);

#endif /* AUD_RECORD_TEXT_H */
