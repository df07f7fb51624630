/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  Settings of the server that concern auditing.
 *
 * Commands say which setting they change.  RESET ALL, DISCARD ALL, a function
 * that calls set_config() and a reload do not: for these, what counts is
 * remembered before and compared afterwards.  Numbers are compared as they
 * are kept by the server, so that this costs little when nothing changes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

#include "core/class.h"
#include "core/redact/redact.h"
#include "server/compat.h"
#include "server/settings.h"

/* Beside secaudit.* and log_*: what can switch off what others rely on. */
static const char *const watched_names[] = {
	"allow_system_table_mods",
	"event_triggers",
	"logging_collector",
	"local_preload_libraries",
	"row_security",
	"session_preload_libraries",
	"session_replication_role",
	"shared_preload_libraries",
};

typedef struct AudRemembered
{
	double number; /* of a bool, int, enum or real */
	char  *text;   /* of a string; NULL: empty or unset */
} AudRemembered;

/* All of it in a context of its own. */
struct AudSettingsPicture
{
	MemoryContext           context;
	struct config_generic **settings;
	AudRemembered          *values; /* one for each of them */
	int                     n;
};

static bool
begins(const char *name, const char *prefix)
{
	return pg_strncasecmp(name, prefix, strlen(prefix)) == 0;
}

bool
aud_settings_is_watched(const char *name)
{
	if (begins(name, "secaudit.") || begins(name, "log_"))
		return true;
	for (size_t i = 0; i < lengthof(watched_names); i++)
	{
		if (pg_strcasecmp(name, watched_names[i]) == 0)
			return true;
	}
	return false;
}

int
aud_settings_class(const char *name)
{
	if (pg_strcasecmp(name, "role") == 0 ||
		pg_strcasecmp(name, "session_authorization") == 0)
		return AUD_CLASS_ROLE;
	return aud_settings_is_watched(name) ? AUD_CLASS_CONFIG : AUD_CLASS_MISC_SET;
}

char *
aud_settings_value(const char *name)
{
	const char *value;

	if (aud_redact_is_secret_setting(name))
		return GetConfigOption(name, true, false) != NULL ? pstrdup(AUD_REDACTED)
														  : NULL;
	if (!(GetConfigOptionFlags(name, true) & GUC_SUPERUSER_ONLY))
		return GetConfigOptionByName(name, NULL, true);
	value = GetConfigOption(name, true, false);
	return value != NULL ? pstrdup(value) : NULL;
}

/* Custom settings may be defined at any time: look again each time. */
static void
find_watched(AudSettingsPicture *picture)
{
	struct config_generic **all;
	int                     n;

	all = aud_all_settings(&n);
	picture->settings = palloc(n * sizeof(*picture->settings));
	for (int i = 0; i < n; i++)
	{
		if (aud_settings_is_watched(all[i]->name) &&
			!(all[i]->flags & GUC_CUSTOM_PLACEHOLDER))
			picture->settings[picture->n++] = all[i];
	}
}

static const char *
text_of(const struct config_generic *setting)
{
	if (setting->vartype != PGC_STRING)
		return NULL;
	return *((const struct config_string *) setting)->variable;
}

static double
number_of(const struct config_generic *setting)
{
	switch (setting->vartype)
	{
		case PGC_BOOL:
			return *((const struct config_bool *) setting)->variable;
		case PGC_INT:
			return *((const struct config_int *) setting)->variable;
		case PGC_ENUM:
			return *((const struct config_enum *) setting)->variable;
		case PGC_REAL:
			return *((const struct config_real *) setting)->variable;
		default:
			return 0;
	}
}

static AudRemembered
value_of(const struct config_generic *setting)
{
	AudRemembered value = {number_of(setting),
						   unconstify(char *, text_of(setting))};

	return value;
}

/* Keep a value; its text is copied into the current context. */
static AudRemembered
keep(AudRemembered value)
{
	if (value.text != NULL)
		value.text = pstrdup(value.text);
	return value;
}

static AudSettingsPicture *
take(void)
{
	AudSettingsPicture *picture = palloc0(sizeof(AudSettingsPicture));

	picture->context = CurrentMemoryContext;
	find_watched(picture);
	picture->values = palloc(Max(picture->n, 1) * sizeof(AudRemembered));
	for (int i = 0; i < picture->n; i++)
		picture->values[i] = keep(value_of(picture->settings[i]));
	return picture;
}

