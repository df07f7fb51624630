/*-------------------------------------------------------------------------
 *
 * archive.c
 *	  secauditctl archive: compress the closed files of a trail.
 *
 * A file that a server may still write to must not be touched: what is written
 * after the copy would be lost with the original.  So a file is taken only if
 *it is not the newest of its directory, and its last line is audit.close or a
 * later file of its trail says that it follows it.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bin/archive.h"
#include "bin/ctl.h"
#include "bin/timearg.h"
#include "core/json_scan.h"

/* audit.close is shorter, by far. */
#define CLOSE_MAX 16384

typedef struct Run
{
	AudArchive archive;
	long       older_than; /* seconds; -1: any age */

	/* the directory looked at last */
	char         *dir;
	AudReaderList list;

	/* progress */
	bool        tty;
	const char *current;
	uint64_t    current_bytes;
	time_t      shown_at;

	/* the summary */
	size_t   made;
	size_t   open; /* left alone: not closed */
	uint64_t bytes;
	uint64_t packed;
	bool     trouble;
} Run;

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int signo)
{
	(void) signo;
	interrupted = 1;
}

static void
catch_interrupts(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void
print_help(void)
{
	printf("secauditctl archive compresses the closed files of an audit trail.\n\n"
		   "Usage:\n"
		   "  secauditctl archive [OPTION]... [FILE|DIR]...\n\n"
		   "FILE.jsonl becomes FILE.jsonl.zst once that is on disk and was read "
		   "back. Every\ncommand, and the server, reads it as it is. The newest "
		   "file of a directory and\nfiles without an end are left alone. "
		   "Without FILE or DIR, the environment\nvariable SECAUDIT_DIRECTORY "
		   "names the directory.\n\n"
		   "Options:\n"
		   "      --gzip            gzip (FILE.jsonl.gz), which needs no zstd to "
		   "be read\n"
		   "      --seekable        a frame for each megabyte: quicker to search, "
		   "but some\n"
		   "                        programs read the first frame only\n"
		   "      --keep            leave the originals; readers take them first\n"
		   "      --level=N         1 to %d (default 3), with --gzip 1 to %d "
		   "(default 6)\n"
		   "      --older-than=AGE  only files last written before that: \"90min\","
		   " \"2h\", \"7d\"\n"
		   "  -?, --help            print this help, then exit\n\n"
		   "Example:\n"
		   "  secauditctl archive --older-than=1d /var/log/postgresql/secaudit\n\n"
		   "Exit status: 0, or 2 if a file could not be archived; it is as it was "
		   "then.\n",
		   AUD_PACK_ZSTD_LEVEL_MAX,
		   AUD_PACK_GZIP_LEVEL_MAX);
}

/* ---- progress ---------------------------------------------------------- */

static void
clear_progress(const Run *run)
{
	if (run->tty && run->shown_at != 0)
		fputs("\r\033[K", stderr);
}

static bool
show_progress(void *arg, uint64_t bytes)
{
	Run   *run = arg;
	time_t now = time(NULL);

	if (run->tty && now != run->shown_at)
	{
		run->shown_at = now;
		fprintf(stderr,
				"\r\033[K%s: %d%%",
				run->current,
				run->current_bytes > 0 ? (int) (bytes * 100 / run->current_bytes)
									   : 100);
	}
	return !interrupted;
}

/* "12.3 MB" */
static const char *
show_bytes(uint64_t n, char *text, size_t size)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	double                   v = (double) n;
	int                      i = 0;

	for (; v >= 1000 && i < 4; i++)
		v /= 1000;
	snprintf(text, size, i == 0 ? "%.0f %s" : "%.1f %s", v, units[i]);
	return text;
}

static void
print_summary(const Run *run)
{
	char plain[32];
	char packed[32];

	printf("%zu %s archived", run->made, run->made == 1 ? "file" : "files");
	if (run->made > 0)
		printf(", %s to %s",
			   show_bytes(run->bytes, plain, sizeof(plain)),
			   show_bytes(run->packed, packed, sizeof(packed)));
	if (run->open > 0)
		printf("; %zu left that %s not closed",
			   run->open,
			   run->open == 1 ? "is" : "are");
	printf("\n");
}

