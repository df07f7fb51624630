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

static MemoryContext           context;
static struct config_generic **watched;
static AudRemembered          *remembered; /* NULL: nothing is */
static int                     n_watched;

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
find_watched(void)
{
	struct config_generic **all;
	int                     n;

	all = aud_all_settings(&n);
	watched = palloc(n * sizeof(*watched));
	n_watched = 0;
	for (int i = 0; i < n; i++)
	{
		if (aud_settings_is_watched(all[i]->name) &&
			!(all[i]->flags & GUC_CUSTOM_PLACEHOLDER))
			watched[n_watched++] = all[i];
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

void
aud_settings_forget(void)
{
	if (context != NULL)
		MemoryContextReset(context);
	remembered = NULL;
}

void
aud_settings_remember(void)
{
	MemoryContext old;

	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext,
										"secaudit settings",
										ALLOCSET_DEFAULT_SIZES);
	aud_settings_forget();
	old = MemoryContextSwitchTo(context);
	find_watched();
	remembered = palloc0(Max(n_watched, 1) * sizeof(AudRemembered));
	for (int i = 0; i < n_watched; i++)
	{
		const char *text = text_of(watched[i]);

		remembered[i].number = number_of(watched[i]);
		remembered[i].text = text != NULL ? pstrdup(text) : NULL;
	}
	MemoryContextSwitchTo(old);
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

int
aud_settings_changes(AudSettingChanged changed, void *arg)
{
	MemoryContext old = CurrentMemoryContext;
	int           changes = 0;

	if (remembered != NULL)
		MemoryContextSwitchTo(context);
	for (int i = 0; remembered != NULL && i < n_watched; i++)
	{
		AudRemembered now = {number_of(watched[i]),
							 unconstify(char *, text_of(watched[i]))};
		const char   *name = watched[i]->name;

		if (!differs(&remembered[i], &now))
			continue;
		changes++;
		if (aud_redact_is_secret_setting(name))
			changed(name, AUD_REDACTED, AUD_REDACTED, arg);
		else
			changed(name,
					show(watched[i], &remembered[i]),
					show(watched[i], &now),
					arg);
	}
	MemoryContextSwitchTo(old);
	aud_settings_forget();
	return changes;
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
