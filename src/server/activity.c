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

#include "commands/progress.h"
#include "utils/backend_status.h"

#include "server/activity.h"

bool
aud_activity_is_fastpath(void)
{
	return MyBEEntry != NULL && MyBEEntry->st_state == STATE_FASTPATH;
}

bool
aud_activity_copied(uint64 *rows)
{
	if (MyBEEntry == NULL ||
		MyBEEntry->st_progress_command != PROGRESS_COMMAND_COPY)
		return false;
	*rows = MyBEEntry->st_progress_param[PROGRESS_COPY_TUPLES_PROCESSED];
	return true;
}
