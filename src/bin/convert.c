/*-------------------------------------------------------------------------
 *
 * convert.c
 *	  secauditctl convert: the records of a trail in the formats of other
 *	  programs, as a stream.
 *
 * What is no record is reported with its file and line, counted, and the rest
 * goes on: a store gets all that there is, and whoever runs this learns that
 * something is not.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bin/ctl.h"
#include "bin/filter.h"
#include "core/convert/convert.h"
#include "core/search/file.h"

/* How many lines that are no records are named; more are only counted. */
#define NAMED_MAX 20

static const char too_long[] = "not a record, line too long";

typedef struct Convert
{
	AudFilter         filter;
	AudConvert        engine;
	AudPgauditOptions pgaudit;
	AudSearch         search;
	bool              filtered;
	bool              quiet;
	uint64_t          broken;
	bool              trouble;
} Convert;

static void
print_help(void)
{
	printf("secauditctl convert prints the records of a trail in the format of "
		   "other programs.\n\n"
		   "Usage:\n"
		   "  secauditctl convert --to=FORMAT [OPTION]... [FILE|DIR]...\n\n"
		   "  secauditctl convert --to=ecs --since=yesterday > bulk.ndjson\n"
		   "  secauditctl tail -f --raw TRAIL | secauditctl convert --to=ocsf -\n\n"
		   "With -, records are read from standard input.\n\n");
	for (const AudTargetName *target = aud_targets; target->name != NULL; target++)
	{
		printf("  --to=%-8s%s%s",
			   target->name,
			   target->says,
			   target->versions[1] != NULL ? ", version" : "");
		for (int i = 0;
			 target->versions[1] != NULL && target->versions[i] != NULL;
			 i++)
			printf("%s %s", i > 0 ? "," : "", target->versions[i]);
		printf("\n");
	}
	printf(
		"  --to=NAME:VERSION        not the first of them: ecs:9, cef:1\n"
		"  --log-parameter          pgaudit: with parameters, as pgaudit.log_parameter\n"
		"  --log-relation           pgaudit: a line for each table, as pgaudit.log_relation\n"
		"  --log-line-prefix=PREFIX pgaudit: whole lines of the server's log, which begin\n"
		"                           as with this log_line_prefix: \"%%m [%%p] %%q%%u@%%d \"\n"
		"  --utc                    the times below are meant as UTC\n"
		"  -q, --quiet              do not name lines that are no records\n"
		"  -?, --help               print this help, then exit\n\n");
	aud_filter_help();
	printf("Exit status: 0, or 1 if a line was no record, or 2 if something could "
		   "not be read.\n");
}

/* ---- lines -------------------------------------------------------------------- */

static void
write_out(void *arg, const char *line, size_t len)
{
	(void) arg;
	fwrite(line, 1, len, stdout);
}

static void
report(Convert *convert, const char *path, uint64_t number, const char *fault)
{
	AudField at = convert->engine.fields.at;

	/* it is of this line: the next one may be no record before it is looked at */
	convert->engine.fields.at = AUD_FIELD_COUNT;
	convert->broken++;
	if (convert->quiet || convert->broken > NAMED_MAX)
		return;
	if (at < AUD_FIELD_COUNT)
		aud_ctl_complain("%s:%llu: %s: %s",
						 path,
						 (unsigned long long) number,
						 fault,
						 aud_field_name(at));
	else
		aud_ctl_complain("%s:%llu: %s", path, (unsigned long long) number, fault);
}

/* The number of a line is asked for only where one has to be named. */
static const char *
convert_line(Convert *convert, const AudLine *line)
{
	if (line->oversized)
		return too_long;
	return aud_convert_line(&convert->engine, line->data, line->len);
}

/* ---- files -------------------------------------------------------------------- */

static bool
found(AudSearch *search, const AudFound *found)
{
	Convert    *convert = search->arg;
	const char *fault = found->damage != NULL
							? found->damage
							: convert_line(convert, &found->line);

	if (fault != NULL)
		report(convert,
			   found->file->path,
			   aud_reader_number(found->file->path, found->line.offset),
			   fault);
	return !ferror(stdout);
}

