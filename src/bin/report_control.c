/*-------------------------------------------------------------------------
 *
 * report_control.c
 *	  Which requirements the sections of a report have evidence for, and how
 *	  to check the report.
 *
 * Numbers are facts, the wording is ours.  What the trail shows is evidence;
 * whether it satisfies a requirement is for who assesses it to say.
 *
 *-------------------------------------------------------------------------
 */
#include <stddef.h>

#include "bin/report.h"

static const AudDocColumn control_columns[] = {
	{"control", "Requirement", AUD_DOC_LONG},
	{"asks", "Asks for", AUD_DOC_LONG},
	{"section", "Section", AUD_DOC_LINK},
	{"records", "Records", AUD_DOC_COUNT},
	{"state", "What this report has", AUD_DOC_TEXT},
};

/* section "": not in a trail. */
static const struct
{
	const char *control;
	const char *asks;
	const char *section;
	size_t      count; /* where AudReport has the number of records */
	size_t      more;  /* another one of them; 0: none */
} controls[] = {
	{"SRG-APP-000495-DB-000326, -000327, -000328, -000329; AU-12 c",
	 "records when rights and memberships are added or changed, also attempts",
	 "roles",
	 offsetof(AudReport, role_changes),
	 0},
	{"SRG-APP-000499-DB-000330, -000331; AU-12 c",
	 "records when rights are removed, also attempts",
	 "roles",
	 offsetof(AudReport, role_changes),
	 0},
	{"SRG-APP-000503-DB-000350, -000351; AU-12 c",
	 "records of logins and of failed ones",
	 "logins",
	 offsetof(AudReport, failed_logins),
	 offsetof(AudReport, sessions)},
	{"SRG-APP-000504-DB-000354, -000355; AU-12 c",
	 "records of privileged work, also attempts",
	 "superusers",
	 offsetof(AudReport, privileged),
	 0},
	{"SRG-APP-000505-DB-000352; AU-12 c",
	 "when sessions begin and end",
	 "new",
	 offsetof(AudReport, sessions),
	 0},
	{"SRG-APP-000492-DB-000332, -000333; AU-12 c",
	 "records when security objects are read or used, also attempts",
	 "denied",
	 offsetof(AudReport, denied),
	 0},
	{"SRG-APP-000494-DB-000344, -000345; AU-12 c",
	 "records of access to classified (labelled) data, also attempts",
	 "tagged",
	 offsetof(AudReport, tagged),
	 0},
	{"SRG-APP-000507-DB-000356, -000357; AU-12 c",
	 "records of access to objects, also attempts",
	 "activity",
	 offsetof(AudReport, records),
	 0},
	{"SRG-APP-000381-DB-000361; CM-5 (1)",
	 "records of changes of the configuration and of refused ones",
	 "configuration",
	 offsetof(AudReport, config_changes),
	 0},
	{"SRG-APP-000360-DB-000320; AU-5 (2)",
	 "alerts when auditing fails",
	 "alerts",
	 offsetof(AudReport, alerts),
	 0},
	{"SRG-APP-000119-DB-000060, SRG-APP-000120-DB-000061; AU-9",
	 "records kept from changes and from deletion",
	 "completeness",
	 offsetof(AudReport, records),
	 0},
	{"SRG-APP-000374-DB-000322; AU-8 b",
	 "time stamps that relate to UTC",
	 "completeness",
	 offsetof(AudReport, records),
	 0},
	{"PCI DSS 4.0.1, 10.2.1.1",
	 "who has accessed cardholder data",
	 "tagged",
	 offsetof(AudReport, tagged),
	 0},
	{"PCI DSS 4.0.1, 10.2.1.2",
	 "what administrators have done",
	 "superusers",
	 offsetof(AudReport, privileged),
	 0},
	{"PCI DSS 4.0.1, 10.2.1.4",
	 "invalid attempts of access",
	 "logins",
	 offsetof(AudReport, failed_logins),
	 offsetof(AudReport, denied)},
	{"PCI DSS 4.0.1, 10.2.1.5",
	 "changes of accounts and of their rights",
	 "roles",
	 offsetof(AudReport, role_changes),
	 0},
	{"PCI DSS 4.0.1, 10.2.1.6",
	 "starts, stops and pauses of the logs",
	 "overview",
	 offsetof(AudReport, of_audit),
	 0},
	{"HIPAA 164.312(b)",
	 "records of activity where health data are kept",
	 "activity",
	 offsetof(AudReport, records),
	 0},
	{"SRG-APP-000001-DB-000031; AC-10",
	 "a limit on the sessions of an account: a setting, which no trail shows",
	 "",
	 0,
	 0},
	{"SRG-APP-000023-DB-000001; AC-2 (1)",
	 "accounts that are managed outside: a setting, which no trail shows",
	 "",
	 0,
	 0},
};

static const AudDocColumn step_columns[] = {
	{"step", "Step", AUD_DOC_TEXT},
	{"command", "Command", AUD_DOC_LONG},
	{"result", "What has to come out", AUD_DOC_LONG},
};

static const char *const steps[][3] = {
	{"Check the chain",
	 "secauditctl verify DIR",
	 "SOUND, and the number and hash of the last record as above; later, with more "
	 "records, add --expect=LOG:SEQ:HASH of this report"},
	{"Look at what it consists of",
	 "secauditctl info DIR",
	 "the same files, numbers and losses"},
	{"Make the report again",
	 "secauditctl report --format=json DIR",
	 "the same numbers, with the same --since and --until, from the same files"},
	{"Read a record of it",
	 "secauditctl show LOG:SEQ DIR",
	 "the record as it was written, with what belongs to it"},
	{"Without our programs",
	 "sha256sum, jq",
	 "docs/trail.md describes the chain so that it can be computed by hand"},
};

static uint64_t
number_at(const AudReport *report, size_t at)
{
	return at == 0
			   ? 0
			   : *(const uint64_t *) (const void *) ((const char *) report + at);
}

static void
put_control(AudReport *report, AudDocTable *table, size_t i)
{
	const AudDocSection *s = aud_doc_find(&report->doc, controls[i].section);
	uint64_t             n = number_at(report, controls[i].count) +
				 number_at(report, controls[i].more);

	(void) aud_doc_row(table);
	aud_doc_text(table, controls[i].control);
	aud_doc_text(table, controls[i].asks);
	aud_doc_text(table, controls[i].section);
	aud_doc_count(table, n);
	aud_doc_text(table,
				 s == NULL ? "not assessed here"
				 : n > 0   ? "records to assess"
						   : "no record in this period");
}

void
aud_report_build_controls(AudReport *report)
{
	AudDocSection *s =
		aud_doc_section(&report->doc,
						"controls",
						"Requirements, and where their evidence is",
						"Which section has records for which requirement: numbers of DISA's database "
						"SRG with the control of NIST SP 800-53, of PCI DSS and of HIPAA. A report shows "
						"what was recorded. Whether a requirement is met, it does not judge; and that "
						"there is no record may mean that nothing happened, or that it was not audited.",
						NULL);
	AudDocTable *table =
		aud_doc_table(s,
					  "controls",
					  s->title,
					  control_columns,
					  sizeof(control_columns) / sizeof(control_columns[0]));

	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		put_control(report, table, i);
	s = aud_doc_section(&report->doc,
						"verify",
						"How to check this report yourself",
						"DIR is the directory of the trail, or a copy of it.",
						NULL);
	table = aud_doc_table(s, "steps", s->title, step_columns, 3);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
	{
		(void) aud_doc_row(table);
		for (int j = 0; j < 3; j++)
			aud_doc_text(table, steps[i][j]);
	}
}