/* ---- which files ------------------------------------------------------- */

/* Does the file's last line say that it was closed? */
static bool
ends_in_close(const char *path)
{
	char        tail[CLOSE_MAX];
	int         fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	off_t       end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
	off_t       at = end > CLOSE_MAX ? end - CLOSE_MAX : 0;
	ssize_t     n = fd >= 0 ? pread(fd, tail, sizeof(tail), at) : 0;
	const char *line;

	if (fd >= 0)
		close(fd);
	if (n < 2 || tail[n - 1] != '\n')
		return false;
	line = memrchr(tail, '\n', (size_t) n - 1);
	line = line != NULL ? line + 1 : tail;
	return aud_json_find_is(line,
							(size_t) (tail + n - 1 - line),
							"event",
							"audit.close");
}

static bool
has_successor(const AudReaderList *list, const AudReaderFile *file)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->files[i].number > file->number &&
			strcmp(list->files[i].log, file->log) == 0 &&
			aud_reader_same_file(list->files[i].prev_file, file->name))
			return true;
	return false;
}

static bool
is_newest(const AudReaderList *list, const AudReaderFile *file)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->files[i].number > file->number)
			return false;
	return true;
}

static bool
is_closed(const AudReaderList *list, const AudReaderFile *file)
{
	return !is_newest(list, file) &&
		   (has_successor(list, file) || ends_in_close(file->path));
}

static bool
is_old_enough(const Run *run, const char *path, uint64_t *bytes)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return true; /* opening it will say why */
	*bytes = (uint64_t) st.st_size;
	return run->older_than < 0 || st.st_mtime <= time(NULL) - run->older_than;
}

/* ---- doing it ---------------------------------------------------------- */

static void
archive_file(Run *run, const AudReaderFile *file)
{
	AudPacked        packed = {0};
	AudError         err = {0};
	AudArchiveStatus status;

	run->current = file->name;
	status = aud_archive_file(&run->archive, file->path, &packed, &err);
	clear_progress(run);
	if (status == AUD_ARCHIVE_FAILED)
	{
		if (err.set)
			aud_ctl_error(&err);
		else if (!interrupted)
			aud_ctl_complain("could not archive \"%s\"", file->path);
		run->trouble = true;
		return;
	}
	if (status == AUD_ARCHIVE_THERE)
		return;
	run->made++;
	run->bytes += packed.bytes;
	run->packed += packed.packed;
}

/* "named": somebody asked for just this file. */
static void
consider(Run *run, const AudReaderFile *file, bool named)
{
	if (interrupted || !is_old_enough(run, file->path, &run->current_bytes))
		return;
	if (aud_source_kind_of_name(file->path, NULL) != AUD_SOURCE_PLAIN)
		return;
	if (is_closed(&run->list, file))
		archive_file(run, file);
	else if (named)
	{
		aud_ctl_complain("\"%s\" is not closed", file->path);
		run->trouble = true;
	}
	else if (!is_newest(&run->list, file))
		run->open++;
}

/* Have the list of this directory; false, and reported, if that cannot be. */
static bool
look_at(Run *run, const char *dir)
{
	AudError err = {0};

	if (run->dir != NULL && strcmp(run->dir, dir) == 0)
		return true;
	free(run->dir);
	run->dir = strdup(dir);
	aud_reader_list_free(&run->list);
	if (run->dir != NULL && aud_reader_list_add(&run->list, dir, &err))
		return true;
	aud_ctl_error(&err);
	run->trouble = true;
	free(run->dir);
	run->dir = NULL;
	return false;
}

static void
archive_directory(Run *run, const char *dir)
{
	aud_archive_sweep(dir);
	if (!look_at(run, dir))
		return;
	if (run->list.count == 0)
	{
		aud_ctl_complain("there are no trail files in \"%s\"", dir);
		run->trouble = true;
	}
	for (size_t i = 0; i < run->list.count; i++)
		consider(run, &run->list.files[i], false);
}

