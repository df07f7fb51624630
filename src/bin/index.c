/*-------------------------------------------------------------------------
 *
 * index.c
 *	  secauditctl index: make the indexes that let a search pass over what
 *	  cannot match.
 *
 * Only of files that a later one of their trail has followed: the newest grows.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/index.h"

#include <getopt.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bin/ctl.h"

typedef struct Run
{
	bool   force;
	bool   quiet;
	bool   tty;
	size_t made;
	size_t there; /* an index that can be used */
	bool   trouble;
} Run;

static void
print_help(void)
{
	printf(
		"secauditctl index makes indexes of the closed files of a trail, so that "
		"a search for\na user, object, client, session, time or number passes "
		"over what cannot match.\n\n"
		"Usage:\n"
		"  secauditctl index [OPTION]... [FILE|DIR]...\n\n"
		"An index lies beside its file, FILE.idx in place of FILE.jsonl, and is a "
		"half\npercent of its size. One that does not belong to the file as it "
		"is now is not\nused, and made anew. Without FILE or DIR, "
		"SECAUDIT_DIRECTORY names the trail's\ndirectory.\n\n"
		"Options:\n"
		"      --force           make those anew that are there\n"
		"  -q, --quiet           print nothing but errors\n"
		"  -?, --help            print this help, then exit\n\n"
		"Example:\n"
		"  secauditctl index /var/log/postgresql/secaudit\n\n"
		"Exit status: 0, or 2 if an index could not be made.\n");
}

/* Does a later file of its trail follow? */
static bool
is_followed(const AudReaderList *list, size_t i)
{
	for (size_t k = i + 1; k < list->count; k++)
	{
		if (strcmp(list->files[k].log, list->files[i].log) == 0)
			return true;
	}
	return false;
}

static bool
has_index(const char *path)
{
	AudIndex index;
	bool     has = aud_index_load(&index, path);

	aud_index_free(&index);
	return has;
}

static void
index_file(Run *run, const AudReaderFile *file)
{
	AudError err = {0};

	if (!run->force && has_index(file->path))
	{
		run->there++;
		return;
	}
	if (run->tty && !run->quiet)
		fprintf(stderr, "\r\033[K%s", file->name);
	if (aud_index_make(file->path, &err))
		run->made++;
	else
	{
		if (run->tty && !run->quiet)
			fputs("\r\033[K", stderr);
		aud_ctl_error(&err);
		run->trouble = true;
	}
}

static int
run_all(Run *run, int argc, char **argv)
{
	AudReaderList list = {0};

	if (!aud_ctl_operands(&argc, &argv, "index"))
		return AUD_EXIT_TROUBLE;
	if (!aud_ctl_find(&list, argc, argv))
		run->trouble = true;
	run->tty = isatty(STDERR_FILENO) != 0;
	for (size_t i = 0; i < list.count; i++)
	{
		if (is_followed(&list, i))
			index_file(run, &list.files[i]);
	}
	if (run->tty && !run->quiet)
		fputs("\r\033[K", stderr);
	if (!run->quiet)
		printf("%zu %s made, %zu there already\n",
			   run->made,
			   run->made == 1 ? "index" : "indexes",
			   run->there);
	aud_reader_list_free(&list);
	return run->trouble ? AUD_EXIT_TROUBLE : AUD_EXIT_OK;
}

enum
{
	OPT_FORCE = 256,
};

static const struct option long_options[] = {
	{"force", no_argument, NULL, OPT_FORCE},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

int
aud_cmd_index(int argc, char **argv)
{
	Run run = {.force = false};
	int status;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":qV", long_options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "index", print_help, &status))
			return status;
		if (c == OPT_FORCE)
			run.force = true;
		else
			run.quiet = true;
	}
	return run_all(&run, argc - optind, argv + optind);
}
