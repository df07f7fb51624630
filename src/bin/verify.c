/*-------------------------------------------------------------------------
 *
 * verify.c
 *	  secauditctl verify: is the trail what its writer wrote?
 *
 *-------------------------------------------------------------------------
 */
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bin/ctl.h"
#include "bin/term.h"
#include "core/verify/verify.h"

typedef struct Verify
{
	AudVerifyOptions options;
	AudExpected     *expected; /* the same as in options, but ours */
	bool             json;
	bool             quiet;
} Verify;

static void
print_help(void)
{
	printf(
		"secauditctl verify checks the hash chain of an audit trail.\n\n"
		"Usage:\n"
		"  secauditctl verify [OPTION]... [FILE|DIR]...\n\n"
		"DIR is a trail's directory; without FILE or DIR, the environment "
		"variable\nSECAUDIT_DIRECTORY names it. With FILEs only, files before "
		"the first one are not\nlooked for. A server may be writing "
		"meanwhile.\n\n"
		"Options:\n"
		"      --closed                the newest file must be complete: the "
		"server was\n"
		"                              shut down, or the trail was archived\n"
		"      --expect=LOG:SEQ:HASH   this record must be there (may be "
		"repeated); the last\n"
		"                              line of the output says it of the "
		"trail's end\n"
		"      --json                  print one JSON object\n"
		"  -q, --quiet                 print nothing, the exit status "
		"tells\n"
		"  -?, --help                  print this help, then exit\n\n"
		"Exit status: 0 if the trail is sound, 1 if it is not, 2 if that could "
		"not be\nfound out.\n");
}

/* ---- for people -------------------------------------------------------- */

static void
print_range(const AudFault *f)
{
	if (f->seq == 0)
		return;
	if (f->seq == f->last_seq)
		printf(": seq %llu", (unsigned long long) f->seq);
	else
		printf(": seq %llu to %llu",
			   (unsigned long long) f->seq,
			   (unsigned long long) f->last_seq);
}

static void
print_fault(const AudTerm *t, const AudReaderList *list, const AudFault *f)
{
	const char *path = list->files[f->file].path;

	aud_term_put_raw(t, path, strlen(path));
	printf(":%llu: ", (unsigned long long) f->line);
	aud_term_color(t, AUD_COLOR_RED);
	printf("%s", aud_fault_name(f->kind));
	aud_term_color(t, AUD_COLOR_NONE);
	if (f->missing_file[0] != '\0')
	{
		printf(" ");
		aud_term_put_raw(t, f->missing_file, strlen(f->missing_file));
	}
	print_range(f);
	if (f->detail != NULL)
		printf(", %s", f->detail);
	printf("\n");
}

/* "all_read": nothing is called sound where something could not be checked. */
static void
print_log(const AudTerm *t, const AudVerifiedLog *log, bool all_read)
{
	printf("log %s: %zu %s, %llu records",
		   log->log[0] ? log->log : "unknown",
		   log->files,
		   log->files == 1 ? "file" : "files",
		   (unsigned long long) log->records);
	if (log->records > 0)
	{
		printf(", seq %llu to %llu, ",
			   (unsigned long long) log->first_seq,
			   (unsigned long long) log->last_seq);
		aud_term_put_raw(t, log->first_ts, strlen(log->first_ts));
		printf(" to ");
		aud_term_put_raw(t, log->last_ts, strlen(log->last_ts));
	}
	if (log->unhashed > 0)
		printf(", %llu of them without hashes",
			   (unsigned long long) log->unhashed);
	if (log->follows.log[0] != '\0')
		printf(", follows log %s at seq %llu",
			   log->follows.log,
			   (unsigned long long) log->follows.seq);
	printf(": ");
	if (log->faults == 0 && !all_read)
		printf("no fault in what was checked\n");
	else if (log->faults == 0)
	{
		aud_term_color(t, AUD_COLOR_GREEN);
		printf("sound");
		aud_term_color(t, AUD_COLOR_NONE);
		printf(log->closed ? "\n" : ", not closed\n");
	}
	else
	{
		aud_term_color(t, AUD_COLOR_RED);
		printf("%llu %s\n",
			   (unsigned long long) log->faults,
			   log->faults == 1 ? "fault" : "faults");
		aud_term_color(t, AUD_COLOR_NONE);
	}
	if (log->last_h[0] != '\0')
		printf("last record %s:%llu:%s\n",
			   log->log,
			   (unsigned long long) log->last_seq,
			   log->last_h);
}

