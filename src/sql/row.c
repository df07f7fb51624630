/*-------------------------------------------------------------------------
 *
 * row.c
 *	  From a line of the trail to a row.
 *
 * A line that is no record must not hide all the others, so it is a WARNING.
 * Syntax is checked with the parser that reports instead of throwing; what
 * the conversion to jsonb or to the database's encoding may object to after
 * that is caught.  That is safe without a subtransaction: both work on memory
 * alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "core/json_scan.h"
#include "server/compat.h"
#include "sql/row.h"

/* Columns of secaudit.trail_record */
enum
{
	COL_TS,
	COL_SEQ,
	COL_EVENT,
	COL_CLASS,
	COL_COMMAND,
	COL_OUTCOME,
	COL_USER,
	COL_DB,
	COL_RECORD,
	N_COLUMNS
};

StaticAssertDecl(N_COLUMNS == AUD_ROW_COLUMNS, "columns of trail_record");

bool
aud_sql_row_parse_ts(const char *s, TimestampTz *ts)
{
	int  year, month, day, hour, minute, second, micros;
	char z;
	int  used = 0;

	if (sscanf(s,
			   "%4d-%2d-%2dT%2d:%2d:%2d.%6d%c%n",
			   &year,
			   &month,
			   &day,
			   &hour,
			   &minute,
			   &second,
			   &micros,
			   &z,
			   &used) != 8 ||
		used != 27 || z != 'Z')
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
		day > day_tab[isleap(year)][month - 1] || hour < 0 || hour > 23 ||
		minute < 0 || minute > 59 || second < 0 || second > 60 || micros < 0)
		return false;
	*ts = (TimestampTz) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
			  USECS_PER_DAY +
		  hour * USECS_PER_HOUR + minute * USECS_PER_MINUTE +
		  second * USECS_PER_SEC + micros;
	return true;
}

bool
aud_sql_row_time(const AudLine *line, TimestampTz *ts)
{
	char text[32];

	return aud_json_find_copy(line->data, line->len, "ts", text, sizeof(text)) &&
		   aud_sql_row_parse_ts(text, ts);
}

void
aud_sql_row_warn(const char *path, const AudLine *line, const char *why)
{
	uint64 number =
		line->number > 0 ? line->number : aud_reader_number(path, line->offset);

	ereport(WARNING,
			errcode(ERRCODE_DATA_CORRUPTED),
			errmsg("line " UINT64_FORMAT " of file \"%s\" is not an audit record",
				   number,
				   path),
			errdetail_internal("%s", why));
}

/* May a reader go on after this error?  Not if it was not about the text. */
static bool
is_about_the_text(int sqlerrcode)
{
	return ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_DATA_EXCEPTION ||
		   ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}

/* NULL, with *why set, if it cannot be converted. */
static Jsonb *
convert_line(char *text, size_t len, char **why)
{
	MemoryContext context = CurrentMemoryContext;
	Jsonb *volatile result = NULL;

	PG_TRY();
	{
		char *converted = pg_any_to_server(text, (int) len, PG_UTF8);

		result = DatumGetJsonbP(
			DirectFunctionCall1(jsonb_in, CStringGetDatum(converted)));
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!is_about_the_text(error->sqlerrcode))
			PG_RE_THROW();
		FlushErrorState();
		*why = error->message;
	}
	PG_END_TRY();
	return result;
}

/* The line as jsonb; NULL after a warning. */
static Jsonb *
parse_line(const char *path, const AudLine *line)
{
	JsonLexContext    *lex;
	JsonParseErrorType status;
	Jsonb             *record;
	char              *text;
	char              *why = "The line is too long.";

	if (line->oversized)
	{
		aud_sql_row_warn(path, line, why);
		return NULL;
	}
	text = pnstrdup(line->data, line->len);
	lex = AUD_MAKE_JSON_LEXER(text, line->len, PG_UTF8);
	status = pg_parse_json(lex, &nullSemAction);
	if (status != JSON_SUCCESS)
	{
		aud_sql_row_warn(path, line, json_errdetail(status, lex));
		return NULL;
	}
	record = convert_line(text, line->len, &why);
	if (record == NULL)
		aud_sql_row_warn(path, line, why);
	else if (!JB_ROOT_IS_OBJECT(record))
	{
		aud_sql_row_warn(path, line, "The line is not a JSON object.");
		record = NULL;
	}
	return record;
}

static bool
find_key(Jsonb *record, const char *key, enum jbvType type, JsonbValue *v)
{
	return getKeyJsonValueFromContainer(&record->root, key, (int) strlen(key), v) !=
			   NULL &&
		   v->type == type;
}

static void
set_text(Jsonb *record, const char *key, int column, Datum *values, bool *nulls)
{
	JsonbValue v;

	if (!find_key(record, key, jbvString, &v))
		return;
	values[column] = PointerGetDatum(
		cstring_to_text_with_len(v.val.string.val, v.val.string.len));
	nulls[column] = false;
}

/* numeric_int8 throws on what is no bigint; such a seq is none of ours. */
static void
set_seq(const AudLine *line, Datum *values, bool *nulls)
{
	uint64_t seq;

	if (aud_json_find_uint(line->data, line->len, "seq", &seq))
	{
		values[COL_SEQ] = Int64GetDatum((int64) seq);
		nulls[COL_SEQ] = false;
	}
}

HeapTuple
aud_sql_row_form(TupleDesc desc, const char *path, const AudLine *line)
{
	Datum       values[AUD_ROW_COLUMNS] = {0};
	bool        nulls[AUD_ROW_COLUMNS];
	TimestampTz ts;
	Jsonb      *record = parse_line(path, line);

	if (record == NULL)
		return NULL;
	memset(nulls, true, sizeof(nulls));
	if (aud_sql_row_time(line, &ts))
	{
		values[COL_TS] = TimestampTzGetDatum(ts);
		nulls[COL_TS] = false;
	}
	set_seq(line, values, nulls);
	set_text(record, "event", COL_EVENT, values, nulls);
	set_text(record, "class", COL_CLASS, values, nulls);
	set_text(record, "command", COL_COMMAND, values, nulls);
	set_text(record, "outcome", COL_OUTCOME, values, nulls);
	set_text(record, "user", COL_USER, values, nulls);
	set_text(record, "db", COL_DB, values, nulls);
	values[COL_RECORD] = JsonbPGetDatum(record);
	nulls[COL_RECORD] = false;
	return heap_form_tuple(desc, values, nulls);
}
