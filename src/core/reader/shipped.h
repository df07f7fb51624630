/*-------------------------------------------------------------------------
 *
 * shipped.h
 *	  Up to where a trail has been shipped: a small file beside it for each log,
 *	  which whoever ships sets (secauditctl shipped) and retention asks.
 *
 * It is data from outside.  It is believed only if it is byte for byte what
 * aud_shipped_write() writes, and nothing follows from it but that retention
 * may delete: whoever can write it into the directory can delete files there.
 *
 * Core layer: no postgres.h, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_READER_SHIPPED_H
#define AUD_CORE_READER_SHIPPED_H

#include <stdint.h>

#include "core/error.h"

typedef struct AudShipped
{
	char     log[17];
	uint64_t seq;      /* all records up to this one have been shipped */
	char     file[64]; /* that holds it */
	char     time[21]; /* when this was set, "2026-01-31T23:59:59Z" */
} AudShipped;

typedef enum AudShippedStatus
{
	AUD_SHIPPED_READ,
	AUD_SHIPPED_NONE,   /* nobody has set one */
	AUD_SHIPPED_FAILED, /* it cannot be read or believed; err is set */
} AudShippedStatus;

/* What is said of a log in a trail's directory. */
extern AudShippedStatus aud_shipped_read(const char *dir, const char *log,
										 AudShipped *shipped, AudError *err);

/* Put it there, whole or not at all, and on disk. */
extern bool aud_shipped_write(const char *dir, const AudShipped *shipped,
							  AudError *err);

#endif /* AUD_CORE_READER_SHIPPED_H */
