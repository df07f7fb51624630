/*-------------------------------------------------------------------------
 *
 * search.c
 *	  secauditctl search: the records of a trail that match.
 *
 * With --jobs several processes search a file each, into unnamed temporary
 * files that are printed in the files' order: threads would share the regular
 * expressions' memory, and there is nothing else that they could share.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bin/ctl.h"
#include "bin/filter.h"
#include "bin/output.h"
#include "core/search/file.h"

#define JOBS_MAX 256

typedef struct Search
{
	AudFilter filter;
	AudOutput output;
	uint64_t  limit; /* 0: none */
	bool      count; /* only how many */
	bool      quiet;
	bool      all; /* audit.* as well */
	int       jobs;

	AudSearch engine;
	uint64_t  shown;
	uint64_t  hidden; /* that match, but are not shown in a table */
	bool      damaged;
	bool      trouble;
} Search;

static void
print_help(void)
{
	printf(
		"secauditctl search prints the records of a trail that match, oldest "
		"first.\n\n"
		"Usage:\n"
		"  secauditctl search [OPTION]... [FILE|DIR]...\n\n"
		"  secauditctl search --since=yesterday --class=role,ddl --not-user=deploy\n"
		"  secauditctl search --object=public.card --access=select --output=csv\n\n");
	aud_filter_help();
	aud_output_help();
	printf("  --limit=N                the first N records\n"
		   "  --count                  only how many there are\n"
		   "  --jobs=N                 search N files at a time\n"
		   "  -q, --quiet              not a word on what was searched\n"
		   "  -?, --help               print this help, then exit\n");
	aud_row_legend();
	printf("Exit status: 0, or 1 if no record matches, or 2 if something could not "
		   "be read.\n");
}

/* ---- one file -------------------------------------------------------------------- */

static void
show_damage(Search *search, const AudFound *found)
{
	search->damaged = true;
	if (!search->quiet)
		aud_ctl_complain("%s:%llu: %s",
						 found->file->path,
						 (unsigned long long) aud_reader_number(found->file->path,
																found->line.offset),
						 found->damage);
}

static bool
show(AudSearch *engine, const AudFound *found)
{
	Search *search = engine->arg;

	if (found->damage != NULL)
	{
		show_damage(search, found);
		return true;
	}
	if (!search->count &&
		aud_output_hides(&search->output, found->line.data, found->line.len))
	{
		search->hidden++;
		return true;
	}
	if (!search->count &&
		!aud_output_record(&search->output, found->line.data, found->line.len))
	{
		AudFound damaged = *found;

		damaged.damage = "not a record, no JSON object";
		show_damage(search, &damaged);
		return true;
	}
	search->shown++;
	return (search->limit == 0 || search->shown < search->limit) &&
		   !ferror(search->output.term.out);
}

static void
search_file(Search *search, const AudReaderFile *file)
{
	AudError err = {0};

	(void) aud_search_file(&search->engine, file, &err);
	/* retention may have deleted it since it was listed */
	if (err.set && !aud_reader_is_gone(file->path, &err))
	{
		aud_ctl_error(&err);
		search->trouble = true;
	}
}

static bool
is_enough(const Search *search)
{
	return (search->limit > 0 && search->shown >= search->limit) ||
		   ferror(search->output.term.out);
}

/* ---- several files at a time -------------------------------------------------------- */

/* What a process that searched a file tells, in front of what it printed. */
typedef struct Report
{
	AudSearched searched;
	uint64_t    shown;
	uint64_t    hidden;
	bool        damaged;
	bool        trouble;
} Report;

typedef struct Job
{
	pid_t pid;
	FILE *result;
} Job;

/* In the process of a job: search the file, write what was found behind a report. */
static void
do_job(Search *search, const AudReaderFile *file, FILE *result)
{
	Report report = {.shown = 0};

	fwrite(&report, sizeof(report), 1, result);
	search->output.term.out = result;
	search_file(search, file);
	aud_output_end(&search->output);
	report.searched = search->engine.searched;
	report.shown = search->shown;
	report.hidden = search->hidden;
	report.damaged = search->damaged;
	report.trouble = search->trouble;
	rewind(result);
	fwrite(&report, sizeof(report), 1, result);
	_exit(fflush(result) == 0 ? 0 : 1);
}

