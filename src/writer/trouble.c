/*-------------------------------------------------------------------------
 *
 * trouble.c
 *	  When the trail cannot be written: who is told, and what is decided.
 *
 * The server log hears of trouble at once and then once a minute.  After
 * secaudit.failure_timeout the trail counts as broken, which the buffer tells
 * the backends, and secaudit.on_failure decides.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <signal.h>
#include <sys/statvfs.h>

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "server/guc.h"
#include "writer/events.h"
#include "writer/state.h"

/* The same trouble is told this often. */
#define REPEAT_MS (60 * 1000)

/* Has it been a minute?  Then take note that it is told now. */
static bool
may_tell(TimestampTz *told_at)
{
	TimestampTz now = GetCurrentTimestamp();

	if (*told_at != 0 && now < TimestampTzPlusMilliseconds(*told_at, REPEAT_MS))
		return false;
	*told_at = now;
	return true;
}

void
aud_trouble_report(const char *what)
{
	int  saved = errno;
	char text[256];

	snprintf(text, sizeof(text), "could not %s: %s", what, strerror(saved));
	aud_stat_error(text);
	aud_w.last_errno = saved;
	if (aud_w.failing_since == 0)
		aud_w.failing_since = GetCurrentTimestamp();

	if (!may_tell(&aud_w.told_at))
		return;
	errno = saved;
	ereport(WARNING,
			errcode_for_file_access(),
			errmsg("could not %s in audit trail directory \"%s\": %m",
				   what,
				   aud_config->directory),
			errdetail(
				"Records wait in the audit buffer until they can be written."));
}

void
aud_trouble_note(const char *text)
{
	aud_stat_error(text);
	ereport(WARNING, errmsg("audit trail: %s", text));
}

void
aud_trouble_over(void)
{
	if (aud_w.failing_since == 0)
		return;
	aud_w.failing_since = 0;
	aud_w.told_at = 0;
	aud_w.loss_told_at = 0;
	aud_buffer_set_broken(false);
	ereport(LOG, errmsg("the audit trail is being written again"));
}

static void
tell_losses(void)
{
	uint64 lost = 0;

	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		lost += aud_buffer_untold(i);
	if (lost == 0 || !may_tell(&aud_w.loss_told_at))
		return;
	ereport(WARNING,
			errmsg("audit records are being lost"),
			errdetail(UINT64_FORMAT
					  " records did not fit into the audit buffer so far.",
					  lost),
			errhint("See to it that files can be written to \"%s\".",
					aud_config->directory));
}

/* The postmaster stops everybody; we go on trying until the others are gone. */
static void
ask_for_shutdown(void)
{
	if (aud_w.shutdown_asked)
		return;
	aud_w.shutdown_asked = true;
	ereport(LOG,
			errmsg("stopping the server because the audit trail cannot be written"),
			errdetail(
				"The parameter \"secaudit.on_failure\" is set to \"shutdown\"."));
	if (PostmasterPid != 0)
		kill(PostmasterPid, SIGINT);
}

void
aud_trouble_decide(void)
{
	if (aud_w.failing_since == 0)
		return;
	tell_losses();
	if (GetCurrentTimestamp() <
		TimestampTzPlusMilliseconds(aud_w.failing_since,
									aud_config->failure_timeout_ms))
		return;

	aud_buffer_set_broken(true);
	if (aud_config->on_failure == AUD_ON_FAILURE_SHUTDOWN)
		ask_for_shutdown();
	else if (aud_config->on_failure == AUD_ON_FAILURE_OVERWRITE)
		aud_files_make_room();
}

void
aud_trouble_watch_space(void)
{
	struct statvfs st;
	char           body[AUD_EVENT_MAX];
	AudBuf         out;
	uint64         used;

	if (statvfs(aud_config->directory, &st) != 0 || st.f_blocks == 0)
		return;
	/* As df counts: what is reserved for root is neither used nor free. */
	used = (st.f_blocks - st.f_bfree) * 100 /
		   (st.f_blocks - st.f_bfree + st.f_bavail + 1);
	if (used < (uint64) aud_config->warn_percent)
	{
		aud_w.space_told_at = 0;
		return;
	}
	if (!may_tell(&aud_w.space_told_at))
		return;
	ereport(WARNING,
			errmsg("the volume of the audit trail is " UINT64_FORMAT
				   " percent full",
				   used),
			errdetail("The parameter \"secaudit.warn_percent\" is set to %d.",
					  aud_config->warn_percent),
			errhint(
				"Move closed files away, or set secaudit.retention_size or secaudit.retention_age."));
	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert(&out, "disk_space", used);
	aud_buffer_try_append(out.data, out.len);
}
