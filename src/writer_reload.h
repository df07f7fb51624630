/*-------------------------------------------------------------------------
 *
 * writer_reload.h
 *	  The configuration was read again: what of it concerns auditing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_RELOAD_H
#define AUD_WRITER_RELOAD_H

/* Read the configuration files, and record which settings changed. */
extern void aud_writer_reload(void);

#endif /* AUD_WRITER_RELOAD_H */
