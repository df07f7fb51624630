/*-------------------------------------------------------------------------
 *
 * main.c
 *	  Entry point of secauditctl: the table of subcommands.
 *
 *-------------------------------------------------------------------------
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"
#include "core/nearest.h"

typedef struct Command
{
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} Command;

static const Command commands[] = {
	{"archive", aud_cmd_archive, "compress the closed files of a trail"},
	{"compliance", aud_cmd_compliance, "check a server against a standard"},
	{"convert", aud_cmd_convert, "print records in the formats of other programs"},
	{"evidence",
	 aud_cmd_evidence,
	 "do on a server what has to be recorded, show the records"},
	{"index", aud_cmd_index, "make indexes, for quicker searches"},
	{"info", aud_cmd_info, "say what a trail consists of"},
	{"report", aud_cmd_report, "make a report of a trail, for auditors"},
	{"rules", aud_cmd_rules, "check a rules file, say which of its rules decides"},
	{"search", aud_cmd_search, "find records in a trail"},
	{"shipped", aud_cmd_shipped, "say up to where a trail has been shipped"},
	{"session", aud_cmd_session, "print a whole session, as a tree"},
	{"show", aud_cmd_show, "print a record in long form, with what belongs to it"},
	{"stats", aud_cmd_stats, "count the records of a trail"},
	{"tail", aud_cmd_tail, "print records in readable form, follow a trail"},
	{"token", aud_cmd_token, "print the tokens that stand for values"},
	{"verify", aud_cmd_verify, "check that a trail is what its writer wrote"},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
print_help(void)
{
	printf("secauditctl reads the audit trail that secaudit writes.\n\n"
		   "Usage:\n"
		   "  secauditctl COMMAND [OPTION]... [FILE|DIR]...\n\n"
		   "Commands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-11s %s\n", commands[i].name, commands[i].summary);
	printf("\nOptions:\n"
		   "  -V, --version  print the version, then exit\n"
		   "  -?, --help     print this help, then exit\n\n"
		   "\"secauditctl COMMAND --help\" describes a command.\n");
}

/* "unrecognized command", and the one that was probably meant. */
static int
refuse_command(const char *name)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, name, strlen(name));
	for (size_t i = 0; i < N_COMMANDS; i++)
		aud_nearest_try(&nearest, commands[i].name);
	aud_ctl_complain("unrecognized command \"%s\"", name);
	aud_ctl_nearest(nearest.name);
	return aud_ctl_usage_error("");
}

static const Command *
find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	const Command *command;

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	/* write errors are looked at, and EPIPE is a normal end */
	signal(SIGPIPE, SIG_IGN);

	if (argc < 2)
	{
		aud_ctl_complain("no command given");
		return aud_ctl_usage_error("");
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 ||
		strcmp(argv[1], "help") == 0)
	{
		print_help();
		return aud_ctl_finish(AUD_EXIT_OK);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
	{
		puts(AUD_CTL_VERSION);
		return aud_ctl_finish(AUD_EXIT_OK);
	}
	command = find_command(argv[1]);
	if (command == NULL)
		return refuse_command(argv[1]);
	return aud_ctl_finish(command->run(argc - 1, argv + 1));
}
