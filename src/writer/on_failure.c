/*-------------------------------------------------------------------------
 *
 * on_failure.c
 *	  When the trail cannot be written: what is reported, and what is decided.
 *
 * The server log gets a failure at once and then once a minute.  After
 * secaudit.failure_timeout there is an outage (buffer/outage.h), and
 * secaudit.on_failure decides; drain.c acts on it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/outage.h"
#include "server/clock.h"
#include "server/guc.h"
#include "writer/on_failure.h"
#include "writer/shared.h"

/* The same failure is reported this often. */
#define REPEAT_MS (60 * 1000)

bool
aud_on_failure_may_warn(TimestampTz *at)
{
	TimestampTz now = GetCurrentTimestamp();

	if (*at != 0 && now < TimestampTzPlusMilliseconds(*at, REPEAT_MS))
		return false;
	*at = now;
	return true;
}

void
aud_on_failure_report(AudWriter *w, const char *what)
{
	int  saved = errno;
	char text[256];

	snprintf(text, sizeof(text), "could not %s: %s", what, strerror(saved));
	aud_writer_note_error(text);
	w->last_errno = saved;
	if (w->failing_since == 0)
		w->failing_since = GetCurrentTimestamp();
	aud_outage_set_failing(true);

	if (!aud_on_failure_may_warn(&w->warned_at))
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
aud_on_failure_warn(const char *text)
{
	aud_writer_note_error(text);
	ereport(WARNING, errmsg("audit trail: %s", text));
}

void
aud_on_failure_over(AudWriter *w)
{
	AudOutageFacts outage;
	bool           was_outage = aud_outage_end(&outage);
	int64          for_ms;

	if (w->failing_since == 0 && !was_outage)
		return;
	w->failing_since = 0;
	w->warned_at = 0;
	w->loss_warned_at = 0;
	aud_outage_set_failing(false);
	for_ms = was_outage ? (aud_clock_unix_us() - outage.since) / 1000 : 0;
	ereport(LOG,
			errmsg("the audit trail is being written again"),
			was_outage
				? errdetail("The outage (%s) took " INT64_FORMAT
							" ms, in which " UINT64_FORMAT " records were lost.",
							aud_outage_name(outage.kind),
							for_ms,
							outage.lost)
				: 0);
}

void
aud_on_failure_report_losses(AudWriter *w)
{
	uint64 lost = 0;

	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		lost += aud_ring_unreported(aud_buffer_header, i);
	if (lost == 0 || !aud_on_failure_may_warn(&w->loss_warned_at))
		return;
	ereport(WARNING,
			errmsg("audit records are being lost"),
			errdetail(UINT64_FORMAT
					  " records did not fit into the audit buffer so far.",
					  lost),
			errhint("See to it that files can be written to \"%s\".",
					aud_config->directory));
}

AudFailureAction
aud_on_failure_decide(const AudWriter *w)
{
	if (GetCurrentTimestamp() <
		TimestampTzPlusMilliseconds(w->failing_since,
									aud_config->failure_timeout_ms))
		return AUD_FAILURE_WAIT;
	if (aud_config->on_failure == AUD_ON_FAILURE_SHUTDOWN)
		return AUD_FAILURE_SHUTDOWN;
	if (aud_config->on_failure == AUD_ON_FAILURE_OVERWRITE)
		return AUD_FAILURE_OVERWRITE;
	return AUD_FAILURE_OUTAGE;
}
