/*-------------------------------------------------------------------------
 *
 * dir.h
 *	  The trail's directory: what must be true of it before the server starts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_TRAIL_DIR_H
#define AUD_TRAIL_DIR_H

/*
 * Check the directory, make it if it is missing, and take it for this server:
 * FATAL, saying why, if that cannot be done.  Postmaster, at shared-memory
 * start-up, before the buffer file is looked at; only the first call does
 * anything, because a directory that went bad later is no reason to stop a
 * server that restarts after a crash.
 */
extern void aud_trail_dir_start(void);

/* Name the log if the buffer has no name; after the buffer was mapped. */
extern void aud_trail_dir_name_log(void);

#endif /* AUD_TRAIL_DIR_H */
