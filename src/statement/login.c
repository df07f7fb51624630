/*-------------------------------------------------------------------------
 *
 * login.c
 *	  Sessions: refused, opened, ended.
 *
 * ClientAuthentication_hook says OK for logins that InitPostgres then refuses
 * (no such database, no CONNECT, connection limit) and is not called at all
 * where pg_hba.conf rejects.  So neither end of a login is taken from it: a
 * session is open when its first transaction commits, and a FATAL error
 * before that is a refusal, whoever raised it.  psql's first try without a
 * password ends without an error and is neither.
 *
 * Event triggers have the last word: where there are some, the session is open
 * when their transaction, the second one, has been committed.  An ERROR of
 * theirs ends the process, but the server may make it FATAL where no callback
 * hears of it.  So that refusal is recorded when the process exits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/event_trigger.h"
#include "libpq/auth.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "replication/walsender.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "utils/timestamp.h"

#include "buffer/inflight.h"
#include "core/class.h"
#include "core/json_write.h"
#include "facts/marks.h"
#include "record/identity.h"
#include "record/record.h"
#include "server/compat.h"
#include "server/settings.h"
#include "statement/acting.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/error.h"
#include "statement/login.h"
#include "statement/policy.h"
#include "statement/refused.h"
#include "statement/request.h"
#include "statement/statement.h"
#include "statement/xact.h"

static void
append_value(AudAuthentication *how, const char *key, const char *value,
			 size_t len)
{
	size_t used;

	if (len == 0)
		return;
	aud_json_key(&how->members, key);
	aud_buf_char(&how->members, '"');
	used =
		aud_json_escape_upto(&how->members, value, len, AUD_LOGIN_VALUE_MAX, NULL);
	aud_buf_char(&how->members, '"');
	if (used < len)
		how->cut[how->n_cut++] = key;
}

static void
append_member(AudAuthentication *how, const char *key, const char *value)
{
	append_value(how, key, value, value != NULL ? strlen(value) : 0);
}

static void
append_tls(AudAuthentication *how, Port *port)
{
#ifdef USE_SSL
	/* one more than is recorded, to see that it is cut */
	char dn[AUD_LOGIN_VALUE_MAX + 2];

	if (!port->ssl_in_use)
		return;
	append_member(how, "tls_version", be_tls_get_version(port));
	append_member(how, "tls_cipher", be_tls_get_cipher(port));
	be_tls_get_peer_subject_name(port, dn, sizeof(dn));
	append_member(how, "tls_client_dn", dn);
#endif
}

/* Found out while pg_hba.conf is in memory: no longer than the login itself. */
static void
find_authentication(Port *port)
{
	AudAuthentication *how = &aud_backend->login.how;

	aud_buf_init(&how->members, how->text, sizeof(how->text));
	how->n_cut = 0;
	memset(how->cut, 0, sizeof(how->cut));
	append_member(how, "authn", AUD_AUTHN_ID(port));
	if (port->hba != NULL)
	{
		append_member(how, "auth_method", hba_authname(port->hba->auth_method));
		if (port->hba->linenumber > 0)
			aud_json_member_uint(&how->members, "hba_line", port->hba->linenumber);
	}
	append_tls(how, port);
	if (am_walsender)
		append_member(how,
					  "replication",
					  am_db_walsender ? "database" : "physical");
}

/*
 * The server log's detail, but for the line of pg_hba.conf that it may quote:
 * there can be passwords in it, and its number is known.
 */
static void
append_detail(AudAuthentication *how, Port *port, const char *detail)
{
	size_t      len = strlen(detail);
	const char *quoted = port->hba != NULL && port->hba->rawline != NULL
							 ? strstr(detail, port->hba->rawline)
							 : NULL;

	if (quoted != NULL)
	{
		len = quoted - detail;
		while (len > 0 && detail[len - 1] != '\n')
			len--;
	}
	while (len > 0 && detail[len - 1] == '\n')
		len--;
	append_value(how, "detail", detail, len);
}

/* Longest list of rules in the record of an event. */
#define RULES_MAX 1024

/*
 * Record it, if it is wanted or rules say so, with the alerts that it raises.
 * At an error no catalog can be read any more.
 */
