/*-------------------------------------------------------------------------
 *
 * announce.c
 *	  One line of the server log at its start: which secaudit, where to, and
 *	  every setting.  audit.start has the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "core/version.h"
#include "server/guc.h"
#include "server/settings.h"
#include "writer/writer.h"

static void
add_setting(const char *name, const char *old_value, const char *value, void *arg)
{
	StringInfo text = arg;

	appendStringInfo(text, "%s%s = \"%s\"", text->len > 0 ? ", " : "", name, value);
}

void
aud_writer_announce(void)
{
	StringInfoData text;

	initStringInfo(&text);
	aud_settings_own(add_setting, &text);
	ereport(LOG,
			errmsg("secaudit %s records to directory \"%s\"",
				   AUD_VERSION,
				   aud_config->directory),
			errdetail("Settings are %s.", text.data));
	pfree(text.data);
}