static void
print_verdict(const AudTerm *t, const AudVerifyResult *result, int status)
{
	static const char *const words[] = {"SOUND", "FAULTY", "NOT CHECKED"};
	static const AudColor    colors[] = {
		   AUD_COLOR_GREEN,
		   AUD_COLOR_RED,
		   AUD_COLOR_YELLOW,
    };

	aud_term_color(t, colors[status]);
	printf("%s", words[status]);
	aud_term_color(t, AUD_COLOR_NONE);
	if (result->all_faults > 0)
		printf(": %llu %s",
			   (unsigned long long) result->all_faults,
			   result->all_faults == 1 ? "fault" : "faults");
	printf("\n");
}

static void
print_report(const AudReaderList *list, const AudVerifyResult *result, int status)
{
	AudTerm t;

	aud_term_init(&t, stdout, AUD_COLOR_AUTO);
	print_verdict(&t, result, status);
	for (size_t i = 0; i < result->n_faults; i++)
		print_fault(&t, list, &result->faults[i]);
	if (result->all_faults > result->n_faults)
		printf("... and %llu more\n",
			   (unsigned long long) (result->all_faults - result->n_faults));
	if (result->n_logs > 1)
		printf("%zu trails\n", result->n_logs);
	for (size_t i = 0; i < result->n_logs; i++)
		print_log(&t, &result->logs[i], status != AUD_EXIT_TROUBLE);
}

/* ---- for programs ------------------------------------------------------ */

static void
set_number(json_t *object, const char *key, uint64_t n)
{
	json_object_set_new(object, key, json_integer((json_int_t) n));
}

/* Empty: left out. */
static void
set_string(json_t *object, const char *key, const char *s)
{
	if (s != NULL && *s != '\0')
		json_object_set_new(object, key, json_string(s));
}

static json_t *
fault_to_json(const AudReaderList *list, const AudFault *f)
{
	json_t *o = json_object();

	set_string(o, "kind", aud_fault_name(f->kind));
	set_string(o, "file", list->files[f->file].name);
	set_number(o, "line", f->line);
	if (f->seq != 0)
	{
		set_number(o, "seq", f->seq);
		set_number(o, "last_seq", f->last_seq);
	}
	set_string(o, "missing_file", f->missing_file);
	set_string(o, "detail", f->detail);
	return o;
}

static json_t *
link_to_json(const AudVerifiedLink *link)
{
	json_t *o = json_object();

	set_string(o, "log", link->log);
	set_string(o, "file", link->file);
	set_number(o, "seq", link->seq);
	return o;
}

static json_t *
log_to_json(const AudVerifiedLog *log)
{
	json_t *o = json_object();

	set_string(o, "log", log->log);
	set_number(o, "files", log->files);
	set_number(o, "records", log->records);
	set_number(o, "bytes", log->bytes);
	set_number(o, "unhashed", log->unhashed);
	if (log->records > 0)
	{
		set_number(o, "first_seq", log->first_seq);
		set_number(o, "last_seq", log->last_seq);
	}
	set_string(o, "last_h", log->last_h);
	set_string(o, "first_ts", log->first_ts);
	set_string(o, "last_ts", log->last_ts);
	if (log->follows.log[0] != '\0')
		json_object_set_new(o, "follows", link_to_json(&log->follows));
	json_object_set_new(o, "closed", json_boolean(log->closed));
	set_number(o, "faults", log->faults);
	return o;
}

