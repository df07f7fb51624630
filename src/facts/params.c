/*-------------------------------------------------------------------------
 *
 * params.c
 *	  Bound parameters, formatted without calling anything that could fail
 *	  or run a user's code.
 *
 * A type's output function may belong to a user, may raise an error, and may
 * look into catalogs.  So the types that clients really bind are formatted
 * here, dates in ISO form and times in UTC whatever the session's settings
 * are; of all others the value's bytes are given in hex.  A value that was
 * compressed or stored out of line (no client can bind one) is left out.
 *
 * Like the query, text is searched for secrets.  A parameter that stands where
 * a literal would be hidden is hidden; where the query had a secret of its own,
 * all of them are, since one of them may be the next.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "core/encode.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "facts/params.h"
#include "record/text.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/guc_redact.h"

/* Longest numeric whose digits are worked out, bytes of its storage. */
#define NUMERIC_MAX 1024

/* Enough for everything that has no variable length. */
#define FIXED_MAX (MAXDATELEN + 64)

/* The bytes of a variable-length value, or NULL. */
static const char *
bytes_of(Datum value, size_t *len)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTERNAL(v) || VARATT_IS_COMPRESSED(v))
		return NULL;
	*len = VARSIZE_ANY_EXHDR(v);
	return VARDATA_ANY(v);
}

static void
format_timestamp(Timestamp value, bool with_zone, char *out)
{
	struct pg_tm tm;
	fsec_t       fsec;

	out[0] = '\0';
	if (TIMESTAMP_NOT_FINITE(value))
		EncodeSpecialTimestamp(value, out);
	else if (timestamp2tm(value, NULL, &tm, &fsec, NULL, NULL) == 0)
	{
		tm.tm_isdst = 0; /* known, so that the zone is printed */
		EncodeDateTime(&tm, fsec, with_zone, 0, NULL, USE_ISO_DATES, out);
	}
}

static void
format_date(DateADT value, char *out)
{
	struct pg_tm tm;

	memset(&tm, 0, sizeof(tm));
	if (DATE_NOT_FINITE(value))
	{
		strcpy(out, DATE_IS_NOBEGIN(value) ? "-infinity" : "infinity");
		return;
	}
	j2date(value + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, out);
}

static void
format_time(TimeADT value, char *out)
{
	struct pg_tm tm;
	fsec_t       fsec;

	time2tm(value, &tm, &fsec);
	EncodeTimeOnly(&tm, fsec, false, 0, USE_ISO_DATES, out);
}

static void
format_uuid(const pg_uuid_t *uuid, char *out)
{
	for (int i = 0; i < UUID_LEN; i++)
		out += sprintf(out,
					   i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
					   uuid->data[i]);
}

/* A value of fixed length; false for another type. */
static bool
format_fixed(Oid type, Datum value, char *out)
{
	switch (type)
	{
		case BOOLOID:
			strcpy(out, DatumGetBool(value) ? "true" : "false");
			return true;
		case INT2OID:
			snprintf(out, FIXED_MAX, "%d", DatumGetInt16(value));
			return true;
		case INT4OID:
			snprintf(out, FIXED_MAX, "%d", DatumGetInt32(value));
			return true;
		case INT8OID:
			snprintf(out, FIXED_MAX, INT64_FORMAT, DatumGetInt64(value));
			return true;
		case OIDOID:
		case REGCLASSOID:
		case REGPROCOID:
		case REGTYPEOID:
			snprintf(out, FIXED_MAX, "%u", DatumGetObjectId(value));
			return true;
		case FLOAT4OID:
			float_to_shortest_decimal_buf(DatumGetFloat4(value), out);
			return true;
		case FLOAT8OID:
			double_to_shortest_decimal_buf(DatumGetFloat8(value), out);
			return true;
		case DATEOID:
			format_date(DatumGetDateADT(value), out);
			return true;
		case TIMEOID:
			format_time(DatumGetTimeADT(value), out);
			return true;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			format_timestamp(DatumGetTimestamp(value), type == TIMESTAMPTZOID, out);
			return true;
		case UUIDOID:
			format_uuid(DatumGetUUIDP(value), out);
			return true;
		default:
			return false;
	}
}

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID ||
		   type == JSONOID || type == XMLOID;
}

static void
append_text(AudBuf *b, AudStmt *stmt, const char *data, size_t len)
{
	AudText text;

	aud_text_prepare_value(&text, data, len);
	stmt->params.redacted |= text.redacted;
	aud_buf_lit(b, ",\"value\":\"");
	if (text.len > (size_t) aud_config->parameter_max_bytes)
	{
		bool valid = true;

		(void) aud_json_escape_upto(b,
									text.data,
									text.len,
									aud_config->parameter_max_bytes,
									&valid);
		stmt->params.invalid |= !valid;
		aud_buf_char(b, '"');
		aud_json_lit_uint(b, "len", text.len);
		return;
	}
	stmt->params.invalid |= !aud_json_escape(b, text.data, text.len);
	aud_buf_char(b, '"');
}

