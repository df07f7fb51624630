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

#include "buffer/deletions.h"
#include "server/config_problem.h"
#include "trail/file.h"
#include "trail/recover.h"

/* Bytes that any of these needs. */
#define AUD_EVENT_MAX 5120

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
	const AudTrailEnd *other;  /* another trail that was written to since */
	AudTrailTail       tail;
	uint64             repeats;
	uint64             seq;     /* the number that the line will have */
	bool               failure; /* a fault ended the file before */
} AudOpenEvent;

extern void aud_events_open(AudBuf *out, const AudOpenEvent *event);

extern void aud_events_close(AudBuf *out, const char *reason);
extern void aud_events_start(AudBuf *out, const char *reason, uint64 recovered);
extern void aud_events_stop(AudBuf *out, const char *reason);

/* from, to: microseconds since 1970. */
extern void aud_events_gap(AudBuf *out, uint64 lost, uint64 from, uint64 to,
						   const char *reason);

extern void aud_events_checkpoint(AudBuf *out, const char *reason);

/* A file has been deleted. */
extern void aud_events_expire(AudBuf *out, const AudExpiry *expiry);

/*
 * The writer's own alerts.  reason: as docs/record.md lists them; file: that it
 * is about, detail: what is to be said of it; each may be NULL.
 */
extern void aud_events_alert(AudBuf *out, const char *reason, const char *file,
							 const char *detail);

/* Those with keys of their own: records were lost, see aud_events_gap; ... */
extern void aud_events_alert_lost(AudBuf *out, uint64 lost, uint64 from,
								  uint64 to);

/* ... the volume is so full, in percent; ... */
extern void aud_events_alert_space(AudBuf *out, uint64 used_percent);

/* ... the buffer file was damaged at the start, and is set aside as file; ... */
extern void aud_events_alert_set_aside(AudBuf *out, const char *file);

/* ... so many slots of the buffer file were not believed; ... */
extern void aud_events_alert_slots(AudBuf *out, const char *reason, int slots);

/* ... something in the configuration is not in force. */
extern void aud_events_alert_config(AudBuf *out, const AudConfigProblem *problem);

#endif /* AUD_WRITER_EVENTS_H */
