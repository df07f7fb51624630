/*-------------------------------------------------------------------------
 *
 * status.c
 *	  SQL-callable functions: the state of the trail, and waiting for it.
 *
 * Who may call them is said by GRANT, not here: an administrator can hand
 * them on.  They are only ever called in a server that preloaded the module,
 * since _PG_init() refuses anything else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/statvfs.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/file.h"
#include "buffer/outage.h"
#include "server/clock.h"
#include "server/compat.h"
#include "server/guc.h"
#include "writer/writer.h"

PGDLLEXPORT Datum secaudit_status(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum secaudit_flush(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum secaudit_rotate(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(secaudit_status);
PG_FUNCTION_INFO_V1(secaudit_flush);
PG_FUNCTION_INFO_V1(secaudit_rotate);

/* How long secaudit.rotate() waits for the writer. */
#define ROTATE_TIMEOUT_MS (30 * 1000)

/* A row being filled from left to right. */
#define STATUS_COLUMNS 25

typedef struct Row
{
	Datum values[STATUS_COLUMNS];
	bool  nulls[STATUS_COLUMNS];
	int   n;
} Row;

static void
put(Row *row, Datum value)
{
	Assert(row->n < STATUS_COLUMNS);
	row->values[row->n] = value;
	row->nulls[row->n++] = false;
}

static void
put_null(Row *row)
{
	Assert(row->n < STATUS_COLUMNS);
	row->values[row->n] = (Datum) 0;
	row->nulls[row->n++] = true;
}

static void
put_text(Row *row, const char *s)
{
	if (*s == '\0')
		put_null(row);
	else
		put(row, CStringGetTextDatum(s));
}

static void
put_int64(Row *row, uint64 value)
{
	put(row, Int64GetDatum((int64) value));
}

/*
 * What an unprivileged process may still write; NULL if nobody can tell.  While
 * the writer stands still it is not asked for: that might be because of a file
 * system that does not answer, and then we would stand still, too.
 */
static void
put_free_space(Row *row, AudOutage outage)
{
	struct statvfs fs;

	if (outage != AUD_OUTAGE_STALLED && statvfs(aud_config->directory, &fs) == 0)
		put_int64(row, (uint64) fs.f_bavail * fs.f_frsize);
	else
		put_null(row);
}

/*
 * {"full": 0, ...}; the names are ours and need no escaping.  What a damaged
 * buffer file held, nobody knows: then "none" would be a guess.
 */
static void
put_losses(Row *row, const AudBufferStat *buffer)
{
	bool           unknown = aud_buffer_file_found() == AUD_BUFFER_DAMAGED;
	StringInfoData json;
	uint64         total = 0;

	initStringInfo(&json);
	for (int i = AUD_LOSS_NONE + 1; i < AUD_LOSS_KINDS; i++)
	{
		total += buffer->lost[i];
		appendStringInfo(&json,
						 "%s\"%s\":",
						 json.len ? "," : "{",
						 aud_buffer_loss_name(i));
		if (unknown && i == AUD_LOSS_DAMAGED && buffer->lost[i] == 0)
			appendStringInfoString(&json, "null");
		else
			appendStringInfo(&json, UINT64_FORMAT, buffer->lost[i]);
	}
	appendStringInfoChar(&json, '}');
	if (unknown && total == 0)
		put_null(row);
	else
		put_int64(row, total);
	put(row, DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
	pfree(json.data);
}

static void
put_last_error(Row *row, const AudWriterStat *writer)
{
	put_int64(row, writer->errors);
	put_text(row, writer->last_error);
	if (writer->last_error[0] == '\0')
		put_null(row);
	else
		put(row, TimestampTzGetDatum(writer->last_error_at - AUD_CLOCK_EPOCH_US));
}

static void
put_outage(Row *row, const AudOutageFacts *outage)
{
	put_text(row, aud_outage_name(outage->kind));
	if (outage->kind == AUD_OUTAGE_NONE)
		put_null(row);
	else
		put(row, TimestampTzGetDatum(outage->since - AUD_CLOCK_EPOCH_US));
	put_int64(row, outage->count);
}

Datum
secaudit_status(PG_FUNCTION_ARGS)
{
	TupleDesc      desc;
	AudBufferStat  buffer;
	AudWriterStat  writer;
	AudOutageFacts outage;
	Row            row = {.n = 0};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != STATUS_COLUMNS)
		ereport(ERROR,
				errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("secaudit.status() does not match the loaded module"),
				errhint("Run ALTER EXTENSION secaudit UPDATE."));

	aud_buffer_stat(&buffer);
	aud_writer_stat(&writer);
	aud_outage_facts(&outage);

	put(&row, BoolGetDatum(writer.pid != 0));
	if (writer.pid != 0)
		put(&row, Int32GetDatum(writer.pid));
	else
		put_null(&row);
	put_text(&row, aud_buffer_log_id());
	put_int64(&row, writer.seq);
	put_text(&row, writer.file);
	put_int64(&row, writer.file_bytes);
	put_free_space(&row, outage.kind);
	put_int64(&row, buffer.head);
	put_int64(&row, buffer.tail);
	put_int64(&row, buffer.head - buffer.tail);
	put_int64(&row, buffer.size);
	put_int64(&row, buffer.appended);
	put_int64(&row, writer.records);
	put_int64(&row, writer.bytes);
	put_int64(&row, writer.batches);
	put_int64(&row, buffer.waits);
	put(&row, Float8GetDatum((double) buffer.wait_us / 1e6));
	put_losses(&row, &buffer);
	put_last_error(&row, &writer);
	put_outage(&row, &outage);

	desc = BlessTupleDesc(desc);
	PG_RETURN_DATUM(
		HeapTupleGetDatum(heap_form_tuple(desc, row.values, row.nulls)));
}

Datum
secaudit_flush(PG_FUNCTION_ARGS)
{
	uint64 pos = aud_buffer_head();

	while (aud_buffer_wait_durable_in_spite(pos) != AUD_WAIT_REACHED)
		CHECK_FOR_INTERRUPTS();
	PG_RETURN_INT64((int64) pos);
}

Datum
secaudit_rotate(PG_FUNCTION_ARGS)
{
	AudWriterStat stat;

	if (!aud_writer_rotate(ROTATE_TIMEOUT_MS))
		ereport(ERROR,
				errcode(ERRCODE_IO_ERROR),
				errmsg("no new audit trail file was begun"),
				errdetail("The writer did not get to it within %d seconds.",
						  ROTATE_TIMEOUT_MS / 1000),
				errhint(
					"See secaudit.status() and the server log for the cause."));
	aud_writer_stat(&stat);
	PG_RETURN_TEXT_P(cstring_to_text(stat.file));
}
