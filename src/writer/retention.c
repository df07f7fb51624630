/*-------------------------------------------------------------------------
 *
 * retention.c
 *	  Deleting files: too old, too many, too little space.
 *
 * The order is: into the list of deletions, the list on disk, the file
 * deleted, the directory on disk, audit.expire on disk, out of the list.  So
 * a record never names a file that is still there; and a file that is gone by
 * retention's hand is in the list until it is in the trail, whatever died in
 * between.  An entry whose file is still there at a start never was carried
 * out and is dropped.
 *
 * A file that cannot be deleted stops retention: the next ones must not go
 * before it, or the trail would have a hole.  It is reported once, and tried
 * again after longer and longer pauses.  So does one that has not been shipped
 * yet, with secaudit.expire_unshipped = off.
 *
 * A file may be an archive, or be there in both forms.  Then the plain one goes
 * first, with a record of its own, and the archive, which then stands for the
 * file, when the directory is looked over next.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/deletions.h"
#include "buffer/file.h"
#include "core/reader/shipped.h"
#include "server/guc.h"
#include "writer/events.h"
#include "writer/on_failure.h"
#include "writer/retention.h"
#include "writer/shared.h"

/* The directory is looked over this often. */
#define LOOK_OVER_MS (10 * 1000)

/* Pauses between attempts at a file that cannot be deleted. */
#define FIRST_BACKOFF_MS (60 * 1000)
#define LAST_BACKOFF_MS  (15 * 60 * 1000)

/* The file cannot be deleted, errno says why. */
static void
report_undeletable(AudWriter *w, const char *name)
{
	char   text[256];
	char   body[AUD_EVENT_MAX];
	AudBuf out;
	bool   known = strcmp(w->undeletable, name) == 0;
	int    backoff = known ? Min(2 * w->delete_backoff_ms, LAST_BACKOFF_MS)
						   : FIRST_BACKOFF_MS;

	w->delete_backoff_ms = backoff;
	w->delete_retry_at =
		TimestampTzPlusMilliseconds(GetCurrentTimestamp(), backoff);
	if (known)
		return;
	strlcpy(w->undeletable, name, sizeof(w->undeletable));

	snprintf(text, sizeof(text), "could not remove file \"%s\": %m", name);
	ereport(WARNING,
			errcode_for_file_access(),
			errmsg("could not remove expired audit trail file \"%s/%s\": %m",
				   aud_config->directory,
				   name),
			errdetail(
				"Neither this file nor younger ones are removed until it can be."));
	aud_writer_note_error(text);
	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert(&out, "file_not_deleted", name, NULL);
	(void) aud_buffer_try_append(out.data, out.len);
}

/*
 * Has all of a file been shipped?  A mark that cannot be read or believed, or
 * that is ahead of its trail, says nothing.
 */
static bool
is_shipped(const char *log, uint64 last_seq)
{
	AudShipped shipped;

	return aud_shipped_read(aud_config->directory, log, &shipped, NULL) ==
			   AUD_SHIPPED_READ &&
		   shipped.seq >= last_seq &&
		   (strcmp(log, aud_buffer_log_id()) != 0 ||
			shipped.seq <= aud_buffer_position()->chain.seq);
}

/* A file ought to go, and stays because it has not been shipped. */
static void
hold_back(AudWriter *w, const char *name)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	if (w->held_told)
		return;
	w->held_told = true;
	ereport(WARNING,
			errmsg("audit trail file \"%s/%s\" is kept, although it has expired",
				   aud_config->directory,
				   name),
			errdetail(
				"It has not been shipped, and the parameter \"secaudit.expire_unshipped\" is set to \"off\"."),
			errhint(
				"See that the trail is shipped, and that \"secauditctl shipped\" is called afterwards."));
	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert(&out, "not_shipped", name, NULL);
	(void) aud_buffer_try_append(out.data, out.len);
}

