/*-------------------------------------------------------------------------
 *
 * witness.h
 *	  The trail's head, told to the WAL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_WITNESS_H
#define AUD_WRITER_WITNESS_H

#include "buffer/file.h"

/* The prefix of the messages in the WAL. */
#define AUD_WITNESS_PREFIX "secaudit"

/*
 * The trail is on disk up to here: put that into the WAL, where this server
 * may write any.  Never throws.  False if it was not done.
 */
extern bool aud_witness_tell(const AudChain *head);

#endif /* AUD_WRITER_WITNESS_H */
