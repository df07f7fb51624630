/*-------------------------------------------------------------------------
 *
 * report_build.c
 *	  The sections of a report, from what was counted.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bin/report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY          86400

static const AudDocColumn change_columns[] = {
	{"ts", "Time (UTC)", AUD_DOC_TIME},
	{"record", "Record", AUD_DOC_TEXT},
	{"who", "Who", AUD_DOC_TEXT},
	{"from", "From", AUD_DOC_TEXT},
	{"command", "Command", AUD_DOC_TEXT},
	{"whom", "Whom", AUD_DOC_TEXT},
	{"what", "What", AUD_DOC_LONG},
	{"outcome", "Outcome", AUD_DOC_TEXT},
	{"statement", "Statement", AUD_DOC_LONG},
};

static const AudDocColumn config_columns[] = {
	{"ts", "Time (UTC)", AUD_DOC_TIME},
	{"record", "Record", AUD_DOC_TEXT},
	{"who", "Who", AUD_DOC_TEXT},
	{"from", "From", AUD_DOC_TEXT},
	{"command", "Command", AUD_DOC_TEXT},
	{"setting", "Setting", AUD_DOC_TEXT},
	{"old_value", "Before", AUD_DOC_LONG},
	{"new_value", "After", AUD_DOC_LONG},
	{"outcome", "Outcome", AUD_DOC_TEXT},
};

static const AudDocColumn alert_columns[] = {
	{"ts", "Time (UTC)", AUD_DOC_TIME},
	{"record", "Record", AUD_DOC_TEXT},
	{"reason", "Reason", AUD_DOC_TEXT},
	{"rule", "Rule", AUD_DOC_TEXT},
	{"severity", "Severity", AUD_DOC_TEXT},
	{"who", "Who", AUD_DOC_TEXT},
	{"lost", "Lost records", AUD_DOC_COUNT},
	{"detail", "Detail", AUD_DOC_LONG},
};

static const AudDocColumn alert_counts[] = {
	{"reason", "Reason", AUD_DOC_TEXT},
	{"rule", "Rule", AUD_DOC_TEXT},
	{"severity", "Severity", AUD_DOC_TEXT},
	{"records", "Alerts", AUD_DOC_COUNT},
	{"first", "First (UTC)", AUD_DOC_TIME},
	{"last", "Last (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn tile_columns[] = {
	{"what", "What", AUD_DOC_TEXT},
	{"records", "Number", AUD_DOC_COUNT},
};

static const AudDocColumn node_columns[] = {
	{"node", "Server", AUD_DOC_TEXT},
	{"records", "Records", AUD_DOC_COUNT},
	{"first", "First (UTC)", AUD_DOC_TIME},
	{"last", "Last (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn login_columns[] = {
	{"client", "Source", AUD_DOC_TEXT},
	{"user", "User", AUD_DOC_TEXT},
	{"db", "Database", AUD_DOC_TEXT},
	{"sqlstate", "SQLSTATE", AUD_DOC_TEXT},
	{"reason", "Reason", AUD_DOC_LONG},
	{"records", "Attempts", AUD_DOC_COUNT},
	{"first", "First (UTC)", AUD_DOC_TIME},
	{"last", "Last (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn tagged_columns[] = {
	{"user", "User", AUD_DOC_TEXT},
	{"object", "Object", AUD_DOC_TEXT},
	{"tags", "Tags", AUD_DOC_TEXT},
	{"records", "Statements", AUD_DOC_COUNT},
	{"failed", "Failed", AUD_DOC_COUNT},
	{"rows", "Rows", AUD_DOC_COUNT},
	{"first", "First (UTC)", AUD_DOC_TIME},
	{"last", "Last (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn super_columns[] = {
	{"session", "Session", AUD_DOC_TEXT},
	{"user", "User", AUD_DOC_TEXT},
	{"acting", "Acting as", AUD_DOC_TEXT},
	{"client", "From", AUD_DOC_TEXT},
	{"app", "Application", AUD_DOC_TEXT},
	{"records", "Records", AUD_DOC_COUNT},
	{"failed", "Failed", AUD_DOC_COUNT},
	{"first", "First (UTC)", AUD_DOC_TIME},
	{"last", "Last (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn denied_columns[] = {
	{"user", "User", AUD_DOC_TEXT},
	{"command", "Command", AUD_DOC_TEXT},
	{"object", "Object or message", AUD_DOC_LONG},
	{"records", "Denied", AUD_DOC_COUNT},
	{"first", "First (UTC)", AUD_DOC_TIME},
	{"last", "Last (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn triple_columns[] = {
	{"user", "User", AUD_DOC_TEXT},
	{"app", "Application", AUD_DOC_TEXT},
	{"client", "Address", AUD_DOC_TEXT},
	{"records", "Sessions", AUD_DOC_COUNT},
	{"first", "First seen (UTC)", AUD_DOC_TIME},
	{"last", "Last seen (UTC)", AUD_DOC_TIME},
};

static const AudDocColumn role_columns[] = {
	{"role", "Role", AUD_DOC_TEXT},
	{"why", "Privileged because", AUD_DOC_LONG},
	{"last", "Last at work (UTC)", AUD_DOC_TIME},
};

/* ---- before the trail is read ---------------------------------------------------- */

