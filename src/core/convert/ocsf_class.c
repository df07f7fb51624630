/*-------------------------------------------------------------------------
 *
 * ocsf_class.c
 *	  Which class, activity, severity and status a record has in OCSF.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/ocsf.h"

#include <string.h>

static const int class_uids[AUD_OCSF_CLASSES] = {6005, 3002, 3001, 3005, 2004, 1008};

/* ---- which class, which activity --------------------------------------------- */

static bool
is_grant(const AudFields *f)
{
	return aud_field_begins(f, AUD_F_command, "GRANT") ||
		   aud_field_begins(f, AUD_F_command, "REVOKE");
}

/* Who gains or loses: the first of them; false if nobody is named. */
bool
aud_ocsf_grantee(const AudFields *f, AudJsonValue *name)
{
	return aud_field_first(f, AUD_F_grantees, name) ||
		   aud_field_first(f, AUD_F_members, name);
}

int
aud_ocsf_kind(const AudFields *f)
{
	AudJsonValue name;

	switch (f->event)
	{
		case AUD_EVENT_SESSION_AUTH:
		case AUD_EVENT_SESSION_START:
		case AUD_EVENT_SESSION_END:
			return AUD_OCSF_AUTH;
		case AUD_EVENT_ALERT:
			return AUD_OCSF_FINDING;
		case AUD_EVENT_AUDIT_START:
		case AUD_EVENT_AUDIT_STOP:
		case AUD_EVENT_AUDIT_OPEN:
		case AUD_EVENT_AUDIT_CLOSE:
		case AUD_EVENT_AUDIT_CHECKPOINT:
		case AUD_EVENT_AUDIT_GAP:
		case AUD_EVENT_AUDIT_EXPIRE:
			return AUD_OCSF_EVENT_LOG;
		case AUD_EVENT_STATEMENT:
			if (!aud_field_is(f, AUD_F_class, "role"))
				return AUD_OCSF_DATASTORE;
			if (is_grant(f) && aud_ocsf_grantee(f, &name))
				return AUD_OCSF_ACCESS;
			if (!is_grant(f) && f->has[AUD_F_target_role])
				return AUD_OCSF_ACCOUNT;
			return AUD_OCSF_DATASTORE;
		default:
			return AUD_OCSF_DATASTORE;
	}
}

int
aud_ocsf_bit(int kind)
{
	int bit = 0;

	while (kind >> bit != 1)
		bit++;
	return bit;
}

typedef struct Activity
{
	const char *command; /* or how it begins, where a * is behind it */
	int         id;
} Activity;

static int
lookup(const AudFields *f, AudField field, const Activity *list, int n)
{
	char word[32];

	for (int i = 0; i < n; i++)
	{
		size_t len = strlen(list[i].command);
		bool   begins = list[i].command[len - 1] == '*';

		memcpy(word, list[i].command, len + 1);
		if (begins)
			word[len - 1] = '\0';
		if (begins ? aud_field_begins(f, field, word)
				   : aud_field_is(f, field, word))
			return list[i].id;
	}
	return AUD_OCSF_OTHER;
}

#define LOOKUP(f, field, list) \
	lookup(f, field, list, (int) (sizeof(list) / sizeof(list[0])))

static int
datastore_activity(const AudFields *f)
{
	static const Activity commands[] = {{"SELECT", 4},
										{"INSERT", 5},
										{"UPDATE", 2},
										{"DELETE", 7},
										{"MERGE", 2},
										{"TRUNCATE TABLE", 7},
										{"CREATE*", 6},
										{"DROP*", 7},
										{"ALTER*", 2}};
	static const Activity classes[] = {{"read", 4}, {"write", 5}};
	int                   id;

	if (f->event == AUD_EVENT_WORKER)
		return 5;
	if (f->event != AUD_EVENT_STATEMENT)
		return AUD_OCSF_OTHER;
	if (aud_field_is(f, AUD_F_command, "COPY"))
		return aud_field_is(f, AUD_F_direction, "from") ? 5 : 1;
	id = LOOKUP(f, AUD_F_command, commands);
	return id != AUD_OCSF_OTHER ? id : LOOKUP(f, AUD_F_class, classes);
}

static int
activity_of(const AudFields *f, int kind)
{
	static const Activity accounts[] = {{"CREATE ROLE", 1}, {"DROP ROLE", 6}};

	switch (kind)
	{
		case AUD_OCSF_AUTH:
			return f->event == AUD_EVENT_SESSION_END ? 2 : 1;
		case AUD_OCSF_ACCOUNT:
			return LOOKUP(f, AUD_F_command, accounts);
		case AUD_OCSF_ACCESS:
			return aud_field_begins(f, AUD_F_command, "GRANT") ? 1 : 2;
		case AUD_OCSF_FINDING:
			return 1;
		case AUD_OCSF_EVENT_LOG:
			return f->event == AUD_EVENT_AUDIT_START    ? 6
				   : f->event == AUD_EVENT_AUDIT_STOP   ? 7
				   : f->event == AUD_EVENT_AUDIT_EXPIRE ? 2
				   : f->event == AUD_EVENT_AUDIT_CLOSE &&
						   aud_field_is(f, AUD_F_reason, "rotation")
					   ? 5
					   : AUD_OCSF_OTHER;
		default:
			return datastore_activity(f);
	}
}

/* 1 informational, 2 low ... 5 critical */
static int
severity_of(const AudFields *f, int kind)
{
	static const Activity severities[] = {{"low", 2},
										  {"medium", 3},
										  {"high", 4},
										  {"critical", 5}};
	int                   id;

	if (f->event == AUD_EVENT_AUDIT_GAP)
		return 4;
	if (kind == AUD_OCSF_FINDING)
	{
		id = LOOKUP(f, AUD_F_severity, severities);
		return id != AUD_OCSF_OTHER ? id : 4;
	}
	return aud_field_is(f, AUD_F_outcome, "failure") ? 2 : 1;
}

static int
status_of(const AudFields *f, int kind)
{
	static const Activity outcomes[] = {{"success", 1},
										{"failure", 2},
										{"unknown", 0}};

	if (kind ==
		AUD_OCSF_FINDING) /* of a finding it is how far people have come with it */
		return 1;
	return f->has[AUD_F_outcome] ? LOOKUP(f, AUD_F_outcome, outcomes) : -1;
}

AudOcsfEvent
aud_ocsf_event(const AudFields *f, int kind)
{
	return (AudOcsfEvent){class_uids[aud_ocsf_bit(kind)],
						  activity_of(f, kind),
						  severity_of(f, kind),
						  status_of(f, kind)};
}