static void
record_session(const char *event, AudOutcome outcome, const AudFailure *failure,
			   const char *identity, const char *detail, const char *const *cut,
			   int64 duration_us, const AudStmtTags *tags, bool is_wanted)
{
	char          names[RULES_MAX];
	AudBuf        rules;
	AudVerdict    verdict = {0};
	AudEventFacts facts = {
		.event = event,
		.class = "session",
		.when = GetCurrentTimestamp(),
		.outcome = outcome,
		.failure = failure,
		.identity = identity,
		.detail = detail,
		.cut = cut,
		.duration_us = duration_us,
		.rules = names,
		.tags = tags,
	};

	aud_buf_init(&rules, names, sizeof(names));
	if (aud_config->rules != NULL)
	{
		aud_rules_judge_event(&facts,
							  MyProc != NULL ? MyProc->roleId : InvalidOid,
							  IsTransactionState() && failure == NULL &&
								  duration_us < 0,
							  &verdict);
		aud_rules_name_event(&rules, &verdict);
		if (verdict.decides != NULL)
			is_wanted = verdict.decides->action == AUD_RULE_LOG;
	}
	if (is_wanted || verdict.n_alerts > 0)
		aud_record_event(&facts);
	aud_rules_alert_event(&facts, &verdict);
}

bool
aud_login_is_open(void)
{
	return aud_backend->login.state == AUD_LOGIN_OPEN;
}

bool
aud_login_is_starting(void)
{
	return MyProcPort != NULL && aud_backend->login.state == AUD_LOGIN_STARTING;
}

/* Past all that the server itself checks, and not open yet. */
static bool
is_before_triggers_end(void)
{
	return aud_backend->login.state == AUD_LOGIN_PASSED ||
		   aud_backend->login.state == AUD_LOGIN_TRIGGERS;
}

/* log_detail: the server's own; NULL: there may be anything of a user in it. */
static void
record_refusal(const AudFailure *failure, const char *log_detail)
{
	AudAuthentication *how = &aud_backend->login.how;
	char               identity[NAMEDATALEN * 6 + 32];
	AudBuf             who;

	aud_buf_init(&who, identity, sizeof(identity));
	if (MyProcPort->user_name != NULL && MyProcPort->user_name[0] != '\0')
		aud_json_member(&who,
						"user",
						MyProcPort->user_name,
						strlen(MyProcPort->user_name));
	if (log_detail != NULL)
	{
		find_authentication(MyProcPort);
		append_detail(how, MyProcPort, log_detail);
	}
	record_session("session.auth",
				   AUD_OUTCOME_FAILURE,
				   failure,
				   who.truncated ? NULL : identity,
				   how->members.truncated ? NULL : how->text,
				   how->cut,
				   -1,
				   NULL,
				   aud_policy_wants_class(AUD_CLASS_SESSION));
	if (aud_backend->error.refuses_setting)
		aud_refused_alert(NULL, who.truncated ? NULL : identity);
}

/*
 * before_shmem_exit, after a FATAL error that may have been raised with locks
 * held: the process gives up all of them anyway, a little later.
 */
static void
record_late_refusal(int code, Datum arg)
{
	LWLockReleaseAll();
	record_refusal(&aud_backend->login.refusal,
				   aud_backend->login.refusal_detail);
}

void
aud_login_refused(void)
{
	AudLogin *login = &aud_backend->login;

	aud_error_taken();
	if (!aud_login_is_starting())
		return;
	if (aud_error_context_is_safe())
	{
		record_refusal(aud_error_last(), aud_error_detail());
		return;
	}
	if (!login->is_refused)
		before_shmem_exit(record_late_refusal, (Datum) 0);
	login->is_refused = true;
	login->refusal = *aud_error_last();
	strlcpy(login->refusal_detail,
			aud_error_detail(),
			sizeof(login->refusal_detail));
}

void
aud_login_rolled_back(void)
{
	if (!aud_error_is_open() || !aud_error_is_in_flight() ||
		!aud_login_is_starting())
		return;
	aud_error_taken();
	record_refusal(aud_error_last(), aud_error_detail());
}

/* Why the session ends, in the words of pg_stat_database where it has some. */
static const char *
end_reason(int sqlstate)
{
	switch (pgStatSessionEndCause)
	{
		case DISCONNECT_CLIENT_EOF:
			return "connection lost";
		case DISCONNECT_KILLED:
			return "terminated";
		case DISCONNECT_FATAL:
			switch (sqlstate)
			{
				case ERRCODE_ADMIN_SHUTDOWN:
					return "terminated";
				case ERRCODE_IDLE_SESSION_TIMEOUT:
				case ERRCODE_IDLE_IN_TRANSACTION_SESSION_TIMEOUT:
				case ERRCODE_TRANSACTION_TIMEOUT:
					return "timeout";
				default:
					/* class 08: nobody is there, or nobody who makes sense */
					return ERRCODE_TO_CATEGORY(sqlstate) ==
								   ERRCODE_CONNECTION_EXCEPTION
							   ? "connection lost"
							   : "fatal error";
			}
		default:
			return "disconnect";
	}
}

