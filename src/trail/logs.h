/*-------------------------------------------------------------------------
 *
 * logs.h
 *	  Which trails are in the directory: this server's, and others, of a
 *	  cluster that was upgraded, restored or made anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_TRAIL_LOGS_H
#define AUD_TRAIL_LOGS_H

#include "trail/file.h"
#include "trail/recover.h"

/*
 * The first line of the newest file that has one.  AUD_TRAIL_IS_NOT: there is
 * no such file.
 */
extern AudTrailRead aud_trail_newest_opening(AudOpening *opening);

/*
 * If the newest file is not this trail's: which trail was written to before,
 * and where it ends.  False, with errno, if something could not be read.
 */
extern bool aud_trail_find_before(const char *log_id, AudHasher *hasher,
								  AudTrailEnd *end);

#endif /* AUD_TRAIL_LOGS_H */
