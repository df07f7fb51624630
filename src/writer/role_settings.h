/*-------------------------------------------------------------------------
 *
 * role_settings.h
 *	  Once a start: which roles and databases have settings of secaudit of
 *	  their own, in the trail and in the server log.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_ROLE_SETTINGS_H
#define AUD_WRITER_ROLE_SETTINGS_H

/*
 * From the writer, when the trail has begun: have a process of its own look.
 * Returns at once; without a free background worker a LOG message says that
 * nobody looks.
 */
extern void aud_role_settings_start(void);

#endif /* AUD_WRITER_ROLE_SETTINGS_H */
