/*-------------------------------------------------------------------------
 *
 * evidence_run.c
 *	  One test of secauditctl evidence: do it, and look for its records.
 *
 * A record counts if it is of the test's own session and comes after the
 * records of the steps before.  Those of failed logins have no session that
 * the client knows: there it is the name that was offered, which nobody else
 * uses, and the place in the trail at which the test began.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bin/ctl.h"
#include "bin/evidence.h"
#include "bin/str.h"

typedef struct Session
{
	PGconn *conn;
	char    id[32]; /* empty: not known */
} Session;

typedef struct Run
{
	AudEvidence *ev;
	int64_t      from; /* records before this number are of an earlier test */
	Session      dba;
	Session      bob;
	json_t      *steps;
	const char  *status;
	char        *reason;
} Run;

static void
give_up(Run *run, const char *status, const char *reason)
{
	size_t len = strlen(reason);

	run->status = status;
	free(run->reason);
	while (len > 0 && reason[len - 1] == '\n')
		len--;
	run->reason = strndup(reason, len);
}

/* The first of the records after *after that fulfils the conditions. */
static json_t *
find(json_t *records, const char *expect, int64_t *after)
{
	size_t  i;
	json_t *record;

	json_array_foreach(records, i, record)
	{
		int64_t seq = json_integer_value(json_object_get(record, "seq"));

		if (seq > *after && aud_evidence_matches(record, expect))
		{
			*after = seq;
			return record;
		}
	}
	return NULL;
}

/* ---- doing ------------------------------------------------------------------------------ */

static void
close_session(Session *session)
{
	PQfinish(session->conn);
	session->conn = NULL;
	session->id[0] = '\0';
}

static bool
open_session(Run *run, Session *session, const char *options)
{
	AudStr    sql = {0};
	PGresult *result;

	if (session->conn != NULL)
		return true;
	session->id[0] = '\0';
	session->conn = aud_evidence_connect(run->ev, options, true);
	if (PQstatus(session->conn) != CONNECTION_OK)
	{
		give_up(run, "not_run", PQerrorMessage(session->conn));
		return false;
	}
	aud_str_printf(&sql,
				   "SELECT to_hex(trunc(extract(epoch FROM backend_start))::bigint) || '.' ||"
				   " to_hex(pid) FROM pg_stat_activity WHERE pid = %d",
				   PQbackendPID(session->conn));
	result = PQexec(run->ev->admin, sql.s);
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		snprintf(session->id, sizeof(session->id), "%s", PQgetvalue(result, 0, 0));
	else
		give_up(run, "not_run", "the session is not in pg_stat_activity");
	PQclear(result);
	aud_str_free(&sql);
	return session->id[0] != '\0';
}

/* All results of a statement, COPY's data thrown away; the SQLSTATE of the last. */
static void
execute(PGconn *conn, const char *sql, char *sqlstate)
{
	PGresult *result;
	char     *data;

	strcpy(sqlstate, "00000");
	if (!PQsendQuery(conn, sql))
		return;
	while ((result = PQgetResult(conn)) != NULL)
	{
		const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);

		if (code != NULL)
			snprintf(sqlstate, 6, "%s", code);
		if (PQresultStatus(result) == PGRES_COPY_OUT)
			while (PQgetCopyData(conn, &data, 0) > 0)
				PQfreemem(data);
		if (PQresultStatus(result) == PGRES_COPY_IN)
			PQputCopyEnd(conn, NULL);
		PQclear(result);
	}
}

/* A statement of a step; false: the server has cancelled it. */
static bool
perform_statement(Run *run, Session *session, const char *sql, char *sqlstate)
{
	execute(session->conn, sql, sqlstate);
	if (strcmp(sqlstate, "57014") != 0)
		return true;
	give_up(run, "not_run", "the server has cancelled a statement");
	return false;
}

/* Wait until the session is gone, for at most five seconds. */
static void
await_end(Run *run, int pid)
{
	AudStr sql = {0};

	aud_str_printf(&sql,
				   "DO $$BEGIN FOR i IN 1..100 LOOP PERFORM pg_stat_clear_snapshot();"
				   " EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %d);"
				   " PERFORM pg_sleep(0.05); END LOOP; END$$",
				   pid);
	PQclear(PQexec(run->ev->admin, sql.s));
	aud_str_free(&sql);
}

