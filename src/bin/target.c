/*-------------------------------------------------------------------------
 *
 * target.c
 *	  Which record or session is meant, and what of the trail belongs to it.
 *
 * A session's id tells when it began, and the name of the next file that nothing in
 * the one before is younger: so of a trail of years a few files are read.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/ctl.h"
#include "core/chain.h"
#include "core/search/file.h"

/* ---- what is meant ------------------------------------------------------------- */

static bool
parse_number(const char *text, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *n > 0;
}

/* "6a1b2c3d.1f4e" */
static bool
is_session(const char *text)
{
	size_t seconds = strspn(text, "0123456789abcdef");
	size_t pid = text[seconds] == '.'
					 ? strspn(text + seconds + 1, "0123456789abcdef")
					 : 0;

	return seconds > 0 && pid > 0 && text[seconds + 1 + pid] == '\0' &&
		   seconds + 1 + pid < AUD_SESSION_SIZE;
}

bool
aud_target_parse(AudTarget *target, const char *arg)
{
	memset(target, 0, sizeof(*target));
	if (strncmp(arg, "pid:", 4) == 0)
		return parse_number(arg + 4, &target->pid);
	if (aud_log_name_begins(arg) && arg[AUD_LOG_NAME_LEN] == ':')
	{
		memcpy(target->log, arg, AUD_LOG_NAME_LEN);
		arg += AUD_LOG_NAME_LEN + 1;
	}
	if (is_session(arg))
	{
		strcpy(target->session, arg);
		return true;
	}
	return parse_number(arg, &target->seq);
}

bool
aud_target_of(AudTarget *target, AudRecord *record)
{
	const char *session = aud_record_text(record, "session");

	memset(target, 0, sizeof(*target));
	strncpy(target->log, aud_record_text(record, "log"), sizeof(target->log) - 1);
	if (!is_session(session))
		return false;
	strcpy(target->session, session);
	return true;
}

