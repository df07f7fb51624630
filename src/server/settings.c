/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  Settings of the server that concern auditing.
 *
 * Commands say which setting they change.  RESET ALL, DISCARD ALL, a function
 * that calls set_config() and a reload do not: for these, what counts is
 * remembered before and compared afterwards.
 *
 * Values are read by name, with the public functions: where a setting keeps
 * its value is the server's matter and has changed from major to major.
 *
 * The digest of all of them goes into the trail, so whoever audits can hold
 * the configuration that he was shown against the one that was in force, and
 * see when it changed.  The text under it is what pg_settings shows, so that
 * one line of SQL makes the same; docs/trail.md has it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

#include "core/class.h"
#include "core/redact/redact.h"
#include "core/sha256.h"
#include "server/compat.h"
#include "server/guc_redact.h"
#include "server/settings.h"

/*
 * What a server runs beside its own code, and who is let in how, can be told
 * by the name: new settings of these kinds come with majors and minors, like
 * output_plugin_libraries with 15.19.
 */
static const char *const watched_beginnings[] = {
	"secaudit.",
	"log_",
	"gss_",
	"krb_",
	"ssl",
};

static const char *const watched_endings[] = {
	"_command", /* of archiving, recovery, the passphrase of a key */
	"_init",    /* of plperl */
	"_libraries",
	"_library",
	"_proc", /* of pltcl */
};

/*
 * Others of these kinds, whose names do not tell: what brings code, what
 * decides about rights, and what can switch off what others rely on.  Those
 * that ordinary sessions set all the time are left out (search_path).
 */
static const char *const watched_names[] = {
	"allow_alter_system", /* 17 */
	"allow_in_place_tablespaces",
	"allow_system_table_mods",
	"composite_type_mismatch", /* 15.20 */
	"createrole_self_grant",   /* 16 */
	"db_user_namespace",       /* before 17 */
	"dynamic_library_path",
	"event_triggers",         /* 17 */
	"extension_control_path", /* 18 */
	"extension_destdir",      /* Debian */
	"hba_file",
	"ident_file",
	"jit_provider",
	"lo_compat_privileges",
	"logging_collector",
	"password_encryption",
	"restrict_nonsystem_relation_kind", /* 17 */
	"row_security",
	"session_replication_role",
};

/* A setting and the value it had, as get_value() has it. */
typedef struct AudRemembered
{
	const struct config_generic *setting;
	char                        *value;
} AudRemembered;

/* All of it in a context of its own. */
struct AudSettingsPicture
{
	MemoryContext  context;
	AudRemembered *values;
	int            n;
};

static bool
begins(const char *name, const char *prefix)
{
	return pg_strncasecmp(name, prefix, strlen(prefix)) == 0;
}

static bool
ends(const char *name, size_t len, const char *ending)
{
	size_t n = strlen(ending);

	return len > n && pg_strcasecmp(name + len - n, ending) == 0;
}

bool
aud_settings_is_watched(const char *name)
{
	size_t len = strlen(name);

	/* it says who asks, not what is recorded; a pool sets it all the time */
	if (pg_strcasecmp(name, "secaudit.context") == 0)
		return false;
	for (size_t i = 0; i < lengthof(watched_beginnings); i++)
	{
		if (begins(name, watched_beginnings[i]))
			return true;
	}
	for (size_t i = 0; i < lengthof(watched_endings); i++)
	{
		if (ends(name, len, watched_endings[i]))
			return true;
	}
	for (size_t i = 0; i < lengthof(watched_names); i++)
	{
		if (pg_strcasecmp(name, watched_names[i]) == 0)
			return true;
	}
	return false;
}

bool
aud_settings_is_ours(const char *name)
{
	return begins(name, "secaudit.") && aud_settings_is_watched(name);
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

	if (aud_redact_is_secret_setting(aud_guc_redact_plain(), name))
	{
		/* what is not set hides nothing */
		value = GetConfigOption(name, true, false);
		return value == NULL ? NULL : pstrdup(*value != '\0' ? AUD_REDACTED : "");
	}
	if (!(GetConfigOptionFlags(name, true) & GUC_SUPERUSER_ONLY))
		return GetConfigOptionByName(name, NULL, true);
	value = GetConfigOption(name, true, false);
	return value != NULL ? pstrdup(value) : NULL;
}

/*
 * A value without its unit, the number for a file's mode; valid until the next
 * call.  Asks no show hook, and allocates nothing.
 */
static const char *
get_value(const struct config_generic *setting)
{
	const char *value = GetConfigOption(setting->name, true, false);

	return value != NULL ? value : "";
}

const struct config_generic *
aud_settings_find(const char *name)
{
	struct config_generic      **all;
	const struct config_generic *found = NULL;
	int                          n;

	all = aud_compat_settings(&n);
	for (int i = 0; i < n && found == NULL; i++)
	{
		if (!(all[i]->flags & GUC_CUSTOM_PLACEHOLDER) &&
			pg_strcasecmp(all[i]->name, name) == 0)
			found = all[i];
	}
	pfree(all);
	return found;
}

