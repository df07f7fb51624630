/*-------------------------------------------------------------------------
 *
 * report.h
 *	  Inside of secauditctl report: what is counted, and who does what.
 *
 * report.c is the command.  report_record.c reads records, report_count.c
 * counts them, report_list.c lists single ones; report_build.c and
 * report_check.c make the document of what was counted and of the check of the
 * chain, report_control.c the mapping to controls; report_html.c,
 * report_json.c write it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_REPORT_H
#define AUD_BIN_REPORT_H

#include <string.h>

#include "bin/report_doc.h"
#include "bin/str.h"
#include "bin/tally.h"
#include "core/json_scan.h"
#include "core/search/search.h"
#include "core/verify/verify.h"

/* Rows of a tally: the worst of keys take a kilobyte each, in a dozen tallies. */
#define AUD_REPORT_KEYS 8000

/* Of a longer text the beginning is shown, its length, and a digest. */
#define AUD_REPORT_TEXT_MAX 160

/* A privileged role that has done nothing for so long is dormant. */
#define AUD_REPORT_DORMANT_DAYS 90

typedef enum AudReportField
{
	AUD_RF_ADMIN_MEMBERS,
	AUD_RF_APP,
	AUD_RF_ATTRIBUTES,
	AUD_RF_CLASS,
	AUD_RF_CLIENT,
	AUD_RF_COMMAND,
	AUD_RF_CURRENT_USER,
	AUD_RF_DB,
	AUD_RF_DETAIL,
	AUD_RF_ERROR,
	AUD_RF_EVENT,
	AUD_RF_GRANTEES,
	AUD_RF_LOG,
	AUD_RF_LOST,
	AUD_RF_MEMBERS,
	AUD_RF_MEMBER_OF,
	AUD_RF_NEW_VALUE,
	AUD_RF_NODE,
	AUD_RF_OBJECTS,
	AUD_RF_OLD_VALUE,
	AUD_RF_OUTCOME,
	AUD_RF_OWNED_BY,
	AUD_RF_PART,
	AUD_RF_PRIVILEGED,
	AUD_RF_PRIVILEGES,
	AUD_RF_QUERY,
	AUD_RF_REASON,
	AUD_RF_ROWS,
	AUD_RF_RULE,
	AUD_RF_SEQ,
	AUD_RF_SESSION,
	AUD_RF_SETTING,
	AUD_RF_SEVERITY,
	AUD_RF_SQLSTATE,
	AUD_RF_SUPERUSER,
	AUD_RF_TAGS,
	AUD_RF_TARGET_ROLE,
	AUD_RF_TO_ROLE,
	AUD_RF_TS,
	AUD_RF_USER,
	AUD_RFS,
} AudReportField;

typedef struct AudReportRecord
{
	AudJsonValue fields[AUD_RFS]; /* text NULL: there is none */
	AudSums      one;             /* what it adds */
	uint64_t     at;              /* seconds since 1970; 0: not known */
	int          weekday; /* in the time zone of the report, 0: Monday */
	const char  *local;   /* "2026-01-31 23"; "" */
} AudReportRecord;

typedef enum AudReportTally
{
	AUD_RT_HOUR, /* hour, class */
	AUD_RT_EVENT,
	AUD_RT_NODE,
	AUD_RT_LOGIN,  /* address, user, database, SQLSTATE, reason */
	AUD_RT_TAGGED, /* user, object, tags */
	AUD_RT_SUPER,  /* session, login, acting, address, application */
	AUD_RT_DENIED, /* user, command, object */
	AUD_RT_ALERT,  /* reason, rule, severity */
	AUD_RT_TRIPLE, /* user, application, address */
	AUD_RT_ROLE,   /* role; mark: AUD_ROLE_... */
	AUD_RTS,
} AudReportTally;

#define AUD_ROLE_GIVEN 1 /* a record gives it a right that is privileged */
#define AUD_ROLE_ACTED 2 /* it acted as a superuser or did privileged work */

