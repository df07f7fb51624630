/*-------------------------------------------------------------------------
 *
 * retention.h
 *	  Deleting files: too old, too many, too little space.
 *
 * A file is deleted first, then recorded: it is entered in the list of
 * deletions (buffer/deletions.h), which is put on disk; deleted; and leaves the
 * list once its audit.expire is on disk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_RETENTION_H
#define AUD_WRITER_RETENTION_H

#include "writer/state.h"

/* Now and then: delete what retention says, and look at the free space. */
extern void aud_retention_look_over(AudWriter *w);

/* Delete the oldest closed file, because the disk is full. */
extern void aud_retention_make_room(AudWriter *w);

/*
 * At a start, when the trail stands there: leave in the list what was deleted
 * and is not in the trail.  False, with errno, if the directory cannot be read.
 */
extern bool aud_retention_recover(const AudPosition *position);

/* The configuration was read again: what could not be deleted may be now. */
extern void aud_retention_retry(AudWriter *w);

#endif /* AUD_WRITER_RETENTION_H */
