/*-------------------------------------------------------------------------
 *
 * role_settings.c
 *	  Once a start: which roles and databases have settings of secaudit of
 *	  their own.
 *
 * The writer is in no database and can read no catalog, so background workers
 * that live for a moment do it, as soon as the server can be read from, on a
 * standby too.  There are two, one after the other: pg_db_role_setting can
 * only be read in a database, and whether to be in one, and in which, a process
 * has to know before it can look.  So the first, in none, chooses the second's.
 *
 * They are asked to end like any backend and hold no lock but those of a
 * reader.  What they fail in is not tried again: the next start looks anew.
 *
 * Settings that are not in force, because they are invalid or may not be set
 * there, are possible: a dump, an older version or an UPDATE of the catalog
 * brings them.  The server warns of them only when a session begins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/redact/redact.h"
#include "record/record.h"
#include "server/config_problem.h"
#include "server/guc.h"
#include "server/guc_redact.h"
#include "server/processes.h"
#include "server/role_settings.h"
#include "writer/role_settings.h"

/* The server log has so many; the trail has all. */
#define LOGGED_MAX 100

/* What a worker is to do; in bgw_extra. */
typedef struct AudReaderTask
{
	Oid  database; /* InvalidOid: choose one */
	bool wanted;   /* does the server record class config? */
} AudReaderTask;

StaticAssertDecl(sizeof(AudReaderTask) <= BGW_EXTRALEN,
				 "a task must fit into bgw_extra");

PGDLLEXPORT void aud_role_settings_main(Datum arg);

static void
start_worker(const AudReaderTask *task)
{
	BackgroundWorker worker;

	aud_processes_describe(&worker, "aud_role_settings_main", "secaudit settings");
	worker.bgw_flags |= BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	memcpy(worker.bgw_extra, task, sizeof(*task));
	if (!RegisterDynamicBackgroundWorker(&worker, NULL))
		ereport(LOG,
				errmsg("could not read the secaudit settings of roles and databases"),
				errdetail("All background workers are in use."),
				errhint("Raise max_worker_processes."));
}

void
aud_role_settings_start(void)
{
	AudReaderTask task = {0};

	start_worker(&task);
}

/* "role "alice" in database "shop"" */
static char *
describe_owner(const AudRoleSetting *setting)
{
	StringInfoData text;

	initStringInfo(&text);
	if (setting->role != NULL)
		appendStringInfo(&text, "role \"%s\"", setting->role);
	if (setting->database != NULL)
		appendStringInfo(&text,
						 "%sdatabase \"%s\"",
						 text.len > 0 ? " in " : "",
						 setting->database);
	if (text.len == 0)
		appendStringInfoString(&text, "all roles");
	return text.data;
}

/* The command that removes it. */
static char *
describe_removal(const AudRoleSetting *setting)
{
	const char *database =
		setting->database != NULL ? quote_identifier(setting->database) : NULL;

	if (setting->role == NULL && database != NULL)
		return psprintf("ALTER DATABASE %s RESET %s removes it.",
						database,
						setting->name);
	return psprintf("ALTER ROLE %s%s%s RESET %s removes it.",
					setting->role != NULL ? quote_identifier(setting->role)
										  : "ALL",
					database != NULL ? " IN DATABASE " : "",
					database != NULL ? database : "",
					setting->name);
}

static const char *
shown_value(const AudRoleSetting *setting)
{
	return aud_redact_is_secret_setting(aud_guc_redact_plain(), setting->name)
			   ? AUD_REDACTED
			   : setting->value;
}

static void
record_setting(const AudRoleSetting *setting)
{
	AudSettingFacts facts = {
		.when = GetCurrentTimestamp(),
		.command = "START",
		.role = setting->role,
		.database = setting->database,
		.name = setting->name,
		.new_value = shown_value(setting),
	};

	aud_record_setting(&facts);
}

/* Not a matter of classes. */
static void
report_problem(const AudRoleSetting *setting, const AudConfigProblem *problem)
{
	AudFailure      failure = {.sqlstate = problem->sqlstate};
	AudSettingFacts facts = {
		.when = GetCurrentTimestamp(),
		.failure = &failure,
		.valid = problem->detail,
		.role = setting->role,
		.database = setting->database,
		.name = setting->name,
		.new_value = problem->value,
	};

	strlcpy(failure.message, problem->message, sizeof(failure.message));
	/* the server refuses to reset what it refuses to set */
	aud_config_problem_report(problem,
							  WARNING,
							  problem->sqlstate == ERRCODE_CANT_CHANGE_RUNTIME_PARAM
								  ? "RESET ALL for that role or database removes it, with all others."
								  : describe_removal(setting));
	aud_record_setting(&facts);
}

/* Is it in force?  Its fault is reported if not. */
static bool
check_setting(const AudRoleSetting *setting)
{
	AudConfigSource   source = {.stored = true};
	char             *owner = describe_owner(setting);
	AudConfigProblem *problem;

	source.other =
		psprintf("It is set for %s, and sessions start without it.", owner);
	problem = aud_config_problem_judge(setting->name, setting->value, &source);
	if (problem != NULL)
		report_problem(setting, problem);
	return problem == NULL;
}

static void
log_settings(List *settings)
{
	StringInfoData text;
	ListCell      *lc;

	if (settings == NIL)
	{
		ereport(LOG,
				errmsg("no role or database has secaudit settings of its own"));
		return;
	}
	initStringInfo(&text);
	foreach (lc, settings)
	{
		const AudRoleSetting *setting = lfirst(lc);
		char                 *owner = describe_owner(setting);

		if (foreach_current_index(lc) == LOGGED_MAX)
		{
			appendStringInfo(&text,
							 ", and %d more",
							 list_length(settings) - LOGGED_MAX);
			break;
		}
		appendStringInfo(&text,
						 "%s%s: %s = \"%s\"",
						 text.len > 0 ? ", " : "",
						 owner,
						 setting->name,
						 shown_value(setting));
	}
	ereport(LOG,
			errmsg("roles and databases have secaudit settings of their own"),
			errdetail("Settings are %s.", text.data));
}

static void
tell_settings(const AudReaderTask *task)
{
	List     *in_force = NIL;
	ListCell *lc;

	foreach (lc, aud_role_settings_read())
	{
		const AudRoleSetting *setting = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (!check_setting(setting))
			continue;
		in_force = lappend(in_force, lfirst(lc));
		if (task->wanted)
			record_setting(setting);
	}
	log_settings(in_force);
}

/*
 * A process in no database has the server's settings.  One in a database has
 * what that one sets for its sessions, which must not decide here.
 */
static void
choose_database(void)
{
	AudReaderTask task = {
		.database = aud_role_settings_database(),
		.wanted = (aud_config->log_classes & AUD_CLASS_CONFIG) != 0,
	};

	if (OidIsValid(task.database))
		start_worker(&task);
}

void
aud_role_settings_main(Datum arg)
{
	AudReaderTask task;

	memcpy(&task, MyBgworkerEntry->bgw_extra, sizeof(task));
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();

	/* the records are the server's, not that database's */
	aud_session_find_place();
	BackgroundWorkerInitializeConnectionByOid(task.database,
											  InvalidOid,
											  BGWORKER_BYPASS_ALLOWCONN);
	StartTransactionCommand();
	if (OidIsValid(task.database))
		tell_settings(&task);
	else
		choose_database();
	CommitTransactionCommand();
	proc_exit(0);
}
