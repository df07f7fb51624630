/*-------------------------------------------------------------------------
 *
 * param_parts.c
 *	  Values that consist of others as JSON: arrays, ranges, composites, enums.
 *
 * Arrays become arrays of JSON, one in the other where they have dimensions,
 * composites objects.
 *
 * Text is searched for secrets, each on its own; and what an array or a
 * composite says of its members counts as well: {"--password","x"} and an
 * attribute that is called password.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/rangetypes.h"
#include "utils/syscache.h"

#include "core/json_write.h"
#include "core/redact/redact.h"
#include "core/sha256.h"
#include "facts/param_format.h"
#include "facts/param_parts.h"
#include "record/text.h"
#include "server/compat.h"
#include "server/guc_redact.h"

/* Deeper in arrays of composites of arrays, bytes are counted. */
#define DEPTH_MAX 8

static void append_inner(AudBuf *b, AudStmtParams *seen,
						 const AudParamType *type, Datum value, int depth);

/* ---- what is not taken apart ---------------------------------------------- */

/* How many bytes a value has, without the header of those that have one. */
static size_t
size_of(const AudParamType *type, Datum value)
{
	if (type->len > 0)
		return (size_t) type->len;
	if (type->len == -2)
		return strlen(DatumGetCString(value));
	if (type->len == 0)
		return 0;
	return toast_raw_datum_size(value) - VARHDRSZ;
}

void
aud_param_size(AudBuf *b, const AudParamType *type, Datum value)
{
	const char *data;
	char        digest[65];
	size_t      len;

	aud_buf_lit(b, "\"bytes\":");
	aud_json_uint(b, size_of(type, value));
	if (type->oid != BYTEAOID || (data = aud_param_bytes(value, &len)) == NULL ||
		aud_redact_replaces_all(aud_guc_redact()))
		return; /* who has a guess could try it on the digest */
	if (!aud_sha256_hex(digest, data, len))
		return;
	aud_json_lit_word(b, "sha256", digest);
}

/* ---- text ------------------------------------------------------------------ */

bool
aud_param_prepare(AudText *out, AudStmtParams *seen, const AudParamText *text)
{
	if (text->clear && !aud_redact_wants_values(aud_guc_redact()))
	{
		aud_text_use(out, text->data, text->len, 0, 0);
		return true;
	}
	aud_text_prepare_value(out, text->data, text->len);
	seen->redacted |= out->redacted;
	return !out->redacted;
}

/* The same within a value that is cut as a whole. */
static void
append_inner_text(AudBuf *b, AudStmtParams *seen, const AudParamText *text)
{
	AudText out;

	if (aud_param_prepare(&out, seen, text) && text->bare)
		aud_buf_append(b, out.data, out.len);
	else
		seen->invalid |= !aud_json_string(b, out.data, out.len);
}

static void
append_hidden(AudBuf *b, AudStmtParams *seen)
{
	seen->redacted |= AUD_REDACTED_SECRET;
	aud_buf_lit(b, "\"" AUD_REDACTED "\"");
}

/* ---- arrays ---------------------------------------------------------------- */

/* Where the elements of an array are, one behind the other. */
typedef struct Elements
{
	AudParamType type;
	const char  *at;
	const uint8 *nulls;
	int          number;
	bool         hide; /* the next one: the last was the name of a secret */
} Elements;

static void
append_element(AudBuf *b, AudStmtParams *seen, Elements *e, int depth)
{
	int          i = e->number++;
	bool         hide = e->hide;
	Datum        value;
	AudParamText text;

	e->hide = false;
	if (e->nulls != NULL && att_isnull(i, e->nulls))
	{
		aud_buf_lit(b, "null");
		return;
	}
	value = fetch_att(e->at, e->type.byval, e->type.len);
	e->at = att_addlength_pointer(e->at, e->type.len, e->at);
	e->at = (char *) att_align_nominal(e->at, e->type.align);
	if (hide)
		append_hidden(b, seen);
	else if (e->type.kind == AUD_PARAM_BUILTIN &&
			 aud_param_format(&text, &e->type, value))
	{
		e->hide = !text.clear &&
				  aud_redact_is_secret_key(aud_guc_redact(), text.data, text.len);
		append_inner_text(b, seen, &text);
	}
	else
		append_inner(b, seen, &e->type, value, depth + 1);
}

