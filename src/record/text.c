/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Query texts on their way into a record.
 *
 * The order matters: secrets are looked for in the whole text, before it is
 * cut, since a cut could separate a secret from the word that betrays it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "parser/parser.h"
#include "utils/memutils.h"

#include "core/encode.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "core/utf8.h"
#include "record/session.h"
#include "record/text.h"

/* A longer text is searched for secrets, and recorded, up to here only. */
#define REDACT_MAX (16 * 1024 * 1024)

static MemoryContext text_context;
static MemoryContext saved_context;

void
aud_text_begin(void)
{
	if (text_context == NULL)
		text_context = AllocSetContextCreate(TopMemoryContext,
											 "secaudit texts",
											 0,
											 1024,
											 1024 * 1024);
	saved_context = MemoryContextSwitchTo(text_context);
}

void
aud_text_end(void)
{
	MemoryContextSwitchTo(saved_context);
	MemoryContextReset(text_context);
}

static char *
try_alloc(size_t size)
{
	return MemoryContextAllocExtended(text_context,
									  size,
									  MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

typedef size_t (*Redactor)(AudBuf *out, const char *text, size_t len);

static void
redact(AudText *text, Redactor hide_secrets)
{
	size_t cap;
	char  *storage;
	AudBuf b;

	if (text->len > REDACT_MAX)
	{
		text->omitted = text->len - REDACT_MAX;
		text->len = aud_utf8_align_down(text->data, text->len, REDACT_MAX);
	}

	/* room for the text and a good many replacements; more is cut */
	cap = text->len + text->len / 2 + 4096;
	storage = try_alloc(cap);
	if (storage == NULL)
	{
		text->omitted += text->len;
		text->len = 0;
		return;
	}
	aud_buf_init(&b, storage, cap);
	text->redacted = hide_secrets(&b, text->data, text->len) > 0;
	text->data = b.data;
	text->len = b.len;
}

static void
prepare(AudText *out, const char *text, size_t len, Redactor hide_secrets)
{
	memset(out, 0, sizeof(*out));
	if (text == NULL)
		return;
	out->data = aud_session_to_utf8(text, &len);
	out->len = len;
	if (aud_redact_may_apply(out->data, out->len))
		redact(out, hide_secrets);
	out->full = out->data;
	out->full_len = out->len;
}

void
aud_text_prepare(AudText *out, const char *text, size_t len)
{
	prepare(out,
			text,
			len,
			standard_conforming_strings ? aud_redact_secrets
										: aud_redact_secrets_backslash);
}

void
aud_text_prepare_clean(AudText *out, const char *text, size_t len)
{
	memset(out, 0, sizeof(*out));
	out->data = out->full = text;
	out->len = out->full_len = len;
}

void
aud_text_prepare_value(AudText *out, const char *text, size_t len)
{
	prepare(out, text, len, aud_redact_text);
}

void
aud_text_append_value(AudBuf *b, const char *value, size_t max)
{
	AudText text;

	aud_text_begin();
	aud_text_prepare_value(&text, value, strlen(value));
	aud_buf_char(b, '"');
	aud_json_escape_upto(b, text.data, text.len, max, NULL);
	aud_buf_char(b, '"');
	aud_text_end();
}

void
aud_text_limit(AudText *text, size_t max)
{
	char   marker[64];
	size_t head;
	size_t tail;
	size_t marker_len;
	char  *cut;

	if (text->len <= max)
		return;
	head = aud_utf8_align_down(text->data, text->len, max * 3 / 4);
	tail = aud_utf8_align_up(text->data, text->len, text->len - (max - head));
	text->omitted += tail - head;
	marker_len = snprintf(marker,
						  sizeof(marker),
						  "\u2026[%zu bytes omitted]\u2026",
						  text->omitted);

	cut = try_alloc(head + marker_len + (text->len - tail));
	if (cut == NULL)
	{
		text->omitted += text->len - tail;
		text->len = head;
		return;
	}
	memcpy(cut, text->data, head);
	memcpy(cut + head, marker, marker_len);
	memcpy(cut + head + marker_len, text->data + tail, text->len - tail);
	text->len = head + marker_len + (text->len - tail);
	text->data = cut;
}

const char *
aud_text_sha256(AudText *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int  n = 0;

	if (text->sha256[0] != '\0' ||
		EVP_Digest(text->full, text->full_len, digest, &n, EVP_sha256(), NULL) !=
			1)
		return text->sha256;
	aud_hex_encode(digest, n, text->sha256);
	return text->sha256;
}
