/*-------------------------------------------------------------------------
 *
 * fuzz_files.h
 *	  A directory with files for the targets that read some: in memory where
 *	  that is possible, made once per process.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FUZZ_FILES_H
#define AUD_FUZZ_FILES_H

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static char fuzz_dir[64];

static inline void
fuzz_files_remove(void)
{
	DIR           *d = opendir(fuzz_dir);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		closedir(d);
}

static inline void
fuzz_files_leave(void)
{
	fuzz_files_remove();
	rmdir(fuzz_dir);
}

static inline const char *
fuzz_files_dir(void)
{
	if (fuzz_dir[0] == '\0')
	{
		strcpy(fuzz_dir,
			   access("/dev/shm", W_OK) == 0 ? "/dev/shm/secaudit-fuzz-XXXXXX"
											 : "/tmp/secaudit-fuzz-XXXXXX");
		CHECK(mkdtemp(fuzz_dir) != NULL);
		atexit(fuzz_files_leave);
	}
	return fuzz_dir;
}

/* Write a file into it; returns its path, valid until the next call. */
static inline const char *
fuzz_files_write(const char *name, const void *data, size_t len)
{
	static char path[256];
	int         fd;

	snprintf(path, sizeof(path), "%s/%s", fuzz_files_dir(), name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0);
	CHECK(write(fd, data, len) == (ssize_t) len);
	close(fd);
	return path;
}

#endif /* AUD_FUZZ_FILES_H */
