/*-------------------------------------------------------------------------
 *
 * logs.c
 *	  Which trails are in the directory.
 *
 * File numbers grow through all of them, so the newest file is that of the
 * trail that was written last.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "trail/logs.h"

AudTrailRead
aud_trail_newest_opening(AudOpening *opening)
{
	AudTrailEntry *entries;
	int            count;
	AudTrailRead   status = AUD_TRAIL_IS_NOT;
	int            saved;

	if (!aud_trail_list(&entries, &count))
		return AUD_TRAIL_FAILED;
	for (int i = count - 1; i >= 0 && status == AUD_TRAIL_IS_NOT; i--)
	{
		status = aud_trail_read_opening(entries[i].name, opening);
		if (status == AUD_TRAIL_IS && opening->log[0] == '\0')
			status = AUD_TRAIL_IS_NOT;
	}
	saved = errno;
	if (entries != NULL)
		pfree(entries);
	errno = saved;
	return status;
}

bool
aud_trail_find_before(const char *log_id, AudHasher *hasher, AudTrailEnd *end)
{
	AudOpening newest;

	memset(end, 0, sizeof(*end));
	switch (aud_trail_newest_opening(&newest))
	{
		case AUD_TRAIL_IS:
			return strcmp(newest.log, log_id) == 0 ||
				   aud_trail_find_end(newest.log, hasher, end);
		case AUD_TRAIL_IS_NOT:
			return true;
		case AUD_TRAIL_FAILED:
			break;
	}
	return false;
}
