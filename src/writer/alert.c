/*-------------------------------------------------------------------------
 *
 * alert.c
 *	  The writer's alerts on their way into the ring.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/buffer.h"
#include "server/config_files.h"
#include "server/guc.h"
#include "writer/alert.h"
#include "writer/events.h"

/* What the files say and the server has not taken: not a matter of classes. */
void
aud_alert_config_files(void)
{
	char      body[AUD_EVENT_MAX];
	AudBuf    out;
	ListCell *lc;

	foreach (lc, aud_config_files_problems())
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_alert_config(&out, lfirst(lc));
		(void) aud_buffer_try_append(out.data, out.len);
	}
}

void
aud_alert_group(const char *file, int why)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	errno = why;
	ereport(WARNING,
			errcode_for_file_access(),
			errmsg("could not give audit trail file \"%s/%s\" the group of its directory: %m",
				   aud_config->directory,
				   file),
			errdetail("Only its owner can read it."),
			errhint(
				"Make the server's user a member of that group and restart the server, or set the directory's setgid bit (chmod g+s)."));
	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert_group(&out, file);
	(void) aud_buffer_try_append(out.data, out.len);
}
