/*-------------------------------------------------------------------------
 *
 * buffer.h
 *	  The crash-surviving ring that carries records from every process to the
 *	  writer.
 *
 * A record is handed over as the complete JSON object, "{" to "}", without a
 * newline; the writer adds "seq" and "h" before the closing brace.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_H
#define AUD_BUFFER_H

#include <stddef.h>

/* Room that the writer needs in a line for seq, h, e, m and the newline. */
#define AUD_RECORD_TRAILER_MAX 192

typedef enum AudStatus
{
	AUD_OK,      /* the record is in the ring */
	AUD_LOST,    /* dropped and counted, see secaudit.on_failure */
	AUD_REFUSED, /* secaudit.on_failure = error: the statement must not run */
} AudStatus;

/*
 * Append one record.  Never throws, allocates nothing, may wait for space.
 * Usable in any process that is attached to shared memory, except the
 * postmaster.
 */
extern AudStatus aud_buffer_append(const char *line, size_t len);

/*
 * The name of this trail: 16 hex digits and a NUL.  Constant from
 * shared-memory start-up on.
 */
extern const char *aud_buffer_log_id(void);

#endif /* AUD_BUFFER_H */
