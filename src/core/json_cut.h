/*-------------------------------------------------------------------------
 *
 * json_cut.h
 *	  Members of an object that are too long, made to fit.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_JSON_CUT_H
#define AUD_CORE_JSON_CUT_H

#include "core/buf.h"

/*
 * Append members[len], which is ,"key":value one after the other as our own
 * writers make them, in at most max bytes.  Short members stay whole; the long
 * ones share the room that is left: strings and arrays lose their end, other
 * values are left out.  The key of each that is not whole is appended to cut,
 * as "key" with commas between.
 */
extern void aud_json_append_cut(AudBuf *b, const char *members, size_t len,
								size_t max, AudBuf *cut);

#endif /* AUD_CORE_JSON_CUT_H */
