/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Texts on their way into a record: to UTF-8, without secrets, cut.
 *
 * The order matters: secrets are looked for in the whole text, before it is
 * cut, since a cut could separate a secret from the word that betrays it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "core/json_write.h"
#include "core/redact/redact.h"
#include "core/redact/token_key.h"
#include "core/sha256.h"
#include "core/utf8.h"
#include "record/text.h"
#include "server/compat.h"
#include "server/guc_redact.h"

/* A longer text is searched for secrets, and recorded, up to here only. */
#define REDACT_MAX (16 * 1024 * 1024)

/* In mode tokens, a text of so many bytes may consist of constants alone. */
#define TOKENS_MAX (1024 * 1024)

/* A byte may become four of UTF-8, or six of an escape. */
#define ESCAPED_MAX 6

static MemoryContext text_context;

static FmgrInfo utf8_proc; /* database encoding -> UTF-8 */

void
aud_text_begin(AudTextScope *scope)
{
	if (text_context == NULL)
		text_context = AllocSetContextCreate(TopMemoryContext,
											 "secaudit texts",
											 0,
											 1024,
											 1024 * 1024);
	scope->outer = MemoryContextSwitchTo(text_context);
}

void
aud_text_end(const AudTextScope *scope)
{
	MemoryContextSwitchTo(scope->outer);
	if (scope->outer != text_context)
		MemoryContextReset(text_context);
}

/*
 * PostgreSQL's own conversion, whatever CREATE DEFAULT CONVERSION and the
 * search path offer: users do not choose what the trail says.
 */
static bool
find_utf8_proc(void)
{
	Oid oid;

	if (OidIsValid(utf8_proc.fn_oid))
		return true;
	if (!IsTransactionState())
		return false;
	oid = FindDefaultConversion(PG_CATALOG_NAMESPACE,
								GetDatabaseEncoding(),
								PG_UTF8);
	if (!OidIsValid(oid))
		return false;
	fmgr_info_cxt(oid, &utf8_proc, TopMemoryContext);
	return true;
}

const char *
aud_text_to_utf8(const char *text, size_t *len)
{
	int    encoding = GetDatabaseEncoding();
	size_t cap;
	char  *out;
	int    converted;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII ||
		*len > MaxAllocSize / MAX_CONVERSION_GROWTH - 1 || !find_utf8_proc())
		return text;

	cap = *len * MAX_CONVERSION_GROWTH + 1;
	out = palloc_extended(cap, MCXT_ALLOC_NO_OOM);
	if (out == NULL)
		return text;
	converted = DatumGetInt32(FunctionCall6(&utf8_proc,
											Int32GetDatum(encoding),
											Int32GetDatum(PG_UTF8),
											CStringGetDatum(text),
											CStringGetDatum(out),
											Int32GetDatum((int) *len),
											BoolGetDatum(true)));
	if (converted != (int) *len)
	{
		pfree(out);
		return text;
	}
	*len = strlen(out);
	return out;
}

