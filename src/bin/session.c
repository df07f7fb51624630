/*-------------------------------------------------------------------------
 *
 * session.c
 *	  secauditctl session: a whole session, as a tree.
 *
 * The session is printed while it is read.  Held at a time is what ran inside
 *of one statement at its top level, until that statement's record comes.
 *
 *-------------------------------------------------------------------------
 */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/session.h"

static void
print_help(void)
{
	printf(
		"secauditctl session prints a whole session: its login, its statements with what\n"
		"ran inside of them, its transactions, how it ended, and what is missing.\n\n"
		"Usage:\n"
		"  secauditctl session [OPTION]... SESSION [FILE|DIR]...\n\n"
		"  secauditctl session 6a1b2c3d.1f4e\n"
		"  secauditctl session pid:8014 /var/log/postgresql/secaudit\n"
		"  secauditctl session 9f3c2a7b5d1e4f60:4711\n\n"
		"SESSION is the key \"session\" of its records (%%c in log_line_prefix), pid:PID,\n"
		"or the number of any of its records; with LOG: before it where several trails\n"
		"are read.  Without FILE or DIR, SECAUDIT_DIRECTORY names the trail's directory.\n\n"
		"  --absolute               times of day instead of times since its beginning\n"
		"  --columns=LIST           as those of \"secauditctl tail\"\n"
		"  --utc, --local           times in UTC, or local (default)\n"
		"  --color=WHEN             auto (default), always or never\n"
		"  -?, --help               print this help, then exit\n");
	aud_row_legend();
	printf("Up to %d records, or %d MB, that ran inside of one statement are held; of\n"
		   "more, the earlier ones are shown before it, as not in sight of it.\n"
		   "Exit status: 0, or 1 if there is no such session, or more than one, or 2 if\n"
		   "something could not be read.\n",
		   AUD_SESSION_HELD_RECORDS,
		   AUD_SESSION_HELD_BYTES / 1024 / 1024);
}

/* ---- which session ------------------------------------------------------------------- */

/* Note the session of a record, if it is another one. */
static bool
note_session(void *arg, AudRecord *record, const AudFound *found)
{
	AudSessions *sessions = arg;
	AudTarget    target;

	if (found->damage != NULL || !aud_target_of(&target, record))
		return true;
	for (size_t i = 0; i < sessions->n; i++)
		if (strcmp(sessions->targets[i].session, target.session) == 0 &&
			strcmp(sessions->targets[i].log, target.log) == 0)
			return true;
	if (sessions->n == AUD_SESSIONS_MAX)
	{
		sessions->more = true;
		return false;
	}
	sessions->targets[sessions->n] = target;
	snprintf(sessions->ts[sessions->n],
			 AUD_TS_SIZE,
			 "%s",
			 aud_record_text(record, "ts"));
	snprintf(sessions->users[sessions->n],
			 AUD_SESSION_USER,
			 "%s",
			 aud_record_text(record, "user"));
	sessions->n++;
	return sessions->of_number == 0;
}

/* The sessions of a process id, or of the record of a number. */
static void
look_up(AudSession *session, AudSessions *sessions)
{
	AudStr    condition = {0};
	AudAround around = {
		.list = &session->list,
		.log = session->target.log,
		.found = note_session,
		.arg = sessions,
	};

	if (session->target.seq > 0)
	{
		sessions->of_number = session->target.seq;
		around.first_seq = around.last_seq = session->target.seq;
		aud_around_search_number(&around);
	}
	else
	{
		aud_str_printf(&condition,
					   "{\"pid\":[{\"ge\":%" PRIu64 ",\"le\":%" PRIu64 "}]}",
					   session->target.pid,
					   session->target.pid);
		around.condition = condition.s;
		aud_around_search(&around);
	}
	session->trouble |= around.trouble;
	aud_around_free(&around);
	aud_str_free(&condition);
}

static void
list_sessions(const AudSession *session, const AudSessions *sessions,
			  const char *arg)
{
	const AudTerm *t = &session->term;

	aud_ctl_complain("%zu%s sessions are of \"%s\"; name one of them",
					 sessions->n,
					 sessions->more ? " and more" : "",
					 arg);
	for (size_t i = 0; i < sessions->n; i++)
	{
		aud_term_put_raw(t,
						 sessions->targets[i].log,
						 strlen(sessions->targets[i].log));
		fprintf(t->out, ":%s  ", sessions->targets[i].session);
		aud_term_put_raw(t, sessions->ts[i], strlen(sessions->ts[i]));
		fputs("  ", t->out);
		aud_term_put_raw(t, sessions->users[i], strlen(sessions->users[i]));
		fputc('\n', t->out);
	}
}

/* Find out which session is meant; false, and reported, if that is not one. */
static bool
resolve(AudSession *session, const char *arg)
{
	static AudSessions sessions;

	if (session->target.session[0] != '\0')
		return true;
	look_up(session, &sessions);
	if (sessions.n == 1)
	{
		session->target = sessions.targets[0];
		return true;
	}
	if (sessions.n > 1)
		list_sessions(session, &sessions, arg);
	else
		aud_ctl_complain("\"%s\" is of no session in these files", arg);
	return false;
}

static int
run(AudSession *session, const char *arg, int argc, char **argv)
{
	int status = AUD_EXIT_FAULT;

	if (!aud_ctl_operands(&argc, &argv, "session"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&session->list, argc, argv))
		session->trouble = true;
	if (session->list.count > 0 && resolve(session, arg))
	{
		aud_session_print(session);
		if (session->records > 0)
			status = AUD_EXIT_OK;
		else
			aud_ctl_complain("there is no session \"%s\" in these files", arg);
	}
	aud_reader_list_free(&session->list);
	return session->trouble ? AUD_EXIT_TROUBLE : status;
}

/* ---- options ------------------------------------------------------------------------- */

enum
{
	OPT_ABSOLUTE = 256,
	OPT_COLUMNS,
	OPT_UTC,
	OPT_LOCAL,
	OPT_COLOR,
};

static const struct option options[] = {
	{"absolute", no_argument, NULL, OPT_ABSOLUTE},
	{"columns", required_argument, NULL, OPT_COLUMNS},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
set_option(AudSession *session, AudColorWhen *color, int c, const char *arg)
{
	switch (c)
	{
		case OPT_ABSOLUTE:
			session->absolute = true;
			return true;
		case OPT_COLUMNS:
			return aud_row_set_columns(&session->row, arg);
		case OPT_UTC:
		case OPT_LOCAL:
			session->row.utc = c == OPT_UTC;
			return true;
		default:
			return aud_ctl_color(arg, color);
	}
}

int
aud_cmd_session(int argc, char **argv)
{
	static AudSession session;
	AudColorWhen      color = AUD_COLOR_AUTO;
	int               status;
	int               c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":V", options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "session", print_help, &status))
			return status;
		if (!set_option(&session, &color, c, optarg))
			return aud_ctl_usage_error("session");
	}
	if (optind == argc)
	{
		aud_ctl_complain("no session is named");
		return aud_ctl_usage_error("session");
	}
	if (!aud_target_parse(&session.target, argv[optind]))
	{
		aud_ctl_complain("\"%s\" is no session: expected its id as 6a1b2c3d.1f4e, pid:PID, or the "
						 "number of one of its records",
						 argv[optind]);
		return aud_ctl_usage_error("session");
	}
	aud_term_init(&session.term, stdout, color);
	return run(&session, argv[optind], argc - optind - 1, argv + optind + 1);
}
