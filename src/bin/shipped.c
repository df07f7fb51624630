/*-------------------------------------------------------------------------
 *
 * shipped.c
 *	  secauditctl shipped: say, or see, up to where a trail has been shipped.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/shipped.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bin/ctl.h"
#include "core/chain.h"
#include "core/json_scan.h"
#include "core/log_name.h"

static void
print_help(void)
{
	printf(
		"secauditctl shipped says up to where a trail has been shipped, so that "
		"retention\nmay delete it (secaudit.expire_unshipped = off).\n\n"
		"Usage:\n"
		"  secauditctl shipped FILE|[LOG:]SEQ [DIR]   set it\n"
		"  secauditctl shipped [DIR]                  show it\n\n"
		"FILE and all before it, or the records up to number SEQ, have been "
		"shipped. LOG is\na trail's name; without it, it is the one that was "
		"written last. Without DIR, the\ndirectory of FILE or the environment "
		"variable SECAUDIT_DIRECTORY is meant.\n\n"
		"Options:\n"
		"  -?, --help   print this help, then exit\n\n"
		"Example:\n"
		"  rsync secaudit-20260131T000000Z-000041.jsonl archive: &&\n"
		"    secauditctl shipped secaudit-20260131T000000Z-000041.jsonl\n\n"
		"Exit status: 0, or 1 if a mark is not valid, or 2 if something could "
		"not be read\nor set.\n");
}

/* The last record of a file, and is it audit.close? */
typedef struct End
{
	uint64_t seq; /* 0: there is none */
	bool     closed;
} End;

static bool
read_end(const AudReaderFile *file, End *end)
{
	AudReader     r;
	AudLine       line;
	AudError      err = {0};
	AudReadStatus status;

	*end = (End){0, false};
	if (!aud_reader_open(&r, file->path, &err))
	{
		aud_ctl_error(&err);
		return false;
	}
	aud_reader_limit(&r, file->bytes);
	while ((status = aud_reader_next(&r, &line, &err)) == AUD_READ_LINE)
	{
		AudChainTrailer t;

		if (aud_chain_split(line.data, line.len, &t) && t.seq > end->seq)
			end->seq = t.seq;
		end->closed =
			aud_json_find_is(line.data, line.len, "event", "audit.close");
	}
	if (status == AUD_READ_ERROR)
		aud_ctl_error(&err);
	aud_reader_close(&r);
	return status != AUD_READ_ERROR;
}

/* The number of the last record before a file, as its first one says. */
static uint64_t
before(const AudReaderFile *file)
{
	AudReader r;
	AudLine   line;
	uint64_t  seq = 0;

	if (!aud_reader_open(&r, file->path, NULL))
		return 0;
	if (aud_reader_next(&r, &line, NULL) != AUD_READ_LINE ||
		!aud_json_find_uint(line.data, line.len, "prev_seq", &seq))
		seq = 0;
	aud_reader_close(&r);
	return seq;
}

static const AudReaderFile *
last_of_log(const AudReaderList *list, const char *log)
{
	for (size_t i = list->count; i > 0; i--)
		if (strcmp(list->files[i - 1].log, log) == 0)
			return &list->files[i - 1];
	return NULL;
}

/* ---- showing ----------------------------------------------------------- */

static int
show_log(const char *dir, const AudReaderFile *last)
{
	AudShipped shipped;
	AudError   err = {0};
	End        end;

	if (!read_end(last, &end))
		return AUD_EXIT_TROUBLE;
	switch (aud_shipped_read(dir, last->log, &shipped, &err))
	{
		case AUD_SHIPPED_READ:
			printf("log %s: shipped up to seq %llu of %llu, in %s, set %s\n",
				   last->log,
				   (unsigned long long) shipped.seq,
				   (unsigned long long) end.seq,
				   shipped.file,
				   shipped.time);
			if (shipped.seq <= end.seq)
				return AUD_EXIT_OK;
			aud_ctl_complain("log %s has not come that far", last->log);
			return AUD_EXIT_FAULT;
		case AUD_SHIPPED_NONE:
			printf("log %s: nothing shipped of %llu records\n",
				   last->log,
				   (unsigned long long) end.seq);
			return AUD_EXIT_OK;
		case AUD_SHIPPED_FAILED:
			break;
	}
	aud_ctl_error(&err);
	return err.sys_errno != 0 ? AUD_EXIT_TROUBLE : AUD_EXIT_FAULT;
}

static int
show(const char *dir, const AudReaderList *list)
{
	int worst = AUD_EXIT_OK;

	for (size_t i = 0; i < list->count; i++)
	{
		const AudReaderFile *file = &list->files[i];
		int                  status;

		if (file->log[0] == '\0' || file != last_of_log(list, file->log))
			continue;
		status = show_log(dir, file);
		if (status > worst)
			worst = status;
	}
	return worst;
}

/* ---- setting ----------------------------------------------------------- */

static int
set(const char *dir, const AudReaderFile *file, uint64_t seq)
{
	AudShipped shipped = {.seq = seq};
	AudError   err = {0};
	time_t     now = time(NULL);
	struct tm  tm;

	memcpy(shipped.log, file->log, sizeof(shipped.log));
	snprintf(shipped.file, sizeof(shipped.file), "%s", file->name);
	gmtime_r(&now, &tm);
	strftime(shipped.time, sizeof(shipped.time), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!aud_shipped_write(dir, &shipped, &err))
	{
		aud_ctl_error(&err);
		return AUD_EXIT_TROUBLE;
	}
	printf("log %s: shipped up to seq %llu\n",
		   shipped.log,
		   (unsigned long long) seq);
	return AUD_EXIT_OK;
}

