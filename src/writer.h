/*-------------------------------------------------------------------------
 *
 * writer.h
 *	  The background worker that drains the buffer into the trail.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_H
#define AUD_WRITER_H

/* Register the worker; postmaster only, from _PG_init. */
extern void aud_writer_register(void);

#endif /* AUD_WRITER_H */
