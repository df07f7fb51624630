/*-------------------------------------------------------------------------
 *
 * buffer_pages.h
 *	  Page faults of the ring, many at a time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_PAGES_H
#define AUD_BUFFER_PAGES_H

/*
 * This process has appended so many bytes, up to position head.  Not under
 * the buffer's lock: it may make a system call.  Never fails.
 */
extern void aud_pages_prepare(uint64 head, uint64 appended);

#endif /* AUD_BUFFER_PAGES_H */