static int
set_file(const char *dir, const AudReaderList *list, const char *path)
{
	const char          *slash = strrchr(path, '/');
	const char          *name = slash != NULL ? slash + 1 : path;
	const AudReaderFile *file = NULL;
	End                  end;

	for (size_t i = 0; i < list->count; i++)
		if (aud_reader_same_file(list->files[i].name, name))
			file = &list->files[i];
	if (file == NULL || file->log[0] == '\0')
	{
		aud_ctl_complain("there is no trail file \"%s\" in \"%s\"", name, dir);
		return AUD_EXIT_TROUBLE;
	}
	if (!read_end(file, &end))
		return AUD_EXIT_TROUBLE;
	if (end.seq == 0 || (!end.closed && file == last_of_log(list, file->log)))
	{
		aud_ctl_complain("\"%s\" is not closed: give the number of the last record that was shipped",
						 name);
		return AUD_EXIT_TROUBLE;
	}
	return set(dir, file, end.seq);
}

/* log: "" for the one that was written last. */
static int
set_seq(const char *dir, const AudReaderList *list, const char *log, uint64_t seq)
{
	const AudReaderFile *last = NULL;
	const AudReaderFile *file = NULL;
	End                  end;

	for (size_t i = 0; log[0] == '\0' && i < list->count; i++)
		if (list->files[i].log[0] != '\0' &&
			(last == NULL || list->files[i].number > last->number))
			last = &list->files[i];
	if (log[0] != '\0')
		last = last_of_log(list, log);
	if (last == NULL)
	{
		aud_ctl_complain("there is no log %s in \"%s\"", log, dir);
		return AUD_EXIT_TROUBLE;
	}
	last = last_of_log(list, last->log);
	if (!read_end(last, &end))
		return AUD_EXIT_TROUBLE;
	if (seq > end.seq)
	{
		aud_ctl_complain("log %s has not come further than seq %llu",
						 last->log,
						 (unsigned long long) end.seq);
		return AUD_EXIT_TROUBLE;
	}
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->files[i].log, last->log) == 0 &&
			(file == NULL || before(&list->files[i]) < seq))
			file = &list->files[i];
	return set(dir, file, seq);
}

/* "123" or "<log>:123". */
static bool
parse_seq(const char *arg, char *log, uint64_t *seq)
{
	char *end;

	log[0] = '\0';
	if (aud_log_name_begins(arg) && arg[AUD_LOG_NAME_LEN] == ':')
	{
		memcpy(log, arg, AUD_LOG_NAME_LEN);
		log[AUD_LOG_NAME_LEN] = '\0';
		arg += AUD_LOG_NAME_LEN + 1;
	}
	if (!isdigit((unsigned char) *arg) || strlen(arg) > 18)
		return false;
	*seq = strtoull(arg, &end, 10);
	return *end == '\0' && *seq > 0;
}

/* The directory that was not given: the file's, or the environment's. */
static char *
find_directory(const char *operand)
{
	const char *slash = operand != NULL ? strrchr(operand, '/') : NULL;
	const char *dir = getenv("SECAUDIT_DIRECTORY");
	struct stat st;

	if (slash != NULL)
		return slash == operand ? strdup("/")
								: strndup(operand, (size_t) (slash - operand));
	if (operand != NULL && stat(operand, &st) == 0 && S_ISREG(st.st_mode))
		return strdup(".");
	return dir != NULL && *dir != '\0' ? strdup(dir) : NULL;
}

static int
run(const char *what, const char *dir)
{
	AudReaderList list = {0};
	char         *operand = (char *) dir;
	char          log[AUD_LOG_NAME_LEN + 1];
	uint64_t      seq;
	int           status = AUD_EXIT_TROUBLE;

	if (aud_ctl_find(&list, 1, &operand))
	{
		if (what == NULL)
			status = show(dir, &list);
		else if (parse_seq(what, log, &seq))
			status = set_seq(dir, &list, log, seq);
		else
			status = set_file(dir, &list, what);
	}
	aud_reader_list_free(&list);
	return status;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
aud_cmd_shipped(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"help", no_argument, NULL, AUD_OPT_HELP},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	const char *what = NULL;
	char       *dir = NULL;
	int         status;
	int         c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":V", long_options, NULL)) != -1)
		if (aud_ctl_common_option(c, argv, "shipped", print_help, &status))
			return status;
	argc -= optind;
	argv += optind;
	if (argc > 2)
	{
		aud_ctl_complain("too many operands");
		return aud_ctl_usage_error("shipped");
	}
	if (argc == 2 || (argc == 1 && !is_directory(argv[0])))
		what = argv[0];
	if (argc == 2 || (argc == 1 && what == NULL))
		dir = strdup(argv[argc - 1]);
	else
		dir = find_directory(what);
	if (dir == NULL)
	{
		aud_ctl_complain("no directory given, and SECAUDIT_DIRECTORY is not set");
		return aud_ctl_usage_error("shipped");
	}
	status = run(what, dir);
	free(dir);
	return status;
}
