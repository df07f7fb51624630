/*-------------------------------------------------------------------------
 *
 * stats.c
 *	  secauditctl stats: what a trail adds up to.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/stats.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"
#include "core/nearest.h"
#include "core/search/file.h"

typedef struct Command
{
	AudFilter    filter;
	AudSearch    engine;
	AudStats     stats;
	AudColorWhen color;
	bool         json;
	bool         trouble;
} Command;

static void
print_help(void)
{
	printf(
		"secauditctl stats counts the records of a trail.\n\n"
		"Usage:\n"
		"  secauditctl stats [OPTION]... [FILE|DIR]...\n\n"
		"  secauditctl stats --since=yesterday --by=login,right\n"
		"  secauditctl stats --object=public.card --by=user,client --top=20\n\n");
	aud_filter_help();
	printf(
		"\nWhat is counted:\n"
		"  --by=LIST                of class, outcome, user, client, object, hour, "
		"login,\n"
		"                           right, statement (these if none is given), "
		"event,\n"
		"                           command, db, app, day\n"
		"  --top=N                  rows of a table, default 10; of hours and "
		"days all\n"
		"  --sort=WHAT              highest first: records (default), failed, "
		"rows or\n"
		"                           duration\n"
		"\nOutput:\n"
		"  --json                   print one JSON object\n"
		"  --utc, --local           times in UTC, or local (default)\n"
		"  --color=WHEN             auto (default), always or never\n"
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0, or 1 if no record matches, or 2 if something could not "
		"be read.\n");
}

/* ---- counting -------------------------------------------------------------------- */

static bool
count(AudSearch *engine, const AudFound *found)
{
	AudStats *stats = engine->arg;

	if (found->damage != NULL)
		stats->damaged++;
	else
		aud_stats_count(stats, found->line.data, found->line.len);
	return true;
}

static void
count_file(Command *command, const AudReaderFile *file)
{
	AudError err = {0};

	(void) aud_search_file(&command->engine, file, &err);
	/* retention may have deleted it since it was listed */
	if (err.set && !aud_reader_is_gone(file->path, &err))
	{
		aud_ctl_error(&err);
		command->trouble = true;
	}
}

static int
run(Command *command, int argc, char **argv)
{
	AudReaderList list = {0};
	AudTerm       term;

	if (!aud_ctl_operands(&argc, &argv, "stats"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&list, argc, argv))
		command->trouble = true;
	command->engine.query = &command->filter.query;
	command->engine.found = count;
	command->engine.arg = &command->stats;
	for (size_t i = 0; i < list.count; i++)
		count_file(command, &list.files[i]);
	if (list.count > 0 && command->json)
		aud_stats_print_json(&command->stats, &command->engine.searched);
	else if (list.count > 0)
	{
		aud_term_init(&term, stdout, command->color);
		aud_stats_print(&command->stats, &term, &command->engine.searched);
	}
	aud_search_free(&command->engine);
	aud_reader_list_free(&list);
	return command->trouble                   ? AUD_EXIT_TROUBLE
		   : command->stats.sums.records == 0 ? AUD_EXIT_FAULT
											  : AUD_EXIT_OK;
}

/* ---- options --------------------------------------------------------------------- */

enum
{
	OPT_BY = 256,
	OPT_TOP,
	OPT_SORT,
	OPT_JSON,
	OPT_UTC,
	OPT_LOCAL,
	OPT_COLOR,
};

static const struct option own_options[] = {
	{"by", required_argument, NULL, OPT_BY},
	{"top", required_argument, NULL, OPT_TOP},
	{"sort", required_argument, NULL, OPT_SORT},
	{"json", no_argument, NULL, OPT_JSON},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
add_table(AudStats *stats, const char *name, size_t len)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, name, len);
	for (int i = 0; i < AUD_STATS_TABLES; i++)
	{
		const char *known = aud_stats_kinds[i].name;

		aud_nearest_try(&nearest, known);
		if (strlen(known) == len && memcmp(known, name, len) == 0)
		{
			stats->wanted[i] = true;
			return true;
		}
	}
	aud_ctl_complain("invalid value for --by: \"%.*s\"", (int) len, name);
	aud_ctl_nearest(nearest.name);
	fputs("There are:", stderr);
	for (int i = 0; i < AUD_STATS_TABLES; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "", aud_stats_kinds[i].name);
	fputs(".\n", stderr);
	return false;
}