static void
end_session(Run *run, Session *session, const char *how)
{
	char   sqlstate[6];
	int    pid = PQbackendPID(session->conn);
	AudStr sql = {0};

	aud_str_printf(&sql, "SELECT pg_terminate_backend(%d)", pid);
	if (strcmp(how, "\\kill") == 0)
		PQclear(PQexec(run->ev->admin, sql.s));
	else if (strcmp(how, "\\idle") == 0)
		execute(session->conn, "SET idle_session_timeout = '50ms'", sqlstate);
	else
	{
		/* without the message that says good-bye, as when a client is killed */
		if (strcmp(how, "\\drop") == 0)
			shutdown(PQsocket(session->conn), SHUT_RDWR);
		PQfinish(session->conn);
		session->conn = NULL;
	}
	await_end(run, pid);
	aud_str_free(&sql);
}

/* What is no SQL: ends of sessions, and what the protocol offers beside it. */
static bool
perform_special(Run *run, Session *session, const char *what)
{
	static const char *const values[] = {"4711"};

	if (strcmp(what, "\\bind") == 0)
		PQclear(PQexecParams(session->conn,
							 "SELECT * FROM card WHERE n = $1::int",
							 1,
							 NULL,
							 values,
							 NULL,
							 NULL,
							 0));
	else if (strcmp(what, "\\twice") == 0)
	{
		Session second = {0};
		bool    ok = open_session(run, &second, "user=%b password=%p");

		if (ok)
		{
			const char *why = NULL;
			int64_t     after = run->from;
			json_t     *records =
				aud_evidence_records(run->ev, second.id, NULL, run->from, &why);

			if (find(records, "event=session.start", &after) == NULL ||
				strcmp(second.id, session->id) == 0)
				give_up(run,
						"not_met",
						"the second session has no record of its own");
			json_decref(records);
		}
		close_session(&second);
		return ok;
	}
	else if (strncmp(what, "\\connect ", 9) == 0)
	{
		close_session(session);
		return open_session(run, session, what + 9);
	}
	else
		end_session(run, session, what);
	return true;
}

/* Try a login that must fail. */
static bool
perform_login(Run *run, const char *what)
{
	PGconn *conn = aud_evidence_connect(run->ev, what, true);
	bool    failed = PQstatus(conn) != CONNECTION_OK;

	if (!failed)
		give_up(run, "not_run", "pg_hba.conf lets this login in");
	else if (strstr(what, "password=''") != NULL &&
			 !PQconnectionNeedsPassword(conn))
	{
		give_up(run, "not_run", "no password is asked for, or PGPASSWORD has one");
		failed = false;
	}
	PQfinish(conn);
	return failed;
}

/* ---- the step, and its records
 * ------------------------------------------------------------- */

/* Events of the session's begin come before the first statement, so from the start. */
static void
look(Run *run, const AudEvidenceStep *step, const char *session, json_t *entry,
	 int64_t *after)
{
	char       *expect = aud_evidence_expand(run->ev, step->expect);
	char       *user = aud_evidence_expand(run->ev, "%b");
	const char *named = strstr(expect, "user=");
	const char *why = NULL;
	json_t     *records;
	json_t     *record;
	int64_t     from = run->from;
	bool        none;

	if (session == NULL && named != NULL)
	{
		free(user);
		user = strdup(named + strlen("user="));
		if (user == NULL)
			abort();
		user[strcspn(user, ";")] = '\0';
	}
	none = strncmp(expect, "none:", 5) == 0;
	if (none)
		PQclear(PQexec(run->ev->admin, "SELECT pg_sleep(0.5)"));
	records = aud_evidence_records(run->ev, session, user, run->from, &why);
	record = find(records,
				  none ? expect + 5 : expect,
				  none || strncmp(expect, "event=s", 7) == 0 ? &from : after);
	json_object_set_new(entry, "expected", json_string(expect));
	if (records == NULL)
		give_up(run,
				"not_run",
				why != NULL ? why : "the records could not be read");
	else if (none && record == NULL)
		json_object_set_new(entry, "absent", json_true());
	else if (none || record == NULL)
	{
		give_up(run,
				"not_met",
				none ? "there is a record that must not be"
					 : "there is no record as expected");
		json_object_set(entry, "session_records", records);
	}
	else
		json_object_set(entry, "record", record);
	json_decref(records);
	free(expect);
	free(user);
}

