/*-------------------------------------------------------------------------
 *
 * archive_file.c
 *	  Put an archive in the place of a file of the trail.
 *
 * The order is: a temporary file, which is no trail's by its name; its contents
 * on disk; read back and compared; the name; the directory on disk; only then
 * is the original removed.  So a run that is killed leaves the original, and
 * perhaps a temporary file, or both forms of the file, of which readers take
 * the plain one and the next run removes it.
 *
 * Whoever makes a temporary file holds a lock on it: one without is left over.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/reader/reader.h"

#define TEMP_SUFFIX ".tmp"

typedef struct Job
{
	const AudArchive *archive;
	const char       *path;
	char             *target;
	char             *temp; /* the target's name and TEMP_SUFFIX */
	int               from;
	int               to;
	struct stat       before; /* of the original */
	bool              made;   /* is a temporary file of ours there? */
	AudPacked        *result;
	AudError         *err;
} Job;

static bool
fail(Job *job, const char *what, const char *path)
{
	aud_error_set(job->err, errno, "could not %s \"%s\"", what, path);
	return false;
}

static char *
with_suffix(const char *path, const char *suffix)
{
	char *s = malloc(strlen(path) + strlen(suffix) + 1);

	if (s != NULL)
		strcat(strcpy(s, path), suffix);
	return s;
}

/* ---- temporary files --------------------------------------------------- */

