/*-------------------------------------------------------------------------
 *
 * file.c
 *	  The trail's files: names, making, writing, deleting, and what first
 *	  lines say.
 *
 * Plain system calls throughout: the server's virtual file descriptors may
 * close a file behind our back, and pg_fsync() does nothing with fsync = off.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/json_scan.h"
#include "core/search/index_file.h"
#include "server/guc.h"
#include "trail/file.h"

#define NAME_PREFIX "secaudit-"
#define NAME_SUFFIX ".jsonl"
/* secaudit-20260131T235959Z-000042.jsonl */
#define NAME_STAMP_CHARS  16
#define NAME_NUMBER_CHARS 6

void
aud_trail_path(const char *name, char *path)
{
	snprintf(path, MAXPGPATH, "%s/%s", aud_config->directory, name);
}

/* Does s begin with n characters of the set, and no more? */
static bool
all_of(const char *s, size_t n, const char *set)
{
	return strspn(s, set) >= n;
}

uint32
aud_trail_file_no(const char *name)
{
	const char   *number;
	char         *end;
	unsigned long no;
	size_t        stem;

	if (strlen(name) >= AUD_TRAIL_NAME_MAX ||
		strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0)
		return 0;
	name += strlen(NAME_PREFIX);
	if (!all_of(name, NAME_STAMP_CHARS, "0123456789TZ") ||
		name[NAME_STAMP_CHARS] != '-')
		return 0;
	number = name + NAME_STAMP_CHARS + 1;
	if (!all_of(number, NAME_NUMBER_CHARS, "0123456789"))
		return 0;
	no = strtoul(number, &end, 10);
	aud_source_kind_of_name(name, &stem);
	if ((size_t) (end - name) + strlen(NAME_SUFFIX) != stem ||
		strncmp(end, NAME_SUFFIX, strlen(NAME_SUFFIX)) != 0 || no > PG_INT32_MAX)
		return 0;
	return (uint32) no;
}

void
aud_trail_name(uint32 no, char *name)
{
	time_t    now = time(NULL);
	struct tm tm;
	char      stamp[32];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(name, AUD_TRAIL_NAME_MAX, NAME_PREFIX "%s-%06u" NAME_SUFFIX, stamp, no);
}

static int
compare_entries(const void *a, const void *b)
{
	const AudTrailEntry *x = a;
	const AudTrailEntry *y = b;

	if (x->no != y->no)
		return x->no < y->no ? -1 : 1;
	if (aud_reader_same_file(x->name, y->name))
		return (int) aud_source_kind_of_name(x->name, NULL) -
			   (int) aud_source_kind_of_name(y->name, NULL);
	return strcmp(x->name, y->name);
}

/*
 * Plain files sort before their archives, which do not count beside them, and
 * those in zstd before those in gzip, as in core/reader.
 */
static void
drop_copies(AudTrailEntry *entries, int *count)
{
	int kept = 0;

	for (int i = 0; i < *count; i++)
		if (kept == 0 ||
			!aud_reader_same_file(entries[kept - 1].name, entries[i].name))
			entries[kept++] = entries[i];
	*count = kept;
}

bool
aud_trail_list(AudTrailEntry **entries, int *count)
{
	DIR           *dir = opendir(aud_config->directory);
	struct dirent *de;
	int            room = 16;

	*count = 0;
	*entries = NULL;
	if (dir == NULL)
		return errno == ENOENT;
	*entries = palloc(room * sizeof(AudTrailEntry));
	while (errno = 0, (de = readdir(dir)) != NULL)
	{
		uint32 no = aud_trail_file_no(de->d_name);

		if (no == 0)
			continue;
		if (*count == room)
		{
			room *= 2;
			*entries = repalloc(*entries, room * sizeof(AudTrailEntry));
		}
		(*entries)[*count].no = no;
		strlcpy((*entries)[*count].name, de->d_name, AUD_TRAIL_NAME_MAX);
		(*count)++;
	}
	if (errno != 0)
	{
		int saved = errno;

		closedir(dir);
		errno = saved;
		return false;
	}
	closedir(dir);
	qsort(*entries, *count, sizeof(AudTrailEntry), compare_entries);
	drop_copies(*entries, count);
	return true;
}