static void
perform_step(Run *run, const AudEvidenceStep *step, int64_t *after)
{
	Session *session = step->who == AUD_BY_DBA ? &run->dba : &run->bob;
	char    *shown = aud_evidence_expand(run->ev, step->what);
	json_t  *entry = json_object();
	char     sqlstate[6] = "";
	bool     done;
	char    *id = NULL;

	if (step->who == AUD_BY_LOGIN)
		done = perform_login(run, step->what);
	else
	{
		done = open_session(run,
							session,
							step->who == AUD_BY_DBA ? "dbname=%d"
													: "user=%b password=%p");
		if (done && step->what[0] == '\\')
			done = perform_special(run, session, step->what);
		else if (done)
			done = perform_statement(run, session, shown, sqlstate);
		id = session->id[0] != '\0' ? strdup(session->id) : NULL;
	}
	json_object_set_new(entry,
						"as",
						json_string(step->who == AUD_BY_DBA ? "superuser"
									: step->who == AUD_BY_BOB ? "role without rights"
															  : "login"));
	/* a password that we made up is not for documents either */
	json_object_set_new(entry,
						"did",
						json_string(step->who == AUD_BY_LOGIN || step->what[0] == '\\'
										? step->what
										: shown));
	if (sqlstate[0] != '\0')
		json_object_set_new(entry, "sqlstate", json_string(sqlstate));
	if (done && step->expect != NULL)
		look(run, step, id, entry, after);
	json_array_append_new(run->steps, entry);
	if (step->what[0] == '\\' && step->who != AUD_BY_LOGIN &&
		session->id[0] != '\0' &&
		(session->conn == NULL || PQstatus(session->conn) != CONNECTION_OK ||
		 strstr("\\end \\kill \\idle \\drop", step->what) != NULL))
		close_session(session);
	free(id);
	free(shown);
}

/* Where a test is not met because of a setting, say which. */
static void
blame_setting(Run *run, const char *setting)
{
	const char *values[] = {setting};
	AudStr      reason = {0};
	PGresult   *result;

	if (setting == NULL || strcmp(run->status, "not_met") != 0)
		return;
	result = PQexecParams(run->ev->admin,
						  "SELECT current_setting($1)",
						  1,
						  NULL,
						  values,
						  NULL,
						  NULL,
						  0);
	if (PQresultStatus(result) == PGRES_TUPLES_OK &&
		strcmp(PQgetvalue(result, 0, 0), "off") == 0)
	{
		aud_str_printf(&reason, "%s is off", setting);
		give_up(run, "not_met", reason.s);
	}
	PQclear(result);
	aud_str_free(&reason);
}

json_t *
aud_evidence_perform(AudEvidence *ev, const AudEvidenceTest *test)
{
	Run     run = {.ev = ev, .status = "met", .steps = json_array()};
	json_t *result = json_object();
	int64_t after;

	if (test->needs != NULL && strncmp(test->needs, "secaudit.", 9) != 0)
		give_up(&run, "not_run", test->needs);
	else if ((run.from = aud_evidence_position(ev)) < 0)
		give_up(&run, "not_run", "the trail could not be read");
	after = run.from;
	for (size_t i = 0;
		 strcmp(run.status, "not_run") != 0 && i < AUD_EVIDENCE_STEPS &&
		 test->steps[i].who != AUD_BY_NOBODY;
		 i++)
		perform_step(&run, &test->steps[i], &after);
	blame_setting(&run, test->needs);
	close_session(&run.dba);
	close_session(&run.bob);
	json_object_set_new(result, "check_id", json_string(test->id));
	json_object_set_new(result, "controls", json_string(test->controls));
	json_object_set_new(result, "title", json_string(test->title));
	json_object_set_new(result, "status", json_string(run.status));
	if (run.reason != NULL)
		json_object_set_new(result, "reason", json_string(run.reason));
	json_object_set_new(result, "steps", run.steps);
	free(run.reason);
	return result;
}
