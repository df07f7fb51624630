/*-------------------------------------------------------------------------
 *
 * params.h
 *	  Bound parameters of a statement, for secaudit.log_parameters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_PARAMS_H
#define AUD_FACTS_PARAMS_H

#include "nodes/params.h"

#include "record/stmt.h"

/*
 * Add the values that the client bound, or EXECUTE was given.  Those of
 * statements inside functions are variables of the function and are left out.
 */
extern void aud_params_add(AudStmt *stmt, ParamListInfo params);

#endif /* AUD_FACTS_PARAMS_H */
