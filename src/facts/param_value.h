/*-------------------------------------------------------------------------
 *
 * param_value.h
 *	  The value of a parameter as JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_PARAM_VALUE_H
#define AUD_FACTS_PARAM_VALUE_H

#include "postgres.h"

#include "facts/param_type.h"
#include "record/stmt.h"

/*
 * Append the members that show a value, which is not NULL: "value", with "len"
 * and "sha256" where it is cut, or "bytes" and perhaps "sha256".  seen is told
 * what was hidden in it, and whether it is text that is none.  Within
 * aud_text_begin() and aud_text_end().
 */
extern void aud_param_value(AudBuf *b, AudStmtParams *seen,
							const AudParamType *type, Datum value);

#endif /* AUD_FACTS_PARAM_VALUE_H */