/* Bytes of the archives of a plain file; 0: there is none. */
static uint64
archive_bytes(const char *name)
{
	char        path[MAXPGPATH];
	struct stat st;
	size_t      len;
	uint64      bytes = 0;
	int         saved = errno;

	if (aud_source_kind_of_name(name, NULL) != AUD_SOURCE_PLAIN)
		return 0;
	aud_trail_path(name, path);
	len = strlen(path);
	for (AudSourceKind kind = AUD_SOURCE_ZSTD; kind <= AUD_SOURCE_GZIP; kind++)
	{
		snprintf(path + len, sizeof(path) - len, "%s", aud_source_suffix(kind));
		if (lstat(path, &st) == 0)
			bytes += (uint64) st.st_size;
	}
	errno = saved;
	return bytes;
}

/* Delete a file whose entry is on disk; if that fails, it leaves the list. */
static bool
delete_entered(AudWriter *w, AudExpiry *entry)
{
	char name[AUD_TRAIL_NAME_MAX];

	strlcpy(name, entry->name, sizeof(name));
	if (aud_buffer_file_sync_header() && aud_trail_delete(name))
	{
		w->undeletable[0] = '\0';
		return true;
	}
	/* Whoever has deleted it meanwhile, it was not us. */
	aud_deletions_remove(aud_buffer_header, entry);
	if (errno == ENOENT && archive_bytes(name) > 0)
		return false; /* it was archived meanwhile */
	if (errno == ENOENT)
		aud_on_failure_warn("somebody else has removed a closed file");
	else
		report_undeletable(w, name);
	return false;
}

/*
 * Where does the first file's part of its trail end?  Where the trail's next
 * file takes the chain up; the directory may have those of others in between.
 * The last file of a trail that another one has followed tells it itself.
 */
static bool
find_end(AudWriter *w, const AudTrailEntry *files, int count, const char *log,
		 AudExpiry *facts)
{
	AudOpening  after;
	AudTrailEnd end;

	for (int i = 1; i < count; i++)
	{
		AudTrailRead status = aud_trail_read_opening(files[i].name, &after);

		if (status == AUD_TRAIL_FAILED)
			return false;
		if (status != AUD_TRAIL_IS || strcmp(after.log, log) != 0)
			continue;
		facts->last_seq = after.prev_seq;
		strlcpy(facts->last_h, after.prev_h, sizeof(facts->last_h));
		return true;
	}
	if (!aud_trail_find_end(log, w->hasher, &end))
		return false;
	facts->last_seq = end.chain.seq;
	if (aud_chain_has_hash(&end.chain))
		aud_chain_hash_encode(end.chain.h, facts->last_h);
	return true;
}

/*
 * Delete the first of these files, if its chain can be told: a checker needs
 * to know where the chain entered it, and where it goes on.
 */
