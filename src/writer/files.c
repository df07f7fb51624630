/*-------------------------------------------------------------------------
 *
 * files.c
 *	  The writer's eye on its files: touched, moved or removed by others,
 *	  too old, too many, too little space.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "utils/timestamp.h"

#include "server/guc.h"
#include "writer/state.h"

/* The directory is looked over this often. */
#define LOOK_OVER_MS (10 * 1000)

/* Leave the current file as it is and begin another. */
static void
leave_file(AudTrailTail tail)
{
	aud_w.next_no = aud_w.file.no + 1;
	aud_w.tail = tail;
	aud_w.open_reason = "fault";
	aud_trail_close(&aud_w.file);
}

bool
aud_files_is_size(uint64 expected)
{
	struct stat st;

	return fstat(aud_w.file.fd, &st) == 0 && (uint64) st.st_size == expected;
}

/* Is the file that we write to still the one under its name? */
static bool
has_its_name(bool *name_is_free)
{
	char        path[MAXPGPATH];
	struct stat ours;
	struct stat named;

	*name_is_free = false;
	aud_trail_path(aud_w.file.name, path);
	if (lstat(path, &named) != 0)
	{
		*name_is_free = errno == ENOENT;
		return errno != ENOENT;
	}
	if (fstat(aud_w.file.fd, &ours) != 0)
		return true;
	return named.st_ino == ours.st_ino && named.st_dev == ours.st_dev;
}

/*
 * The file was removed or renamed.  What it held is still to be had through
 * our descriptor, so it is put back under its name: a copy, byte by byte.
 */
static bool
restore_file(void)
{
	uint64       size = aud_buffer_position()->file_size;
	AudTrailFile copy = {.fd = -1};

	if (!aud_trail_create(&copy, aud_w.file.no, aud_w.file.name))
	{
		aud_trouble_report("put a removed file back");
		return false;
	}
	if (!aud_trail_copy(&aud_w.file, &copy, size) || !aud_trail_sync(&copy))
	{
		aud_trouble_report("put a removed file back");
		aud_trail_discard(&copy);
		return false;
	}
	aud_trail_close(&copy);
	return true;
}

bool
aud_files_check(void)
{
	bool name_is_free;

	if (aud_w.file.fd < 0 || !aud_w.file_is_safe)
		return true;
	if (!has_its_name(&name_is_free))
	{
		if (name_is_free && !restore_file())
			return false;
		aud_trouble_note(
			name_is_free
				? "the current file was removed or renamed; it was put back"
				: "another file has taken the place of the current one");
		leave_file(AUD_TAIL_NONE);
	}
	else if (!aud_files_is_size(aud_buffer_position()->file_size))
	{
		aud_trouble_note("somebody else has changed the current file");
		leave_file(AUD_TAIL_FOREIGN);
	}
	return true;
}

static uint64
file_bytes(const char *name, time_t *changed_at)
{
	char        path[MAXPGPATH];
	struct stat st;

	aud_trail_path(name, path);
	if (lstat(path, &st) != 0)
		return 0;
	*changed_at = st.st_mtime;
	return (uint64) st.st_size;
}

/*
 * Queue a file for deletion, with what a checker needs to know of it later:
 * where the chain entered it, and where the next file takes it up.
 */
static bool
queue_expired(const AudTrailEntry *entry, const AudTrailEntry *next,
			  uint64 bytes, const char *reason, bool gone)
{
	AudExpired *expired = &aud_w.expire[aud_w.n_expire];
	AudOpening  own;
	AudOpening  after;

	if (aud_w.n_expire >= AUD_EXPIRE_MAX ||
		!aud_trail_read_opening(entry->name, &own) ||
		!aud_trail_read_opening(next->name, &after))
		return false;
	strlcpy(expired->name, entry->name, sizeof(expired->name));
	expired->bytes = bytes;
	expired->first_seq = own.prev_seq + 1;
	expired->last_seq = after.prev_seq;
	strlcpy(expired->last_h, after.prev_h, sizeof(expired->last_h));
	expired->reason = reason;
	expired->gone = gone;
	aud_w.n_expire++;
	return true;
}

/* Why should this file go?  NULL: it may stay. */
static const char *
retention_reason(time_t changed_at, uint64 total)
{
	if (aud_config->retention_age_s > 0 &&
		changed_at + aud_config->retention_age_s < time(NULL))
		return "retention_age";
	if (aud_config->retention_size_mb > 0 &&
		total > (uint64) aud_config->retention_size_mb * 1024 * 1024)
		return "retention_size";
	return NULL;
}

static void
apply_retention(void)
{
	AudTrailEntry *entries;
	int            count;
	uint64         total = 0;
	time_t         changed_at = 0;

	if (aud_w.n_expire > 0 || !aud_trail_list(&entries, &count))
		return;
	for (int i = 0; i < count; i++)
		total += file_bytes(entries[i].name, &changed_at);

	for (int i = 0; i + 1 < count; i++)
	{
		uint64      bytes = file_bytes(entries[i].name, &changed_at);
		const char *reason = retention_reason(changed_at, total);

		if (entries[i].no >= aud_buffer_position()->file_no || reason == NULL ||
			!queue_expired(&entries[i], &entries[i + 1], bytes, reason, false))
			break;
		total -= bytes;
	}
	if (entries != NULL)
		pfree(entries);
}

void
aud_files_look_over(void)
{
	TimestampTz now = GetCurrentTimestamp();

	if (aud_w.looked_at != 0 &&
		now < TimestampTzPlusMilliseconds(aud_w.looked_at, LOOK_OVER_MS))
		return;
	aud_w.looked_at = now;
	if (aud_config->retention_age_s > 0 || aud_config->retention_size_mb > 0)
		apply_retention();
	aud_trouble_watch_space();
}

void
aud_files_expire(int n)
{
	for (int i = 0; i < n; i++)
	{
		char path[MAXPGPATH];

		if (aud_w.expire[i].gone)
			continue;
		aud_trail_path(aud_w.expire[i].name, path);
		if (unlink(path) != 0 && errno != ENOENT)
			ereport(WARNING,
					errcode_for_file_access(),
					errmsg("could not remove expired audit trail file \"%s\": %m",
						   path));
	}
	aud_w.n_expire -= n;
	memmove(&aud_w.expire[0],
			&aud_w.expire[n],
			aud_w.n_expire * sizeof(AudExpired));
	/* There may be more. */
	aud_w.looked_at = 0;
}

void
aud_files_make_room(void)
{
	AudTrailEntry *entries;
	int            count;
	char           path[MAXPGPATH];
	time_t         changed_at;

	if ((aud_w.last_errno != ENOSPC && aud_w.last_errno != EDQUOT) ||
		!aud_trail_list(&entries, &count))
		return;
	if (count > 1 && entries[0].no < aud_buffer_position()->file_no &&
		queue_expired(&entries[0],
					  &entries[1],
					  file_bytes(entries[0].name, &changed_at),
					  "overwrite",
					  true))
	{
		aud_trail_path(entries[0].name, path);
		unlink(path);
		ereport(LOG,
				errmsg("removed audit trail file \"%s\" to make room",
					   entries[0].name),
				errdetail(
					"The parameter \"secaudit.on_failure\" is set to \"overwrite\"."));
	}
	if (entries != NULL)
		pfree(entries);
}
