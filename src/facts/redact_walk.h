/*-------------------------------------------------------------------------
 *
 * redact_walk.h
 *	  Where a query has constants and parameters that belong to columns of
 *	  secaudit.redact_tags.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_WALK_H
#define AUD_FACTS_REDACT_WALK_H

#include "nodes/parsenodes.h"

typedef struct AudTaggedPlaces
{
	int  n;
	int  max;
	int *at; /* palloc'd: offsets in the whole text, sorted, each once */

	Bitmapset *params;  /* numbers of the parameters that are there */
	bool       touched; /* is such a column used at all? */
	bool       unclear; /* too much to look at: any constant may be one */
} AudTaggedPlaces;

/*
 * Find them in a query as parse analysis leaves it.  Reads catalogs; within
 * aud_safely().
 */
extern void aud_redact_walk(const Query *query, AudTaggedPlaces *places);

#endif /* AUD_FACTS_REDACT_WALK_H */
