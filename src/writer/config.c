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

static void
record_change(const char *name, const char *old_value, const char *new_value,
			  void *arg)
{
	AudSettingFacts facts = {
		.when = *(TimestampTz *) arg,
		.command = "RELOAD",
		.name = name,
		.old_value = old_value,
		.new_value = new_value,
		.dont_wait = true, /* for room that only we can make */
	};

	aud_record_setting(&facts);
}

void
aud_config_reload(void)
{
	TimestampTz         now = GetCurrentTimestamp();
	bool                wanted = is_wanted();
	AudSettingsPicture *before = aud_settings_picture();

	digest[0] = '\0';
	ProcessConfigFile(PGC_SIGHUP);

	/* what switches it off is still recorded, and what switches it on */
	if (wanted || is_wanted())
		aud_settings_changes(before, record_change, &now);
	aud_settings_picture_free(before);
}

const char *
aud_config_digest(void)
{
	if (digest[0] == '\0' && !aud_settings_digest(digest))
		digest[0] = '\0';
	return digest;
}
