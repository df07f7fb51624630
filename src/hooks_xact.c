/*-------------------------------------------------------------------------
 *
 * hooks_xact.c
 *	  Transaction callbacks.
 *
 * The first commit of a client backend is the one InitPostgres makes when
 * everything that can refuse a session has been checked: it opens the
 * session in the trail.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "event.h"
#include "hooks.h"

static void
xact_ended(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			aud_session_opened();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			aud_event_committed(true, NULL);
			break;
		case XACT_EVENT_ABORT:
			aud_event_committed(false, aud_error_last());
			break;
		default:
			return;
	}
	aud_error_watch();
}

void
aud_hooks_xact_install(void)
{
	RegisterXactCallback(xact_ended, NULL);
}
