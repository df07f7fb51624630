/*-------------------------------------------------------------------------
 *
 * shared.h
 *	  The writer's side of what it shares with the other processes; writer.h
 *	  has theirs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_SHARED_H
#define AUD_WRITER_SHARED_H

#include "buffer/ring.h"

/* A batch is on disk. */
extern void aud_writer_note_batch(const AudPosition *position, uint64 lines,
								  uint64 bytes);

/* Something failed. */
extern void aud_writer_note_error(const char *text);

/* Was anything written since the server started? */
extern bool aud_writer_has_written(void);

/* Has somebody asked for a new file?  Takes the request. */
extern bool aud_writer_take_rotate(void);

#endif /* AUD_WRITER_SHARED_H */
