/*-------------------------------------------------------------------------
 *
 * ctl.c
 *	  What the subcommands share: messages, operands, exit codes.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/ctl.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void *
aud_ctl_grow(void *old, size_t bytes)
{
	void *new = realloc(old, bytes);

	if (new == NULL)
	{
		aud_ctl_complain("out of memory");
		exit(AUD_EXIT_TROUBLE);
	}
	return new;
}

void
aud_ctl_nearest(const char *name)
{
	if (name != NULL)
		fprintf(stderr, "The nearest is \"%s\".  ", name);
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

/* Is standard output a pipe that nobody reads any more? */
static bool
reader_went_away(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

/*
 * A reader that went away (EPIPE) has what it wanted; any other failure means
 * that the output is incomplete.  What failed before the end has not left its
 * errno where the end succeeds.
 */
int
aud_ctl_finish(int code)
{
	bool failed = ferror(stdout) != 0;
	bool alone = failed && reader_went_away();

	errno = 0;
	if (fclose(stdout) != 0)
		failed = true;
	if (!failed || alone || errno == EPIPE)
		return code;
	aud_ctl_complain("could not write to standard output%s%s",
					 errno != 0 ? ": " : ", some of it is lost",
					 errno != 0 ? strerror(errno) : "");
	return AUD_EXIT_TROUBLE;
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
aud_ctl_only_files(int argc, char **argv)
{
	struct stat st;

	for (int i = 0; i < argc; i++)
		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			return false;
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
aud_ctl_find(AudReaderList *list, int argc, char **argv)
{
	if (!aud_ctl_list(list, argc, argv))
		return false;
	if (list->count == 0)
		aud_ctl_complain("there are no trail files in \"%s\"", argv[0]);
	return list->count > 0;
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

bool
aud_ctl_color(const char *arg, AudColorWhen *when)
{
	if (arg == NULL || strcmp(arg, "always") == 0)
		*when = AUD_COLOR_ALWAYS;
	else if (strcmp(arg, "auto") == 0)
		*when = AUD_COLOR_AUTO;
	else if (strcmp(arg, "never") == 0)
		*when = AUD_COLOR_NEVER;
	else
	{
		aud_ctl_complain("invalid value for --color: \"%s\"", arg);
		fprintf(stderr, "Expected auto, always or never.\n");
		return false;
	}
	return true;
}
