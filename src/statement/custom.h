/*-------------------------------------------------------------------------
 *
 * custom.h
 *	  Events that an application puts into the trail itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_CUSTOM_H
#define AUD_STATEMENT_CUSTOM_H

#include "postgres.h"

/* Longest detail, bytes as they stand in the record: always whole there. */
#define AUD_CUSTOM_DETAIL_MAX 1500

/*
 * Record an event "custom" of the statement that runs, whatever the settings
 * say: the application has asked for it.  name: a word, UTF-8 and without
 * anything to be escaped; detail: ,"custom_detail":{...} or "".
 */
extern void aud_custom_record(const char *name, const char *detail);

#endif /* AUD_STATEMENT_CUSTOM_H */
