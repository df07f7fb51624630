/*-------------------------------------------------------------------------
 *
 * session_print.c
 *	  secauditctl session: its head, its records, its end.
 *
 * Records of a session are numbered without a gap (ssn), so what is missing is
 * known, whatever else the trail holds.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/row_text.h"
#include "bin/session.h"
#include "bin/timearg.h"

#define COLUMNS_WIDE \
	"time,seq,outcome,class,command,user,objects,rows,duration,text"
#define COLUMNS_NARROW "time,outcome,command,objects,text"

#define NARROW 110

static void
show_row(void *arg, AudRecord *record, int depth)
{
	AudSession *session = arg;

	aud_row_print(&session->term, record, depth, &session->row);
}

/* ---- head ------------------------------------------------------------------------- */

static void
put_fact(const AudSession *session, const char *name, const char *value)
{
	const AudTerm *t = &session->term;

	if (*value == '\0')
		return;
	fprintf(t->out, "  %-10s", name);
	aud_term_put_raw(t, value, strlen(value));
	fputc('\n', t->out);
}

static void
put_time(const AudSession *session, const char *name, const char *ts)
{
	char   date[80];
	char   time_of_day[80];
	AudStr text = {0};

	aud_timearg_show(ts,
					 session->row.utc,
					 date,
					 sizeof(date),
					 time_of_day,
					 sizeof(time_of_day));
	aud_str_printf(&text,
				   "%s%s%s%s",
				   date,
				   *date ? " " : "",
				   time_of_day,
				   session->row.utc ? " UTC" : "");
	put_fact(session, name, text.s);
	aud_str_free(&text);
}

/* " (what)" of a key, where the record has it. */
static void
add_key(AudStr *to, AudRecord *record, const char *before, const char *key,
		const char *behind)
{
	const AudJsonValue *value = aud_record_get(record, key);

	if (value == NULL)
		return;
	aud_str_add(to, before);
	aud_record_add_value(to, value);
	aud_str_add(to, behind);
}

static void
put_head(AudSession *session, AudRecord *record)
{
	const AudTerm *t = &session->term;
	bool           starts = aud_record_is(record, "event", "session.start");
	AudStr         text = {0};

	aud_term_color(t, AUD_COLOR_BOLD);
	fprintf(t->out, "Session %s of log ", session->target.session);
	aud_term_put_raw(t, session->target.log, strlen(session->target.log));
	aud_term_color(t, AUD_COLOR_NONE);
	fputc('\n', t->out);
	if (starts)
		put_time(session, "began", session->began);

	aud_str_reset(&text);
	aud_str_add(&text, aud_record_text(record, "user"));
	if (aud_record_is_true(record, "superuser"))
		aud_str_add(&text, " (superuser)");
	put_fact(session, "user", text.s);
	put_fact(session, "database", aud_record_text(record, "db"));

	aud_str_reset(&text);
	add_key(&text, record, "", "client_addr", "");
	add_key(&text, record, ":", "client_port", "");
	add_key(&text, record, "", "backend", "");
	add_key(&text, record, " ", "worker", "");
	put_fact(session, "from", text.len > 0 ? text.s : "[local]");
	put_fact(session, "app", aud_record_text(record, "app"));

	aud_str_reset(&text);
	add_key(&text, record, "", "auth_method", "");
	add_key(&text, record, " as ", "authn", "");
	add_key(&text, record, ", line ", "hba_line", " of pg_hba.conf");
	add_key(&text, record, ", ", "tls_version", "");
	put_fact(session,
			 "login",
			 starts ? text.s : "its record is not in these files");

	aud_str_reset(&text);
	add_key(&text, record, "", "pid", "");
	add_key(&text, record, " on ", "node", "");
	put_fact(session, "process", text.s);
	fputc('\n', t->out);
	aud_str_free(&text);
}

/* ---- records ------------------------------------------------------------------------ */

static void
put_note(const AudSession *session, const char *text)
{
	const AudTerm *t = &session->term;

	aud_term_color(t, AUD_COLOR_BRIGHT_YELLOW);
	fputs(text, t->out);
	aud_term_color(t, AUD_COLOR_NONE);
	fputc('\n', t->out);
}

/* Say which records are missing before this one; a split one has several lines. */
static void
check_number(AudSession *session, const AudRecord *record)
{
	AudStr   text = {0};
	uint64_t ssn;

	if (!aud_record_number(record, "ssn", &ssn) || ssn == session->last_ssn)
		return;
	if (ssn < session->last_ssn)
		aud_str_printf(&text,
					   "record %" PRIu64 " stands behind record %" PRIu64,
					   ssn,
					   session->last_ssn);
	else if (ssn == session->last_ssn + 2)
		aud_str_printf(&text, "record %" PRIu64 " is not in these files", ssn - 1);
	else if (ssn > session->last_ssn + 1)
		aud_str_printf(&text,
					   "records %" PRIu64 "-%" PRIu64 " are not in these files",
					   session->last_ssn + 1,
					   ssn - 1);
	if (text.len > 0)
		put_note(session, text.s);
	if (ssn > session->last_ssn)
	{
		session->missing += ssn - session->last_ssn - 1;
		session->last_ssn = ssn;
	}
	aud_str_free(&text);
}