static bool
start_job(Search *search, const AudReaderFile *file, Job *job)
{
	job->result = tmpfile();
	if (job->result == NULL)
		return false;
	fflush(stdout);
	fflush(stderr);
	job->pid = fork();
	if (job->pid == 0)
		do_job(search, file, job->result);
	return job->pid > 0;
}

static void
add_searched(AudSearched *sum, const AudSearched *one)
{
	sum->files += one->files;
	sum->lines += one->lines;
	sum->bytes += one->bytes;
	sum->matches += one->matches;
	if (sum->first_ts[0] == '\0')
		memcpy(sum->first_ts, one->first_ts, sizeof(sum->first_ts));
	if (one->last_ts[0] != '\0')
		memcpy(sum->last_ts, one->last_ts, sizeof(sum->last_ts));
}

/* Wait for a job, print what it found; false if it came to nothing. */
static bool
finish_job(Search *search, Job *job)
{
	Report report;
	char   piece[65536];
	size_t n;
	int    status;
	bool ok = waitpid(job->pid, &status, 0) == job->pid && WIFEXITED(status) &&
			  WEXITSTATUS(status) == 0;

	rewind(job->result);
	ok = ok && fread(&report, sizeof(report), 1, job->result) == 1;
	if (ok)
	{
		add_searched(&search->engine.searched, &report.searched);
		search->shown += report.shown;
		search->hidden += report.hidden;
		search->damaged |= report.damaged;
		search->trouble |= report.trouble;
		while ((n = fread(piece, 1, sizeof(piece), job->result)) > 0)
			fwrite(piece, 1, n, stdout);
	}
	fclose(job->result);
	return ok;
}

static void
search_in_jobs(Search *search, const AudReaderList *list)
{
	Job    jobs[JOBS_MAX] = {{0, NULL}};
	size_t n = (size_t) search->jobs;
	size_t started = 0;

	for (size_t done = 0; done < list->count; done++)
	{
		while (started < list->count && started < done + n)
		{
			if (!start_job(search, &list->files[started], &jobs[started % n]))
			{
				aud_ctl_complain("could not start a job: %s", strerror(errno));
				exit(AUD_EXIT_TROUBLE);
			}
			started++;
		}
		if (!finish_job(search, &jobs[done % n]))
		{
			aud_ctl_complain("the search of \"%s\" ended too early",
							 list->files[done].path);
			search->trouble = true;
		}
	}
}

/* ---- all -------------------------------------------------------------------------------- */

/* Where nothing matched: what was looked through, so that it is no riddle. */
static void
say_nothing_found(const Search *search)
{
	const AudSearched *s = &search->engine.searched;

	fprintf(stderr, "No record matches");
	if (search->hidden > 0)
		fprintf(stderr,
				" but %llu of the trail about itself (audit.*), which --all shows",
				(unsigned long long) search->hidden);
	fprintf(stderr,
			".  Looked through: %llu %s, %llu records",
			(unsigned long long) s->files,
			s->files == 1 ? "file" : "files",
			(unsigned long long) s->lines);
	if (s->first_ts[0] != '\0')
		fprintf(stderr, ", %s to %s", s->first_ts, s->last_ts);
	fprintf(stderr, ".\n");
}

static int
run(Search *search, int argc, char **argv)
{
	AudReaderList list = {0};

	if (!aud_ctl_operands(&argc, &argv, "search"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&list, argc, argv))
		search->trouble = true;
	search->engine.query = &search->filter.query;
	search->engine.found = show;
	search->engine.arg = search;
	if (!search->count)
		aud_output_begin(&search->output);
	if (search->jobs > 1 && search->limit == 0 && list.count > 1)
		search_in_jobs(search, &list);
	else
	{
		for (size_t i = 0; i < list.count && !is_enough(search); i++)
			search_file(search, &list.files[i]);
	}
	aud_output_end(&search->output);
	if (search->count)
		printf("%llu\n", (unsigned long long) search->shown);
	if (search->shown == 0 && !search->quiet && list.count > 0)
		say_nothing_found(search);
	aud_search_free(&search->engine);
	aud_reader_list_free(&list);
	return search->trouble      ? AUD_EXIT_TROUBLE
		   : search->shown == 0 ? AUD_EXIT_FAULT
								: AUD_EXIT_OK;
}

