/*-------------------------------------------------------------------------
 *
 * records.c
 *	  secaudit.read_trail(): the trail as rows, one line at a time.
 *
 * Value per call, so that memory does not grow with the trail and whoever has
 * seen enough stops the reading.  A query that is stopped early never calls
 * us again: files and list belong to a reset callback of the call's context,
 * because core/ knows neither palloc nor the server's file descriptors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <errno.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/search/seek.h"
#include "server/guc.h"
#include "server/guc_rules.h"
#include "sql/row.h"

PGDLLEXPORT Datum secaudit_read_trail(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(secaudit_read_trail);

/*
 * A file is not read at all if the next one was begun this long before
 * "since": a record is written when its statement ends, after ts, so nothing
 * in it can be that young, unless the clock was set back by more than this.
 */
#define SKIP_MARGIN USECS_PER_HOUR

typedef struct Reading
{
	AudReaderList list;
	size_t        index; /* of the file being read or to be opened next */
	AudReader     reader;
	bool          open;
	uint64        skip;   /* lines still to be passed over, for "last" */
	bool          sought; /* the file was not read from its first line on */
	TimestampTz   since;  /* DT_NOBEGIN: no limit */
	TimestampTz   until;  /* DT_NOEND: no limit */
	AudMatch     *match;  /* NULL: no condition */
	AudQuery      query;  /* the condition, and since as text */
	AudSearch     search;
	TupleDesc     desc;
	MemoryContext line_context; /* reset for every line */
	MemoryContextCallback cleanup;
} Reading;

static void
end_reading(void *arg)
{
	Reading *reading = arg;

	if (reading->open)
		aud_reader_close(&reading->reader);
	reading->open = false;
	aud_reader_list_free(&reading->list);
	aud_search_free(&reading->search);
	aud_query_free(&reading->query);
	aud_match_free(reading->match);
	reading->match = NULL;
}

static void
throw_read_error(const AudError *err)
{
	errno = err->sys_errno;
	if (err->sys_errno != 0)
		ereport(ERROR, errcode_for_file_access(), errmsg("%s: %m", err->message));
	ereport(ERROR, errcode(ERRCODE_IO_ERROR), errmsg("%s", err->message));
}

/* When a file was begun, from its name. */
static bool
parse_started(const char *s, TimestampTz *started)
{
	char ts[32];

	if (strlen(s) != 16)
		return false;
	snprintf(ts,
			 sizeof(ts),
			 "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.000000Z",
			 s,
			 s + 4,
			 s + 6,
			 s + 9,
			 s + 11,
			 s + 13);
	return aud_sql_row_parse_ts(ts, started);
}

/* Is the file after this one so old that this one is of no interest? */
static bool
is_too_old(const Reading *reading, size_t i)
{
	const AudReaderFile *file = &reading->list.files[i];
	const AudReaderFile *next = file + 1;
	TimestampTz          started;

	return !TIMESTAMP_IS_NOBEGIN(reading->since) &&
		   i + 1 < reading->list.count && strcmp(file->log, next->log) == 0 &&
		   parse_started(next->started, &started) &&
		   started < reading->since - SKIP_MARGIN;
}

/* Open the file at index; false if retention has deleted it meanwhile. */
static bool
open_file(Reading *reading)
{
	const AudReaderFile *file = &reading->list.files[reading->index];
	AudError             err = {0};

	if (!aud_reader_open(&reading->reader, file->path, &err))
	{
		/* retention may have deleted it since it was listed */
		if (!aud_reader_is_gone(file->path, &err))
			throw_read_error(&err);
		return false;
	}
	reading->open = true;
	aud_reader_limit(&reading->reader, file->bytes);
	/* with "last", the lines have been counted, and all of them count */
	reading->sought = reading->query.since[0] != '\0' && reading->skip == 0;
	if (reading->sought &&
		!aud_search_seek(&reading->query, &reading->reader, &err))
		throw_read_error(&err);
	return true;
}

static void
close_file(Reading *reading)
{
	aud_reader_close(&reading->reader);
	reading->open = false;
}