void
aud_target_since(const AudTarget *target, int earlier, char *ts)
{
	unsigned long long seconds = strtoull(target->session, NULL, 16);
	time_t             t = (time_t) seconds - earlier;
	struct tm          tm;

	ts[0] = '\0';
	/* until the year 9999 */
	if (seconds > (unsigned long long) earlier && seconds < 253402300800ULL &&
		gmtime_r(&t, &tm) != NULL)
		strftime(ts, AUD_TS_SIZE, "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
}

/* ---- searching ------------------------------------------------------------------- */

void
aud_around_condition(AudStr *condition, const char *session, const char *event)
{
	aud_str_reset(condition);
	aud_str_printf(condition, "{\"session\":[\"%s\"]", session);
	if (event != NULL)
		aud_str_printf(condition, ",\"event\":[\"%s\"]", event);
	aud_str_add(condition, "}");
}

static bool
is_of_log(const AudAround *around, const AudReaderFile *file)
{
	return around->log[0] == '\0' || file->orphan ||
		   strcmp(file->log, around->log) == 0;
}

/*
 * Was the next file begun before "since"?  Then this one was complete, and what
 * is in it had begun.
 */
static bool
is_before(const AudAround *around, size_t i)
{
	const AudReaderFile *file = &around->list->files[i];
	const AudReaderFile *next = file + 1;
	const char          *s = next->started;
	char                 ts[AUD_TS_SIZE];

	if (around->since[0] == '\0' || i + 1 == around->list->count ||
		strcmp(next->log, file->log) != 0 || strlen(s) != 16)
		return false;
	snprintf(ts,
			 sizeof(ts),
			 "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.9",
			 s,
			 s + 4,
			 s + 6,
			 s + 9,
			 s + 11,
			 s + 13);
	return strcmp(ts, around->since) < 0;
}

static bool
look_at(AudSearch *search, const AudFound *found)
{
	AudAround *around = search->arg;
	AudRecord *record = NULL;

	if (found->damage == NULL)
	{
		record = &around->record;
		if (!aud_record_read(record, found->line.data, found->line.len) ||
			(around->log[0] != '\0' && !aud_record_is(record, "log", around->log)))
			return true;
	}
	around->ended = !around->found(around->arg, record, found);
	return !around->ended;
}

static void
search_file(AudAround *around, AudSearch *engine, const AudReaderFile *file)
{
	AudError err = {0};

	(void) aud_search_file(engine, file, &err);
	/* retention may have deleted it since it was listed */
	if (err.set && !aud_reader_is_gone(file->path, &err))
	{
		aud_ctl_error(&err);
		around->trouble = true;
	}
}

static bool
begin(AudAround *around, AudQuery *query, AudMatch **match)
{
	AudFaultAt fault = {0};

	*match = NULL;
	if (around->condition != NULL)
	{
		AudJsonValue value = {AUD_JSON_OBJECT,
							  around->condition,
							  strlen(around->condition)};

		*match = aud_match_compile(&value, AUD_MATCH_ALL, NULL, &fault);
		if (*match == NULL)
		{
			aud_ctl_complain("%s", fault.error.message);
			around->trouble = true;
			return false;
		}
	}
	memset(query, 0, sizeof(*query));
	query->match = *match;
	strcpy(query->since, around->since);
	query->first_seq = around->first_seq;
	query->last_seq = around->last_seq;
	if (aud_query_prepare(query))
		return true;
	aud_ctl_complain("out of memory");
	exit(AUD_EXIT_TROUBLE);
}

/* Search the files from..to-1, except one. */
static void
search_files(AudAround *around, size_t from, size_t to, size_t except)
{
	AudQuery  query;
	AudMatch *match;
	AudSearch engine = {.query = &query, .found = look_at, .arg = around};

	if (!begin(around, &query, &match))
		return;
	around->ended = false;
	for (size_t i = from; i < to && !around->ended; i++)
		if (i != except && is_of_log(around, &around->list->files[i]) &&
			!is_before(around, i))
			search_file(around, &engine, &around->list->files[i]);
	aud_search_free(&engine);
	aud_query_free(&query);
	aud_match_free(match);
}

void
aud_around_search(AudAround *around)
{
	search_files(around, 0, around->list->count, SIZE_MAX);
}

/* The number of a file's first record; 0: it tells none. */
static uint64_t
first_number(const AudReaderFile *file)
{
	AudChainTrailer trailer;
	AudReader       r;
	AudLine         line;
	AudError        err = {0};
	uint64_t        number = 0;

	if (!aud_reader_open(&r, file->path, &err))
		return 0;
	if (aud_reader_next(&r, &line, &err) == AUD_READ_LINE &&
		aud_chain_split(line.data, line.len, &trailer))
		number = trailer.seq;
	aud_reader_close(&r);
	return number;
}

/* Of the files from..to-1 the last one that begins with this number or before. */
static size_t
guess_file(const AudAround *around, size_t from, size_t to, uint64_t seq)
{
	while (to - from > 1)
	{
		size_t   middle = from + (to - from) / 2;
		uint64_t first = first_number(&around->list->files[middle]);

		if (first == 0 || first > seq)
			to = middle;
		else
			from = middle;
	}
	return from;
}

void
aud_around_search_number(AudAround *around)
{
	const AudReaderFile *files = around->list->files;
	size_t               from = 0;

	while (from < around->list->count)
	{
		size_t to = from + 1;
		size_t guess;

		while (to < around->list->count &&
			   strcmp(files[to].log, files[from].log) == 0)
			to++;
		guess = guess_file(around, from, to, around->first_seq);
		search_files(around, guess, guess + 1, SIZE_MAX);
		/* a fault, or copies of parts of a trail */
		if (!around->ended)
			search_files(around, from, to, guess);
		from = to;
	}
}

void
aud_around_free(AudAround *around)
{
	aud_record_free(&around->record);
}
