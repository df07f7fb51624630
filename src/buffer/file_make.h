/*-------------------------------------------------------------------------
 *
 * file_make.h
 *	  Making a buffer file, for file.c only.
 *
 * What cannot be done ends in FATAL, unless it says otherwise: the server must
 * not start with half a buffer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_FILE_MAKE_H
#define AUD_BUFFER_FILE_MAKE_H

#include "buffer/file.h"

/* Its name until it is complete. */
#define AUD_BUFFER_FILE_NEW AUD_BUFFER_FILE ".new"

/* What the file ought to look like. */
typedef struct AudBufferSizes
{
	uint64 ring_size;
	uint32 slot_size;
	uint32 slot_count;
} AudBufferSizes;

/* Which file this is, whatever it is called. */
typedef struct AudFileIdentity
{
	uint64 size;
	uint64 inode;
	uint64 birth;
	uint64 device;
} AudFileIdentity;

/* Bytes of a file with these sizes. */
extern uint64 aud_buffer_make_size(const AudBufferSizes *wanted);

/* Has a file of so many bytes the header that goes with its size? */
extern bool aud_buffer_make_is_layout(const AudBufferHeader *header, uint64 size);

/* FATAL: could not "what" the file, errno says why. */
extern void aud_buffer_make_fail(const char *what, const char *path);

/*
 * Find out which file has the name, or is open if the name is ""; false with
 * errno if that fails.  The second is for an open one, which must be one.
 */
extern bool aud_buffer_make_identify(int fd, const char *name,
									 AudFileIdentity *id);
extern void aud_buffer_make_identify_open(int fd, AudFileIdentity *id);

extern AudBufferHeader *aud_buffer_make_map(int fd, uint64 size);

/* An empty file under the temporary name, open. */
extern int aud_buffer_make_create(void);

/*
 * Write bytes to it, at least one.  Returns how many; 0 if there was nothing to
 * be read in the mapped file that they come from, which is no signal here.
 */
extern uint64 aud_buffer_make_write(int fd, const void *bytes, uint64 size);

/* A new, empty buffer under the temporary name, mapped; *id: which file it is. */
extern AudBufferHeader *aud_buffer_make_new(const AudBufferSizes *wanted,
											AudFileIdentity      *id);

/* Give it its name. */
extern void aud_buffer_make_publish(void);

#endif /* AUD_BUFFER_FILE_MAKE_H */