static void
archive_operand(Run *run, char *path)
{
	char       *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char       *dir;
	struct stat st;

	if (lstat(path, &st) != 0)
	{
		aud_ctl_complain("could not access \"%s\": %s", path, strerror(errno));
		run->trouble = true;
		return;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
	{
		archive_directory(run, path);
		return;
	}
	if (!aud_reader_parse_name(name, NULL, NULL))
	{
		aud_ctl_complain("\"%s\" is not a trail's file", path);
		run->trouble = true;
		return;
	}
	dir = slash == NULL   ? strdup(".")
		  : slash == path ? strdup("/")
						  : strndup(path, (size_t) (slash - path));
	if (dir != NULL && look_at(run, dir))
		for (size_t i = 0; i < run->list.count; i++)
			if (strcmp(run->list.files[i].name, name) == 0)
				consider(run, &run->list.files[i], true);
	free(dir);
}

static int
run_all(Run *run, int argc, char **argv)
{
	if (!aud_ctl_operands(&argc, &argv, "archive"))
		return AUD_EXIT_TROUBLE;
	catch_interrupts();
	run->tty = isatty(STDERR_FILENO) != 0;
	run->archive.progress = show_progress;
	run->archive.arg = run;
	for (int i = 0; i < argc && !interrupted; i++)
		archive_operand(run, argv[i]);
	if (interrupted)
	{
		aud_ctl_complain("interrupted");
		run->trouble = true;
	}
	print_summary(run);
	free(run->dir);
	aud_reader_list_free(&run->list);
	return run->trouble ? AUD_EXIT_TROUBLE : AUD_EXIT_OK;
}

/* ---- options ----------------------------------------------------------- */

enum
{
	OPT_GZIP = 256,
	OPT_SEEKABLE,
	OPT_KEEP,
	OPT_LEVEL,
	OPT_OLDER_THAN,
};

static const struct option long_options[] = {
	{"gzip", no_argument, NULL, OPT_GZIP},
	{"seekable", no_argument, NULL, OPT_SEEKABLE},
	{"keep", no_argument, NULL, OPT_KEEP},
	{"level", required_argument, NULL, OPT_LEVEL},
	{"older-than", required_argument, NULL, OPT_OLDER_THAN},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
parse_level(const char *arg, int *level)
{
	char *end;
	long  n = strtol(arg, &end, 10);

	*level = n >= 1 && n <= AUD_PACK_ZSTD_LEVEL_MAX ? (int) n : 0;
	return *arg >= '0' && *arg <= '9' && *end == '\0' && *level > 0;
}

/* False, with *bad saying what is wrong. */
static bool
set_option(Run *run, int c, const char *arg, const char **bad)
{
	AudPackOptions *pack = &run->archive.pack;

	switch (c)
	{
		case OPT_GZIP:
			pack->kind = AUD_SOURCE_GZIP;
			break;
		case OPT_SEEKABLE:
			pack->seekable = true;
			break;
		case OPT_KEEP:
			run->archive.keep = true;
			break;
		case OPT_LEVEL:
			*bad = "level";
			return parse_level(arg, &pack->level);
		case OPT_OLDER_THAN:
			*bad = "age";
			return aud_timearg_age(arg, &run->older_than);
	}
	return true;
}

int
aud_cmd_archive(int argc, char **argv)
{
	Run run = {.archive = {.pack = {.kind = AUD_SOURCE_ZSTD}}, .older_than = -1};
	const AudPackOptions *pack = &run.archive.pack;
	const char           *bad = NULL;
	int                   status;
	int                   c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":V", long_options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "archive", print_help, &status))
			return status;
		if (!set_option(&run, c, optarg, &bad))
		{
			aud_ctl_complain("invalid %s: \"%s\"", bad, optarg);
			return aud_ctl_usage_error("archive");
		}
	}
	if (pack->kind == AUD_SOURCE_GZIP && pack->seekable)
	{
		aud_ctl_complain("--gzip and --seekable exclude each other");
		return aud_ctl_usage_error("archive");
	}
	if (pack->kind == AUD_SOURCE_GZIP && pack->level > AUD_PACK_GZIP_LEVEL_MAX)
	{
		aud_ctl_complain("gzip has the levels 1 to %d", AUD_PACK_GZIP_LEVEL_MAX);
		return aud_ctl_usage_error("archive");
	}
	return run_all(&run, argc - optind, argv + optind);
}