static void
print_json(const AudReaderList *list, const AudVerifyResult *result, int status)
{
	static const char *const words[] = {"sound", "faulty", "unchecked"};
	json_t                  *root = json_object();
	json_t                  *logs = json_array();
	json_t                  *faults = json_array();

	set_string(root, "result", words[status]);
	for (size_t i = 0; i < result->n_logs; i++)
		json_array_append_new(logs, log_to_json(&result->logs[i]));
	for (size_t i = 0; i < result->n_faults; i++)
		json_array_append_new(faults, fault_to_json(list, &result->faults[i]));
	json_object_set_new(root, "logs", logs);
	set_number(root, "all_faults", result->all_faults);
	json_object_set_new(root, "faults", faults);
	json_dumpf(root, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(root);
}

/* ---- progress ---------------------------------------------------------- */

/* On a terminal, once a second; nothing for what is done within one. */
static void
show_progress(void *arg, size_t file, uint64_t offset)
{
	const AudReaderList *list = arg;
	static time_t        shown_at;
	time_t               now = time(NULL);

	if (shown_at != 0 && now != shown_at)
		fprintf(stderr,
				"\r\033[Kfile %zu of %zu, %llu MB",
				file + 1,
				list->count,
				(unsigned long long) (offset / 1000000));
	shown_at = now;
}

static void
clear_progress(const Verify *verify)
{
	if (verify->options.progress != NULL)
		fputs("\r\033[K", stderr);
}

/* ---- the command ------------------------------------------------------- */

/* An expectation about a trail that is not there cannot be checked. */
static bool
complain_about_unmet(const Verify *verify, const AudReaderList *list,
					 const AudVerifyResult *result)
{
	bool unmet = result->unmet > 0;

	if (unmet)
		aud_ctl_complain("an expected record is older than the trail");
	for (size_t i = 0; i < verify->options.n_expected; i++)
		if (!aud_reader_list_has_log(list, verify->expected[i].log))
		{
			aud_ctl_complain("there is no log %s", verify->expected[i].log);
			unmet = true;
		}
	return unmet;
}

static int
run(Verify *verify, int argc, char **argv)
{
	AudReaderList   list = {0};
	AudVerifyResult result = {0};
	AudError        err = {0};
	bool            listed;
	bool            checked;
	int             status;

	if (!aud_ctl_operands(&argc, &argv, "verify"))
		return AUD_EXIT_TROUBLE;
	listed = aud_ctl_find(&list, argc, argv);
	verify->options.selection = aud_ctl_only_files(argc, argv);
	verify->options.expected = verify->expected;
	if (isatty(STDERR_FILENO))
	{
		verify->options.progress = show_progress;
		verify->options.arg = &list;
	}

	checked = aud_verify(&list, &verify->options, &result, &err);
	clear_progress(verify);
	if (!checked)
	{
		aud_ctl_error(&err);
		status = AUD_EXIT_TROUBLE;
	}
	else if (!listed || complain_about_unmet(verify, &list, &result))
		status = AUD_EXIT_TROUBLE;
	else
		status = result.all_faults > 0 ? AUD_EXIT_FAULT : AUD_EXIT_OK;

	if (verify->json)
		print_json(&list, &result, status);
	else if (!verify->quiet)
		print_report(&list, &result, status);
	aud_verify_free(&result);
	aud_reader_list_free(&list);
	return status;
}

/* LOG:SEQ:HASH, as the report prints it. */
static bool
add_expected(Verify *verify, const char *arg)
{
	AudExpected        e = {.seq = 0};
	AudExpected       *bigger;
	char               hash[AUD_CHAIN_HASH_CHARS + 1];
	unsigned long long seq;
	int                used = 0;

	if (sscanf(arg, "%16[0-9a-f]:%19llu:%32[-_0-9A-Za-z]%n", e.log, &seq, hash, &used) !=
			3 ||
		arg[used] != '\0' || strlen(e.log) != 16 ||
		strlen(hash) != AUD_CHAIN_HASH_CHARS || seq == 0 ||
		!aud_chain_hash_decode(hash, e.h))
		return false;
	e.seq = seq;
	bigger = realloc(verify->expected,
					 (verify->options.n_expected + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	verify->expected = bigger;
	verify->expected[verify->options.n_expected++] = e;
	return true;
}

enum
{
	OPT_CLOSED = 256,
	OPT_EXPECT,
	OPT_JSON,
};

static const struct option long_options[] = {
	{"closed", no_argument, NULL, OPT_CLOSED},
	{"expect", required_argument, NULL, OPT_EXPECT},
	{"json", no_argument, NULL, OPT_JSON},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

int
aud_cmd_verify(int argc, char **argv)
{
	Verify verify = {.expected = NULL};
	int    status;
	int    c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":qV", long_options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "verify", print_help, &status))
			return status;
		if (c == OPT_CLOSED)
			verify.options.must_be_closed = true;
		else if (c == OPT_JSON)
			verify.json = true;
		else if (c == 'q')
			verify.quiet = true;
		else if (!add_expected(&verify, optarg))
		{
			aud_ctl_complain("invalid record: \"%s\"", optarg);
			free(verify.expected);
			return aud_ctl_usage_error("verify");
		}
	}
	status = run(&verify, argc - optind, argv + optind);
	free(verify.expected);
	return status;
}