/* One dimension, and in it the ones below. */
static void
append_dimension(AudBuf *b, AudStmtParams *seen, Elements *e, const int *dims,
				 int ndims, int depth)
{
	aud_buf_char(b, '[');
	for (int i = 0; i < dims[0] && !b->truncated; i++)
	{
		if (i > 0)
			aud_buf_char(b, ',');
		if (ndims > 1)
			append_dimension(b, seen, e, dims + 1, ndims - 1, depth);
		else
			append_element(b, seen, e, depth);
	}
	aud_buf_char(b, ']');
}

/* As ARR_DATA_PTR(), which compares signs from 19 on. */
static const char *
elements_of(const ArrayType *array)
{
	size_t offset = ARR_HASNULL(array)
						? (size_t) array->dataoffset
						: (size_t) ARR_OVERHEAD_NONULLS(ARR_NDIM(array));

	return (const char *) array + offset;
}

static bool
append_array(AudBuf *b, AudStmtParams *seen, Datum value, int depth)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	Elements   e = {.at = elements_of(array), .nulls = ARR_NULLBITMAP(array)};

	aud_param_type(&e.type, ARR_ELEMTYPE(array));
	if (e.type.len == 0)
		return false;
	if (ARR_NDIM(array) == 0)
		aud_buf_lit(b, "[]");
	else
		append_dimension(b, seen, &e, ARR_DIMS(array), ARR_NDIM(array), depth);
	return true;
}

/* ---- enums and ranges ------------------------------------------------------- */

static bool
append_enum(AudBuf *b, Datum value)
{
	HeapTuple tuple = SearchSysCache1(ENUMOID, value);

	if (!HeapTupleIsValid(tuple))
		return false;
	aud_text_append_name(b,
						 NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel));
	ReleaseSysCache(tuple);
	return true;
}

/* Append a bound as text, and move behind it. */
static bool
append_bound(AudBuf *b, AudStmtParams *seen, const AudParamType *type,
			 const char **at)
{
	AudParamText text;
	AudText      out;

	*at = (char *) att_align_pointer(*at, type->align, type->len, *at);
	if (!aud_param_format(&text, type, fetch_att(*at, type->byval, type->len)))
		return false;
	*at = att_addlength_pointer(*at, type->len, *at);
	(void) aud_param_prepare(&out, seen, &text);
	seen->invalid |= !aud_json_escape(b, out.data, out.len);
	return true;
}

/* "[1,10)"; false, with something appended, if the bounds are not known. */
static bool
append_range(AudBuf *b, AudStmtParams *seen, const AudParamType *type, Datum value)
{
	RangeType   *range = DatumGetRangeTypeP(value);
	char         flags = ((char *) range)[VARSIZE(range) - 1];
	const char  *at = (const char *) (range + 1);
	AudParamType bound;

	aud_param_type(&bound, type->inner);
	if (flags & RANGE_EMPTY)
	{
		aud_buf_lit(b, "\"" RANGE_EMPTY_LITERAL "\"");
		return true;
	}
	aud_buf_cstr(b, flags & RANGE_LB_INC ? "\"[" : "\"(");
	if (RANGE_HAS_LBOUND(flags) && !append_bound(b, seen, &bound, &at))
		return false;
	aud_buf_char(b, ',');
	if (RANGE_HAS_UBOUND(flags) && !append_bound(b, seen, &bound, &at))
		return false;
	aud_buf_cstr(b, flags & RANGE_UB_INC ? "]\"" : ")\"");
	return true;
}

/* ---- composites -------------------------------------------------------------- */

