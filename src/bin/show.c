/*-------------------------------------------------------------------------
 *
 * show.c
 *	  secauditctl show: a record in long form, and what belongs to it.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/show.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/row.h"
#include "core/chain.h"

typedef struct Show
{
	AudTarget     target;
	AudTerm       term;
	bool          utc;
	bool          json;
	AudReaderList list;
	AudShowLines  found; /* records of that number, one of each log */
	bool          trouble;
} Show;

static void
print_help(void)
{
	printf(
		"secauditctl show prints a record in long form: each key with what it means,\n"
		"the login of its session, what it ran inside of, what ran inside of it, what\n"
		"became of its transaction, and alerts about it.\n\n"
		"Usage:\n"
		"  secauditctl show [OPTION]... [LOG:]SEQ [FILE|DIR]...\n\n"
		"  secauditctl show 4711\n"
		"  secauditctl show 9f3c2a7b5d1e4f60:4711 --output=json | jq .inside\n\n"
		"SEQ is the record's number (\"secauditctl tail --columns=seq,time,user,text\"),\n"
		"LOG the name of the trail, where several are read.\n"
		"Without FILE or DIR, SECAUDIT_DIRECTORY names the trail's directory.\n\n"
		"  --output=FORMAT          text (default), or json: one object, the record with\n"
		"                           login, parents, inside, transaction, alerts, parts\n"
		"  --utc, --local           times in UTC, or local (default)\n"
		"  --color=WHEN             auto (default), always or never\n"
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0, or 1 if there is no such record, or more than one, or 2 if\n"
		"something could not be read.\n");
}

/* ---- the record -------------------------------------------------------------------- */

static bool
take(void *arg, AudRecord *record, const AudFound *found)
{
	Show           *show = arg;
	AudChainTrailer trailer;

	if (found->damage != NULL)
	{
		if (aud_chain_split(found->line.data, found->line.len, &trailer) &&
			trailer.seq == show->target.seq)
			aud_ctl_complain("%s:%" PRIu64 ": record %" PRIu64 " is damaged: %s",
							 found->file->path,
							 aud_reader_number(found->file->path,
											   found->line.offset),
							 trailer.seq,
							 found->damage);
		return true;
	}
	if (show->found.n >= AUD_SHOW_OTHERS_MAX)
		return false;
	aud_str_put(&show->found.text, record->line, record->len);
	aud_str_char(&show->found.text, '\n');
	show->found.n++;
	return false;
}

static void
look_up(Show *show)
{
	AudAround around = {
		.list = &show->list,
		.log = show->target.log,
		.first_seq = show->target.seq,
		.last_seq = show->target.seq,
		.found = take,
		.arg = show,
	};

	aud_around_search_number(&around);
	show->trouble |= around.trouble;
	aud_around_free(&around);
}

/* Several trails have a record of that number. */
static void
list_found(Show *show)
{
	AudRecord     record = {0};
	AudRowOptions row = {.utc = show->utc};
	size_t        at = 0;
	const char   *line;
	size_t        len;

	aud_ctl_complain("%zu logs have a record %" PRIu64 "; name one as LOG:SEQ",
					 show->found.n,
					 show->target.seq);
	if (!aud_row_set_columns(&row, "time,outcome,class,command,user,db,text"))
		return;
	while (aud_show_next(&show->found, &at, &line, &len))
	{
		if (!aud_record_read(&record, line, len))
			continue;
		aud_term_put_raw(&show->term,
						 aud_record_text(&record, "log"),
						 strlen(aud_record_text(&record, "log")));
		fprintf(show->term.out, ":%" PRIu64 "  ", show->target.seq);
		aud_row_print(&show->term, &record, 0, &row);
	}
	aud_record_free(&record);
}

static void
print_found(Show *show)
{
	AudShown shown = {0};

	aud_str_put(&shown.line, show->found.text.s, show->found.text.len - 1);
	if (aud_show_gather(&shown, &show->list))
	{
		if (show->json)
			aud_show_json(&shown, &show->term);
		else
			aud_show_print(&shown, &show->term, show->utc);
	}
	show->trouble |= shown.trouble;
	aud_show_free(&shown);
}

static int
run(Show *show, int argc, char **argv)
{
	int status = AUD_EXIT_FAULT;

	if (!aud_ctl_operands(&argc, &argv, "show"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&show->list, argc, argv))
		show->trouble = true;
	if (show->list.count > 0)
	{
		look_up(show);
		if (show->found.n > 1)
			list_found(show);
		else if (show->found.n == 1)
		{
			print_found(show);
			status = AUD_EXIT_OK;
		}
		else
			aud_ctl_complain("there is no record %" PRIu64 "%s%s in these files",
							 show->target.seq,
							 show->target.log[0] != '\0' ? " of log " : "",
							 show->target.log);
	}
	aud_reader_list_free(&show->list);
	aud_str_free(&show->found.text);
	return show->trouble ? AUD_EXIT_TROUBLE : status;
}

/* ---- options ------------------------------------------------------------------------- */

enum
{
	OPT_OUTPUT = 256,
	OPT_UTC,
	OPT_LOCAL,
	OPT_COLOR,
};

static const struct option options[] = {
	{"output", required_argument, NULL, OPT_OUTPUT},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
set_option(Show *show, AudColorWhen *color, int c, const char *arg)
{
	switch (c)
	{
		case OPT_OUTPUT:
			show->json = strcmp(arg, "json") == 0;
			if (show->json || strcmp(arg, "text") == 0)
				return true;
			aud_ctl_complain("unknown format \"%s\"", arg);
			fprintf(stderr, "There are: text, json.\n");
			return false;
		case OPT_UTC:
		case OPT_LOCAL:
			show->utc = c == OPT_UTC;
			return true;
		default:
			return aud_ctl_color(arg, color);
	}
}

int
aud_cmd_show(int argc, char **argv)
{
	static Show  show;
	AudColorWhen color = AUD_COLOR_AUTO;
	int          status;
	int          c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":V", options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "show", print_help, &status))
			return status;
		if (!set_option(&show, &color, c, optarg))
			return aud_ctl_usage_error("show");
	}
	if (optind == argc)
	{
		aud_ctl_complain("no record is named");
		return aud_ctl_usage_error("show");
	}
	if (!aud_target_parse(&show.target, argv[optind]) || show.target.seq == 0)
	{
		aud_ctl_complain("\"%s\" is no record: expected its number, or LOG:SEQ",
						 argv[optind]);
		return aud_ctl_usage_error("show");
	}
	aud_term_init(&show.term, stdout, color);
	return run(&show, argc - optind - 1, argv + optind + 1);
}