static AudDocTable *
list_table(AudReport *report, AudDocSection *section, const char *id,
		   const char *caption, const AudDocColumn *columns, size_t n)
{
	AudDocTable *table = aud_doc_table(section, id, caption, columns, n);

	table->limit = report->rows;
	return table;
}

#define LIST(section, id, caption, columns) \
	list_table(report, section, id, caption, columns, COUNT(columns))

/* The sections of a report, in their order. */
static const struct
{
	const char *id;
	const char *title;
	const char *search; /* the command that shows the same */
	const char *note;
} sections[] = {
	{"completeness",
	 "Is the trail complete?",
	 "secauditctl verify DIR",
	 "Checked over the whole trail, not only the period of this report: the hash "
	 "chain over the bytes as they were written, and the numbers of the records. "
	 "This check finds changes, removals and insertions. It cannot find a trail "
	 "that was written anew with all hashes, or one that lost its end at a line; "
	 "compare the last record below with one that was noted elsewhere."},
	{"overview",
	 "Overview",
	 "secauditctl stats DIR",
	 "Records of the period. A statement is one record, however many objects "
	 "it has used."},
	{"activity",
	 "Events over time, by class",
	 "secauditctl stats --by=day,hour,class DIR",
	 ""},
	{"hours",
	 "Privileged work by hour and weekday",
	 "secauditctl search --class=ddl,role,config DIR",
	 "Privileged work is: definitions (DDL), changes of roles and rights, changes "
	 "of the configuration, statements of superusers, and statements that reach "
	 "beyond the database's own tables."},
	{"logins",
	 "Failed logins",
	 "secauditctl search --event=session.auth --outcome=failure DIR",
	 "By source, user, database and reason; most attempts first."},
	{"tagged",
	 "Access to labelled data",
	 "secauditctl search --columns=+tags DIR",
	 "Who used which object that has a label (tag), or a column with one. Rows are "
	 "those of the statement: returned or changed; a statement with several "
	 "objects counts for each."},
	{"roles",
	 "Changes of roles and rights",
	 "secauditctl search --class=role DIR",
	 "Who gave or took which right from whom, in the order of the trail; "
	 "attempts that failed as well."},
	{"configuration",
	 "Changes of the configuration",
	 "secauditctl search --class=config DIR",
	 "Settings, by statement, reload or connection. At a start of the server, "
	 "settings of secaudit that a role or database has are recorded (START)."},
	{"superusers",
	 "Superuser sessions",
	 "secauditctl session SESSION DIR",
	 "Sessions in which a superuser's rights counted; a session that acted as "
	 "several users has a row for each."},
	{"denied",
	 "Denied accesses",
	 "secauditctl search --sqlstate=42501 DIR",
	 "What failed for lack of rights (SQLSTATE 42501)."},
	{"alerts",
	 "Alerts",
	 "secauditctl search --event=alert DIR",
	 "What the trail itself calls for attention: rules that matched, faults "
	 "of the trail, refused changes of settings."},
	{"new",
	 "New combinations of user, application and address",
	 "secauditctl search --event=session.start DIR",
	 "Sessions whose user, application and address the trail has not seen "
	 "together before the period. A trail knows only what it still holds: what "
	 "retention has deleted is new again."},
	{"dormant",
	 "Dormant privileged roles",
	 "secauditctl search --user=ROLE DIR",
	 "Roles that the trail shows with privileges (given SUPERUSER, CREATEROLE, "
	 "REPLICATION or BYPASSRLS, or seen using a superuser's rights), and without a "
	 "record of theirs in the 90 days before the end of the period. A role that "
	 "this trail never mentions cannot be here; the server's catalog knows all."},
};

