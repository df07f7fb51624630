/*-------------------------------------------------------------------------
 *
 * tail.c
 *	  secauditctl tail: print records in readable form, follow a trail.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/tail.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_RECORDS 10
#define MAX_RECORDS     10000000

static void
on_interrupt(int signo)
{
	(void) signo;
	aud_tail_interrupted = 1;
}

static void
print_help(void)
{
	printf("secauditctl tail prints audit records, one per line, in aligned "
		   "columns.\n\n"
		   "Usage:\n"
		   "  secauditctl tail [OPTION]... [FILE|DIR]...\n\n"
		   "DIR is a trail's directory; without FILE or DIR, the environment "
		   "variable\nSECAUDIT_DIRECTORY names it.\n\n"
		   "Options:\n"
		   "  -f, --follow         go on as the trail grows, from file to file\n"
		   "  -n, --records=N      the last N records (default %d; with --since: "
		   "all),\n"
		   "                       or \"all\"\n"
		   "      --user=LIST      only these users (session or effective)\n"
		   "      --class=LIST     only these classes (read, write, ddl, ...)\n"
		   "      --outcome=LIST   only these outcomes (success, failure, "
		   "partial, unknown)\n"
		   "      --event=LIST     only these events; \"session\" stands for all "
		   "session.*\n"
		   "      --since=TIME     only from then on: \"2026-01-31 23:59\", "
		   "\"10min\", \"2h\", \"1d\"\n"
		   "      --utc            show and read times in UTC, not local time\n"
		   "      --raw            the JSON lines as they are\n"
		   "      --color=WHEN     auto (default), always or never\n"
		   "  -?, --help           print this help, then exit\n\n"
		   "LIST is separated by commas. On a terminal lines are shortened to "
		   "its width,\nelsewhere they are not.\n\n"
		   "Exit status: 0, or 1 if a line is not a record, or 2 if something "
		   "could not be read.\n",
		   DEFAULT_RECORDS);
}

static void
print_file(AudTail *tail, const AudReaderFile *file, AudTailPosition from,
		   bool last)
{
	AudReader r;

	if (!aud_tail_open(tail, &r, file, from))
		return;
	if (aud_tail_drain(tail, &r, file) && !last)
		aud_tail_torn_end(tail, &r, file);
	aud_reader_close(&r);
}

static void
catch_interrupts(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};

	/* no SA_RESTART: the pause ends at once */
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int
run(AudTail *tail, int argc, char **argv)
{
	AudReaderList   list = {0};
	AudTailPosition from;
	size_t          first;

	if (!aud_ctl_operands(&argc, &argv, "tail"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_list(&list, argc, argv))
		tail->trouble = true;
	if (tail->trouble && list.count == 0)
	{
		aud_reader_list_free(&list);
		return AUD_EXIT_TROUBLE;
	}
	if (list.count == 0 && !tail->follow)
	{
		aud_ctl_complain("there are no trail files in \"%s\"", argv[0]);
		return AUD_EXIT_TROUBLE;
	}
	if (tail->follow)
		catch_interrupts();

	first = aud_tail_start(tail, &list, &from);
	for (size_t i = first; i < list.count && !ferror(stdout); i++)
	{
		bool last = i + 1 == list.count;

		if (last && tail->follow)
			break;
		print_file(tail, &list.files[i], from, last);
		from = (AudTailPosition){0, 1};
	}
	if (tail->follow)
	{
		AudReaderFile newest = {0};

		if (list.count > 0)
		{
			newest = list.files[list.count - 1];
			list.files[list.count - 1].path = NULL;
		}
		aud_tail_follow(tail, argc, argv, &newest, from);
	}
	aud_reader_list_free(&list);
	return tail->trouble   ? AUD_EXIT_TROUBLE
		   : tail->damaged ? AUD_EXIT_FAULT
						   : AUD_EXIT_OK;
}

enum
{
	OPT_USER = 256,
	OPT_CLASS,
	OPT_OUTCOME,
	OPT_EVENT,
	OPT_SINCE,
	OPT_UTC,
	OPT_RAW,
	OPT_COLOR,
};

static const struct option long_options[] = {
	{"follow", no_argument, NULL, 'f'},
	{"records", required_argument, NULL, 'n'},
	{"user", required_argument, NULL, OPT_USER},
	{"class", required_argument, NULL, OPT_CLASS},
	{"outcome", required_argument, NULL, OPT_OUTCOME},
	{"event", required_argument, NULL, OPT_EVENT},
	{"since", required_argument, NULL, OPT_SINCE},
	{"utc", no_argument, NULL, OPT_UTC},
	{"raw", no_argument, NULL, OPT_RAW},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* What options say that has no place in AudTail. */
typedef struct Options
{
	AudColorWhen color;
	const char  *since;
	bool         counted; /* was -n given? */
} Options;

static bool
parse_count(const char *arg, uint64_t *wanted)
{
	char *end;

	if (strcmp(arg, "all") == 0)
	{
		*wanted = AUD_TAIL_ALL;
		return true;
	}
	errno = 0;
	*wanted = strtoull(arg, &end, 10);
	return errno == 0 && *arg >= '0' && *arg <= '9' && *end == '\0' &&
		   *wanted <= MAX_RECORDS;
}

static bool
parse_color(const char *arg, AudColorWhen *when)
{
	if (arg == NULL || strcmp(arg, "always") == 0)
		*when = AUD_COLOR_ALWAYS;
	else if (strcmp(arg, "auto") == 0)
		*when = AUD_COLOR_AUTO;
	else if (strcmp(arg, "never") == 0)
		*when = AUD_COLOR_NEVER;
	else
		return false;
	return true;
}

/*
 * Take one option over.  False, with *bad naming what its value should have
 * been, if that is not valid.
 */
static bool
set_option(AudTail *tail, Options *options, int c, const char *arg,
		   const char **bad)
{
	bool ok = true;

	switch (c)
	{
		case 'f':
			tail->follow = true;
			break;
		case 'n':
			options->counted = true;
			*bad = "number of records";
			ok = parse_count(arg, &tail->wanted);
			break;
		case OPT_USER:
			tail->filter.user = arg;
			break;
		case OPT_CLASS:
			tail->filter.class_ = arg;
			break;
		case OPT_OUTCOME:
			tail->filter.outcome = arg;
			break;
		case OPT_EVENT:
			tail->filter.event = arg;
			break;
		case OPT_SINCE:
			options->since = arg;
			break;
		case OPT_UTC:
			tail->row.utc = true;
			break;
		case OPT_RAW:
			tail->raw = true;
			break;
		case OPT_COLOR:
			*bad = "value for --color";
			ok = parse_color(arg, &options->color);
			break;
	}
	return ok;
}

int
aud_cmd_tail(int argc, char **argv)
{
	AudTail     tail = {.wanted = DEFAULT_RECORDS};
	Options     options = {.color = AUD_COLOR_AUTO};
	const char *bad = NULL;
	int         status;
	int         c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":fn:V", long_options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "tail", print_help, &status))
			return status;
		if (!set_option(&tail, &options, c, optarg, &bad))
		{
			aud_ctl_complain("invalid %s: \"%s\"", bad, optarg);
			return aud_ctl_usage_error("tail");
		}
	}
	/* only now is it known whether the time is meant in UTC */
	if (options.since != NULL &&
		!aud_timearg_parse(options.since, tail.row.utc, tail.filter.since))
	{
		aud_ctl_complain("invalid time: \"%s\"", options.since);
		return aud_ctl_usage_error("tail");
	}
	if (options.since != NULL && !options.counted)
		tail.wanted = AUD_TAIL_ALL;
	aud_term_init(&tail.term, stdout, options.color);
	return run(&tail, argc - optind, argv + optind);
}
