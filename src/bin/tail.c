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
		   "  -f, --follow             go on as the trail grows, from file to "
		   "file\n"
		   "  -n, --records=N          the last N records (default %d; with "
		   "--since=: all),\n"
		   "                           or \"all\"\n\n",
		   DEFAULT_RECORDS);
	aud_filter_help();
	aud_output_help();
	printf("  --raw                    the JSON lines as they are: --output=json\n"
		   "  -?, --help               print this help, then exit\n");
	aud_row_legend();
	printf("On a terminal lines are shortened to its width, elsewhere they are "
		   "not.\n"
		   "Exit status: 0, or 1 if a line is not a record, or 2 if something "
		   "could not\nbe read.\n");
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

	aud_output_begin(&tail->output);
	first = aud_tail_start(tail, &list, &from);
	for (size_t i = first; i < list.count && !ferror(stdout); i++)
	{
		bool last = i + 1 == list.count;

		if (last && tail->follow)
			break;
		print_file(tail, &list.files[i], from, last);
		from = (AudTailPosition){0, 1};
	}
	aud_output_end(&tail->output);
	if (tail->follow)
	{
		AudReaderFile newest = {0};

		tail->output.follow = true;

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
	OPT_UTC = 256,
	OPT_LOCAL,
	OPT_RAW,
	OPT_COLOR,
	OPT_OUTPUT,
	OPT_FIELDS,
	OPT_COLUMNS,
	OPT_ALL,
};

static const struct option own_options[] = {
	{"follow", no_argument, NULL, 'f'},
	{"records", required_argument, NULL, 'n'},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"raw", no_argument, NULL, OPT_RAW},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"output", required_argument, NULL, OPT_OUTPUT},
	{"fields", required_argument, NULL, OPT_FIELDS},
	{"columns", required_argument, NULL, OPT_COLUMNS},
	{"all", no_argument, NULL, OPT_ALL},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* What options say that has no place in AudTail. */
typedef struct Options
{
	AudColorWhen color;
	bool         counted; /* was -n given? */
	bool         all;     /* audit.* as well? */
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

/* Take one option over.  False, and reported, if its value is not valid. */
static bool
set_option(AudTail *tail, Options *options, int c, const char *arg)
{
	switch (c)
	{
		case 'f':
			tail->follow = true;
			return true;
		case 'n':
			options->counted = true;
			if (parse_count(arg, &tail->wanted))
				return true;
			aud_ctl_complain("invalid number of records: \"%s\"", arg);
			return false;
		case OPT_COLUMNS:
			return aud_row_set_columns(&tail->output.row, arg);
		case OPT_ALL:
			options->all = true;
			return true;
		case OPT_UTC:
		case OPT_LOCAL:
			tail->output.row.utc = c == OPT_UTC;
			return true;
		case OPT_RAW:
			tail->output.format = AUD_FORMAT_JSON;
			return true;
		case OPT_COLOR:
			return aud_ctl_color(arg, &options->color);
		case OPT_OUTPUT:
			return aud_output_set_format(&tail->output, arg);
		case OPT_FIELDS:
			return aud_output_set_fields(&tail->output, arg);
		default:
			return aud_filter_set(&tail->filter, c, arg);
	}
}

int
aud_cmd_tail(int argc, char **argv)
{
	static AudTail tail = {.wanted = DEFAULT_RECORDS};
	Options        options = {.color = AUD_COLOR_AUTO};
	int            status;
	int            c;

	opterr = 0;
	while (
		(c = getopt_long(argc, argv, ":fn:V", aud_filter_options(own_options), NULL)) !=
		-1)
	{
		if (aud_ctl_common_option(c, argv, "tail", print_help, &status))
			return status;
		if (c == OPT_FIELDS && strcmp(optarg, "help") == 0)
		{
			aud_keys_print();
			return AUD_EXIT_OK;
		}
		if (!set_option(&tail, &options, c, optarg))
			return aud_ctl_usage_error("tail");
	}
	/* only now is it known whether times are meant in UTC */
	if (!aud_filter_ready(&tail.filter, tail.output.row.utc))
		return aud_ctl_usage_error("tail");
	if (tail.filter.since != NULL && !options.counted)
		tail.wanted = AUD_TAIL_ALL;
	tail.output.hide = !options.all && !aud_filter_asks_for_audit(&tail.filter);
	tail.search.query = &tail.filter.query;
	aud_term_init(&tail.output.term, stdout, options.color);
	status = run(&tail, argc - optind, argv + optind);
	aud_search_free(&tail.search);
	aud_output_free(&tail.output);
	aud_filter_free(&tail.filter);
	return status;
}
