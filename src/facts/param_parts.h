/*-------------------------------------------------------------------------
 *
 * param_parts.h
 *	  Values that consist of others as JSON, and what their parts and whole
 *	  parameters have in common.
 *
 * Within aud_text_begin() and aud_text_end().  seen is told what was hidden,
 * and whether there was text that is none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_PARAM_PARTS_H
#define AUD_FACTS_PARAM_PARTS_H

#include "postgres.h"

#include "facts/param_format.h"
#include "facts/param_type.h"
#include "record/stmt.h"

/* "bytes":4, and of bytea its digest. */
extern void aud_param_size(AudBuf *b, const AudParamType *type, Datum value);

/* Search a text for secrets; true: it has none, and may stand as it is. */
extern bool aud_param_prepare(AudText *out, AudStmtParams *seen,
							  const AudParamText *text);

/*
 * Append an array, a range, a composite or an enum.  False, with a part of it
 * appended perhaps, where it is none of these or cannot be taken apart.
 */
extern bool aud_param_parts(AudBuf *b, AudStmtParams *seen,
							const AudParamType *type, Datum value);

#endif /* AUD_FACTS_PARAM_PARTS_H */