/* The lines of a block that ends without a newline. */
static void
convert_block(Convert *convert, const char *path, const AudLine *block)
{
	AudLine     line = *block;
	const char *end = block->data + block->len;

	for (const char *p = block->data; p <= end && !ferror(stdout); line.number++)
	{
		const char *newline = memchr(p, '\n', (size_t) (end - p));
		const char *fault;

		line.data = p;
		line.len = (size_t) ((newline != NULL ? newline : end) - p);
		fault = convert_line(convert, &line);
		if (fault != NULL)
			report(convert, path, line.number, fault);
		p += line.len + 1;
	}
}

/*
 * Half a line is what a crash leaves at the end of a file, and the writer
 * repeats that record in the next one: worth a word, no reason to fail.  Of the
 * last file it may be a line that is just being written.
 */
static void
say_torn(const Convert *convert, const AudReader *r, const char *path)
{
	AudLine line;

	if (!convert->quiet && aud_reader_partial(r, &line))
		aud_ctl_complain("%s:%llu: incomplete last line",
						 path,
						 (unsigned long long) line.number);
}

static bool
convert_all_of(Convert *convert, const AudReaderFile *file, bool last,
			   AudError *err)
{
	AudReader     r;
	AudLine       block;
	AudReadStatus status;

	if (!aud_reader_open(&r, file->path, err))
		return false;
	aud_reader_limit(&r, file->bytes);
	while (!ferror(stdout) &&
		   (status = aud_reader_block(&r, &block, err)) == AUD_READ_LINE)
		convert_block(convert, file->path, &block);
	if (!last && !err->set && !ferror(stdout))
		say_torn(convert, &r, file->path);
	aud_reader_close(&r);
	return !err->set;
}

static void
convert_file(Convert *convert, const AudReaderFile *file, bool last)
{
	AudError err = {0};

	if (convert->filtered)
		(void) aud_search_file(&convert->search, file, &err);
	else
		(void) convert_all_of(convert, file, last, &err);
	/* retention may have deleted it since it was listed */
	if (err.set && !aud_reader_is_gone(file->path, &err))
	{
		aud_ctl_error(&err);
		convert->trouble = true;
	}
}

/* ---- standard input --------------------------------------------------------------- */

/* A line of standard input: is it asked for, and what becomes of it. */
static void
convert_input_line(Convert *convert, const AudLine *line)
{
	const char *fault = NULL;

	if (convert->filtered && !aud_search_matches(&convert->search, line, &fault))
		return;
	if (fault == NULL)
		fault = convert_line(convert, line);
	if (fault != NULL)
		report(convert, "standard input", line->number, fault);
}

/* Lines as they come; what is ready goes out before the next read waits. */
static void
convert_input(Convert *convert)
{
	char   *buf = aud_ctl_grow(NULL, AUD_READER_LINE_MAX + 1);
	size_t  n = 0;
	AudLine line = {.number = 1};
	ssize_t got;

	while ((got = read(STDIN_FILENO, buf + n, AUD_READER_LINE_MAX + 1 - n)) != 0)
	{
		char *from = buf;
		char *newline;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
		{
			aud_ctl_complain("could not read standard input: %s",
							 strerror(errno));
			convert->trouble = true;
			break;
		}
		newline = memchr(buf + n, '\n', (size_t) got);
		n += (size_t) got;
		for (; newline != NULL;
			 newline = memchr(from, '\n', n - (size_t) (from - buf)))
		{
			line.data = from;
			line.len = (size_t) (newline - from);
			if (!line.oversized)
				convert_input_line(convert, &line);
			line.oversized = false;
			line.number++;
			from = newline + 1;
		}
		n -= (size_t) (from - buf);
		memmove(buf, from, n);
		if (n > AUD_READER_LINE_MAX)
		{
			/* told once, at its beginning; its rest is dropped */
			if (!line.oversized)
				report(convert, "standard input", line.number, too_long);
			line.oversized = true;
			n = 0;
		}
		if (fflush(stdout) != 0)
			break;
	}
	line.data = buf;
	line.len = n;
	if (n > 0 && !line.oversized)
		convert_input_line(convert, &line);
	free(buf);
}

/* ---- all ---------------------------------------------------------------------------- */

static void
say_what_is_missing(const Convert *convert)
{
	if (convert->broken == 0)
		return;
	if (!convert->quiet && convert->broken > NAMED_MAX)
		aud_ctl_complain("and so on");
	aud_ctl_complain("%llu %s no record, and nothing became of %s",
					 (unsigned long long) convert->broken,
					 convert->broken == 1 ? "line is" : "lines are",
					 convert->broken == 1 ? "it" : "them");
}