/* The tables of a section that are filled while the trail is read. */
static void
begin_tables(AudReport *report, AudDocSection *s)
{
	if (strcmp(s->id, "roles") == 0)
		report->changes =
			LIST(s, "role_changes", "Changes of roles and rights", change_columns);
	else if (strcmp(s->id, "configuration") == 0)
		report->configs = LIST(s,
							   "configuration_changes",
							   "Changes of the configuration",
							   config_columns);
	else if (strcmp(s->id, "alerts") == 0)
	{
		aud_doc_table(s,
					  "alert_counts",
					  "Alerts by reason",
					  alert_counts,
					  COUNT(alert_counts));
		report->alert_list =
			LIST(s, "alert_records", "Alerts one by one", alert_columns);
	}
}

/* All sections in their order; tables of records are filled while it is read. */
void
aud_report_begin(AudReport *report)
{
	aud_report_prepare_keys();
	for (int i = 0; i < AUD_RTS; i++)
		report->tallies[i].limit = AUD_REPORT_KEYS;
	report->tallies[AUD_RT_HOUR].limit = AUD_TALLY_KEYS;
	for (size_t i = 0; i < COUNT(sections); i++)
		begin_tables(report,
					 aud_doc_section(&report->doc,
									 sections[i].id,
									 sections[i].title,
									 sections[i].note,
									 sections[i].search));
}

/* ---- rows from tallies --------------------------------------------------------------- */

/* Parts of the key, then numbers and times as the columns ask for. */
static void
put_row(AudDocTable *table, const AudTallyRow *row)
{
	char ts[AUD_TS_SIZE];
	int  part = 0;

	if (!aud_doc_row(table))
		return;
	for (size_t i = 0; i < table->n_columns; i++)
	{
		const char *key = table->columns[i].key;

		if (strcmp(key, "records") == 0)
			aud_doc_count(table, row->sums.records);
		else if (strcmp(key, "failed") == 0)
			aud_doc_count(table, row->sums.failed);
		else if (strcmp(key, "rows") == 0)
			aud_doc_count(table, row->sums.rows);
		else if (strcmp(key, "first") == 0 || strcmp(key, "last") == 0)
		{
			aud_report_time(key[0] == 'f' ? row->first : row->last, ts);
			aud_doc_text(table, ts);
		}
		else
			aud_doc_text(table, aud_tally_part(row, part++));
	}
}

static void
put_tally(AudReport *report, AudDocTable *table, AudReportTally which,
		  AudTallyOrder order)
{
	AudTally *tally = &report->tallies[which];

	table->limit = report->rows;
	table->uncounted = tally->others.records;
	aud_tally_sort(tally, order);
	for (size_t i = 0; i < tally->n; i++)
		put_row(table, &tally->rows[i]);
}

static void
build_table(AudReport *report, const char *id, const char *table_id,
			const AudDocColumn *columns, size_t n, AudReportTally which,
			AudTallyOrder order)
{
	AudDocSection *s = aud_doc_find(&report->doc, id);

	put_tally(report,
			  aud_doc_table(s, table_id, s->title, columns, n),
			  which,
			  order);
}

/* ---- sections with rules of their own --------------------------------------------------- */

static void
tile(AudDocTable *table, const char *what, uint64_t n)
{
	(void) aud_doc_row(table);
	aud_doc_text(table, what);
	aud_doc_count(table, n);
}