static void
append_hex(AudBuf *b, const char *data, size_t len)
{
	size_t shown = Min(len, (size_t) aud_config->parameter_max_bytes / 2);
	char  *hex;

	aud_buf_lit(b, ",\"hex\":\"");
	hex = aud_buf_reserve(b, 2 * shown);
	if (hex != NULL)
		aud_hex_encode(data, shown, hex);
	aud_buf_char(b, '"');
	if (shown < len)
		aud_json_lit_uint(b, "len", len);
}

/* A value of variable length. */
static void
append_bytes(AudBuf *b, AudStmt *stmt, Oid type, Datum value)
{
	size_t      len;
	const char *data = bytes_of(value, &len);

	if (data == NULL)
		aud_json_lit_true(b, "omitted");
	else if (is_text(type))
		append_text(b, stmt, data, len);
	else if (type == NUMERICOID && len <= NUMERIC_MAX)
	{
		char *digits = DatumGetCString(DirectFunctionCall1(numeric_out, value));

		append_text(b, stmt, digits, strlen(digits));
	}
	else
		append_hex(b, data, len);
}

static void
append_value(AudBuf *b, AudStmt *stmt, Oid type, Datum value)
{
	char  text[FIXED_MAX];
	int16 typlen;
	bool  typbyval;

	if (format_fixed(type, value, text))
	{
		aud_json_member(b, "value", text, strlen(text));
		return;
	}

	get_typlenbyval(type, &typlen, &typbyval);
	if (typbyval)
		append_hex(b, (const char *) &value, typlen);
	else if (typlen > 0)
		append_hex(b, DatumGetPointer(value), typlen);
	else if (typlen == -1)
		append_bytes(b, stmt, type, value);
	else
		append_text(b,
					stmt,
					DatumGetCString(value),
					strlen(DatumGetCString(value)));
}

static void
append_param(AudBuf *b, AudStmt *stmt, const ParamExternData *param, bool hide)
{
	char *type;

	if (!OidIsValid(param->ptype))
	{
		aud_buf_lit(b, "{\"type\":\"-\"}");
		return;
	}
	type = format_type_extended(param->ptype, -1, FORMAT_TYPE_ALLOW_INVALID);
	aud_buf_lit(b, "{\"type\":");
	aud_json_string(b, type, strlen(type));
	if (hide)
		aud_json_lit_true(b, "redacted");
	else if (param->isnull)
		aud_json_lit_true(b, "null");
	else
		append_value(b, stmt, param->ptype, param->value);
	aud_buf_char(b, '}');
}

/* Which parameters are secrets, a byte for each; NULL: none.  Palloc'd. */
static unsigned char *
find_secret_params(const AudStmt *stmt, int count, unsigned *reasons)
{
	const AudRedactPolicy *policy = aud_guc_redact();
	unsigned char         *hidden;

	if (stmt->text.data == NULL ||
		!aud_redact_may_apply(policy, stmt->text.data, stmt->text.len))
		return NULL;
	hidden = palloc(count);
	*reasons =
		aud_redact_params(policy, stmt->text.data, stmt->text.len, hidden, count);
	return *reasons != 0 ? hidden : NULL;
}

/* What does not fit is left out, and counted. */
static void
append_params(AudBuf *b, AudStmt *stmt, ParamListInfo params)
{
	/* within aud_text_begin and aud_text_end, where memory is freed */
	unsigned       reasons = 0;
	unsigned char *hidden = find_secret_params(stmt, params->numParams, &reasons);

	for (int i = 0; i < params->numParams; i++)
	{
		size_t before = b->len;
		bool   hide = hidden != NULL && hidden[i];

		if (hide)
			stmt->params.redacted |= reasons;
		if (stmt->params.hide_all || bms_is_member(i + 1, stmt->params.hidden))
		{
			hide = true;
			stmt->params.redacted |= AUD_REDACTED_TAG;
		}
		aud_buf_char(b, i == 0 ? '[' : ',');
		append_param(b, stmt, &params->params[i], hide);
		if (!b->truncated && aud_buf_room(b) > 0)
			continue;
		b->len = before;
		b->data[before] = '\0';
		b->truncated = false;
		stmt->params.omitted = params->numParams - i;
		break;
	}
	if (b->len > 0)
		aud_buf_char(b, ']');
}

void
aud_params_add(AudStmt *stmt, ParamListInfo params)
{
	size_t       room = aud_config->record_max_bytes / 3;
	AudTextScope scope;
	char        *at;
	AudBuf       b;

	if (params == NULL || params->paramFetch != NULL ||
		params->numParams <= 0 || stmt->place.silent || stmt->params.len > 0)
		return;
	at = aud_stmt_arena(stmt, room + 1);
	if (at == NULL)
		return;
	aud_buf_init(&b, at, room + 1);
	aud_text_begin(&scope);
	append_params(&b, stmt, params);
	aud_text_end(&scope);
	stmt->params.off = stmt->arena.len;
	stmt->params.len = b.len;
	stmt->arena.len += b.len;
}
