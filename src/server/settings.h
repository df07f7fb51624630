/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  Settings of the server: which ones concern auditing, what their values
 *	  are, and which of them changed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_SETTINGS_H
#define AUD_SERVER_SETTINGS_H

#include "postgres.h"

struct config_generic;

/* Does this setting concern auditing, logging, code or rights? */
extern bool aud_settings_is_watched(const char *name);

/* Does it decide what secaudit does? */
extern bool aud_settings_is_ours(const char *name);

/* The classes of a command that changes this setting. */
extern int aud_settings_class(const char *name);

/*
 * The value of a setting as SHOW has it, palloc'd; NULL if there is no such
 * setting.  Shows superuser-only settings to anybody: for the trail alone.
 */
extern char *aud_settings_value(const char *name);

/* The setting of this name that the server or a library has defined, or NULL. */
extern const struct config_generic *aud_settings_find(const char *name);

/* The unit that a setting with these flags is kept in: "kB"; "" if none. */
extern const char *aud_settings_unit(int flags);

/*
 * A picture of the settings that concern auditing and logging, to tell later
 * which of them have another value.  It is the caller's; several may exist at a
 * time.  Taking one throws only for lack of memory, and then leaves nothing.
 */
typedef struct AudSettingsPicture AudSettingsPicture;

extern AudSettingsPicture *aud_settings_picture(void);
extern void aud_settings_picture_free(AudSettingsPicture *picture); /* or NULL */

typedef void (*AudSettingChanged)(const char *name, const char *old_value,
								  const char *new_value, void *arg);

/* Calls "changed" for each setting that differs from the picture; how many? */
extern int aud_settings_changes(const AudSettingsPicture *picture,
								AudSettingChanged changed, void *arg);

/* From now on the picture shows what the settings are now. */
extern void aud_settings_picture_renew(AudSettingsPicture *picture);

/*
 * Calls "given" for each setting that concerns auditing, or the role, and came
 * with the connection (PGOPTIONS); its old value is NULL.  Returns how many;
 * with given NULL it only counts them.
 */
extern int aud_settings_given(AudSettingChanged given, void *arg);

/*
 * Calls "shown" for each setting of ours that concerns auditing, ordered by
 * name, with the value that SHOW has; its old value is NULL.
 */
extern void aud_settings_own(AudSettingChanged shown, void *arg);

/*
 * SHA-256, in hex digits, over the settings that concern auditing and logging
 * as this process has them: name=value and a newline for each, ordered by
 * name, with the values of pg_settings.setting.  False if there is no memory.
 */
#define AUD_SETTINGS_DIGEST_CHARS 64

extern bool aud_settings_digest(char *hex);

#endif /* AUD_SERVER_SETTINGS_H */
