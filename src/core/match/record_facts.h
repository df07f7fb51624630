/*-------------------------------------------------------------------------
 *
 * record_facts.h
 *	  The facts of a record of the trail, to be matched.
 *
 * Which roles the user is a member of no record tells; without the caller's
 * help that is unknown.
 *
 * Core layer: no postgres.h, no I/O.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_RECORD_FACTS_H
#define AUD_CORE_MATCH_RECORD_FACTS_H

#include "core/match/match.h"

typedef struct AudTextList
{
	int          n;
	const char **items;
} AudTextList;

typedef struct AudRecordFacts
{
	AudMatchFacts facts; /* its arg is this struct: do not copy */
	AudTextList   objects;
	AudTextList   tags;

	char  *texts; /* all of them, one after the other */
	size_t used;
} AudRecordFacts;

/*
 * Read a record, one JSON object, text[len] with a NUL behind it.  False, with
 * an error, if it is none or memory is short; to be freed in any case.
 */
extern bool aud_record_facts_read(AudRecordFacts *record, const char *text,
								  size_t len, AudError *error);
extern void aud_record_facts_free(AudRecordFacts *record);

#endif /* AUD_CORE_MATCH_RECORD_FACTS_H */
