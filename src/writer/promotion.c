/*-------------------------------------------------------------------------
 *
 * promotion.c
 *	  A standby becomes a primary.
 *
 * No hook tells of it, and the trigger file needs no session, so the writer,
 * which runs on a standby as well, looks each time it wakes up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/class.h"
#include "record/record.h"
#include "server/guc.h"
#include "server/processes.h"
#include "writer/promotion.h"

static bool was_standby;

void
aud_writer_watch_promotion(void)
{
	bool          is_standby = aud_processes_are_standby();
	AudEventFacts facts = {
		.event = "config",
		.class = "config",
		.command = "PROMOTE",
		.outcome = AUD_OUTCOME_SUCCESS,
		.duration_us = -1,
		.dont_wait = true, /* for room that only we can make */
	};

	if (was_standby && !is_standby &&
		(aud_config->log_classes & AUD_CLASS_CONFIG) != 0)
	{
		facts.when = GetCurrentTimestamp();
		aud_record_event(&facts);
	}
	was_standby = is_standby;
}