/* A new name is safe only when the directory is on disk too. */
static bool
sync_directory(void)
{
	int fd = open(aud_config->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;
	int saved;

	if (fd < 0)
		return false;
	result = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	/* Some file systems cannot sync a directory, and need not. */
	return result == 0 || saved == EINVAL || saved == EBADF;
}

/*
 * The group that may read the directory is the one that is to read the file.
 * A new file has the directory's only where that has the setgid bit (or the
 * file system gives it always), else that of the server's user, who may hand
 * it on to a group of which he is a member.  errno, or 0.
 */
static int
give_group(int fd)
{
	struct stat file;
	struct stat dir;

	if (!(aud_config->file_mode & S_IRWXG))
		return 0;
	if (fstat(fd, &file) != 0 || stat(aud_config->directory, &dir) != 0)
		return errno;
	if (file.st_gid == dir.st_gid || fchown(fd, (uid_t) -1, dir.st_gid) == 0)
		return 0;
	return errno;
}

/* The umask may have taken bits away; and no other group gets to read it. */
static bool
set_mode(const AudTrailFile *file)
{
	int without = file->group_errno != 0 ? S_IRWXG : 0;

	return fchmod(file->fd, aud_config->file_mode & ~without) == 0;
}

bool
aud_trail_create(AudTrailFile *file, uint32 no, const char *name)
{
	char path[MAXPGPATH];
	int  flags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW;

	aud_trail_path(name, path);
	file->fd = open(path, flags, S_IRUSR | S_IWUSR);
	if (file->fd < 0 && errno == ENOENT &&
		mkdir(aud_config->directory, S_IRWXU) == 0)
		file->fd = open(path, flags, S_IRUSR | S_IWUSR);
	if (file->fd < 0)
		return false;

	file->no = no;
	strlcpy(file->name, name, sizeof(file->name));
	file->group_errno = give_group(file->fd);
	if (!set_mode(file) || !sync_directory())
	{
		int saved = errno;

		aud_trail_discard(file);
		errno = saved;
		return false;
	}
	return true;
}

bool
aud_trail_write(const AudTrailFile *file, const char *data, size_t len)
{
	while (len > 0)
	{
		ssize_t n = write(file->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
		{
			errno = ENOSPC;
			return false;
		}
		data += n;
		len -= (size_t) n;
	}
	return true;
}

bool
aud_trail_copy(const AudTrailFile *from, const AudTrailFile *to, uint64 len)
{
	static char chunk[65536];
	uint64      done = 0;

	while (done < len)
	{
		size_t  want = Min(len - done, sizeof(chunk));
		ssize_t n = pread(from->fd, chunk, want, (off_t) done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0 || !aud_trail_write(to, chunk, (size_t) n))
			return false;
		done += (uint64) n;
	}
	return true;
}

bool
aud_trail_sync(const AudTrailFile *file)
{
	int result;

	do
		result = fdatasync(file->fd);
	while (result != 0 && errno == EINTR);
	return result == 0;
}

void
aud_trail_close(AudTrailFile *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void
aud_trail_discard(AudTrailFile *file)
{
	char path[MAXPGPATH];

	if (file->fd < 0)
		return;
	aud_trail_path(file->name, path);
	unlink(path);
	aud_trail_close(file);
}

/* The index that somebody may have made of it (secauditctl index). */
static void
delete_index(const char *path)
{
	char index[MAXPGPATH];

	if (aud_index_name(index, sizeof(index), path))
		(void) unlink(index);
}

bool
aud_trail_delete(const char *name)
{
	char path[MAXPGPATH];

	aud_trail_path(name, path);
	if (unlink(path) != 0)
		return false;
	delete_index(path);
	return sync_directory();
}

bool
aud_trail_exists(const char *name, bool *exists)
{
	char        path[MAXPGPATH];
	struct stat st;

	aud_trail_path(name, path);
	*exists = lstat(path, &st) == 0;
	return *exists || errno == ENOENT;
}

/* An archive that is damaged fails without a system call that did. */
static void
set_errno(const AudError *err)
{
	errno = err->sys_errno != 0 ? err->sys_errno : EBADMSG;
}

/* Find the file, or its archive if it was archived; as lstat(). */
static int
find_file(const char *name, char *path, struct stat *st)
{
	size_t len;

	aud_trail_path(name, path);
	len = strlen(path);
	if (lstat(path, st) == 0)
		return 0;
	for (AudSourceKind kind = AUD_SOURCE_ZSTD;
		 errno == ENOENT && kind <= AUD_SOURCE_GZIP;
		 kind++)
	{
		snprintf(path + len, MAXPGPATH - len, "%s", aud_source_suffix(kind));
		if (lstat(path, st) == 0)
			return 0;
	}
	return -1;
}

AudTrailRead
aud_trail_open_reader(AudReader *reader, const char *name)
{
	char        path[MAXPGPATH];
	struct stat st;
	AudError    err = {0};

	if (find_file(name, path, &st) != 0)
		return errno == ENOENT ? AUD_TRAIL_IS_NOT : AUD_TRAIL_FAILED;
	if (!S_ISREG(st.st_mode))
		return AUD_TRAIL_IS_NOT;
	if (aud_reader_open(reader, path, &err))
		return AUD_TRAIL_IS;
	set_errno(&err);
	return AUD_TRAIL_FAILED;
}

AudTrailRead
aud_trail_next_line(AudReader *reader, AudLine *line)
{
	AudError err = {0};

	switch (aud_reader_next(reader, line, &err))
	{
		case AUD_READ_LINE:
			return AUD_TRAIL_IS;
		case AUD_READ_END:
			return AUD_TRAIL_IS_NOT;
		case AUD_READ_ERROR:
			break;
	}
	set_errno(&err);
	return AUD_TRAIL_FAILED;
}

bool
aud_trail_line_is(const AudLine *line, const char *key, const char *word)
{
	return aud_json_find_is(line->data, line->len, key, word);
}

uint64
aud_trail_line_number(const AudLine *line, const char *key)
{
	uint64_t value;

	return aud_json_find_uint(line->data, line->len, key, &value) ? value : 0;
}

/* The text of a key, or "". */
static void
copy_text(const AudLine *line, const char *key, char *text, size_t size)
{
	if (!aud_json_find_copy(line->data, line->len, key, text, size))
		text[0] = '\0';
}

AudTrailRead
aud_trail_read_opening(const char *name, AudOpening *opening)
{
	AudReader    reader;
	AudLine      line;
	AudTrailRead status = aud_trail_open_reader(&reader, name);
	char         number[32];
	int          saved;

	memset(opening, 0, sizeof(*opening));
	if (status != AUD_TRAIL_IS)
		return status;
	status = aud_trail_next_line(&reader, &line);
	saved = errno;
	if (status == AUD_TRAIL_IS && !aud_trail_line_is(&line, "event", "audit.open"))
		status = AUD_TRAIL_IS_NOT;
	if (status == AUD_TRAIL_IS)
	{
		copy_text(&line, "log", opening->log, sizeof(opening->log));
		if (!aud_log_name_begins(opening->log))
			opening->log[0] = '\0';
		copy_text(&line, "system_identifier", number, sizeof(number));
		opening->system_identifier = strtoull(number, NULL, 10);
		opening->prev_seq = aud_trail_line_number(&line, "prev_seq");
		copy_text(&line, "prev_h", opening->prev_h, sizeof(opening->prev_h));
	}
	aud_reader_close(&reader);
	errno = saved;
	return status;
}
