/*-------------------------------------------------------------------------
 *
 * reload.h
 *	  The configuration was read again: what of it concerns auditing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_RELOAD_H
#define AUD_WRITER_RELOAD_H

/* Read the configuration files, and record which settings changed. */
extern void aud_writer_reload(void);

/*
 * The digest of aud_settings_digest() over the configuration as the writer
 * has read it: the server's, without what roles and databases set for
 * themselves.  "" if it cannot be had.
 */
extern const char *aud_writer_config_digest(void);

#endif /* AUD_WRITER_RELOAD_H */
