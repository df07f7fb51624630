/*-------------------------------------------------------------------------
 *
 * param_value.c
 *	  The value of a parameter as JSON.
 *
 * A type's output function may belong to a user, may raise an error, and may
 * look into catalogs.  So values of built-in types are formatted by us
 * (param_format.c), arrays, ranges, enums and composites are taken apart
 * (param_parts.c), and of a value of any other type the bytes are counted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/json_write.h"
#include "core/sha256.h"
#include "facts/param_format.h"
#include "facts/param_parts.h"
#include "facts/param_value.h"
#include "record/text.h"
#include "server/guc.h"

/* The first room for a value that consists of others, and the largest. */
#define WHOLE_MIN 8192
#define WHOLE_MAX (16 * 1024 * 1024)

/* "value":..., cut where it is longer than the settings allow. */
static void
append_text(AudBuf *b, AudStmtParams *seen, const AudParamText *text)
{
	size_t  max = (size_t) aud_config->parameter_max_bytes;
	AudText out;
	bool    whole = aud_param_prepare(&out, seen, text);
	bool    valid = true;

	aud_json_lit_key(b, "value");
	if (text->bare && whole)
	{
		aud_buf_append(b, out.data, out.len);
		return;
	}
	aud_buf_char(b, '"');
	if (out.len > max)
		(void) aud_json_escape_upto(b, out.data, out.len, max, &valid);
	else
		valid = aud_json_escape(b, out.data, out.len);
	aud_buf_char(b, '"');
	seen->invalid |= !valid;
	if (out.len <= max)
		return;
	aud_json_lit_uint(b, "len", out.len);
	aud_json_lit_word(b, "sha256", aud_text_sha256(&out));
}

/*
 * Make a value that consists of others as a member, ,"value":..., as often as
 * the room for it is too small; false if it cannot be made.
 */
static bool
make_whole(AudBuf *whole, AudStmtParams *seen, const AudParamType *type,
		   Datum value)
{
	bool made = true;

	for (size_t cap = WHOLE_MIN; cap <= WHOLE_MAX && made; cap *= 4)
	{
		char *room = palloc_extended(cap, MCXT_ALLOC_NO_OOM);

		if (room == NULL)
			return false;
		aud_buf_init(whole, room, cap);
		aud_json_lit_key(whole, "value");
		made = aud_param_parts(whole, seen, type, value);
		if (made && !whole->truncated)
			return true;
		pfree(room);
	}
	return false;
}

/* An array that is too long loses its end, an object is left out. */
static void
append_cut(AudBuf *b, const AudBuf *whole)
{
	const size_t key = strlen(",\"value\":");
	char         digest[65];
	char         keys[32];
	AudBuf       cut;

	aud_buf_init(&cut, keys, sizeof(keys));
	aud_json_append_cut(b,
						whole->data,
						whole->len,
						key + (size_t) aud_config->parameter_max_bytes,
						&cut);
	aud_json_lit_uint(b, "len", whole->len - key);
	if (aud_sha256_hex(digest, whole->data + key, whole->len - key))
		aud_json_lit_word(b, "sha256", digest);
}

void
aud_param_value(AudBuf *b, AudStmtParams *seen, const AudParamType *type,
				Datum value)
{
	AudParamText text;
	AudBuf       whole;

	if (aud_param_format(&text, type, value))
		append_text(b, seen, &text);
	else if (type->kind == AUD_PARAM_OTHER || type->kind == AUD_PARAM_BUILTIN ||
			 !make_whole(&whole, seen, type, value))
	{
		aud_buf_char(b, ',');
		aud_param_size(b, type, value);
	}
	else if (whole.len <= (size_t) aud_config->parameter_max_bytes)
		aud_buf_append(b, whole.data, whole.len);
	else
		append_cut(b, &whole);
}
