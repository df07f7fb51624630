/*-------------------------------------------------------------------------
 *
 * check.h
 *	  The header that the server believes, and whether the file's is still the
 *	  same.
 *
 * Whoever may write to the data directory may write to the mapped file while
 * the server runs.  So no process reads the file's first page then: at the end
 * of start-up the page and the table of chunks are copied to shared memory
 * that no file backs, and aud_buffer_header leads there.  What a crash of the
 * processes must not take (head, position, losses, the list of deletions) is
 * written to both, by ring.c and deletions.c; so after a crash the file is the
 * truth, as before, and until then it is the copy.
 *
 * The slots of inflight.h are beside the copy, empty at first; their owners
 * write to the file as well, and read nothing there.  After a crash of a
 * backend theirs count, not the file's.
 *
 * Read from the file are the records alone, each of which has a checksum.  A
 * file that is cut short kills whoever touches its end; then the server
 * restarts as after any crash.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_CHECK_H
#define AUD_BUFFER_CHECK_H

#include "buffer/ring.h"

/* Parts of the first page; a bit each. */
typedef enum AudBufferPart
{
	AUD_BUFFER_IDENTITY = 1,   /* whose file it is, and its layout */
	AUD_BUFFER_HEAD = 2,       /* where the records end */
	AUD_BUFFER_POSITION = 4,   /* how far the trail has come */
	AUD_BUFFER_LOSSES = 8,     /* the counters of lost records */
	AUD_BUFFER_DELETIONS = 16, /* the list of files being deleted */
	AUD_BUFFER_PARTS_END = 32,
} AudBufferPart;

/* Names for alerts: identity, head, position, losses, deletions. */
extern const char *aud_buffer_part_name(AudBufferPart part);

/*
 * Make the copy and believe it from now on; or stop believing it,
 * aud_buffer_header being the file's again.  Postmaster, while no other process
 * exists; what cannot be done ends in FATAL.
 */
extern void aud_buffer_check_start(void);
extern void aud_buffer_check_stop(void);

/* Can the slots of the copy be put into a file with this header? */
extern bool aud_buffer_check_fits(const AudBufferHeader *header);

/*
 * After the stop, when the file is mapped again, or another one: put the slots
 * into it and give the copy up.  Returns how many of the file's were not what
 * their owners have written; 0 if there is no copy.
 */
extern int aud_buffer_check_restore_slots(void);

/*
 * Which parts of the file's first page are not what they must be?  They are
 * put right.  The writer's, in each of its rounds; takes the buffer's lock if
 * it is free and only if head differs.
 */
extern unsigned aud_buffer_check(void);

#endif /* AUD_BUFFER_CHECK_H */