static bool
set_tables(AudStats *stats, const char *list)
{
	bool any = false;

	while (*list != '\0')
	{
		size_t len = strcspn(list, ",");

		if (len > 0 && !add_table(stats, list, len))
			return false;
		any = any || len > 0;
		list += len + (list[len] == ',');
	}
	if (!any)
		aud_ctl_complain("invalid value for --by: \"\"");
	return any;
}

static bool
set_top(AudStats *stats, const char *arg)
{
	char         *end;
	unsigned long n;

	errno = 0;
	n = strtoul(arg, &end, 10);
	if (errno == 0 && *arg >= '0' && *arg <= '9' && *end == '\0' && n >= 1 &&
		n <= AUD_TALLY_KEYS)
	{
		stats->top = n;
		return true;
	}
	aud_ctl_complain("invalid value for --top: \"%s\"", arg);
	fprintf(stderr, "Expected a number from 1 to %d.\n", AUD_TALLY_KEYS);
	return false;
}

static bool
set_order(AudStats *stats, const char *arg)
{
	static const struct
	{
		const char   *name;
		AudTallyOrder order;
	} orders[] = {
		{"records", AUD_TALLY_BY_RECORDS},
		{"failed", AUD_TALLY_BY_FAILED},
		{"rows", AUD_TALLY_BY_ROWS},
		{"duration", AUD_TALLY_BY_DURATION},
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
	{
		if (strcmp(arg, orders[i].name) == 0)
		{
			stats->order = orders[i].order;
			return true;
		}
	}
	aud_ctl_complain("invalid value for --sort: \"%s\"", arg);
	fprintf(stderr, "Expected records, failed, rows or duration.\n");
	return false;
}

/* Take one option over; false, and reported, if its value is not valid. */
static bool
set_option(Command *command, int c, const char *arg)
{
	switch (c)
	{
		case OPT_BY:
			return set_tables(&command->stats, arg);
		case OPT_TOP:
			return set_top(&command->stats, arg);
		case OPT_SORT:
			return set_order(&command->stats, arg);
		case OPT_JSON:
			command->json = true;
			return true;
		case OPT_UTC:
		case OPT_LOCAL:
			command->stats.utc = c == OPT_UTC;
			return true;
		case OPT_COLOR:
			return aud_ctl_color(arg, &command->color);
		default:
			return aud_filter_set(&command->filter, c, arg);
	}
}

/* The usual tables where none is asked for. */
static void
set_defaults(AudStats *stats)
{
	bool any = false;

	for (int i = 0; i < AUD_STATS_TABLES; i++)
		any = any || stats->wanted[i];
	for (int i = 0; i < AUD_STATS_TABLES && !any; i++)
		stats->wanted[i] = aud_stats_kinds[i].by_default;
}

static void
free_all(Command *command)
{
	for (int i = 0; i < AUD_STATS_TABLES; i++)
		aud_tally_free(&command->stats.tallies[i]);
	aud_str_free(&command->stats.text);
	free(command->stats.room);
	aud_filter_free(&command->filter);
}

int
aud_cmd_stats(int argc, char **argv)
{
	static Command command = {.stats = {.top = 10}};
	int            status;
	int            c;

	opterr = 0;
	while (
		(c = getopt_long(argc, argv, ":V", aud_filter_options(own_options), NULL)) !=
		-1)
	{
		if (aud_ctl_common_option(c, argv, "stats", print_help, &status))
			return status;
		if (!set_option(&command, c, optarg))
			return aud_ctl_usage_error("stats");
	}
	if (!aud_filter_ready(&command.filter, command.stats.utc))
		return aud_ctl_usage_error("stats");
	set_defaults(&command.stats);
	status = run(&command, argc - optind, argv + optind);
	free_all(&command);
	return status;
}
