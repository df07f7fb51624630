/*-------------------------------------------------------------------------
 *
 * events.h
 *	  The audit.* records that the writer makes itself.
 *
 * Each function writes one body, "{...}", into out.  docs/trail.md lists
 * their keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_EVENTS_H
#define AUD_WRITER_EVENTS_H

#include "trail/trail.h"

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
	bool               hashed; /* do the file's lines carry "h"? */
	const AudPosition *before; /* what the file before ends with */
	AudTrailTail       tail;
	uint64             repeats;
	uint64             seq; /* the number that the line will have */
} AudOpenEvent;

extern void aud_events_open(AudBuf *out, const AudOpenEvent *event);

extern void aud_events_close(AudBuf *out, const char *reason);
extern void aud_events_start(AudBuf *out, const char *reason, uint64 recovered);
extern void aud_events_stop(AudBuf *out, const char *reason);

/* from, to: microseconds since 1970. */
extern void aud_events_gap(AudBuf *out, uint64 lost, uint64 from, uint64 to,
						   const char *reason);

extern void aud_events_checkpoint(AudBuf *out, const char *reason);

/* A file that retention deletes. */
typedef struct AudExpired
{
	char        name[AUD_TRAIL_NAME_MAX];
	uint64      bytes;
	uint64      first_seq;
	uint64      last_seq;
	char        last_h[AUD_CHAIN_HASH_CHARS + 1]; /* "" if there is none */
	const char *reason;
	bool        gone; /* deleted already, to make room */
} AudExpired;

extern void aud_events_expire(AudBuf *out, const AudExpired *expired);

/* The volume is so full, in percent; the writer's own alert. */
extern void aud_events_alert(AudBuf *out, const char *reason,
							 uint64 used_percent);

#endif /* AUD_WRITER_EVENTS_H */
