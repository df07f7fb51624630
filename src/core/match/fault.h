/*-------------------------------------------------------------------------
 *
 * fault.h
 *	  What is wrong in a JSON text, and where in it.
 *
 * The place is a pointer into the text; who reads the whole text turns it into
 * line and column.  The first fault wins, as with AudError.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_FAULT_H
#define AUD_CORE_MATCH_FAULT_H

#include "core/error.h"
#include "core/json_scan.h"

typedef struct AudFaultAt
{
	AudError    error;
	const char *at; /* NULL: the text as a whole */
} AudFaultAt;

/* Note it; always false, so that a caller can return it. */
extern bool aud_fault_at(AudFaultAt *fault, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Unknown word[len], found at "at": what was expected, and the nearest of the
 * names, a list that ends with NULL.
 */
extern bool aud_fault_unknown(AudFaultAt *fault, const char *at,
							  const char *what, const char *word, size_t len,
							  const char *const *names);

extern bool aud_fault_no_memory(AudFaultAt *fault);

/* A string's content, its escapes undone; NULL, with a fault: no memory. */
extern char *aud_fault_string(const AudJsonValue *value, AudFaultAt *fault);

/* The same for a key. */
extern char *aud_fault_key(const AudJsonMember *m, AudFaultAt *fault);

/* Where a value begins in the text; a string with its quote. */
static inline const char *
aud_fault_place(const AudJsonValue *value)
{
	return value->kind == AUD_JSON_STRING ? value->text - 1 : value->text;
}

#endif /* AUD_CORE_MATCH_FAULT_H */
