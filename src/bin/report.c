/*-------------------------------------------------------------------------
 *
 * report.c
 *	  secauditctl report: what an auditor can take away.
 *
 * The trail is read once: verification hands out each line that it has looked
 * at, and its record is counted.  Memory does not grow with it.
 *
 * Charts are drawn by core/markup: a program that is installed on a server
 * cannot count on gnuplot there, and a page that needs scripts cannot be
 * archived with confidence.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/report.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bin/ctl.h"
#include "bin/timearg.h"

typedef struct Command
{
	AudReport     report;
	AudReaderList list;
	const char   *since; /* as given: --utc may come after them */
	const char   *until;
	const char   *output; /* NULL, "-": standard output */
	void (*write)(const AudDoc *doc, FILE *out);
	bool   progress;
	time_t shown_at;
	bool  *counted; /* files of the list that verification has begun with */
	bool   trouble;
} Command;

static void
print_help(void)
{
	printf(
		"secauditctl report makes a report of a trail, for people who audit.\n\n"
		"Usage:\n"
		"  secauditctl report [OPTION]... [FILE|DIR]...\n\n"
		"  secauditctl report --since=2026-01-01 --until=2026-04-01 -o q1.html DIR\n"
		"  secauditctl report --format=json DIR | jq .sections.logins\n\n"
		"The page is one file that needs no network and no scripts. It says whether "
		"the\ntrail is complete, and shows logins, privileged work, access to labelled "
		"data,\nchanges of roles and settings, alerts, and what they are evidence "
		"for.\nWithout FILE or DIR, SECAUDIT_DIRECTORY names the trail's "
		"directory.\n\n"
		"Options:\n"
		"      --since=TIME         from then on; what was before counts as known\n"
		"      --until=TIME         up to then, without it\n"
		"  -o, --output=FILE        write it there, readable by its owner alone; "
		"the file\n"
		"                           appears when it is complete\n"
		"      --format=FORMAT      html (default), json or csv: the same numbers\n"
		"      --redact             without constants of statements, values of "
		"settings,\n"
		"                           and what messages quote\n"
		"      --rows=N             rows of a table at most, default 200\n"
		"      --utc, --local       hours and days in UTC, or local (default)\n"
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0, or 1 if the trail is not sound, which the report says, or "
		"2 if\nsomething could not be read or written.\n");
}

/* ---- progress ----------------------------------------------------------------- */

static void
show_progress(Command *command, const char *what, size_t file)
{
	time_t now = time(NULL);

	if (!command->progress)
		return;
	if (command->shown_at != 0 && now != command->shown_at)
		fprintf(stderr,
				"\r\033[K%s: file %zu of %zu",
				what,
				file + 1,
				command->list.count);
	command->shown_at = now;
}

static void
check_progress(void *arg, size_t file, uint64_t offset)
{
	(void) offset;
	show_progress(arg, "checking", file);
}

/* ---- reading ------------------------------------------------------------------- */

static void
count_line(void *arg, size_t file, const AudLine *line)
{
	Command *command = arg;

	command->counted[file] = true;
	if (line->oversized ||
		!aud_report_count(&command->report, line->data, line->len))
		command->report.damaged++;
}

/* Only what was there when the file was listed. */
static bool
count_file(Command *command, size_t file, AudError *err)
{
	AudReader     r;
	AudLine       line;
	AudReadStatus status;

	if (!aud_reader_open(&r, command->list.files[file].path, err))
		return false;
	aud_reader_limit(&r, command->list.files[file].bytes);
	while ((status = aud_reader_next(&r, &line, err)) == AUD_READ_LINE)
	{
		count_line(command, file, &line);
		if ((line.number & 4095) == 0)
			show_progress(command, "counting", file);
	}
	aud_reader_close(&r);
	return status != AUD_READ_ERROR;
}

/*
 * Verification of a trail ends at a file that cannot be read.  What the others
 * hold is counted all the same.
 */
static void
count_rest(Command *command)
{
	for (size_t i = 0; i < command->list.count; i++)
	{
		AudError err = {0};

		/* retention may have deleted it since it was listed */
		if (!command->counted[i] && !count_file(command, i, &err) &&
			err.sys_errno != ENOENT)
			aud_ctl_error(&err);
	}
}

static void
read_all(Command *command, bool selection, AudVerifyResult *result)
{
	AudVerifyOptions options = {.selection = selection,
								.progress = check_progress,
								.line = count_line,
								.arg = command};
	AudError         err = {0};

	command->counted = aud_ctl_grow(NULL, command->list.count);
	memset(command->counted, 0, command->list.count);
	if (!aud_verify(&command->list, &options, result, &err))
	{
		aud_ctl_error(&err);
		command->trouble = true;
		count_rest(command);
	}
	free(command->counted);
}

/* ---- writing --------------------------------------------------------------------- */

/* A device or a pipe, which is written to; a file is replaced. */
static bool
is_special(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 && !S_ISREG(st.st_mode);
}

static bool
write_special(Command *command)
{
	FILE *out = fopen(command->output, "w");
	bool  done = false;

	if (out != NULL)
	{
		command->write(&command->report.doc, out);
		done = !ferror(out);
		done = fclose(out) == 0 && done;
	}
	return done;
}

