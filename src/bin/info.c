/*-------------------------------------------------------------------------
 *
 * info.c
 *	  secauditctl info: what a trail consists of.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/info.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"

typedef struct Command
{
	const char  *pgdata;
	bool         json;
	AudColorWhen color;
	AudInfoPrint print;
	bool         fault;
	bool         trouble;
} Command;

static void
print_help(void)
{
	printf(
		"secauditctl info says what a trail consists of: files, times, numbers, "
		"losses.\n\n"
		"Usage:\n"
		"  secauditctl info [OPTION]... [FILE|DIR]...\n\n"
		"  secauditctl info -D /var/lib/postgresql/17/main\n"
		"  secauditctl info --json /var/log/postgresql/secaudit | jq .logs[].lost\n\n"
		"Losses are those that the writer recorded (audit.gap), and numbers "
		"missing\nbetween files. Whether the trail is what its writer wrote, "
		"\"verify\" says.\nWithout FILE or DIR, SECAUDIT_DIRECTORY names the "
		"trail's directory.\n\n"
		"Options:\n"
		"  -D, --pgdata=PGDATA      the directory that the configuration in "
		"PGDATA names\n"
		"      --quick              only first and last lines: losses that the "
		"writer\n"
		"                           recorded are not looked for\n"
		"      --json               print one JSON object\n"
		"      --utc, --local       times in UTC, or local (default)\n"
		"      --color=WHEN         auto (default), always or never\n"
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0, or 1 if records were lost or numbers are missing, or 2 "
		"if\nsomething could not be read.\n");
}

static bool
is_fault(const AudInfo *info)
{
	return info->gaps > 0 || info->n_missing > 0 || info->checkpoint_lost > 0;
}

/* ---- all ------------------------------------------------------------------------------ */

/* The trail whose files begin at list->files[at]; returns where the next one does. */
static size_t
show_log(Command *command, const AudReaderList *list, size_t at)
{
	static AudInfo info;
	size_t         end = at + 1;

	while (end < list->count &&
		   strcmp(list->files[end].log, list->files[at].log) == 0)
		end++;
	if (!aud_info_read(&info, list->files + at, end - at, command->print.quick))
		command->trouble = true;
	if (is_fault(&info))
		command->fault = true;
	if (command->json)
		aud_info_print_json(&command->print, &info);
	else
		aud_info_print(&command->print, &info);
	command->print.printed++;
	return end;
}

static int
run(Command *command, int argc, char **argv)
{
	AudReaderList list = {0};

	if (!aud_ctl_operands(&argc, &argv, "info"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&list, argc, argv))
		command->trouble = true;
	aud_term_init(&command->print.term, stdout, command->color);
	if (command->json)
		fputs("{\"logs\":[", stdout);
	for (size_t i = 0; i < list.count;)
		i = show_log(command, &list, i);
	if (command->json)
		fputs("]}\n", stdout);
	aud_reader_list_free(&list);
	return command->trouble ? AUD_EXIT_TROUBLE
		   : command->fault ? AUD_EXIT_FAULT
							: AUD_EXIT_OK;
}

enum
{
	OPT_QUICK = 256,
	OPT_JSON,
	OPT_UTC,
	OPT_LOCAL,
	OPT_COLOR,
};

static const struct option options[] = {
	{"pgdata", required_argument, NULL, 'D'},
	{"quick", no_argument, NULL, OPT_QUICK},
	{"json", no_argument, NULL, OPT_JSON},
	{"utc", no_argument, NULL, OPT_UTC},
	{"local", no_argument, NULL, OPT_LOCAL},
	{"color", optional_argument, NULL, OPT_COLOR},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* Take one option over; false, and reported, if its value is not valid. */
static bool
set_option(Command *command, int c, const char *arg)
{
	switch (c)
	{
		case 'D':
			command->pgdata = arg;
			return true;
		case OPT_QUICK:
			command->print.quick = true;
			return true;
		case OPT_JSON:
			command->json = true;
			return true;
		case OPT_COLOR:
			return aud_ctl_color(arg, &command->color);
		default:
			command->print.utc = c == OPT_UTC;
			return true;
	}
}

int
aud_cmd_info(int argc, char **argv)
{
	static Command command;
	AudStr         directory = {0};
	char          *operand[1];
	int            status;
	int            c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":D:V", options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "info", print_help, &status))
			return status;
		if (!set_option(&command, c, optarg))
			return aud_ctl_usage_error("info");
	}
	if (command.pgdata == NULL)
		return run(&command, argc - optind, argv + optind);
	if (optind < argc)
	{
		aud_ctl_complain("-D names the directory; there can be no other");
		return aud_ctl_usage_error("info");
	}
	status = AUD_EXIT_TROUBLE;
	if (aud_info_directory(command.pgdata, &directory))
	{
		operand[0] = directory.s;
		status = run(&command, 1, operand);
	}
	aud_str_free(&directory);
	return status;
}
