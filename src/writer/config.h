/*-------------------------------------------------------------------------
 *
 * config.h
 *	  The configuration was read again: what of it concerns auditing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_CONFIG_H
#define AUD_WRITER_CONFIG_H

/* Read the configuration files, and record which settings changed. */
extern void aud_config_reload(void);

/*
 * The digest of aud_settings_digest() over the configuration as the writer
 * has read it: the server's, without what roles and databases set for
 * themselves.  "" if it cannot be had.
 */
extern const char *aud_config_digest(void);

#endif /* AUD_WRITER_CONFIG_H */
