/*-------------------------------------------------------------------------
 *
 * ocsf.h
 *	  Classes of OCSF, and what a record is there.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_OCSF_H
#define AUD_CORE_CONVERT_OCSF_H

#include "core/convert/target.h"

/* As bits: Datastore Activity 6005, Authentication 3002, ... */
#define AUD_OCSF_DATASTORE (1 << 0)
#define AUD_OCSF_AUTH      (1 << 1)
#define AUD_OCSF_ACCOUNT   (1 << 2)
#define AUD_OCSF_ACCESS    (1 << 3)
#define AUD_OCSF_FINDING   (1 << 4)
#define AUD_OCSF_EVENT_LOG (1 << 5)
#define AUD_OCSF_IAM       (AUD_OCSF_AUTH | AUD_OCSF_ACCOUNT | AUD_OCSF_ACCESS)

/* An activity, or a status, that is not mapped. */
#define AUD_OCSF_OTHER 99

typedef struct AudOcsfEvent
{
	int class_uid;
	int activity;
	int severity; /* 1 informational, 2 low ... 5 critical */
	int status;   /* -1: none */
} AudOcsfEvent;

/* The bit of a record's class, and its number. */
extern int aud_ocsf_kind(const AudFields *f);
extern int aud_ocsf_bit(int kind);

/* A record of that kind. */
extern AudOcsfEvent aud_ocsf_event(const AudFields *f, int kind);

/* Who gains or loses by a GRANT or REVOKE: the first; false if nobody is named. */
extern bool aud_ocsf_grantee(const AudFields *f, AudJsonValue *name);

#endif /* AUD_CORE_CONVERT_OCSF_H */