/* Custom settings may be defined at any time: look at all of them each time. */
static AudSettingsPicture *
take(void)
{
	AudSettingsPicture     *picture = palloc0(sizeof(AudSettingsPicture));
	struct config_generic **all;
	int                     n;

	picture->context = CurrentMemoryContext;
	all = aud_compat_settings(&n);
	picture->values = palloc(Max(n, 1) * sizeof(AudRemembered));
	for (int i = 0; i < n; i++)
	{
		AudRemembered *remembered = &picture->values[picture->n];

		if (!aud_settings_is_watched(all[i]->name) ||
			(all[i]->flags & GUC_CUSTOM_PLACEHOLDER))
			continue;
		remembered->setting = all[i];
		remembered->value = pstrdup(get_value(all[i]));
		picture->n++;
	}
	pfree(all);
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

const char *
aud_settings_unit(int flags)
{
	switch (flags & GUC_UNIT)
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

/* A value of get_value() as a record has it, with the unit that it is kept in. */
static char *
show(const struct config_generic *setting, const char *value)
{
	if (setting->vartype != PGC_INT)
		return pstrdup(value);
	if (pg_strcasecmp(setting->name, "log_file_mode") == 0)
		return psprintf("%04o", (unsigned) atoi(value));
	return psprintf("%s%s", value, aud_settings_unit(setting->flags));
}

static void
call_changed(const AudRemembered *before, const char *now,
			 AudSettingChanged changed, void *arg)
{
	const struct config_generic *setting = before->setting;
	char                        *old_value;
	char                        *new_value;

	if (aud_redact_is_secret_setting(aud_guc_redact_plain(), setting->name))
	{
		changed(setting->name, AUD_REDACTED, AUD_REDACTED, arg);
		return;
	}
	old_value = show(setting, before->value);
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
		const AudRemembered *before = &picture->values[i];
		const char          *now = get_value(before->setting);

		if (strcmp(before->value, now) == 0)
			continue;
		changes++;
		call_changed(before, now, changed, arg);
	}
	return changes;
}

void
aud_settings_picture_renew(AudSettingsPicture *picture)
{
	MemoryContext old = MemoryContextSwitchTo(picture->context);

	for (int i = 0; i < picture->n; i++)
	{
		AudRemembered *remembered = &picture->values[i];
		const char    *now = get_value(remembered->setting);

		if (strcmp(remembered->value, now) == 0)
			continue;
		now = pstrdup(now);
		pfree(remembered->value);
		remembered->value = unconstify(char *, now);
	}
	MemoryContextSwitchTo(old);
}

int
aud_settings_given(AudSettingChanged given, void *arg)
{
	struct config_generic **all;
	int                     n;
	int                     count = 0;

	all = aud_compat_settings(&n);
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
	pfree(all);
	return count;
}

/*
 * A value as pg_settings.setting has it: without a unit, show hooks asked.
 * GetConfigOptionByName() asks them, but adds units, and looks up roles for
 * what only superusers may see, which the writer, in no database, cannot do.
 * No setting that concerns us has such a flag and a hook.
 */
static void
append_setting(StringInfo out, const struct config_generic *setting)
{
	appendStringInfo(out, "%s=", setting->name);
	if (setting->flags & (GUC_UNIT | GUC_SUPERUSER_ONLY))
		appendStringInfoString(out, get_value(setting));
	else
	{
		char *value = GetConfigOptionByName(setting->name, NULL, true);

		appendStringInfoString(out, value != NULL ? value : "");
		if (value != NULL)
			pfree(value);
	}
	appendStringInfoChar(out, '\n');
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(struct config_generic *const *) a)->name,
				  (*(struct config_generic *const *) b)->name);
}

void
aud_settings_own(AudSettingChanged shown, void *arg)
{
	struct config_generic **all;
	int                     n;

	all = aud_compat_settings(&n);
	qsort(all, n, sizeof(*all), compare_names);
	for (int i = 0; i < n; i++)
	{
		char *value;

		if (!aud_settings_is_ours(all[i]->name) ||
			(all[i]->flags & GUC_CUSTOM_PLACEHOLDER))
			continue;
		value = aud_settings_value(all[i]->name);
		shown(all[i]->name, NULL, value != NULL ? value : "", arg);
		if (value != NULL)
			pfree(value);
	}
	pfree(all);
}

/*
 * Settings of other extensions are left out: which of them a process knows
 * depends on the libraries that it has loaded.
 */
static bool
is_in_digest(const struct config_generic *setting)
{
	return aud_settings_is_watched(setting->name) &&
		   !(setting->flags & GUC_NO_SHOW_ALL) &&
		   (strchr(setting->name, '.') == NULL ||
			begins(setting->name, "secaudit."));
}

bool
aud_settings_digest(char *hex)
{
	struct config_generic **all;
	StringInfoData          text;
	bool                    ok;
	int                     n;

	initStringInfo(&text);
	all = aud_compat_settings(&n);
	qsort(all, n, sizeof(*all), compare_names);
	for (int i = 0; i < n; i++)
	{
		if (is_in_digest(all[i]))
			append_setting(&text, all[i]);
	}
	ok = aud_sha256_hex(hex, text.data, (size_t) text.len);
	pfree(all);
	pfree(text.data);
	return ok;
}