/* Remove a temporary file that nobody works on.  False: somebody does. */
static bool
remove_left_over(const char *temp)
{
	int  fd = open(temp, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ours = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (ours)
		unlink(temp);
	if (fd >= 0)
		close(fd);
	return ours;
}

void
aud_archive_sweep(const char *dir)
{
	DIR           *d = opendir(dir);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
	{
		char   name[NAME_MAX + 1];
		char  *path;
		size_t len = strlen(entry->d_name);

		if (len <= strlen(TEMP_SUFFIX) || len > NAME_MAX)
			continue;
		len -= strlen(TEMP_SUFFIX);
		memcpy(name, entry->d_name, len);
		name[len] = '\0';
		if (strcmp(entry->d_name + len, TEMP_SUFFIX) != 0 ||
			!aud_reader_parse_name(name, NULL, NULL) ||
			aud_source_kind_of_name(name, NULL) == AUD_SOURCE_PLAIN)
			continue;
		path = malloc(strlen(dir) + strlen(entry->d_name) + 2);
		if (path == NULL)
			break;
		strcat(strcat(strcpy(path, dir), "/"), entry->d_name);
		remove_left_over(path);
		free(path);
	}
	if (d != NULL)
		closedir(d);
}

/* Nobody else may read it before it has the original's owner. */
static bool
make_temp(Job *job)
{
	int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;

	job->to = open(job->temp, flags, S_IRUSR | S_IWUSR);
	if (job->to < 0 && errno == EEXIST)
	{
		if (!remove_left_over(job->temp))
		{
			aud_error_set(job->err,
						  0,
						  "\"%s\" is being archived by another process",
						  job->path);
			return false;
		}
		job->to = open(job->temp, flags, S_IRUSR | S_IWUSR);
	}
	if (job->to < 0)
		return fail(job, "create file", job->temp);
	job->made = true;
	if (flock(job->to, LOCK_EX | LOCK_NB) != 0)
		return fail(job, "lock file", job->temp);
	return true;
}

/* ---- the steps --------------------------------------------------------- */

static bool
open_original(Job *job)
{
	job->from = open(job->path,
					 O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (job->from < 0)
		return fail(job, "open file", job->path);
	if (fstat(job->from, &job->before) != 0)
		return fail(job, "stat file", job->path);
	if (!S_ISREG(job->before.st_mode))
	{
		aud_error_set(job->err, 0, "\"%s\" is not a regular file", job->path);
		return false;
	}
	return true;
}

/* Owner, mode and time of the original: retention counts age from the latter. */
static bool
take_over(Job *job)
{
	const struct timespec times[2] = {job->before.st_atim, job->before.st_mtim};

	if (fchown(job->to, job->before.st_uid, job->before.st_gid) != 0)
		return fail(job, "keep the owner of file", job->path);
	if (fchmod(job->to, job->before.st_mode & 07777) != 0)
		return fail(job, "keep the mode of file", job->path);
	if (futimens(job->to, times) != 0)
		return fail(job, "keep the time of file", job->path);
	return true;
}

/* To the disk, and out of the cache, so that reading back asks the disk. */
static bool
sync_temp(Job *job)
{
	if (fsync(job->to) != 0)
		return fail(job, "sync file", job->temp);
	posix_fadvise(job->to, 0, 0, POSIX_FADV_DONTNEED);
	return true;
}

static bool
same_contents(const AudPacked *a, const AudPacked *b)
{
	return a->bytes == b->bytes &&
		   memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

static bool
compare(Job *job)
{
	AudPacked back = {0};

	if (!aud_pack_read(job->temp,
					   job->archive->progress,
					   job->archive->arg,
					   &back,
					   job->err))
		return false;
	if (!same_contents(&back, job->result))
		aud_error_set(job->err,
					  0,
					  "the archive of \"%s\" does not hold what the file holds",
					  job->path);
	return !job->err->set;
}

/* Nobody has written to it, and it is still there under its name. */
static bool
is_unchanged(Job *job)
{
	struct stat now;
	struct stat named;

	if (fstat(job->from, &now) != 0 || lstat(job->path, &named) != 0)
		return fail(job, "stat file", job->path);
	if (now.st_size != job->before.st_size ||
		now.st_mtim.tv_sec != job->before.st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != job->before.st_mtim.tv_nsec ||
		named.st_ino != now.st_ino || named.st_dev != now.st_dev)
		aud_error_set(job->err, 0, "\"%s\" has changed meanwhile", job->path);
	return !job->err->set;
}

static bool
sync_directory(Job *job)
{
	char       *dir = strdup(job->path);
	char       *slash = dir != NULL ? strrchr(dir, '/') : NULL;
	const char *name = ".";
	int         fd;
	int         result;

	if (slash != NULL)
	{
		slash[slash == dir ? 1 : 0] = '\0';
		name = dir;
	}
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	result = fd < 0 ? -1 : fsync(fd);
	/* some file systems cannot sync a directory, and need not */
	if (result != 0 && fd >= 0 && (errno == EINVAL || errno == EBADF))
		result = 0;
	if (result != 0)
		fail(job, "sync directory", name);
	if (fd >= 0)
		close(fd);
	free(dir);
	return result == 0;
}

/*
 * The original goes.  If it is gone already, retention was faster: then the
 * archive has to go too, or it would bring back what was recorded as deleted.
 */
static bool
remove_original(Job *job)
{
	if (unlink(job->path) == 0)
		return sync_directory(job);
	fail(job, "remove file", job->path);
	if (errno == ENOENT)
		unlink(job->target);
	return false;
}

static bool
make_archive(Job *job)
{
	const AudArchive *a = job->archive;

	if (!make_temp(job) ||
		!aud_pack(job->from,
				  job->to,
				  (uint64_t) job->before.st_size,
				  &a->pack,
				  a->progress,
				  a->arg,
				  job->result,
				  job->err) ||
		!take_over(job) || !sync_temp(job) || !compare(job) || !is_unchanged(job))
		return false;
	if (rename(job->temp, job->target) != 0)
		return fail(job, "rename file", job->temp);
	job->made = false;
	return sync_directory(job) && (a->keep || remove_original(job));
}

/* An archive is there beside the original: an earlier run did not come further. */
static AudArchiveStatus
finish(Job *job, const char *there)
{
	AudPacked   plain = {0};
	struct stat st;

	if (!aud_pack_read(there,
					   job->archive->progress,
					   job->archive->arg,
					   job->result,
					   job->err) ||
		!aud_pack_read(job->path,
					   job->archive->progress,
					   job->archive->arg,
					   &plain,
					   job->err))
		return AUD_ARCHIVE_FAILED;
	if (!same_contents(job->result, &plain))
	{
		aud_error_set(job->err,
					  0,
					  "\"%s\" is there, and does not hold what \"%s\" holds",
					  there,
					  job->path);
		return AUD_ARCHIVE_FAILED;
	}
	if (stat(there, &st) == 0)
		job->result->packed = (uint64_t) st.st_size;
	if (job->archive->keep)
		return AUD_ARCHIVE_THERE;
	/* its name may not be on disk yet */
	return is_unchanged(job) && sync_directory(job) && remove_original(job)
			   ? AUD_ARCHIVE_FINISHED
			   : AUD_ARCHIVE_FAILED;
}

/* The archive that is there, malloc'd, or NULL. */
static char *
find_archive(const char *path)
{
	for (AudSourceKind kind = AUD_SOURCE_ZSTD; kind <= AUD_SOURCE_GZIP; kind++)
	{
		char       *there = with_suffix(path, aud_source_suffix(kind));
		struct stat st;

		if (there != NULL && lstat(there, &st) == 0)
			return there;
		free(there);
	}
	return NULL;
}

AudArchiveStatus
aud_archive_file(const AudArchive *archive, const char *path, AudPacked *result,
				 AudError *err)
{
	char *there = find_archive(path);
	Job   job = {
		  .archive = archive,
		  .path = path,
		  .target = with_suffix(path, aud_source_suffix(archive->pack.kind)),
		  .from = -1,
		  .to = -1,
		  .result = result,
		  .err = err,
    };
	AudArchiveStatus status = AUD_ARCHIVE_FAILED;

	job.temp = job.target != NULL ? with_suffix(job.target, TEMP_SUFFIX) : NULL;
	if (job.temp == NULL)
		aud_error_set(err, ENOMEM, "could not archive \"%s\"", path);
	else if (open_original(&job))
	{
		if (there != NULL)
			status = finish(&job, there);
		else if (make_archive(&job))
			status = AUD_ARCHIVE_MADE;
	}
	if (job.made)
		unlink(job.temp);
	if (job.from >= 0)
		close(job.from);
	if (job.to >= 0)
		close(job.to);
	free(job.target);
	free(job.temp);
	free(there);
	return status;
}
