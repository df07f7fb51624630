/*-------------------------------------------------------------------------
 *
 * config.c
 *	  The configuration was read again: what of it concerns auditing.
 *
 * Every process reads the files for itself when the postmaster tells it to;
 * the writer's reading is recorded, once for the whole server.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/guc.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/match/rules.h"
#include "record/record.h"
#include "server/guc.h"
#include "server/settings.h"
#include "writer/config.h"

/* Made when it is first asked for after the configuration was read; or "". */
static char digest[AUD_SETTINGS_DIGEST_CHARS + 1];

static bool
is_wanted(void)
{
	return (aud_config->log_classes & AUD_CLASS_CONFIG) != 0;
}

#define RULES_FILE "secaudit.rules_file"

/* What a reload found, and what was in force before it. */
typedef struct AudReload
{
	TimestampTz when;
	bool        wanted;     /* changes of all settings, not of ours alone */
	bool        told_rules; /* the setting itself has another value */
	uint64      rules_serial;
	char        rules_file[MAXPGPATH];
	char        rules_sha256[AUD_SHA256_DIGITS + 1]; /* "": no rules */
} AudReload;

static const char *
rules_sha256(void)
{
	return aud_config->rules != NULL ? aud_config->rules->sha256 : "";
}

static void
record_change(const char *name, const char *old_value, const char *new_value,
			  void *arg)
{
	AudReload      *reload = arg;
	AudSettingFacts facts = {
		.when = reload->when,
		.command = "RELOAD",
		.name = name,
		.old_value = old_value,
		.new_value = new_value,
		.dont_wait = true, /* for room that only we can make */
	};

	if (!reload->wanted && !aud_settings_is_ours(name))
		return;
	if (strcmp(name, RULES_FILE) == 0)
	{
		reload->told_rules = true;
		facts.old_sha256 = reload->rules_sha256[0] ? reload->rules_sha256 : NULL;
		facts.new_sha256 = rules_sha256()[0] ? rules_sha256() : NULL;
	}
	aud_record_setting(&facts);
}

/* The same file may have other contents. */
static void
record_rules(AudReload *reload)
{
	if (!reload->told_rules && reload->rules_serial != aud_config->rules_serial)
		record_change(RULES_FILE,
					  reload->rules_file,
					  aud_config->rules_file,
					  reload);
}

void
aud_config_reload(void)
{
	AudReload reload = {.when = GetCurrentTimestamp(), .wanted = is_wanted()};
	AudSettingsPicture *before = aud_settings_picture();

	reload.rules_serial = aud_config->rules_serial;
	strlcpy(reload.rules_file, aud_config->rules_file, sizeof(reload.rules_file));
	strlcpy(reload.rules_sha256, rules_sha256(), sizeof(reload.rules_sha256));
	digest[0] = '\0';
	ProcessConfigFile(PGC_SIGHUP);

	/* what switches it off is still recorded, and what switches it on */
	reload.wanted |= is_wanted();
	aud_settings_changes(before, record_change, &reload);
	record_rules(&reload);
	aud_settings_picture_free(before);
}

const char *
aud_config_digest(void)
{
	if (digest[0] == '\0' && !aud_settings_digest(digest))
		digest[0] = '\0';
	return digest;
}
