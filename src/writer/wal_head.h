/*-------------------------------------------------------------------------
 *
 * wal_head.h
 *	  A copy of the trail's head in the WAL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_WAL_HEAD_H
#define AUD_WRITER_WAL_HEAD_H

#include "buffer/ring.h"

/*
 * The trail is on disk up to here: put that into the WAL, where this server
 * may write any.  Never throws.  False if it was not done.
 */
extern bool aud_wal_head_write(const AudChain *head);

#endif /* AUD_WRITER_WAL_HEAD_H */
