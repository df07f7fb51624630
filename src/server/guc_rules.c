/*-------------------------------------------------------------------------
 *
 * guc_rules.c
 *	  secaudit.rules_file, with the rules in it, and secaudit.break_glass.
 *
 * The file is read where the setting is checked: at the start in the
 * postmaster, whose rules its children have from it, and at each reload in each
 * process.  The server checks a setting at a reload also where its value has not
 * changed, so other contents of the same file are noticed.
 *
 * Rules are malloc'd and outlive the check.  There are the ones in force and, from
 * a check to its assignment, the ones that were read; a check that no assignment
 * follows (pg_file_settings, ALTER SYSTEM) leaves them to the next one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "pgtime.h"
#include "utils/guc.h"

#include "core/match/rules.h"
#include "server/compat.h"
#include "server/guc_rules.h"

/* Rules of one reading; the number tells it from all others of this process. */
typedef struct AudLoaded
{
	AudRules *rules;
	uint64    serial; /* 0: there are none */
} AudLoaded;

static AudConfig *config;
static void (*on_change)(void);
static char     *rules_file_string;
static AudLoaded in_force;
static AudLoaded was_read;
static uint64    last_serial;

static const void *
find_zone(const char *name)
{
	return pg_tzset(name);
}

static void
read_zone(const void *zone, int64_t unix_s, AudWallClock *clock)
{
	pg_time_t           t = (pg_time_t) unix_s;
	const struct pg_tm *tm = pg_localtime(&t, (const pg_tz *) zone);

	clock->weekday = tm != NULL ? tm->tm_wday : 0;
	clock->minute = tm != NULL ? 60 * tm->tm_hour + tm->tm_min : 0;
}

const AudZones aud_zones = {find_zone, read_zone};

/* Words of the file go to logs in any encoding. */
static char *
plain_ascii(char *message)
{
	for (char *p = message; *p != '\0'; p++)
	{
		if ((unsigned char) *p < 0x20 || (unsigned char) *p > 0x7E)
			*p = '?';
	}
	return message;
}

static void
explain_fault(const char *path, AudRulesFault *fault)
{
	char *message = plain_ascii(fault->error.message);

	if (fault->line > 0)
		GUC_check_errdetail("Rules file \"%s\", line %d, column %d: %s.",
							path,
							fault->line,
							fault->column,
							message);
	else if (fault->error.sys_errno != 0)
		GUC_check_errdetail("Rules file \"%s\": %s: %s.",
							path,
							message,
							strerror(fault->error.sys_errno));
	else
		GUC_check_errdetail("Rules file \"%s\": %s.", path, message);
	GUC_check_errhint(
		"\"secauditctl rules check\" checks a rules file without the server.");
}

/* The same rules are not read twice: who remembers them goes on with them. */
static uint64
remember(AudRules *rules)
{
	aud_rules_free(was_read.rules);
	was_read = (AudLoaded){0};
	if (in_force.rules != NULL && rules->sha256[0] != '\0' &&
		strcmp(rules->sha256, in_force.rules->sha256) == 0)
	{
		aud_rules_free(rules);
		return in_force.serial;
	}
	was_read.rules = rules;
	was_read.serial = ++last_serial;
	return was_read.serial;
}

/*
 * A parallel worker keeps the rules that it was forked with: while it takes
 * over its leader's settings, they are set to their defaults for a moment.
 */
static bool
check_rules_file(char **newval, void **extra, GucSource source)
{
	AudRulesFault fault;
	AudRules     *rules;
	uint64       *serial;

	if (**newval == '\0' && !InitializingParallelWorker)
		return true;
	serial = AUD_GUC_MALLOC(sizeof(uint64));
	if (serial == NULL)
		return false;
	*extra = serial;
	*serial = in_force.serial;
	if (InitializingParallelWorker)
		return true;
	rules = aud_rules_load(*newval, &aud_zones, &fault);
	if (rules == NULL)
	{
		explain_fault(*newval, &fault);
		return false;
	}
	*serial = remember(rules);
	return true;
}

static void
assign_rules_file(const char *newval, void *extra)
{
	uint64 serial = extra != NULL ? *(uint64 *) extra : 0;

	config->rules_file = newval != NULL ? newval : "";
	if (serial == in_force.serial)
		return;
	aud_rules_free(in_force.rules);
	in_force = (AudLoaded){0};
	if (serial != 0 && serial == was_read.serial)
	{
		in_force = was_read;
		was_read = (AudLoaded){0};
	}
	config->rules = in_force.rules;
	config->rules_serial = in_force.serial;
	on_change();
}

void
aud_guc_define_rules(AudConfig *cfg, void (*changed)(void))
{
	config = cfg;
	config->rules_file = "";
	on_change = changed;
	DefineCustomStringVariable("secaudit.rules_file",
							   "File with the rules that choose what is recorded, raises an alert or is refused.",
							   "JSON; relative to the data directory, or absolute. Empty means no rules.",
							   &rules_file_string,
							   "",
							   PGC_SIGHUP,
							   GUC_SUPERUSER_ONLY | GUC_NOT_IN_SAMPLE,
							   check_rules_file,
							   assign_rules_file,
							   NULL);
	DefineCustomBoolVariable("secaudit.break_glass",
							 "Lets superusers run what a rule would refuse.",
							 "Each use raises an alert.",
							 &config->break_glass,
							 false,
							 PGC_SUSET,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
}
