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
	AudTextList   accesses;
	AudTextList   rules;
	const char   *own_texts[3];
	int           n_texts;

	char        *texts; /* all of them, one after the other */
	size_t       used;
	size_t       room;
	const char **items; /* the room of all lists */
} AudRecordFacts;

/*
 * Read a record, one JSON object, text[len]; only the facts of these keys, a
 * set of AudMatchKey, are worth the time.  False, with an error, if it is no
 * record or memory is short.  Begin with {0}; memory is used again for the next
 * record, and to be freed in the end.
 */
extern bool aud_record_facts_read(AudRecordFacts *record, int keys,
								  const char *text, size_t len, AudError *error);
extern void aud_record_facts_free(AudRecordFacts *record);

#endif /* AUD_CORE_MATCH_RECORD_FACTS_H */
