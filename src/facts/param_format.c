/*-------------------------------------------------------------------------
 *
 * param_format.c
 *	  Values of built-in types as text.
 *
 * Dates are in ISO form, times with a zone in UTC, intervals in ISO 8601, and
 * money is in its smallest unit: as it is stored, since how many of them make
 * one of the larger is a matter of lc_monetary.
 *
 * Where the server's own output function is called, it is one that looks
 * nothing up, and raises no error for a value that the input has accepted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/itemptr.h"
#include "utils/builtins.h"
#include "utils/cash.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/inet.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/varbit.h"
#include "utils/xid8.h"

#include "facts/param_format.h"
#include "server/compat.h"

/* Larger values are not formatted, bytes of their storage. */
#define NUMERIC_MAX 1024
#define JSONB_MAX   (4 * 1024 * 1024)
#define BITS_MAX    (1024 * 1024)

/* A reader of JSON that keeps numbers as doubles changes none up to these. */
#define SAFE_INTEGER INT64CONST(9007199254740991)
#define SAFE_DIGITS  15

/* A shorter number is that of no card and no account. */
#define NUMBERED_MIN 12

const char *
aud_param_bytes(Datum value, size_t *len)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTERNAL(v) || VARATT_IS_COMPRESSED(v))
		return NULL;
	*len = VARSIZE_ANY_EXHDR(v);
	return VARDATA_ANY(v);
}

/* ---- numbers ------------------------------------------------------------- */

static void
format_int(AudParamText *t, int64 value)
{
	snprintf(t->room, sizeof(t->room), INT64_FORMAT, value);
	t->bare = value >= -SAFE_INTEGER && value <= SAFE_INTEGER;
}

static void
format_uint(AudParamText *t, uint64 value)
{
	snprintf(t->room, sizeof(t->room), UINT64_FORMAT, value);
	t->bare = value <= (uint64) SAFE_INTEGER;
}

/* Is this, made by the server, a number that keeps its digits as a double? */
static bool
is_safe_number(const char *text)
{
	int digits = 0;

	for (; *text != '\0'; text++)
	{
		if (*text >= '0' && *text <= '9')
			digits += digits > 0 || *text != '0';
		else if (*text != '-' && *text != '.')
			return false; /* NaN, Infinity */
	}
	return digits <= SAFE_DIGITS;
}

static void
format_float(AudParamText *t, Oid type, Datum value)
{
	if (type == FLOAT4OID)
		float_to_shortest_decimal_buf(DatumGetFloat4(value), t->room);
	else
		double_to_shortest_decimal_buf(DatumGetFloat8(value), t->room);
	t->bare = strpbrk(t->room, "Nn") == NULL; /* NaN, Infinity */
}

/* A number by value; false for another type. */
static bool
format_number(AudParamText *t, Oid type, Datum value)
{
	switch (type)
	{
		case INT2OID:
			format_int(t, DatumGetInt16(value));
			return true;
		case INT4OID:
			format_int(t, DatumGetInt32(value));
			return true;
		case INT8OID:
			format_int(t, DatumGetInt64(value));
			return true;
		case CASHOID:
			format_int(t, DatumGetCash(value));
			return true;
		case XID8OID:
			format_uint(t,
						U64FromFullTransactionId(
							DatumGetFullTransactionId(value)));
			return true;
		case OIDOID:
		case XIDOID:
		case CIDOID:
		case REGCLASSOID:
		case REGCOLLATIONOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGNAMESPACEOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGROLEOID:
		case REGTYPEOID:
			format_uint(t, DatumGetUInt32(value));
			return true;
		case FLOAT4OID:
		case FLOAT8OID:
			format_float(t, type, value);
			return true;
		default:
			return false;
	}
}

/* ---- dates and times ----------------------------------------------------- */