/* The context is given a parent that lasts when nothing can fail any more. */
AudSettingsPicture *
aud_settings_picture(void)
{
	MemoryContext       context = AllocSetContextCreate(CurrentMemoryContext,
                                                  "secaudit settings",
                                                  ALLOCSET_SMALL_SIZES);
	MemoryContext       old = MemoryContextSwitchTo(context);
	AudSettingsPicture *picture = take();

	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, TopMemoryContext);
	return picture;
}

void
aud_settings_picture_free(AudSettingsPicture *picture)
{
	if (picture != NULL)
		MemoryContextDelete(picture->context);
}

static const char *
unit_of(const struct config_generic *setting)
{
	switch (setting->flags & GUC_UNIT)
	{
		case GUC_UNIT_BYTE:
			return "B";
		case GUC_UNIT_KB:
			return "kB";
		case GUC_UNIT_MB:
			return "MB";
		case GUC_UNIT_MS:
			return "ms";
		case GUC_UNIT_S:
			return "s";
		case GUC_UNIT_MIN:
			return "min";
		default:
			return "";
	}
}

/* A value in the unit that the server keeps it in. */
static char *
show(struct config_generic *setting, const AudRemembered *value)
{
	switch (setting->vartype)
	{
		case PGC_BOOL:
			return pstrdup(value->number != 0 ? "on" : "off");
		case PGC_INT:
			if (pg_strcasecmp(setting->name, "log_file_mode") == 0)
				return psprintf("%04o", (int) value->number);
			return psprintf("%d%s", (int) value->number, unit_of(setting));
		case PGC_ENUM:
			return pstrdup(
				config_enum_lookup_by_value((struct config_enum *) setting,
											(int) value->number));
		case PGC_REAL:
			return psprintf("%g", value->number);
		default:
			return pstrdup(value->text != NULL ? value->text : "");
	}
}

static bool
differs(const AudRemembered *a, const AudRemembered *b)
{
	if (a->number != b->number)
		return true;
	if (a->text == NULL || b->text == NULL)
		return (a->text == NULL) != (b->text == NULL);
	return strcmp(a->text, b->text) != 0;
}

static void
call_changed(struct config_generic *setting, const AudRemembered *before,
			 const AudRemembered *now, AudSettingChanged changed, void *arg)
{
	char *old_value;
	char *new_value;

	if (aud_redact_is_secret_setting(setting->name))
	{
		changed(setting->name, AUD_REDACTED, AUD_REDACTED, arg);
		return;
	}
	old_value = show(setting, before);
	new_value = show(setting, now);
	changed(setting->name, old_value, new_value, arg);
	pfree(old_value);
	pfree(new_value);
}

int
aud_settings_changes(const AudSettingsPicture *picture,
					 AudSettingChanged changed, void *arg)
{
	int changes = 0;

	for (int i = 0; i < picture->n; i++)
	{
		AudRemembered now = value_of(picture->settings[i]);

		if (!differs(&picture->values[i], &now))
			continue;
		changes++;
		call_changed(picture->settings[i], &picture->values[i], &now, changed, arg);
	}
	return changes;
}

void
aud_settings_picture_renew(AudSettingsPicture *picture)
{
	MemoryContext old = MemoryContextSwitchTo(picture->context);

	for (int i = 0; i < picture->n; i++)
	{
		AudRemembered now = value_of(picture->settings[i]);

		if (!differs(&picture->values[i], &now))
			continue;
		now = keep(now);
		if (picture->values[i].text != NULL)
			pfree(picture->values[i].text);
		picture->values[i] = now;
	}
	MemoryContextSwitchTo(old);
}

int
aud_settings_given(AudSettingChanged given, void *arg)
{
	struct config_generic **all;
	int                     n;
	int                     count = 0;

	all = aud_all_settings(&n);
	for (int i = 0; i < n; i++)
	{
		char *value;

		if (all[i]->source != PGC_S_CLIENT ||
			aud_settings_class(all[i]->name) == AUD_CLASS_MISC_SET)
			continue;
		count++;
		if (given == NULL)
			continue;
		value = aud_settings_value(all[i]->name);
		given(all[i]->name, NULL, value, arg);
		if (value != NULL)
			pfree(value);
	}
	return count;
}
