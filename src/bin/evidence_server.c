/*-------------------------------------------------------------------------
 *
 * evidence_server.c
 *	  What a run of secauditctl evidence makes on the server, and removes.
 *
 * All names begin with secaudit_evidence_ and eight random hex digits, so
 * nothing that was there before can be hit.  Removal drops what is there under
 * these names and does not mind what is not: it is the same after a failure
 * in the middle.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "bin/ctl.h"
#include "bin/evidence.h"
#include "bin/str.h"

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	(void) number;
	interrupted = 1;
}

bool
aud_evidence_interrupted(void)
{
	return interrupted != 0;
}

static void
catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static const char *
name_suffix(char letter)
{
	switch (letter)
	{
		case 'd':
			return "_db";
		case 'b':
			return "_bob";
		case 'j':
			return "_joe";
		case 'u':
			return "_unknown";
		case 'l':
			return "_nologin";
		case 'n':
			return "_limit";
		case 'e':
			return "_expired";
		default:
			return NULL;
	}
}

char *
aud_evidence_expand(const AudEvidence *ev, const char *text)
{
	AudStr out = {0};

	aud_str_reset(&out);
	for (const char *c = text; *c != '\0'; c++)
	{
		const char *suffix = *c == '%' ? name_suffix(c[1]) : NULL;

		if (suffix != NULL)
			aud_str_printf(&out, "%s%s", ev->prefix, suffix);
		else if (*c == '%' && c[1] == 'p')
			aud_str_add(&out, ev->password);
		else
		{
			aud_str_char(&out, *c);
			continue;
		}
		c++;
	}
	return out.s;
}

static void
ignore_notice(void *arg, const char *message)
{
	(void) arg;
	(void) message;
}

static const char *
given(const PQconninfoOption *options, const char *keyword)
{
	for (; options && options->keyword; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val;
	return NULL;
}

PGconn *
aud_evidence_connect(AudEvidence *ev, const char *options, bool limit)
{
	PQconninfoOption *all = PQconninfo(ev->admin);
	char             *text = aud_evidence_expand(ev, options);
	PQconninfoOption *own = PQconninfoParse(text, NULL);
	const char       *keys[128];
	const char       *values[128];
	const char       *settings = given(own, "options");
	AudStr            limited = {0};
	int               n = 0;
	PGconn           *conn;

	/* an empty value counts for nothing in libpq: it would not replace the other */
	for (PQconninfoOption *o = all; o && o->keyword && n < 80; o++)
		if (o->val != NULL && o->val[0] != '\0' && given(own, o->keyword) == NULL)
		{
			keys[n] = o->keyword;
			values[n++] = o->val;
		}
	for (PQconninfoOption *o = own; o && o->keyword && n < 120; o++)
		if (o->val != NULL)
		{
			keys[n] = o->keyword;
			values[n++] = o->val;
		}
	if (settings == NULL)
		settings = given(all, "options");
	if (limit)
	{
		/* before the user's, who may want another limit; the last "options" counts */
		aud_str_printf(&limited,
					   "-c statement_timeout=%ds %s",
					   AUD_EVIDENCE_LIMIT,
					   settings ? settings : "");
		keys[n] = "options";
		values[n++] = limited.s;
	}
	keys[n] = NULL;
	values[n] = NULL;
	conn = PQconnectdbParams(keys, values, 0);
	aud_str_free(&limited);
	PQconninfoFree(all);
	PQconninfoFree(own);
	free(text);
	PQsetNoticeProcessor(conn, ignore_notice, NULL);
	return conn;
}

/*
 * The server of the connection string, which may be just a database's name. How
 * long a connection may take is inherited by those of the tests.
 */
static PGconn *
connect_plain(const char *conninfo)
{
	static const char *const keys[] = {"connect_timeout",
									   "dbname",
									   "fallback_application_name",
									   NULL};
	const char              *wait = getenv("PGCONNECT_TIMEOUT");
	const char *values[] = {wait ? wait : "60", conninfo, "secauditctl", NULL};
	PGconn     *conn = PQconnectdbParams(keys, values, 1);

	PQsetNoticeProcessor(conn, ignore_notice, NULL);
	return conn;
}

/* Run statements; false, and reported unless quiet, if one fails. */
static bool
run(AudEvidence *ev, PGconn *conn, const char *const *statements, bool quiet)
{
	bool ok = true;

	for (size_t i = 0; statements[i] != NULL; i++)
	{
		char     *sql = aud_evidence_expand(ev, statements[i]);
		PGresult *result = PQexec(conn, sql);

		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		{
			ok = false;
			if (!quiet)
				aud_ctl_complain("%s", PQresultErrorMessage(result));
		}
		PQclear(result);
		free(sql);
		if (!ok && !quiet)
			return false;
	}
	return ok;
}

/* The first value of a query, to be freed; NULL: none, or it failed. */
static char *
ask(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	char     *value = NULL;

	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0 &&
		!PQgetisnull(result, 0, 0))
		value = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	return value;
}