/* failure: what has ended it, or NULL. */
static void
record_end(const AudFailure *failure)
{
	char   detail[128];
	AudBuf b;

	aud_inflight_closing();
	aud_buf_init(&b, detail, sizeof(detail));
	aud_json_member_word(&b, "reason", end_reason(aud_error_last()->sqlstate));
	aud_json_member_uint(&b, "statements", aud_xact_records());
	record_session("session.end",
				   failure != NULL && failure->sqlstate != 0
					   ? AUD_OUTCOME_FAILURE
					   : AUD_OUTCOME_SUCCESS,
				   failure,
				   aud_identity_now(false)->json,
				   detail,
				   NULL,
				   GetCurrentTimestamp() - MyStartTimestamp,
				   aud_marks_acting(aud_identity_now(false), false),
				   aud_policy_wants_class(AUD_CLASS_SESSION));
}

/* before_shmem_exit: the process still has everything that a record needs. */
static void
session_ends(int code, Datum arg)
{
	bool was_open = aud_login_is_open();
	bool killed = pgStatSessionEndCause == DISCONNECT_FATAL ||
				  pgStatSessionEndCause == DISCONNECT_KILLED;
	const AudFailure *failure = killed ? aud_error_last() : NULL;

	if (!was_open && !is_before_triggers_end())
		return;
	LWLockReleaseAll(); /* see record_late_refusal */
	aud_error_write_unwritten();
	aud_request_session_ends(failure);
	aud_early_session_ends(failure);
	aud_statement_end_all(failure);
	aud_xact_session_ends(failure);
	aud_backend->login.state = AUD_LOGIN_OVER;
	if (was_open)
		record_end(failure);
	else
		record_refusal(aud_error_last(), NULL);
	aud_inflight_close();
}

static void
setting_given(const char *name, const char *old_value, const char *new_value,
			  void *arg)
{
	AudSettingFacts facts = {
		.when = GetCurrentTimestamp(),
		.command = "CONNECT",
		.identity = aud_identity_now(true)->json,
		.name = name,
		.old_value = old_value,
		.new_value = new_value,
	};

	aud_record_setting(&facts);
}

static void
record_start(const char *identity)
{
	const AudAuthentication *how = &aud_backend->login.how;

	record_session("session.start",
				   AUD_OUTCOME_SUCCESS,
				   NULL,
				   identity,
				   how->members.truncated ? NULL : how->text,
				   how->cut,
				   -1,
				   aud_marks_acting(aud_identity_now(false), false),
				   aud_backend->login.wants_start);
}

bool
aud_login_passed(void)
{
	AudLogin   *login = &aud_backend->login;
	const char *identity;
	int         given;

	if (!aud_login_is_starting())
		return false;
	login->state = AUD_LOGIN_TRIGGERS_FOLLOW ? AUD_LOGIN_PASSED : AUD_LOGIN_OPEN;
	before_shmem_exit(session_ends, (Datum) 0);
	find_authentication(MyProcPort);
	identity = aud_identity_now(true)->json;
	if (aud_policy_watching())
	{
		aud_begin_process();
		(void) aud_marks_acting(aud_identity_now(true), true);
	}

	/*
	 * Options of the connection are in force already, so it is not they that
	 * decide whether they and the session they are for are recorded.
	 */
	given = aud_settings_given(NULL, NULL);
	login->wants_end = aud_policy_wants_class(AUD_CLASS_SESSION);
	login->wants_start = login->wants_end || given > 0;
	if (aud_login_is_open())
		record_start(identity);
	if (given > 0)
		aud_settings_given(setting_given, NULL);
	aud_acting_start(given > 0);
	aud_record_open(aud_identity_now(true),
					login->wants_end && aud_login_is_open());
	return true;
}

void
aud_login_committed(void)
{
	AudLogin *login = &aud_backend->login;

	if (login->state == AUD_LOGIN_PASSED)
		login->state = AUD_LOGIN_TRIGGERS;
	else if (login->state == AUD_LOGIN_TRIGGERS)
	{
		login->state = AUD_LOGIN_OPEN;
		record_start(aud_identity_now(false)->json);
		aud_record_open(aud_identity_now(false), login->wants_end);
	}
}