static bool
delete_first(AudWriter *w, const AudTrailEntry *files, int count, uint64 bytes,
			 AudExpiryReason reason)
{
	const char *name = files[0].name;
	AudExpiry   facts = {.bytes = bytes, .reason = (uint8) reason};
	AudOpening  own;
	AudExpiry  *entry;

	if (strcmp(w->undeletable, name) == 0 &&
		GetCurrentTimestamp() < w->delete_retry_at)
		return false;
	if (aud_trail_read_opening(name, &own) != AUD_TRAIL_IS ||
		!find_end(w, files, count, own.log, &facts))
		return false;
	if (!aud_config->expire_unshipped && !is_shipped(own.log, facts.last_seq))
	{
		hold_back(w, name);
		return false;
	}
	strlcpy(facts.name, name, sizeof(facts.name));
	facts.first_seq = own.prev_seq + 1;
	entry = aud_deletions_add(aud_buffer_header, &facts);
	return entry != NULL && delete_entered(w, entry);
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

/* Must this file go?  *reason: why. */
static bool
is_to_go(time_t changed_at, uint64 total, AudExpiryReason *reason)
{
	*reason = AUD_EXPIRY_AGE;
	if (aud_config->retention_age_s > 0 &&
		changed_at + aud_config->retention_age_s < time(NULL))
		return true;
	*reason = AUD_EXPIRY_SIZE;
	return aud_config->retention_size_mb > 0 &&
		   total > (uint64) aud_config->retention_size_mb * 1024 * 1024;
}

/* The next deletions wait until the last ones are in the trail. */
static void
apply_retention(AudWriter *w)
{
	AudTrailEntry *files;
	int            count;
	uint64         total = 0;
	time_t         changed_at = 0;

	if (aud_deletions_next(aud_buffer_header, NULL) != NULL ||
		!aud_trail_list(&files, &count))
		return;
	for (int i = 0; i < count; i++)
		total += file_bytes(files[i].name, &changed_at) +
				 archive_bytes(files[i].name);

	for (int i = 0; i + 1 < count; i++)
	{
		uint64          bytes = file_bytes(files[i].name, &changed_at);
		AudExpiryReason reason;

		if (files[i].no >= aud_buffer_position()->file_no ||
			!is_to_go(changed_at, total, &reason))
			break;
		if (!delete_first(w, &files[i], count - i, bytes, reason))
			return;
		total -= bytes;
		if (archive_bytes(files[i].name) > 0)
			return; /* the next file must not go before it */
	}
	/* nothing is left to be deleted */
	w->held_told = false;
}

/* Has the volume come near its end?  Says so, and appends an alert. */
static void
watch_space(AudWriter *w)
{
	struct statvfs st;
	char           body[AUD_EVENT_MAX];
	AudBuf         out;
	uint64         used;

	if (statvfs(aud_config->directory, &st) != 0 || st.f_blocks == 0)
		return;
	/* As df counts: what is reserved for root is neither used nor free. */
	used = (st.f_blocks - st.f_bfree) * 100 /
		   (st.f_blocks - st.f_bfree + st.f_bavail + 1);
	if (used < (uint64) aud_config->warn_percent)
	{
		w->space_warned_at = 0;
		return;
	}
	if (!aud_on_failure_may_warn(&w->space_warned_at))
		return;
	ereport(WARNING,
			errmsg("the volume of the audit trail is " UINT64_FORMAT
				   " percent full",
				   used),
			errdetail("The parameter \"secaudit.warn_percent\" is set to %d.",
					  aud_config->warn_percent),
			errhint(
				"Move closed files away, or set secaudit.retention_size or secaudit.retention_age."));
	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert_space(&out, used);
	(void) aud_buffer_try_append(out.data, out.len);
}

void
aud_retention_look_over(AudWriter *w)
{
	TimestampTz now = GetCurrentTimestamp();

	if (w->looked_at != 0 &&
		now < TimestampTzPlusMilliseconds(w->looked_at, LOOK_OVER_MS))
		return;
	w->looked_at = now;
	if (aud_config->retention_age_s > 0 || aud_config->retention_size_mb > 0)
		apply_retention(w);
	watch_space(w);
}

void
aud_retention_make_room(AudWriter *w)
{
	AudTrailEntry *files;
	int            count;
	time_t         changed_at;

	if ((w->last_errno != ENOSPC && w->last_errno != EDQUOT) ||
		!aud_deletions_has_room(aud_buffer_header) ||
		!aud_trail_list(&files, &count))
		return;
	if (count > 1 && files[0].no < aud_buffer_position()->file_no &&
		delete_first(w,
					 files,
					 count,
					 file_bytes(files[0].name, &changed_at),
					 AUD_EXPIRY_OVERWRITE))
		ereport(LOG,
				errmsg("removed audit trail file \"%s\" to make room",
					   files[0].name),
				errdetail(
					"The parameter \"secaudit.on_failure\" is set to \"overwrite\"."));
}

bool
aud_retention_recover(const AudPosition *position)
{
	AudExpiry *entry = NULL;

	aud_deletions_remove_recorded(aud_buffer_header, position->chain.seq);
	while ((entry = aud_deletions_next(aud_buffer_header, entry)) != NULL)
	{
		bool exists;

		if (!aud_trail_exists(entry->name, &exists))
			return false;
		/* archived is not deleted */
		if (exists || archive_bytes(entry->name) > 0)
			aud_deletions_remove(aud_buffer_header, entry);
	}
	return true;
}

void
aud_retention_retry(AudWriter *w)
{
	w->delete_retry_at = 0;
	w->looked_at = 0;
}
