/*-------------------------------------------------------------------------
 *
 * custom.c
 *	  secaudit.record(): an application's own event.
 *
 * Its detail is written anew from the parsed jsonb, by the rules that all
 * records keep: no null, no number that a reader might round, texts searched
 * for secrets.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/json_write.h"
#include "core/redact/redact.h"
#include "server/guc_redact.h"
#include "statement/custom.h"

PGDLLEXPORT Datum secaudit_record(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(secaudit_record);

#define NAME_MAX_BYTES 63

/* Digits of a number that each reader keeps. */
#define EXACT_DIGITS 15

/* Objects and arrays in one another: readers have limits, jq's is 256. */
#define DEPTH_MAX 16

/* What is being written, and the key whose value comes next. */
typedef struct Writing
{
	AudBuf     *b;
	const char *key; /* NULL: an element of an array */
	bool        first;
} Writing;

static char *
text_of(const JsonbValue *v)
{
	return pnstrdup(v->val.string.val, v->val.string.len);
}

/* A string in UTF-8, without secrets. */
static void
put_string(AudBuf *b, const char *text, bool is_secret)
{
	size_t room = 2 * strlen(text) + 64;
	AudBuf redacted;
	char  *utf8;

	aud_buf_init(&redacted, palloc(room), room);
	if (is_secret)
		aud_buf_lit(&redacted, AUD_REDACTED);
	else
		aud_redact_text(&redacted, aud_guc_redact_plain(), text, strlen(text));
	utf8 = pg_server_to_any(redacted.data, redacted.len, PG_UTF8);
	aud_json_string(b, utf8, strlen(utf8));
}

static void
put_number(AudBuf *b, Numeric number)
{
	char *text = DatumGetCString(
		DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	bool exact = strlen(text) <= EXACT_DIGITS &&
				 (isdigit((unsigned char) text[0]) || text[0] == '-');

	if (exact)
		aud_buf_cstr(b, text);
	else
		aud_json_string(b, text, strlen(text));
}

/* The comma and the key before a value. */
static void
put_lead(Writing *w)
{
	if (!w->first)
		aud_buf_char(w->b, ',');
	w->first = false;
	if (w->key != NULL)
	{
		put_string(w->b, w->key, false);
		aud_buf_char(w->b, ':');
	}
}

static void
put_scalar(Writing *w, const JsonbValue *v)
{
	if (v->type == jbvNull)
		return;
	put_lead(w);
	if (v->type == jbvString)
		put_string(w->b,
				   text_of(v),
				   w->key != NULL &&
					   aud_redact_is_secret_setting(aud_guc_redact_plain(),
													w->key));
	else if (v->type == jbvNumeric)
		put_number(w->b, v->val.numeric);
	else
		aud_buf_cstr(w->b, v->val.boolean ? "true" : "false");
}

static void
put_detail(AudBuf *b, Jsonb *detail)
{
	JsonbIterator     *it = JsonbIteratorInit(&detail->root);
	Writing            w = {.b = b, .first = true};
	JsonbValue         v;
	JsonbIteratorToken token;
	int                depth = 0;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			w.key = text_of(&v);
		else if (token == WJB_VALUE || token == WJB_ELEM)
			put_scalar(&w, &v);
		else if (token == WJB_BEGIN_OBJECT || token == WJB_BEGIN_ARRAY)
		{
			if (w.b->len > 0)
				put_lead(&w);
			if (++depth > DEPTH_MAX)
				ereport(ERROR,
						errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("the detail of a custom event is nested too deeply"),
						errdetail("It may have up to %d objects and arrays in one another.",
								  DEPTH_MAX));
			aud_buf_char(b, token == WJB_BEGIN_OBJECT ? '{' : '[');
			w.first = true;
			w.key = NULL;
		}
		else
		{
			depth--;
			aud_buf_char(b, token == WJB_END_OBJECT ? '}' : ']');
			w.first = false;
			w.key = NULL;
		}
		if (token == WJB_VALUE)
			w.key = NULL;
	}
}

static void
check_name(const char *name)
{
	size_t len = strlen(name);

	if (len > 0 && len <= NAME_MAX_BYTES && name[0] >= 'a' && name[0] <= 'z' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == len)
		return;
	ereport(ERROR,
			errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("invalid name of a custom event: \"%s\"", name),
			errdetail("A name begins with a lower-case letter; letters, digits, \"_\", \".\" and \"-\" follow, up to %d bytes in all.",
					  NAME_MAX_BYTES),
			errhint("Write it like \"order.approved\"."));
}

Datum
secaudit_record(PG_FUNCTION_ARGS)
{
	char   storage[AUD_CUSTOM_DETAIL_MAX + 64];
	AudBuf b;
	AudBuf json;
	char   json_storage[AUD_CUSTOM_DETAIL_MAX + 1];
	char  *name;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("the name of a custom event must not be null"));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	check_name(name);
	aud_buf_init(&b, storage, sizeof(storage));
	if (!PG_ARGISNULL(1))
	{
		Jsonb *detail = PG_GETARG_JSONB_P(1);

		if (!JB_ROOT_IS_OBJECT(detail))
			ereport(ERROR,
					errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the detail of a custom event must be a JSON object"));
		aud_buf_init(&json, json_storage, sizeof(json_storage));
		put_detail(&json, detail);
		if (json.truncated)
			ereport(ERROR,
					errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("the detail of a custom event is too long"),
					errdetail("It may have up to %d bytes, as it is written into the record.",
							  AUD_CUSTOM_DETAIL_MAX),
					errhint(
						"Record what identifies the matter, and keep the rest in a table."));
		if (JB_ROOT_COUNT(detail) > 0)
			aud_json_member_raw(&b, "custom_detail", json.data, json.len);
	}
	aud_custom_record(name, b.data);
	PG_RETURN_VOID();
}