typedef struct AudReport
{
	/* What is wanted */
	char   since[AUD_TS_SIZE];
	char   until[AUD_TS_SIZE];
	bool   utc;
	bool   redact;
	size_t rows; /* of a table of records */

	/* What was counted */
	AudTally tallies[AUD_RTS];
	uint64_t heat[7][24];
	uint64_t records; /* of the period, each once */
	uint64_t earlier;
	uint64_t damaged;
	uint64_t sessions;
	uint64_t failed_logins;
	uint64_t privileged;
	uint64_t ddl;
	uint64_t denied;
	uint64_t tagged;
	uint64_t alerts;
	uint64_t superuser;
	uint64_t role_changes;
	uint64_t config_changes;
	uint64_t of_audit; /* of the trail itself */
	uint64_t lost;     /* as audit.gap says */
	uint64_t first_at;
	uint64_t last_at;

	/* Tables of records, filled while they are read */
	AudDocTable *changes;
	AudDocTable *configs;
	AudDocTable *alert_list;
	AudDoc       doc;

	/* While a record is read */
	AudStr  key;
	AudStr  text;
	char   *room;
	size_t  room_size;
	char    date[11]; /* whose days since 1970 are known */
	int64_t days;
	char    minute[17]; /* whose local time is known */
	char    local[14];
	int     weekday;
} AudReport;

/* report_record.c */
extern void aud_report_prepare_keys(void);
/* False: the line is no record. */
extern bool aud_report_read(AudReport *report, AudReportRecord *record,
							const char *line, size_t len);

static inline bool
aud_report_has(const AudReportRecord *record, AudReportField field)
{
	return record->fields[field].text != NULL;
}

/* Here, so that the compiler knows the words, of which a record is asked two dozen. */
static inline bool
aud_report_is(const AudReportRecord *record, AudReportField field,
			  const char *word)
{
	const AudJsonValue *value = &record->fields[field];
	size_t              len = strlen(word);

	return value->text != NULL && value->len == len &&
		   memcmp(value->text, word, len) == 0;
}

/* Append a string, plain, shortened if it is too long; what is none adds nothing. */
extern void aud_report_add(AudReport *report, AudStr *to,
						   const AudJsonValue *value);

/* The same for a message, without what stands between quotes if redact is set. */
extern void aud_report_add_message(AudReport *report, AudStr *to,
								   const AudJsonValue *value);

/* The same for a statement, without its constants if redact is set. */
extern void aud_report_add_statement(AudReport *report, AudStr *to,
									 const AudJsonValue *value);

/* The same for the strings of a list, with ", " between them. */
extern void aud_report_add_list(AudReport *report, AudStr *to,
								const AudJsonValue *list);

/* "2026-01-31T23:59:59Z"; "" for 0. */
extern void aud_report_time(uint64_t at, char text[AUD_TS_SIZE]);

/* Its client's address, or "[local]". */
extern void aud_report_add_client(AudReport *report, AudStr *to,
								  const AudReportRecord *record);

/* report_count.c; false: the line is no record */
extern bool aud_report_count(AudReport *report, const char *line, size_t len);

/* report_list.c: rows of tables of records. */
extern void aud_report_list(AudReport *report, const AudReportRecord *record);

/* report_build.c: the sections, before the trail is read and afterwards. */
extern void aud_report_begin(AudReport *report);
extern void aud_report_build(AudReport *report);

/* report_hours.c */
extern void aud_report_build_hours(AudReport *report);
extern void aud_report_build_heat(AudReport *report);

/* report_check.c: the first section. */
extern void aud_report_build_check(AudReport *report, const AudReaderList *list,
								   const AudVerifyResult *result, bool checked);

/* report_control.c: the last ones. */
extern void aud_report_build_controls(AudReport *report);

#endif /* AUD_BIN_REPORT_H */
