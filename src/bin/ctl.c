/*-------------------------------------------------------------------------
 *
 * ctl.c
 *	  Entry point: finds the subcommand; and the little they all need.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/ctl.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct Command
{
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} Command;

static const Command commands[] = {
	{"tail", aud_cmd_tail, "print records in readable form, follow a trail"},
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
		printf("  %-8s %s\n", commands[i].name, commands[i].summary);
	printf("\nOptions:\n"
		   "  -V, --version  print the version, then exit\n"
		   "  -?, --help     print this help, then exit\n\n"
		   "\"secauditctl COMMAND --help\" describes a command.\n");
}

void
aud_ctl_complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("secauditctl: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void
aud_ctl_error(const AudError *err)
{
	if (err->sys_errno != 0)
		aud_ctl_complain("%s: %s", err->message, strerror(err->sys_errno));
	else
		aud_ctl_complain("%s", err->message);
}

int
aud_ctl_usage_error(const char *command)
{
	fprintf(stderr,
			"Try \"secauditctl %s%s--help\" for more information.\n",
			command,
			*command ? " " : "");
	return AUD_EXIT_TROUBLE;
}

/*
 * A reader that went away (EPIPE) has what it wanted; any other failure means
 * that the output is incomplete.
 */
int
aud_ctl_finish(int code)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	if (fclose(stdout) != 0)
		failed = true;
	if (failed && errno != 0 && errno != EPIPE)
	{
		aud_ctl_complain("could not write to standard output: %s",
						 strerror(errno));
		return AUD_EXIT_TROUBLE;
	}
	return code;
}

bool
aud_ctl_operands(int *argc, char ***argv, const char *command)
{
	static char *from_env[2];

	if (*argc > 0)
		return true;
	from_env[0] = getenv("SECAUDIT_DIRECTORY");
	if (from_env[0] == NULL || from_env[0][0] == '\0')
	{
		aud_ctl_complain("no file or directory given, and SECAUDIT_DIRECTORY "
						 "is not set");
		aud_ctl_usage_error(command);
		return false;
	}
	*argv = from_env;
	*argc = 1;
	return true;
}

bool
aud_ctl_list(AudReaderList *list, int argc, char **argv)
{
	bool ok = true;

	for (int i = 0; i < argc; i++)
	{
		AudError err = {0};

		if (!aud_reader_list_add(list, argv[i], &err))
		{
			aud_ctl_error(&err);
			ok = false;
		}
	}
	return ok;
}

bool
aud_ctl_common_option(int c, char **argv, const char *command,
					  void (*help)(void), int *status)
{
	*status = AUD_EXIT_OK;
	/* getopt says '?' for what it does not know and for -? itself */
	if (c == AUD_OPT_HELP || (c == '?' && optopt == '?'))
		help();
	else if (c == 'V')
		puts(AUD_CTL_VERSION);
	else if (c == '?' || c == ':')
	{
		aud_ctl_complain(c == '?' ? "unrecognized option \"%s\""
								  : "option \"%s\" needs a value",
						 argv[optind - 1]);
		*status = aud_ctl_usage_error(command);
	}
	else
		return false;
	return true;
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
	{
		aud_ctl_complain("unrecognized command \"%s\"", argv[1]);
		return aud_ctl_usage_error("");
	}
	return aud_ctl_finish(command->run(argc - 1, argv + 1));
}