static uint64
count_lines(Reading *reading)
{
	AudLine  line;
	AudError err = {0};
	uint64   n = 0;

	if (!open_file(reading))
		return 0;
	while (aud_reader_next(&reading->reader, &line, &err) == AUD_READ_LINE)
		if (n++ % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
	if (err.set)
		throw_read_error(&err);
	close_file(reading);
	return n;
}

/* Begin "last" lines before the end: count backwards, file by file. */
static void
seek_last(Reading *reading, uint64 last)
{
	uint64 found = 0;

	reading->index = reading->list.count;
	while (reading->index > 0 && found < last)
	{
		reading->index--;
		found += count_lines(reading);
	}
	reading->skip = found > last ? found - last : 0;
}

/*
 * Is it within the time asked for, and does the condition match?  What has no
 * time is shown always, and so is what is no record.
 */
static bool
is_wanted(Reading *reading, const AudLine *line)
{
	const char *damage;
	TimestampTz ts;

	if (reading->match != NULL &&
		!(aud_needles_in(&reading->query.needles, 0, line->data, line->len) &&
		  aud_search_matches(&reading->search, line, &damage)))
		return false;
	return !aud_sql_row_time(line, &ts) ||
		   (ts >= reading->since && ts < reading->until);
}

/*
 * The next line that is wanted; false at the trail's end.  The newest file's
 * last line may be without its newline because it is being written; anywhere
 * else that is worth a warning.
 */
static bool
next_line(Reading *reading, AudLine *line)
{
	for (; reading->index < reading->list.count; reading->index++)
	{
		AudError      err = {0};
		AudReadStatus status;

		if (!reading->open &&
			(is_too_old(reading, reading->index) || !open_file(reading)))
			continue;
		while ((status = aud_reader_next(&reading->reader, line, &err)) ==
			   AUD_READ_LINE)
		{
			CHECK_FOR_INTERRUPTS();
			if (reading->sought)
				line->number = 0;
			if (reading->skip > 0)
				reading->skip--;
			else if (is_wanted(reading, line))
				return true;
		}
		if (status == AUD_READ_ERROR)
			throw_read_error(&err);
		if (reading->index + 1 < reading->list.count &&
			aud_reader_partial(&reading->reader, line))
		{
			line->number = reading->sought ? 0 : line->number;
			aud_sql_row_warn(reading->list.files[reading->index].path,
							 line,
							 "The line is incomplete.");
		}
		close_file(reading);
	}
	return false;
}

/* What a record is asked for; whose members nobody knows, no record tells. */
#define CONDITION_KEYS (AUD_MATCH_ALL & ~AUD_MATCH_BIT(AUD_MATCH_MEMBER_OF))

/* Compile a condition of the match language; throws if it is not valid. */
static void
set_condition(Reading *reading, Jsonb *condition)
{
	char *text = JsonbToCString(NULL, &condition->root, VARSIZE(condition));
	AudJsonValue value = {AUD_JSON_OBJECT, text, strlen(text)};
	AudFaultAt   fault = {.at = NULL};

	if (!JB_ROOT_IS_OBJECT(condition))
		value.kind = AUD_JSON_ARRAY;
	reading->match =
		aud_match_compile(&value, CONDITION_KEYS, &aud_zones, &fault);
	if (reading->match == NULL)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"match\" is not a valid condition: %s",
					   fault.error.message),
				errhint(
					"docs/rules.md describes conditions: "
					"{\"class\": [\"read\", \"write\"], \"user\": \"app_*\"}."));
}

/* The text of a time, as a record has it; "": no limit. */
static void
set_since(Reading *reading)
{
	TimestampTz  since = reading->since;
	struct pg_tm tm;
	fsec_t       fsec;
	int          zone;

	if (TIMESTAMP_NOT_FINITE(since) ||
		timestamp2tm(since, &zone, &tm, &fsec, NULL, pg_tzset("UTC")) != 0 ||
		tm.tm_year < 1 || tm.tm_year > 9999)
		return;
	snprintf(reading->query.since,
			 sizeof(reading->query.since),
			 "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
			 tm.tm_year,
			 tm.tm_mon,
			 tm.tm_mday,
			 tm.tm_hour,
			 tm.tm_min,
			 tm.tm_sec,
			 (int) fsec);
}

static Reading *
begin_reading(FunctionCallInfo fcinfo, MemoryContext context)
{
	Reading  *reading = MemoryContextAllocZero(context, sizeof(*reading));
	AudError  err = {0};
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != AUD_ROW_COLUMNS)
		ereport(ERROR,
				errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("secaudit.read_trail() does not match the loaded module"),
				errhint("Run ALTER EXTENSION secaudit UPDATE."));
	reading->desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	reading->line_context =
		AllocSetContextCreate(context, "secaudit line", ALLOCSET_DEFAULT_SIZES);
	reading->since = PG_ARGISNULL(0) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(0);
	reading->until = PG_ARGISNULL(1) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(1);
	if (!PG_ARGISNULL(2) && PG_GETARG_INT64(2) < 0)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"last\" must not be negative"));

	reading->cleanup.func = end_reading;
	reading->cleanup.arg = reading;
	MemoryContextRegisterResetCallback(context, &reading->cleanup);
	set_since(reading);
	/* version 1.0 of the extension has no condition */
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		set_condition(reading, PG_GETARG_JSONB_P(3));
	reading->query.match = reading->match;
	reading->search.query = &reading->query;
	if (!aud_query_prepare(&reading->query))
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"));
	if (!aud_reader_list_add(&reading->list, aud_config->directory, &err))
		throw_read_error(&err);
	if (!PG_ARGISNULL(2))
		seek_last(reading, (uint64) PG_GETARG_INT64(2));
	return reading;
}

Datum
secaudit_read_trail(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Reading         *reading;
	AudLine          line;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->user_fctx = begin_reading(fcinfo, call->multi_call_memory_ctx);
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	reading = call->user_fctx;

	while (next_line(reading, &line))
	{
		MemoryContext old;
		HeapTuple     row;

		/* the row of the call before has been copied or is not needed */
		MemoryContextReset(reading->line_context);
		old = MemoryContextSwitchTo(reading->line_context);
		row = aud_sql_row_form(reading->desc,
							   reading->list.files[reading->index].path,
							   &line);
		MemoryContextSwitchTo(old);
		if (row != NULL)
			SRF_RETURN_NEXT(call, heap_copy_tuple_as_datum(row, reading->desc));
	}
	SRF_RETURN_DONE(call);
}
