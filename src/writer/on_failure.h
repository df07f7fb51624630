/*-------------------------------------------------------------------------
 *
 * on_failure.h
 *	  When the trail cannot be written: what is reported, and what is decided.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_ON_FAILURE_H
#define AUD_WRITER_ON_FAILURE_H

#include "writer/state.h"

/*
 * It could not be written: "could not <what>", errno says why.  The server log
 * gets it now and once a minute, secaudit.status() each time.
 */
extern void aud_on_failure_report(AudWriter *w, const char *what);

/* Something is wrong, but the trail goes on; in the server log each time. */
extern void aud_on_failure_warn(const char *text);

/* A batch is on disk: it can be written again. */
extern void aud_on_failure_over(AudWriter *w);

/* What is to be done between two attempts. */
typedef enum AudFailureAction
{
	AUD_FAILURE_WAIT,     /* nothing but to try again */
	AUD_FAILURE_OUTAGE,   /* the trail has an outage */
	AUD_FAILURE_SHUTDOWN, /* and the server is to be stopped */
	AUD_FAILURE_OVERWRITE /* and the oldest file is to go */
} AudFailureAction;

/* Decides by secaudit.failure_timeout and on_failure; does nothing itself. */
extern AudFailureAction aud_on_failure_decide(const AudWriter *w);

/* Report to the server log that records are lost, if any are. */
extern void aud_on_failure_report_losses(AudWriter *w);

/* Has it been a minute since *at?  Then that is now. */
extern bool aud_on_failure_may_warn(TimestampTz *at);

#endif /* AUD_WRITER_ON_FAILURE_H */