/* An attribute as pg_attribute has it; false: it has no such row. */
static bool
find_attribute(Oid relation, int number, FormData_pg_attribute *attribute)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM,
									  ObjectIdGetDatum(relation),
									  Int16GetDatum((int16) number));

	if (!HeapTupleIsValid(tuple))
		return false;
	memcpy(attribute, GETSTRUCT(tuple), ATTRIBUTE_FIXED_PART_SIZE);
	ReleaseSysCache(tuple);
	return true;
}

static void
append_attribute(AudBuf *b, AudStmtParams *seen,
				 const FormData_pg_attribute *attribute, Datum value, int depth)
{
	const char  *name = NameStr(attribute->attname);
	AudParamType type;

	aud_text_append_name(b, name);
	aud_buf_char(b, ':');
	aud_param_type(&type, attribute->atttypid);
	if (aud_redact_is_secret_key(aud_guc_redact(), name, strlen(name)))
		append_hidden(b, seen);
	else
		append_inner(b, seen, &type, value, depth + 1);
}

/*
 * An object, by the names of the attributes; as in the rest of a record, what
 * is NULL has no key.  The tuple is walked by hand, as its descriptor could be
 * had only by opening the relation.
 */
static bool
append_composite(AudBuf *b, AudStmtParams *seen, const AudParamType *type,
				 Datum value, int depth)
{
	HeapTupleHeader td = DatumGetHeapTupleHeader(value);
	const char     *data = (const char *) td + td->t_hoff;
	bool            some_null = (td->t_infomask & HEAP_HASNULL) != 0;
	bool            first = true;
	size_t          at = 0;

	aud_buf_char(b, '{');
	for (int i = 0; i < HeapTupleHeaderGetNatts(td) && !b->truncated; i++)
	{
		FormData_pg_attribute att;
		Datum                 field;

		if (some_null && att_isnull(i, td->t_bits))
			continue;
		if (!find_attribute(type->inner, i + 1, &att))
			return false;
		at = att_align_pointer(at, att.attalign, att.attlen, data + at);
		field = fetch_att(data + at, att.attbyval, att.attlen);
		at = att_addlength_pointer(at, att.attlen, data + at);
		if (att.attisdropped)
			continue;
		if (!first)
			aud_buf_char(b, ',');
		first = false;
		append_attribute(b, seen, &att, field, depth);
	}
	aud_buf_char(b, '}');
	return true;
}

/* Append a value that consists of others; false if it cannot be taken apart. */
static bool
append_parts(AudBuf *b, AudStmtParams *seen, const AudParamType *type,
			 Datum value, int depth)
{
	size_t len;

	if (depth > DEPTH_MAX)
		return false;
	if (type->kind == AUD_PARAM_ENUM)
		return append_enum(b, value);
	if (type->len != -1 || aud_param_bytes(value, &len) == NULL)
		return false;
	switch (type->kind)
	{
		case AUD_PARAM_ARRAY:
			return append_array(b, seen, value, depth);
		case AUD_PARAM_RANGE:
			return append_range(b, seen, type, value);
		case AUD_PARAM_COMPOSITE:
			return append_composite(b, seen, type, value, depth);
		default:
			return false;
	}
}

/* A value within another. */
static void
append_inner(AudBuf *b, AudStmtParams *seen, const AudParamType *type,
			 Datum value, int depth)
{
	size_t       before = b->len;
	AudParamText text;

	if (aud_param_format(&text, type, value))
	{
		append_inner_text(b, seen, &text);
		return;
	}
	if (append_parts(b, seen, type, value, depth) || b->truncated)
		return;
	b->len = before;
	b->data[before] = '\0';
	aud_buf_char(b, '{');
	aud_param_size(b, type, value);
	aud_buf_char(b, '}');
}

bool
aud_param_parts(AudBuf *b, AudStmtParams *seen, const AudParamType *type,
				Datum value)
{
	return append_parts(b, seen, type, value, 0);
}
