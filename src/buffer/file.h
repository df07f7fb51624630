/*-------------------------------------------------------------------------
 *
 * file.h
 *	  The mapped file that holds the ring: how it is recognised, mapped, made
 *	  for other sizes, and what is saved of a damaged one.  ring.h has what is
 *	  in it.
 *
 * The file is mapped by the postmaster and inherited; nothing in it has a
 * pointer.  These functions run in the postmaster or the single-user process,
 * at shared-memory start-up, in the order in which secaudit.c lists them, and
 * under no lock; what cannot be done ends in FATAL.  At a start after a crash
 * of a backend they run again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_FILE_H
#define AUD_BUFFER_FILE_H

#include "buffer/ring.h"

#define AUD_BUFFER_FILE "secaudit.buf"

/*
 * Map the buffer file, making it for the settings where there is none that
 * can be used.  A new one gets its place when the trail gets its name; until
 * then a start that is cut off leaves everything as it was.  After a crash of a
 * backend: look at the file anew, as the crash may come of what was done to it;
 * its sizes stay.
 */
extern void aud_buffer_file_start(void);

/*
 * If the file was made for other settings, make a new one and take the ring
 * over.  The slots are not: aud_inflight_start() has emptied them.  The ring
 * stays as large as it was while what is in it does not fit into a smaller one.
 */
extern void aud_buffer_file_resize(void);

/*
 * Give the trail its name; only after a new file was made, when it is "".  What
 * was found in the new file's place is set aside.
 */
extern void aud_buffer_file_set_log_id(const char *log_id);

/* What became of a buffer file that was found at start. */
typedef enum AudBufferFound
{
	AUD_BUFFER_NONE,    /* there was none */
	AUD_BUFFER_OURS,    /* ours: goes on */
	AUD_BUFFER_FOREIGN, /* a copy, or another cluster's: set aside */
	AUD_BUFFER_DAMAGED, /* unreadable: set aside */
} AudBufferFound;

/* What the last start found, and the name it set a file aside under, or "". */
extern AudBufferFound aud_buffer_file_found(void);
extern const char    *aud_buffer_file_set_aside(void);

/*
 * Wait until what stands in the header is on disk, for what has to be there
 * before something else is done.  False, with errno, if that fails.
 */
extern bool aud_buffer_file_sync_header(void);

#endif /* AUD_BUFFER_FILE_H */