enum
{
	OPT_OUTPUT = 256,
	OPT_FIELDS,
	OPT_LIMIT,
	OPT_COUNT,
	OPT_UTC,
	OPT_LOCAL,
	OPT_COLOR,
	OPT_JOBS,
	OPT_COLUMNS,
	OPT_ALL,
};

static const struct option own_options[] = {
	{"output", required_argument, NULL, OPT_OUTPUT},
	{"fields", required_argument, NULL, OPT_FIELDS},
	{"columns", required_argument, NULL, OPT_COLUMNS},
	{"all", no_argument, NULL, OPT_ALL},
	{"limit", required_argument, NULL, OPT_LIMIT},
	{"count", no_argument, NULL, OPT_COUNT},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"jobs", required_argument, NULL, OPT_JOBS},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* A whole number from 1 to max; false, and reported, if it is none. */
static bool
parse_number(const char *option, const char *arg, unsigned long long max,
			 unsigned long long *n)
{
	char *end;

	errno = 0;
	*n = strtoull(arg, &end, 10);
	if (errno == 0 && *arg >= '0' && *arg <= '9' && *end == '\0' && *n >= 1 &&
		*n <= max)
		return true;
	aud_ctl_complain("invalid value for --%s: \"%s\"", option, arg);
	fprintf(stderr, "Expected a number from 1 to %llu.\n", max);
	return false;
}

/* Take one option over; false, and reported, if its value is not valid. */
static bool
set_option(Search *search, AudColorWhen *color, int c, const char *arg)
{
	unsigned long long n;

	switch (c)
	{
		case OPT_OUTPUT:
			return aud_output_set_format(&search->output, arg);
		case OPT_FIELDS:
			return aud_output_set_fields(&search->output, arg);
		case OPT_COLUMNS:
			return aud_row_set_columns(&search->output.row, arg);
		case OPT_ALL:
			search->all = true;
			return true;
		case OPT_LIMIT:
			if (!parse_number("limit", arg, UINT64_MAX, &n))
				return false;
			search->limit = n;
			return true;
		case OPT_COUNT:
			search->count = true;
			return true;
		case OPT_UTC:
		case OPT_LOCAL:
			search->output.row.utc = c == OPT_UTC;
			return true;
		case OPT_COLOR:
			return aud_ctl_color(arg, color);
		case OPT_JOBS:
			if (!parse_number("jobs", arg, JOBS_MAX, &n))
				return false;
			search->jobs = (int) n;
			return true;
		case 'q':
			search->quiet = true;
			return true;
		default:
			return aud_filter_set(&search->filter, c, arg);
	}
}

int
aud_cmd_search(int argc, char **argv)
{
	static Search search;
	AudColorWhen  color = AUD_COLOR_AUTO;
	int           status;
	int           c;

	opterr = 0;
	while (
		(c = getopt_long(argc, argv, ":qV", aud_filter_options(own_options), NULL)) !=
		-1)
	{
		if (aud_ctl_common_option(c, argv, "search", print_help, &status))
			return status;
		if (c == OPT_FIELDS && strcmp(optarg, "help") == 0)
		{
			aud_keys_print();
			return AUD_EXIT_OK;
		}
		if (!set_option(&search, &color, c, optarg))
			return aud_ctl_usage_error("search");
	}
	if (!aud_filter_ready(&search.filter, search.output.row.utc))
		return aud_ctl_usage_error("search");
	search.output.hide =
		!search.all && !aud_filter_asks_for_audit(&search.filter);
	aud_term_init(&search.output.term, stdout, color);
	status = run(&search, argc - optind, argv + optind);
	aud_output_free(&search.output);
	aud_filter_free(&search.filter);
	return status;
}