static int
run(Convert *convert, int argc, char **argv)
{
	AudReaderList list = {0};
	bool          is_stdin = argc == 1 && strcmp(argv[0], "-") == 0;

	if (!is_stdin && !aud_ctl_operands(&argc, &argv, "convert"))
		return AUD_EXIT_TROUBLE;
	if (!is_stdin && !aud_ctl_find(&list, argc, argv))
		convert->trouble = true;
	convert->search.query = &convert->filter.query;
	convert->search.found = found;
	convert->search.arg = convert;
	convert->filtered = aud_filter_is_set(&convert->filter);
	if (!aud_convert_begin(&convert->engine))
		convert->trouble = true;
	if (is_stdin)
		convert_input(convert);
	for (size_t i = 0; i < list.count && !ferror(stdout); i++)
		convert_file(convert, &list.files[i], i + 1 == list.count);
	aud_convert_end(&convert->engine);
	aud_reader_list_free(&list);
	aud_search_free(&convert->search);
	say_what_is_missing(convert);
	return convert->trouble      ? AUD_EXIT_TROUBLE
		   : convert->broken > 0 ? AUD_EXIT_FAULT
								 : AUD_EXIT_OK;
}

enum
{
	OPT_TO = 256,
	OPT_UTC,
	OPT_LOG_PARAMETER,
	OPT_LOG_RELATION,
	OPT_LOG_LINE_PREFIX,
};

static const struct option own_options[] = {
	{"to", required_argument, NULL, OPT_TO},
	{"utc", no_argument, NULL, OPT_UTC},
	{"log-parameter", no_argument, NULL, OPT_LOG_PARAMETER},
	{"log-relation", no_argument, NULL, OPT_LOG_RELATION},
	{"log-line-prefix", required_argument, NULL, OPT_LOG_LINE_PREFIX},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
begin(Convert *convert, const char *to)
{
	AudError    err = {0};
	const char *prefix = convert->pgaudit.log_line_prefix;
	const char *fault;

	if (to == NULL)
	{
		aud_ctl_complain("no format given, use --to");
		return false;
	}
	if (prefix != NULL && (fault = aud_pgaudit_prefix_fault(prefix)) != NULL)
	{
		aud_ctl_complain("invalid value for --log-line-prefix: \"%s\"", fault);
		fprintf(stderr,
				"A record has %%a %%u %%d %%r %%h %%p %%t %%m %%n %%c %%e %%x %%q %%%%.\n");
		return false;
	}
	if (aud_convert_init(&convert->engine, to, &err))
	{
		convert->engine.sink = write_out;
		convert->engine.options = convert->pgaudit;
		return true;
	}
	aud_ctl_error(&err);
	fprintf(stderr, "There are:");
	for (const AudTargetName *target = aud_targets; target->name != NULL; target++)
		for (int i = 0; target->versions[i] != NULL; i++)
			fprintf(stderr,
					"%s %s%s%s",
					target == aud_targets && i == 0 ? "" : ",",
					target->name,
					target->versions[1] != NULL ? ":" : "",
					target->versions[1] != NULL ? target->versions[i] : "");
	fprintf(stderr, ".\n");
	return false;
}

int
aud_cmd_convert(int argc, char **argv)
{
	static Convert convert;
	const char    *to = NULL;
	bool           utc = false;
	int            status;
	int            c;

	opterr = 0;
	while (
		(c = getopt_long(argc, argv, ":qV", aud_filter_options(own_options), NULL)) !=
		-1)
	{
		if (aud_ctl_common_option(c, argv, "convert", print_help, &status))
			return status;
		if (c == OPT_TO)
			to = optarg;
		else if (c == OPT_UTC)
			utc = true;
		else if (c == OPT_LOG_PARAMETER)
			convert.pgaudit.log_parameter = true;
		else if (c == OPT_LOG_RELATION)
			convert.pgaudit.log_relation = true;
		else if (c == OPT_LOG_LINE_PREFIX)
			convert.pgaudit.log_line_prefix = optarg;
		else if (c == 'q')
			convert.quiet = true;
		else if (!aud_filter_set(&convert.filter, c, optarg))
			return aud_ctl_usage_error("convert");
	}
	if (!begin(&convert, to) || !aud_filter_ready(&convert.filter, utc))
		return aud_ctl_usage_error("convert");
	status = run(&convert, argc - optind, argv + optind);
	aud_convert_free(&convert.engine);
	aud_filter_free(&convert.filter);
	return status;
}