/* What is there under the name stays until the new one is complete. */
static bool
write_regular(Command *command)
{
	AudStr name = {0};
	FILE  *out;
	int    fd;
	bool   done = false;

	aud_str_add(&name, command->output);
	aud_str_add(&name, ".XXXXXX");
	fd = mkstemp(name.s);
	out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (out != NULL)
	{
		command->write(&command->report.doc, out);
		done = !ferror(out) && fflush(out) == 0 && fsync(fd) == 0;
		done = fclose(out) == 0 && done && rename(name.s, command->output) == 0;
	}
	if (!done && fd >= 0)
	{
		int why = errno;

		(void) unlink(name.s);
		errno = why;
	}
	aud_str_free(&name);
	return done;
}

static bool
write_file(Command *command)
{
	if (is_special(command->output) ? write_special(command)
									: write_regular(command))
		return true;
	aud_ctl_complain("could not write \"%s\": %s",
					 command->output,
					 strerror(errno));
	return false;
}

static int
finish(Command *command, const AudVerifyResult *result)
{
	if (command->progress)
		fputs("\r\033[K", stderr);
	if (command->output == NULL || strcmp(command->output, "-") == 0)
		command->write(&command->report.doc, stdout);
	else if (!write_file(command))
		return AUD_EXIT_TROUBLE;
	return command->trouble         ? AUD_EXIT_TROUBLE
		   : result->all_faults > 0 ? AUD_EXIT_FAULT
									: AUD_EXIT_OK;
}

static int
run(Command *command, int argc, char **argv)
{
	AudVerifyResult result = {0};
	int             status;

	if (!aud_ctl_operands(&argc, &argv, "report"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&command->list, argc, argv))
		command->trouble = true;
	if (command->list.count == 0)
	{
		aud_reader_list_free(&command->list);
		return AUD_EXIT_TROUBLE;
	}
	command->progress = isatty(STDERR_FILENO);
	aud_report_begin(&command->report);
	read_all(command, aud_ctl_only_files(argc, argv), &result);
	aud_report_build_check(&command->report,
						   &command->list,
						   &result,
						   !command->trouble);
	aud_report_build(&command->report);
	status = finish(command, &result);
	aud_verify_free(&result);
	aud_reader_list_free(&command->list);
	return status;
}

/* ---- options ----------------------------------------------------------------------- */

enum
{
	OPT_SINCE = 256,
	OPT_UNTIL,
	OPT_FORMAT,
	OPT_REDACT,
	OPT_ROWS,
	OPT_UTC,
	OPT_LOCAL,
};

static const struct option options[] = {
	{"since", required_argument, NULL, OPT_SINCE},
	{"until", required_argument, NULL, OPT_UNTIL},
	{"output", required_argument, NULL, 'o'},
	{"format", required_argument, NULL, OPT_FORMAT},
	{"redact", no_argument, NULL, OPT_REDACT},
	{"rows", required_argument, NULL, OPT_ROWS},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
set_format(Command *command, const char *arg)
{
	if (strcmp(arg, "html") == 0)
		command->write = aud_doc_write_html;
	else if (strcmp(arg, "json") == 0)
		command->write = aud_doc_write_json;
	else if (strcmp(arg, "csv") == 0)
		command->write = aud_doc_write_csv;
	else
	{
		aud_ctl_complain("invalid value for --format: \"%s\"", arg);
		fputs("Expected html, json or csv.\n", stderr);
		return false;
	}
	return true;
}

static bool
set_rows(AudReport *report, const char *arg)
{
	char         *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*arg >= '0' && *arg <= '9' && *end == '\0' && n >= 1 &&
		n <= AUD_REPORT_KEYS)
	{
		report->rows = n;
		return true;
	}
	aud_ctl_complain("invalid value for --rows: \"%s\"", arg);
	fprintf(stderr, "Expected a number from 1 to %d.\n", AUD_REPORT_KEYS);
	return false;
}

static bool
set_option(Command *command, int c, const char *arg)
{
	switch (c)
	{
		case OPT_SINCE:
			command->since = arg;
			return true;
		case OPT_UNTIL:
			command->until = arg;
			return true;
		case 'o':
			command->output = arg;
			return true;
		case OPT_FORMAT:
			return set_format(command, arg);
		case OPT_REDACT:
			command->report.redact = true;
			return true;
		case OPT_ROWS:
			return set_rows(&command->report, arg);
		default:
			command->report.utc = c == OPT_UTC;
			return true;
	}
}

static bool
set_time(const char *option, const char *arg, bool utc, char *ts)
{
	if (arg == NULL || aud_timearg_parse(arg, utc, ts))
		return true;
	aud_ctl_complain("invalid value for %s: \"%s\"", option, arg);
	fputs(aud_timearg_forms, stderr);
	return false;
}

static bool
ready(Command *command)
{
	AudReport *report = &command->report;

	if (report->utc)
	{
		setenv("TZ", "UTC", 1);
		tzset();
	}
	return set_time("--since", command->since, report->utc, report->since) &&
		   set_time("--until", command->until, report->utc, report->until);
}

static void
free_all(Command *command)
{
	AudReport *report = &command->report;

	for (int i = 0; i < AUD_RTS; i++)
		aud_tally_free(&report->tallies[i]);
	aud_doc_free(&report->doc);
	aud_str_free(&report->key);
	aud_str_free(&report->text);
	free(report->room);
}

int
aud_cmd_report(int argc, char **argv)
{
	static Command command = {.report = {.rows = 200},
							  .write = aud_doc_write_html};
	int            status;
	int            c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:V", options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "report", print_help, &status))
			return status;
		if (!set_option(&command, c, optarg))
			return aud_ctl_usage_error("report");
	}
	tzset();
	if (!ready(&command))
		return aud_ctl_usage_error("report");
	status = run(&command, argc - optind, argv + optind);
	free_all(&command);
	return status;
}
