/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  secauditctl rules: is a rules file valid, and which of its rules decides
 *	  about a record?
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bin/ctl.h"
#include "bin/str.h"
#include "core/match/decide.h"
#include "core/match/record_facts.h"
#include "core/match/rules.h"

/* Bytes of a record that is explained, at most. */
#define RECORD_MAX (16 * 1024 * 1024)

#define ZONE_DIR "/usr/share/zoneinfo/"

typedef struct Rules
{
	bool   quiet;
	char **roles; /* --member-of; NULL: nothing is known */
	int    n_roles;
} Rules;

static Rules options;

static void
print_help(void)
{
	printf(
		"secauditctl rules checks a rules file (secaudit.rules_file) without a "
		"server.\n\n"
		"Usage:\n"
		"  secauditctl rules check [OPTION]... FILE\n"
		"  secauditctl rules explain [OPTION]... FILE RECORD\n\n"
		"check reads FILE as the server would, and says where and what is "
		"wrong.\n"
		"explain says of each rule whether it matches the record in the file "
		"RECORD, or\nby which key it does not, and what the rules decide; - is "
		"standard input.\n\n"
		"Options:\n"
		"      --member-of=ROLE  the record's user is a member of ROLE and of no "
		"other role\n"
		"                        that is not given (may be repeated)\n"
		"  -q, --quiet           print nothing, the exit status tells\n"
		"  -?, --help            print this help, then exit\n\n"
		"Exit status: 0 if the file is valid, or the record was explained, 1 if "
		"check\nfound a fault, 2 if that could not be found out.\n");
}

/* ---- zones -------------------------------------------------------------- */

/* The C library's zones; the name is the zone.  Lives as long as the program. */
static const void *
find_zone(const char *name)
{
	char        path[sizeof(ZONE_DIR) + 64];
	struct stat st;

	if (name[0] == '/' || strstr(name, "..") != NULL || strlen(name) > 63)
		return NULL;
	snprintf(path, sizeof(path), "%s%s", ZONE_DIR, name);
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	return strdup(name);
}

static void
read_zone(const void *zone, int64_t unix_s, AudWallClock *clock)
{
	time_t    t = (time_t) unix_s;
	struct tm tm;

	setenv("TZ", zone, 1);
	tzset();
	localtime_r(&t, &tm);
	clock->weekday = tm.tm_wday;
	clock->minute = 60 * tm.tm_hour + tm.tm_min;
}

static const AudZones zones = {find_zone, read_zone};

/* ---- reading --------------------------------------------------------------- */

/* NULL, and reported.  *status: as check returns it. */
static AudRules *
load_rules(const char *path, int *status)
{
	AudRulesFault fault;
	AudRules     *rules = aud_rules_load(path, &zones, &fault);

	*status = AUD_EXIT_OK;
	if (rules != NULL)
		return rules;
	if (fault.line == 0)
	{
		*status = AUD_EXIT_TROUBLE;
		if (fault.error.sys_errno != 0)
			aud_ctl_complain("%s: %s: %s",
							 path,
							 fault.error.message,
							 strerror(fault.error.sys_errno));
		else
			aud_ctl_complain("%s: %s", path, fault.error.message);
		return NULL;
	}
	*status = AUD_EXIT_FAULT;
	if (!options.quiet)
		fprintf(stderr,
				"%s:%d:%d: %s\n",
				path,
				fault.line,
				fault.column,
				fault.error.message);
	return NULL;
}

/* All of a file, or of standard input; false, and reported. */
static bool
read_text(const char *path, AudStr *text)
{
	bool  is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	char  piece[4096];
	bool  ok;

	aud_str_reset(text);
	while (file != NULL && text->len <= RECORD_MAX &&
		   fgets(piece, sizeof(piece), file) != NULL)
		aud_str_add(text, piece);
	ok = file != NULL && !ferror(file) && text->len <= RECORD_MAX;
	if (!ok)
		aud_ctl_complain("%s: could not read the record: %s",
						 path,
						 errno != 0 ? strerror(errno) : "it is too large");
	if (file != NULL && !is_stdin)
		fclose(file);
	return ok;
}

static AudTruth
is_member(const void *arg, const char *role)
{
	(void) arg;
	for (int i = 0; i < options.n_roles; i++)
	{
		if (strcmp(options.roles[i], role) == 0)
			return AUD_YES;
	}
	return options.n_roles > 0 ? AUD_NO : AUD_UNKNOWN;
}

/* ---- check ------------------------------------------------------------------ */

static int
check(const char *path)
{
	int       status;
	AudRules *rules = load_rules(path, &status);

	if (rules != NULL && !options.quiet)
		printf("%s: %d %s, sha256 %s: valid\n",
			   path,
			   rules->n,
			   rules->n == 1 ? "rule" : "rules",
			   rules->sha256);
	aud_rules_free(rules);
	return status;
}