/* Is it a server that the tests can be done on? */
static bool
may_begin(AudEvidence *ev, bool yes)
{
	static const char others[] =
		"SELECT count(*) FROM pg_catalog.pg_roles"
		" WHERE rolcanlogin AND rolname <> session_user";
	char *super = ask(ev->admin, "SELECT current_setting('is_superuser')");
	char *loaded = ask(ev->admin, "SELECT current_setting('secaudit.log', true)");
	char *users = ask(ev->admin, others);
	bool  ok = false;

	if (super == NULL || strcmp(super, "on") != 0)
		aud_ctl_complain("the tests need a superuser");
	else if (loaded == NULL)
		aud_ctl_complain("the server has not loaded secaudit");
	else if (!yes && (users == NULL || strcmp(users, "0") != 0))
		aud_ctl_complain("the server has %s other login roles; the tests make "
						 "and remove roles, a database and records: --yes runs "
						 "them all the same",
						 users ? users : "some");
	else
		ok = true;
	free(super);
	free(loaded);
	free(users);
	return ok;
}

/* In the server's database. */
static const char *const make_cluster[] = {
	"CREATE DATABASE %d TEMPLATE template0",
	"CREATE ROLE %b LOGIN PASSWORD '%p'",
	"CREATE ROLE %j",
	"CREATE ROLE %l NOLOGIN PASSWORD '%p'",
	"CREATE ROLE %n LOGIN CONNECTION LIMIT 0 PASSWORD '%p'",
	"CREATE ROLE %e LOGIN PASSWORD '%p' VALID UNTIL '2000-01-01'",
	NULL,
};

/* In our own. */
static const char *const make_database[] = {
	"CREATE EXTENSION secaudit",
	"CREATE TABLE stig_test (a int, b text)",
	"CREATE SCHEMA sx",
	"CREATE TABLE sx.t (i int)",
	"CREATE TABLE columns (a int, b int)",
	"GRANT SELECT (a) ON columns TO %b",
	"CREATE FUNCTION closed() RETURNS int LANGUAGE sql AS 'SELECT 1'",
	"REVOKE ALL ON FUNCTION closed() FROM PUBLIC",
	"CREATE TABLE rls (i int)",
	"ALTER TABLE rls ENABLE ROW LEVEL SECURITY",
	"CREATE POLICY none ON rls USING (false)",
	"INSERT INTO rls VALUES (1)",
	"GRANT ALL ON rls TO %b",
	"CREATE TABLE seen (a int, b int, c int)",
	"GRANT SELECT ON seen TO %b",
	"GRANT SELECT ON seen TO %j",
	"CREATE TABLE card (n int)",
	"SECURITY LABEL FOR secaudit ON TABLE card IS 'pci_chd'",
	NULL,
};

static const char *const remove_all[] = {
	"DROP DATABASE IF EXISTS %d WITH (FORCE)",
	"DROP ROLE IF EXISTS %b",
	"DROP ROLE IF EXISTS %j",
	"DROP ROLE IF EXISTS %l",
	"DROP ROLE IF EXISTS %n",
	"DROP ROLE IF EXISTS %e",
	"DROP ROLE IF EXISTS %u",
	NULL,
};

static bool
make_names(AudEvidence *ev)
{
	unsigned char bytes[20];
	AudStr        hex = {0};

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
	{
		aud_ctl_complain("no random numbers");
		return false;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		aud_str_printf(&hex, "%02x", bytes[i]);
	snprintf(ev->prefix, sizeof(ev->prefix), "secaudit_evidence_%.8s", hex.s);
	snprintf(ev->password, sizeof(ev->password), "%s", hex.s + 8);
	aud_str_free(&hex);
	return true;
}

bool
aud_evidence_begin(AudEvidence *ev, bool yes)
{
	PGconn *own;
	bool    ok;

	ev->admin = connect_plain(ev->conninfo);
	if (PQstatus(ev->admin) != CONNECTION_OK)
	{
		aud_ctl_complain("%s", PQerrorMessage(ev->admin));
		return false;
	}
	if (!may_begin(ev, yes) || !make_names(ev))
		return false;
	ev->server_version = PQparameterStatus(ev->admin, "server_version");
	catch_signals();
	ev->made = true;
	if (!run(ev, ev->admin, make_cluster, false))
		return false;
	own = aud_evidence_connect(ev, "dbname=%d", false);
	ok = PQstatus(own) == CONNECTION_OK && run(ev, own, make_database, false);
	if (PQstatus(own) != CONNECTION_OK)
		aud_ctl_complain("%s", PQerrorMessage(own));
	ev->secaudit_version =
		ask(own,
			"SELECT extversion FROM pg_extension WHERE extname = 'secaudit'");
	if (ok)
	{
		/* the records are read in our database, which has the functions */
		PQfinish(ev->admin);
		ev->admin = own;
		ev->server_version = PQparameterStatus(own, "server_version");
	}
	else
		PQfinish(own);
	return ok;
}

bool
aud_evidence_end(AudEvidence *ev)
{
	bool    ok = true;
	PGconn *conn;

	if (ev->made)
	{
		/* a database is not dropped by who is in it, and a dead server may be up again */
		conn = connect_plain(ev->conninfo);
		ok = PQstatus(conn) == CONNECTION_OK && run(ev, conn, remove_all, true);
		if (!ok)
			aud_ctl_complain("what was made could not all be removed; it is named "
							 "%s_*: %s",
							 ev->prefix,
							 PQerrorMessage(conn));
		PQfinish(conn);
	}
	PQfinish(ev->admin);
	free(ev->secaudit_version);
	return ok;
}