static void
format_timestamp(Timestamp value, bool with_zone, char *out)
{
	struct pg_tm tm;
	fsec_t       fsec;

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

/* With its own zone, which is a part of the value. */
static void
format_timetz(TimeTzADT *value, char *out)
{
	struct pg_tm tm;
	fsec_t       fsec;
	int          zone;

	timetz2tm(value, &tm, &fsec, &zone);
	EncodeTimeOnly(&tm, fsec, true, zone, USE_ISO_DATES, out);
}

static void
format_interval(const Interval *value, char *out)
{
	struct pg_itm itm;

	if (AUD_INTERVAL_IS_INFINITE(value))
	{
		strcpy(out, value->month < 0 ? "-infinity" : "infinity");
		return;
	}
	interval2itm(*value, &itm);
	EncodeInterval(&itm, INTSTYLE_ISO_8601, out);
}

/* False for another type. */
static bool
format_when(AudParamText *t, Oid type, Datum value)
{
	switch (type)
	{
		case DATEOID:
			format_date(DatumGetDateADT(value), t->room);
			return true;
		case TIMEOID:
			format_time(DatumGetTimeADT(value), t->room);
			return true;
		case TIMETZOID:
			format_timetz(DatumGetTimeTzADTP(value), t->room);
			return true;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			format_timestamp(DatumGetTimestamp(value),
							 type == TIMESTAMPTZOID,
							 t->room);
			return true;
		case INTERVALOID:
			format_interval(DatumGetIntervalP(value), t->room);
			return true;
		default:
			return false;
	}
}

/* ---- others of fixed length ---------------------------------------------- */

/* Bytes in hex, with one of these in front of each of which the mask has a bit. */
static void
format_hex(const unsigned char *bytes, int n, char separator, unsigned int mask,
		   char *out)
{
	for (int i = 0; i < n; i++)
	{
		if (mask & (1u << i))
			*out++ = separator;
		out += sprintf(out, "%02x", bytes[i]);
	}
}

/* As its output function shows it: other bytes than ASCII as \377. */
static void
format_char(char value, char *out)
{
	if ((unsigned char) value >= 0x80)
		sprintf(out, "\\%03o", (unsigned char) value);
	else
	{
		out[0] = value;
		out[1] = '\0';
	}
}

/* False for another type. */
static bool
format_fixed(AudParamText *t, Oid type, Datum value)
{
	switch (type)
	{
		case BOOLOID:
			strcpy(t->room, DatumGetBool(value) ? "true" : "false");
			t->bare = true;
			return true;
		case CHAROID:
			format_char(DatumGetChar(value), t->room);
			return true;
		case UUIDOID:
			format_hex(DatumGetUUIDP(value)->data, UUID_LEN, '-', 0x550, t->room);
			return true;
		case MACADDROID:
			format_hex((unsigned char *) DatumGetPointer(value),
					   6,
					   ':',
					   0x3e,
					   t->room);
			return true;
		case MACADDR8OID:
			format_hex((unsigned char *) DatumGetPointer(value),
					   8,
					   ':',
					   0xfe,
					   t->room);
			return true;
		case PG_LSNOID:
			snprintf(t->room,
					 sizeof(t->room),
					 "%X/%X",
					 LSN_FORMAT_ARGS(DatumGetLSN(value)));
			return true;
		case TIDOID:
		{
			ItemPointer tid = (ItemPointer) DatumGetPointer(value);

			snprintf(t->room,
					 sizeof(t->room),
					 "(%u,%u)",
					 ItemPointerGetBlockNumberNoCheck(tid),
					 ItemPointerGetOffsetNumberNoCheck(tid));
			return true;
		}
		default:
			return false;
	}
}

/* ---- those of variable length --------------------------------------------- */

static void
use_text(AudParamText *t, const char *data, size_t len)
{
	t->data = data;
	t->len = len;
	t->clear = false;
}

/* Call an output function of the server, one of those that cannot fail. */
static void
use_output(AudParamText *t, PGFunction output, Datum value)
{
	use_text(t, DatumGetCString(DirectFunctionCall1(output, value)), 0);
	t->len = strlen(t->data);
}

static bool
format_jsonb(AudParamText *t, Datum value, size_t len)
{
	StringInfoData out;

	if (len > JSONB_MAX)
		return false;
	initStringInfo(&out);
	(void) JsonbToCString(&out, &DatumGetJsonbP(value)->root, (int) len);
	use_text(t, out.data, out.len);
	return true;
}

static bool
format_varlena(AudParamText *t, Oid type, Datum value)
{
	size_t      len;
	const char *data = aud_param_bytes(value, &len);

	if (data == NULL)
		return false;
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case JSONOID:
		case XMLOID:
			use_text(t, data, len);
			return true;
		case JSONBOID:
			return format_jsonb(t, value, len);
		case NUMERICOID:
			if (len > NUMERIC_MAX)
				return false;
			use_output(t, numeric_out, value);
			t->bare = is_safe_number(t->data);
			return true;
		case INETOID:
			use_output(t, inet_out, value);
			return true;
		case CIDROID:
			use_output(t, cidr_out, value);
			return true;
		case BITOID:
		case VARBITOID:
			if (len > BITS_MAX)
				return false;
			use_output(t, varbit_out, value);
			return true;
		default:
			return false;
	}
}

bool
aud_param_format(AudParamText *t, const AudParamType *type, Datum value)
{
	t->bare = false;
	t->clear = true;
	t->room[0] = '\0';
	t->data = t->room;
	if (type->kind != AUD_PARAM_BUILTIN)
		return false;
	if (format_number(t, type->oid, value))
	{
		t->len = strlen(t->data);
		t->clear = t->len < NUMBERED_MIN;
		return true;
	}
	if (format_when(t, type->oid, value) || format_fixed(t, type->oid, value))
	{
		t->len = strlen(t->data);
		return true;
	}
	if (type->oid == NAMEOID)
		use_text(t,
				 NameStr(*DatumGetName(value)),
				 strlen(NameStr(*DatumGetName(value))));
	else if (type->len == -2)
		use_text(t, DatumGetCString(value), strlen(DatumGetCString(value)));
	else
		return type->len == -1 && format_varlena(t, type->oid, value);
	return true;
}
