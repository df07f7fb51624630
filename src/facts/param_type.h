/*-------------------------------------------------------------------------
 *
 * param_type.h
 *	  What is known of a parameter's type: how its values lie in memory, and
 *	  whether we know how to show them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_PARAM_TYPE_H
#define AUD_FACTS_PARAM_TYPE_H

#include "postgres.h"

typedef enum AudParamKind
{
	AUD_PARAM_OTHER, /* its bytes are counted */
	AUD_PARAM_BUILTIN,
	AUD_PARAM_ENUM,
	AUD_PARAM_ARRAY,
	AUD_PARAM_RANGE,
	AUD_PARAM_COMPOSITE
} AudParamKind;

typedef struct AudParamType
{
	Oid          oid; /* of a domain: of what it is over */
	AudParamKind kind;
	Oid          inner; /* the elements' type, the bounds', or the relation */
	int16        len;
	bool         byval;
	char         align;
} AudParamType;

/*
 * Look a type up, in the syscache alone: no relation is opened and nothing is
 * called.  One that is not there (it was dropped since) is AUD_PARAM_OTHER with
 * len 0: not even the size of its values is known.
 */
extern void aud_param_type(AudParamType *type, Oid oid);

#endif /* AUD_FACTS_PARAM_TYPE_H */
