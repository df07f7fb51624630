/*-------------------------------------------------------------------------
 *
 * shipped.c
 *	  Up to where a trail has been shipped.  See shipped.h.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/shipped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_scan.h"
#include "core/reader/reader.h"

/* With the log's id behind it: no name that a file of a trail could have. */
#define NAME_PREFIX "secaudit.shipped."

#define LINE_MAX_BYTES 256

static bool
make_path(const char *dir, const char *log, const char *suffix, char *path,
		  AudError *err)
{
	int n = snprintf(path, PATH_MAX, "%s/" NAME_PREFIX "%s%s", dir, log, suffix);

	if (n > 0 && n < PATH_MAX)
		return true;
	aud_error_set(err, ENAMETOOLONG, "could not access \"%s\"", dir);
	return false;
}

/* The line; returns its length. */
static size_t
format(const AudShipped *shipped, char *line)
{
	int n =
		snprintf(line,
				 LINE_MAX_BYTES,
				 "{\"log\":\"%s\",\"seq\":%llu,\"file\":\"%s\",\"time\":\"%s\"}\n",
				 shipped->log,
				 (unsigned long long) shipped->seq,
				 shipped->file,
				 shipped->time);

	return n > 0 && n < LINE_MAX_BYTES ? (size_t) n : 0;
}

static bool
is_time(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00Z";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

/* Is it what we would write? */
static bool
parse(const char *text, size_t len, const char *log, AudShipped *shipped)
{
	char   again[LINE_MAX_BYTES];
	size_t line = len > 0 ? len - 1 : 0;

	return aud_json_find_copy(text, line, "log", shipped->log, sizeof(shipped->log)) &&
		   strcmp(shipped->log, log) == 0 &&
		   aud_json_find_uint(text, line, "seq", &shipped->seq) &&
		   aud_json_find_copy(text,
							  line,
							  "file",
							  shipped->file,
							  sizeof(shipped->file)) &&
		   aud_reader_parse_name(shipped->file, NULL, NULL) &&
		   aud_json_find_copy(text,
							  line,
							  "time",
							  shipped->time,
							  sizeof(shipped->time)) &&
		   is_time(shipped->time) && format(shipped, again) == len &&
		   memcmp(again, text, len) == 0;
}

/* All of a small regular file: its length, or -1. */
static ssize_t
read_small(const char *path, char *text, size_t cap)
{
	struct stat st;
	ssize_t     n = -1;
	int         fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -1;
	errno = EINVAL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		do
			n = read(fd, text, cap);
		while (n < 0 && errno == EINTR);
	close(fd);
	return n;
}

AudShippedStatus
aud_shipped_read(const char *dir, const char *log, AudShipped *shipped,
				 AudError *err)
{
	char    path[PATH_MAX];
	char    text[LINE_MAX_BYTES + 1];
	ssize_t n;

	memset(shipped, 0, sizeof(*shipped));
	if (!make_path(dir, log, "", path, err))
		return AUD_SHIPPED_FAILED;
	n = read_small(path, text, sizeof(text));
	if (n < 0 && errno == ENOENT)
		return AUD_SHIPPED_NONE;
	if (n < 0)
		aud_error_set(err, errno, "could not read file \"%s\"", path);
	else if (parse(text, (size_t) n, log, shipped))
		return AUD_SHIPPED_READ;
	else
		aud_error_set(err, 0, "\"%s\" is not what secauditctl shipped writes", path);
	memset(shipped, 0, sizeof(*shipped));
	return AUD_SHIPPED_FAILED;
}

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len > 0)
	{
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t) n;
	}
	return true;
}

static bool
sync_directory(const char *dir)
{
	int  fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL || errno == EBADF);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* 0644: the server reads it, whoever has set it; the directory keeps others out. */
static bool
make_file(const char *path, const char *text, size_t len)
{
	int  fd;
	bool ok;
	int  saved;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	ok = write_all(fd, text, len) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	saved = errno;
	close(fd);
	if (!ok)
		unlink(path);
	errno = saved;
	return ok;
}

bool
aud_shipped_write(const char *dir, const AudShipped *shipped, AudError *err)
{
	char   path[PATH_MAX];
	char   temp[PATH_MAX];
	char   line[LINE_MAX_BYTES];
	size_t len = format(shipped, line);

	if (!make_path(dir, shipped->log, "", path, err) ||
		!make_path(dir, shipped->log, ".tmp", temp, err))
		return false;
	if (len > 0 && make_file(temp, line, len))
	{
		if (rename(temp, path) == 0 && sync_directory(dir))
			return true;
	}
	aud_error_set(err, errno, "could not write file \"%s\"", path);
	return false;
}
