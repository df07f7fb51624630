/*-------------------------------------------------------------------------
 *
 * alert.c
 *	  The writer's alerts on their way into the ring.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/buffer.h"
#include "buffer/file.h"
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
	aud_events_alert(&out, "group_not_set", file, NULL);
	(void) aud_buffer_try_append(out.data, out.len);
}

/* "head, position" */
static void
name_parts(AudBuf *out, unsigned parts)
{
	for (unsigned part = 1; part < AUD_BUFFER_PARTS_END; part <<= 1)
	{
		if (!(parts & part))
			continue;
		if (out->len > 0)
			aud_buf_lit(out, ", ");
		aud_buf_cstr(out, aud_buffer_part_name(part));
	}
}

void
aud_alert_buffer(unsigned parts)
{
	char   body[AUD_EVENT_MAX];
	char   names[128];
	AudBuf out;
	AudBuf detail;

	aud_buf_init(&detail, names, sizeof(names));
	name_parts(&detail, parts);
	ereport(WARNING,
			errcode(ERRCODE_DATA_CORRUPTED),
			errmsg("audit buffer file \"%s\" was changed while the server runs",
				   AUD_BUFFER_FILE),
			errdetail("Changed, and put right: %s.", names),
			errhint(
				"Only the server may write to this file: find out who else did."));
	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert(&out, "buffer_changed", NULL, names);
	(void) aud_buffer_try_append(out.data, out.len);
}