/* ---- explain ----------------------------------------------------------------- */

/* What becomes of a rule, behind its name and action. */
static void
print_rule(const AudRule *rule, AudTruth truth, const char *failed,
		   bool decides, bool is_hidden)
{
	printf("%-24s %-6s ", rule->name, aud_rule_action_name(rule->action));
	if (truth == AUD_NO)
		printf("does not match: %s\n", failed);
	else if (truth == AUD_UNKNOWN && rule->action == AUD_RULE_SKIP)
		printf("does not match: %s is not known\n", failed);
	else if (truth == AUD_UNKNOWN)
		printf("taken as a match: %s is not known\n", failed);
	else if (is_hidden)
		printf("matches, but the record is protected\n");
	else
		printf("%s\n", decides ? "matches, decides" : "matches");
}

static void
print_decision(const AudRule *decides, int alerts, int refusals)
{
	if (refusals > 0)
		printf("the statement is refused, recorded, and raises an alert\n");
	else if (alerts > 0)
		printf("recorded, since it raises an alert\n");
	else if (decides == NULL)
		printf("no rule decides; labels and secaudit.log do\n");
	else
		printf("%s by rule \"%s\"\n",
			   decides->action == AUD_RULE_LOG ? "recorded" : "not recorded",
			   decides->name);
}

static void
explain_rules(const AudRules *rules, const AudMatchFacts *facts)
{
	bool           is_protected = aud_decide_facts_are_protected(facts);
	const AudRule *decides = NULL;
	int            alerts = 0;
	int            refusals = 0;

	for (int i = 0; i < rules->n; i++)
	{
		const AudRule *rule = &rules->items[i];
		const char    *failed;
		AudTruth       truth =
			aud_match_test(rule->match, facts, AUD_MATCH_ALL, &failed);
		bool matches = aud_rule_matches(rule, facts, AUD_MATCH_ALL);
		bool counts = matches && aud_decide_counts(rule, is_protected);
		bool first = counts && decides == NULL;

		if (first)
			decides = rule;
		alerts += matches && rule->action == AUD_RULE_ALERT;
		refusals += matches && rule->action == AUD_RULE_REFUSE;
		print_rule(rule,
				   truth,
				   failed,
				   first,
				   matches && rule->action == AUD_RULE_SKIP && !counts);
	}
	print_decision(decides, alerts, refusals);
}

static int
explain(const char *path, const char *record_path)
{
	AudRecordFacts record = {.used = 0};
	AudStr         text = {0};
	AudError       err = {0};
	int            status;
	AudRules      *rules = load_rules(path, &status);

	if (rules == NULL || !read_text(record_path, &text))
		status = AUD_EXIT_TROUBLE;
	else
	{
		if (!aud_record_facts_read(&record, AUD_MATCH_ALL, text.s, text.len, &err))
		{
			aud_ctl_complain("%s: %s", record_path, err.message);
			status = AUD_EXIT_TROUBLE;
		}
		else
		{
			record.facts.member_of = is_member;
			if (!options.quiet)
				explain_rules(rules, &record.facts);
		}
		aud_record_facts_free(&record);
	}
	aud_str_free(&text);
	aud_rules_free(rules);
	return status;
}

/* ---- the command ---------------------------------------------------------------- */

enum
{
	OPT_MEMBER_OF = 256,
};

static const struct option long_options[] = {
	{"member-of", required_argument, NULL, OPT_MEMBER_OF},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int
run(int argc, char **argv)
{
	const char *what = argc > 0 ? argv[0] : "";
	bool        is_check = strcmp(what, "check") == 0;
	bool        is_explain = strcmp(what, "explain") == 0;

	if (is_check && argc == 2)
		return check(argv[1]);
	if (is_explain && argc == 3)
		return explain(argv[1], argv[2]);
	if (is_check)
		aud_ctl_complain("\"rules check\" needs one FILE");
	else if (is_explain)
		aud_ctl_complain("\"rules explain\" needs FILE and RECORD");
	else if (argc > 0)
		aud_ctl_complain("unrecognized command \"rules %s\"", what);
	else
		aud_ctl_complain("\"rules\" needs \"check\" or \"explain\"");
	return aud_ctl_usage_error("rules");
}

int
aud_cmd_rules(int argc, char **argv)
{
	int status;
	int c;

	options.roles = calloc((size_t) argc, sizeof(*options.roles));
	if (options.roles == NULL)
		return AUD_EXIT_TROUBLE;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":qV", long_options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "rules", print_help, &status))
		{
			free(options.roles);
			return status;
		}
		if (c == 'q')
			options.quiet = true;
		else
			options.roles[options.n_roles++] = optarg;
	}
	status = run(argc - optind, argv + optind);
	free(options.roles);
	return status;
}