static char *
try_alloc(size_t size)
{
	return MemoryContextAllocExtended(text_context,
									  size,
									  MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

typedef unsigned int (*Redactor)(AudBuf *out, const AudRedactPolicy *policy,
								 const char *text, size_t len);

static void
redact(AudText *text, const AudRedactPolicy *policy, Redactor hide)
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
	if (policy->mode == AUD_REDACT_TOKENS)
		cap += Min(text->len, TOKENS_MAX) * AUD_TOKEN_LEN / 2;
	storage = try_alloc(cap);
	if (storage == NULL)
	{
		text->omitted += text->len;
		text->len = 0;
		return;
	}
	aud_buf_init(&b, storage, cap);
	text->redacted = hide(&b, policy, text->data, text->len);
	text->data = b.data;
	text->len = b.len;
}

static void
prepare_utf8(AudText *out, const char *text, size_t len,
			 const AudRedactPolicy *policy, Redactor hide)
{
	aud_text_use(out, text, text != NULL ? len : 0, 0, 0);
	if (text == NULL)
		return;
	if (aud_redact_may_apply(policy, out->data, out->len))
		redact(out, policy, hide);
	out->full = out->data;
	out->full_len = out->len;
}

static void
prepare(AudText *out, const char *text, size_t len,
		const AudRedactPolicy *policy, Redactor hide)
{
	if (text != NULL)
		text = aud_text_to_utf8(text, &len);
	prepare_utf8(out, text, len, policy, hide);
}

void
aud_text_prepare(AudText *out, const char *text, size_t len)
{
	prepare(out, text, len, aud_guc_redact(), aud_redact_sql);
}

/*
 * Places in the database's encoding, as they are in UTF-8: what is between two
 * of them is converted once more, for its length.
 */
static bool
translate_places(size_t *to, const AudTextHidden *hidden, const char *text)
{
	size_t from = 0;
	size_t total = 0;

	for (size_t i = 0; i < hidden->n; i++)
	{
		size_t      len = hidden->at[i] - from;
		size_t      before = len;
		const char *part = aud_text_to_utf8(text + from, &len);

		if (part == text + from && before > 0)
			return false;
		total += len;
		to[i] = total;
		from = hidden->at[i];
	}
	return true;
}

void
aud_text_prepare_hidden(AudText *out, const char *text, size_t len,
						const AudTextHidden *hidden)
{
	AudRedactPolicy policy;
	AudRedactPlaces places = {hidden->at, hidden->n, hidden->reason};
	size_t          utf8_len = len;
	const char     *utf8;
	size_t         *translated;

	if (text == NULL || !aud_text_hides(hidden))
	{
		aud_text_prepare(out, text, len);
		return;
	}
	policy = *aud_guc_redact();
	if (hidden->all || hidden->n > 0)
		policy.places = &places;
	policy.all_literals =
		hidden->all || (hidden->unparsed && policy.mode != AUD_REDACT_NONE);
	utf8 = aud_text_to_utf8(text, &utf8_len);
	if (utf8 != text && hidden->n > 0)
	{
		translated = (size_t *) try_alloc(hidden->n * sizeof(size_t));
		if (translated != NULL && translate_places(translated, hidden, text))
			places.at = translated;
		else
			policy.all_literals = true;
	}
	prepare_utf8(out, utf8, utf8_len, &policy, aud_redact_sql);
}

void
aud_text_prepare_value(AudText *out, const char *text, size_t len)
{
	prepare(out, text, len, aud_guc_redact(), aud_redact_text);
}

void
aud_text_prepare_plain(AudText *out, const char *text, size_t len)
{
	prepare(out, text, len, aud_guc_redact_plain(), aud_redact_text);
}

void
aud_text_cut(AudText *text, size_t max)
{
	char   marker[64];
	size_t head;
	size_t tail;
	size_t marker_len;
	char  *cut;

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
	if (text->sha256[0] == '\0')
		(void) aud_sha256_hex(text->sha256, text->full, text->full_len);
	return text->sha256;
}

static unsigned
append_prepared(AudBuf *b, const char *value, size_t max,
				void (*prepare_it)(AudText *, const char *, size_t))
{
	AudTextScope scope;
	AudText      text;

	aud_text_begin(&scope);
	prepare_it(&text, value, strlen(value));
	aud_buf_char(b, '"');
	aud_json_escape_upto(b, text.data, text.len, max, NULL);
	aud_buf_char(b, '"');
	aud_text_end(&scope);
	return text.redacted;
}

unsigned
aud_text_append_value(AudBuf *b, const char *value, size_t max)
{
	return append_prepared(b, value, max, aud_text_prepare_value);
}

void
aud_text_append_plain(AudBuf *b, const char *value, size_t max)
{
	(void) append_prepared(b, value, max, aud_text_prepare_plain);
}

void
aud_text_append_name(AudBuf *b, const char *name)
{
	size_t      len = strlen(name);
	const char *utf8 = aud_text_to_utf8(name, &len);

	aud_json_string(b, utf8, len);
	if (utf8 != name)
		pfree(unconstify(char *, utf8));
}

void
aud_text_append_member(AudBuf *b, const char *key, const char *name)
{
	aud_json_key(b, key);
	aud_text_append_name(b, name);
}

size_t
aud_text_name_room(const char *name)
{
	return ESCAPED_MAX * strlen(name) + sizeof("\"\"");
}