static void
build_overview(AudReport *report)
{
	AudDocSection *s = aud_doc_find(&report->doc, "overview");
	AudDocTable   *table =
		aud_doc_table(s, "totals", "What the period has", tile_columns, 2);

	table->chart = AUD_DOC_TILES;
	tile(table, "records", report->records);
	tile(table, "sessions opened", report->sessions);
	tile(table, "failed logins", report->failed_logins);
	tile(table, "privileged operations", report->privileged);
	tile(table, "definitions (DDL)", report->ddl);
	tile(table, "changes of roles and rights", report->changes->all);
	tile(table, "changes of configuration", report->configs->all);
	tile(table, "superuser records", report->superuser);
	tile(table, "uses of labelled data", report->tagged);
	tile(table, "denied accesses", report->denied);
	tile(table, "alerts", report->alerts);
	tile(table, "records known to be lost", report->lost);
	tile(table, "lines that are no records", report->damaged);
	table = aud_doc_table(s, "events", "Events", tile_columns, 2);
	put_tally(report, table, AUD_RT_EVENT, AUD_TALLY_BY_RECORDS);
	table =
		aud_doc_table(s, "nodes", "Servers", node_columns, COUNT(node_columns));
	put_tally(report, table, AUD_RT_NODE, AUD_TALLY_BY_RECORDS);
}

/* In the period for the first time. */
static void
build_new(AudReport *report)
{
	AudDocSection *s = aud_doc_find(&report->doc, "new");
	AudTally      *tally = &report->tallies[AUD_RT_TRIPLE];
	AudDocTable   *table = LIST(s, "new_triples", s->title, triple_columns);
	char           first[AUD_TS_SIZE];

	table->uncounted = tally->others.records;
	aud_tally_sort(tally, AUD_TALLY_BY_RECORDS);
	for (size_t i = 0; i < tally->n; i++)
	{
		aud_report_time(tally->rows[i].first, first);
		/* to the second; "Z" is after ".", so a second at the edge is in */
		if (report->since[0] == '\0' || strncmp(first, report->since, 19) >= 0)
			put_row(table, &tally->rows[i]);
	}
}

static void
build_dormant(AudReport *report)
{
	AudDocSection *s = aud_doc_find(&report->doc, "dormant");
	AudTally      *tally = &report->tallies[AUD_RT_ROLE];
	AudDocTable   *table = LIST(s, "dormant_roles", s->title, role_columns);
	char           ts[AUD_TS_SIZE];

	table->uncounted = tally->others.records;
	aud_tally_sort(tally, AUD_TALLY_BY_KEY);
	for (size_t i = 0; i < tally->n; i++)
	{
		const AudTallyRow *row = &tally->rows[i];

		if (row->mark == 0 || row->len == 0 ||
			row->last + (uint64_t) AUD_REPORT_DORMANT_DAYS * DAY > report->last_at)
			continue;
		if (!aud_doc_row(table))
			continue;
		aud_doc_text(table, row->key);
		aud_doc_text(table,
					 row->mark == AUD_ROLE_GIVEN ? "was given the right"
					 : row->mark == AUD_ROLE_ACTED
						 ? "has used such rights"
						 : "was given the right, and has used it");
		aud_report_time(row->last, ts);
		aud_doc_text(table, ts[0] != '\0' ? ts : "never in this trail");
	}
}

static void
build_alerts(AudReport *report)
{
	AudDocSection *s = aud_doc_find(&report->doc, "alerts");

	put_tally(report, &s->tables[0], AUD_RT_ALERT, AUD_TALLY_BY_RECORDS);
}

void
aud_report_build(AudReport *report)
{
	build_overview(report);
	aud_report_build_hours(report);
	aud_report_build_heat(report);
	build_table(report,
				"logins",
				"failed_logins",
				login_columns,
				COUNT(login_columns),
				AUD_RT_LOGIN,
				AUD_TALLY_BY_RECORDS);
	build_table(report,
				"tagged",
				"tagged_objects",
				tagged_columns,
				COUNT(tagged_columns),
				AUD_RT_TAGGED,
				AUD_TALLY_BY_ROWS);
	build_table(report,
				"superusers",
				"superuser_sessions",
				super_columns,
				COUNT(super_columns),
				AUD_RT_SUPER,
				AUD_TALLY_BY_RECORDS);
	build_table(report,
				"denied",
				"denied_accesses",
				denied_columns,
				COUNT(denied_columns),
				AUD_RT_DENIED,
				AUD_TALLY_BY_RECORDS);
	build_alerts(report);
	build_new(report);
	build_dormant(report);
	aud_report_build_controls(report);
}
