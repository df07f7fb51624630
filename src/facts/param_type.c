/*-------------------------------------------------------------------------
 *
 * param_type.c
 *	  What is known of a parameter's type.
 *
 * The type cache would tell more, but it opens relations, looks for operators
 * and may raise errors; the syscache answers from pg_type alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

#include "facts/param_type.h"

/* Domains over domains: the server allows more, but nobody makes them. */
#define DOMAINS_MAX 32

static Oid
bound_type(Oid range)
{
	HeapTuple tuple = SearchSysCache1(RANGETYPE, ObjectIdGetDatum(range));
	Oid       bound = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	bound = ((Form_pg_range) GETSTRUCT(tuple))->rngsubtype;
	ReleaseSysCache(tuple);
	return bound;
}

static void
classify(AudParamType *type, Form_pg_type form)
{
	if (IsTrueArrayType(form))
	{
		type->kind = AUD_PARAM_ARRAY;
		type->inner = form->typelem;
	}
	else if (form->typtype == TYPTYPE_ENUM)
		type->kind = AUD_PARAM_ENUM;
	else if (form->typtype == TYPTYPE_RANGE)
	{
		type->kind = AUD_PARAM_RANGE;
		type->inner = bound_type(form->oid);
	}
	else if (form->typtype == TYPTYPE_COMPOSITE)
	{
		type->kind = AUD_PARAM_COMPOSITE;
		type->inner = form->typrelid;
	}
	else if (form->oid < FirstGenbkiObjectId)
		type->kind = AUD_PARAM_BUILTIN;
}

/* Take what pg_type says; InvalidOid, or what this is a domain over. */
static Oid
read_type(AudParamType *type, Oid oid)
{
	HeapTuple    tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(oid));
	Form_pg_type form;
	Oid          base = InvalidOid;

	type->oid = oid;
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	form = (Form_pg_type) GETSTRUCT(tuple);
	type->len = form->typlen;
	type->byval = form->typbyval;
	type->align = form->typalign;
	if (form->typtype == TYPTYPE_DOMAIN)
		base = form->typbasetype;
	else
		classify(type, form);
	ReleaseSysCache(tuple);
	return base;
}

void
aud_param_type(AudParamType *type, Oid oid)
{
	memset(type, 0, sizeof(*type));
	for (int i = 0; i < DOMAINS_MAX && OidIsValid(oid); i++)
		oid = read_type(type, oid);
}
