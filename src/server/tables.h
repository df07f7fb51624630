/*-------------------------------------------------------------------------
 *
 * tables.h
 *	  What the current transaction has changed, by the server's own counters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_TABLES_H
#define AUD_SERVER_TABLES_H

#include "postgres.h"

typedef struct AudTableChanges
{
	Oid    relid;
	uint64 inserted; /* rows */
	uint64 updated;
	uint64 deleted;
	bool   truncated; /* or dropped */
} AudTableChanges;

/*
 * The tables that the transaction has changed, one after the other, starting
 * with at == NULL; fills *changes and returns what to hand in for the next, or
 * NULL after the last.  To be called when the transaction is about to commit
 * and no subtransaction is open, while nothing else is changed.  Tables that
 * were opened only come, too, with nothing changed.
 */
extern const void *aud_tables_next(const void *at, AudTableChanges *changes);

#endif /* AUD_SERVER_TABLES_H */
