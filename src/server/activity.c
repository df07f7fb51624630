/*-------------------------------------------------------------------------
 *
 * activity.c
 *	  What this process says of itself in the server's status array.
 *
 * Only the process itself writes to its entry, so it can read there without
 * the protocol that others have to follow.  With track_activities off the
 * server keeps neither of the two.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/copy.h"
#include "commands/copyfrom_internal.h"
#include "commands/progress.h"
#include "utils/backend_status.h"

#include "server/activity.h"
#include "server/compat.h"

bool
aud_activity_is_fastpath(void)
{
	return MyBEEntry != NULL && MyBEEntry->st_state == STATE_FASTPATH;
}

/* The line that the last error was about; 0: no COPY FROM was under way. */
static uint64 failed_line;
static uint64 header_lines;

/* The outermost, should a trigger of COPY FROM read a table of file_fdw. */
void
aud_activity_error_raised(void)
{
	failed_line = 0;
	for (const ErrorContextCallback *callback = error_context_stack;
		 callback != NULL;
		 callback = callback->previous)
	{
		const CopyFromStateData *copy = callback->arg;

		if (callback->callback != CopyFromErrorCallback)
			continue;
		failed_line = copy->cur_lineno;
		header_lines = AUD_COPY_HEADER_LINES(&copy->opts);
	}
}

/*
 * The server counts rows when it puts them into its buffer, COPY FROM reports
 * the line of the row that could not be written from there.
 */
bool
aud_activity_copied(uint64 *rows)
{
	int64 counted;

	if (MyBEEntry == NULL ||
		MyBEEntry->st_progress_command != PROGRESS_COMMAND_COPY)
		return false;
	counted = MyBEEntry->st_progress_param[PROGRESS_COPY_TUPLES_PROCESSED];
	*rows = (uint64) counted;
	if (MyBEEntry->st_progress_param[PROGRESS_COPY_COMMAND] ==
			PROGRESS_COPY_COMMAND_FROM &&
		failed_line > header_lines)
		*rows = Min(*rows, failed_line - header_lines - 1);
	return true;
}

/*
 * What was counted stays when the progress has ended, until another command
 * begins to count; a COPY that a trigger ran meanwhile is told by its rows.
 */
bool
aud_activity_skipped(uint64 rows, uint64 *skipped)
{
#ifdef PROGRESS_COPY_TUPLES_SKIPPED
	const int64 *counted;

	if (MyBEEntry == NULL)
		return false;
	counted = MyBEEntry->st_progress_param;
	if (counted[PROGRESS_COPY_COMMAND] != PROGRESS_COPY_COMMAND_FROM ||
		counted[PROGRESS_COPY_TUPLES_PROCESSED] != (int64) rows)
		return false;
	*skipped = (uint64) counted[PROGRESS_COPY_TUPLES_SKIPPED];
	return true;
#else
	return false;
#endif
}
