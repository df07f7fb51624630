/*-------------------------------------------------------------------------
 *
 * writer_events.h
 *	  The audit.* records that the writer makes itself.
 *
 * Each function writes one body, "{...}", into out.  docs/trail.md lists
 * their keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_EVENTS_H
#define AUD_WRITER_EVENTS_H

#include "trail.h"

/* Bytes that any of these needs. */
#define AUD_EVENT_MAX 4096

/*
 * The first line of the file "name": padded so that the line, with a trailer
 * for number seq, has AUD_OPEN_BYTES bytes.
 */
typedef struct AudOpenEvent
{
	const char        *name;
	const char        *reason;
	const AudPosition *before; /* what the file before ends with */
	AudTrailTail       tail;
	uint64             repeats;
	uint64             seq; /* the number that the line will have */
} AudOpenEvent;

extern void aud_event_open(AudBuf *out, const AudOpenEvent *event);

extern void aud_event_close(AudBuf *out, const char *reason);
extern void aud_event_start(AudBuf *out, const char *reason, uint64 recovered);
extern void aud_event_stop(AudBuf *out, const char *reason);

#endif /* AUD_WRITER_EVENTS_H */
