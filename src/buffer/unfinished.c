/*-------------------------------------------------------------------------
 *
 * unfinished.c
 *	  At a start: what the processes that a crash took could not write any
 *	  more, and what was found in its place.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/buffer.h"
#include "buffer/check.h"
#include "buffer/file.h"
#include "buffer/inflight_recover.h"
#include "buffer/unfinished.h"
#include "buffer/wait.h"
#include "server/clock.h"

/* Made by the postmaster, inherited by the writer */
static AudSlotsRefused refused;

AudSlotsRefused
aud_buffer_slots_refused(void)
{
	return refused;
}

static void
warn_of_slots(int slots, const char *detail)
{
	ereport(WARNING,
			errcode(ERRCODE_DATA_CORRUPTED),
			errmsg_plural("%d slot of audit buffer file \"%s\" does not hold what a session writes",
						  "%d slots of audit buffer file \"%s\" do not hold what a session writes",
						  slots,
						  slots,
						  AUD_BUFFER_FILE),
			errdetail("%s", detail),
			errhint(
				"Only the server may write to this file: find out who else did, and check its disk."));
}

void
aud_buffer_append_unfinished(void)
{
	AudInflightRecovered done;
	int                  changed = aud_buffer_check_restore_slots();

	/* of a file that was just made nobody has changed anything */
	refused.changed = aud_buffer_file_found() == AUD_BUFFER_OURS ? changed : 0;
	done = aud_inflight_recover(aud_buffer_header, aud_clock_unix_us());
	refused.invalid = done.refused;
	aud_buffer_shared->appended += done.records;
	if (done.lost_records > 0)
		aud_buffer_count_lost(AUD_LOSS_FULL, done.lost_records);
	if (done.refused > 0)
		aud_buffer_count_lost(AUD_LOSS_DAMAGED, done.refused);
	if (refused.invalid > 0)
		warn_of_slots(refused.invalid,
					  "What these sessions were doing is not known.");
	if (refused.changed > 0)
		warn_of_slots(refused.changed,
					  "What these sessions were doing was known all the same.");
	if (done.lost_sessions > 0)
		ereport(LOG,
				errmsg("the end of %d sessions will be missing in the audit trail",
					   done.lost_sessions),
				errdetail(
					"The audit buffer was full when the server crashed once more."));
}