static void
begin(AudSession *session, AudRecord *record)
{
	if (session->target.log[0] == '\0')
		snprintf(session->target.log,
				 AUD_LOG_SIZE,
				 "%s",
				 aud_record_text(record, "log"));
	if (aud_record_is(record, "event", "session.start"))
		snprintf(session->began,
				 sizeof(session->began),
				 "%s",
				 aud_record_text(record, "ts"));
	else
		aud_target_since(&session->target, 0, session->began);
	if (!session->absolute)
		session->row.began = session->began;
	put_head(session, record);
}

/* A record of another log under the same id is of another server's session. */
static bool
is_foreign(AudSession *session, AudRecord *record)
{
	const char *log = aud_record_text(record, "log");

	if (session->records == 0 ||
		strncmp(session->target.log, log, AUD_LOG_SIZE - 1) == 0)
		return false;
	snprintf(session->other_log, AUD_LOG_SIZE, "%s", log);
	return true;
}

static bool
take(void *arg, AudRecord *record, const AudFound *found)
{
	AudSession *session = arg;

	if (found->damage != NULL)
	{
		aud_ctl_complain("%s:%" PRIu64 ": %s",
						 found->file->path,
						 aud_reader_number(found->file->path, found->line.offset),
						 found->damage);
		return true;
	}
	if (is_foreign(session, record))
		return true;
	if (session->records++ == 0)
		begin(session, record);
	check_number(session, record);
	session->failures += aud_record_is(record, "outcome", "failure") &&
						 !aud_record_is(record, "event", "transaction") &&
						 !aud_record_is(record, "event", "alert");
	if (aud_record_is(record, "event", "session.end"))
	{
		aud_nest_flush(&session->nest);
		aud_str_reset(&session->end);
		aud_str_put(&session->end, record->line, record->len);
		/* what is missing may stand behind its end, if somebody has put it there */
		return session->missing > 0 || ferror(session->term.out);
	}
	if (!aud_record_is(record, "event", "session.start"))
		aud_nest_add(&session->nest, record);
	return !ferror(session->term.out);
}

/* ---- end ----------------------------------------------------------------------------- */

static void
put_end(AudSession *session)
{
	const AudTerm *t = &session->term;
	AudRecord      record = {0};
	AudStr         text = {0};
	uint64_t       us;

	fputc('\n', t->out);
	if (session->end.len == 0 ||
		!aud_record_read(&record, session->end.s, session->end.len))
	{
		if (!session->background)
			put_note(session, "  its end is not in these files");
	}
	else
	{
		put_time(session, "ended", aud_record_text(&record, "ts"));
		aud_str_reset(&text);
		if (aud_record_number(&record, "duration_us", &us))
			aud_row_duration(&text, us);
		put_fact(session, "after", text.s);
		aud_str_reset(&text);
		add_key(&text, &record, "", "reason", "");
		add_key(&text, &record, ", ", "sqlstate", "");
		put_fact(session, "by", text.s);
	}
	aud_str_reset(&text);
	aud_str_printf(&text,
				   "%" PRIu64 ", %" PRIu64 " of them failures; ",
				   session->records,
				   session->failures);
	if (session->missing > 0)
		aud_str_printf(&text, "%" PRIu64 " missing", session->missing);
	else
		aud_str_add(&text, "none is missing");
	put_fact(session, "records", text.s);
	if (session->other_log[0] != '\0')
	{
		aud_str_reset(&text);
		aud_str_printf(&text,
					   "%s has a session of this id as well: session %s:%s",
					   session->other_log,
					   session->other_log,
					   session->target.session);
		put_fact(session, "log", text.s);
	}
	aud_str_free(&text);
	aud_record_free(&record);
}

void
aud_session_print(AudSession *session)
{
	AudStr condition = {0};
	char log[AUD_LOG_SIZE]; /* as it was asked for: the other one will be found out */
	AudAround around = {
		.list = &session->list,
		.log = strcpy(log, session->target.log),
		.found = take,
		.arg = session,
	};

	session->nest.show = show_row;
	session->nest.arg = session;
	session->nest.max_records = AUD_SESSION_HELD_RECORDS;
	session->nest.max_bytes = AUD_SESSION_HELD_BYTES;
	if (session->row.n_columns == 0 &&
		!aud_row_set_columns(&session->row,
							 session->term.width > 0 && session->term.width < NARROW
								 ? COLUMNS_NARROW
								 : COLUMNS_WIDE))
		return;
	if (!session->term.tty)
		setvbuf(session->term.out, NULL, _IOFBF, 64 * 1024);
	aud_around_condition(&condition, session->target.session, NULL);
	around.condition = condition.s;
	aud_target_since(&session->target, AUD_TARGET_MARGIN_S, around.since);
	aud_around_search(&around);
	aud_nest_flush(&session->nest);
	if (session->records > 0)
		put_end(session);
	session->trouble |= around.trouble;
	aud_around_free(&around);
	aud_nest_free(&session->nest);
	aud_str_free(&session->end);
	aud_str_free(&condition);
}
