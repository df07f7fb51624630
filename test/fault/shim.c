/*-------------------------------------------------------------------------
 *
 * shim.c
 *	  Faults on the trail's files, for tests: a library to LD_PRELOAD.
 *
 * The file named by SECAUDIT_FAULT says what is to go wrong, one rule per
 * line, and may be changed at any time:
 *
 *	  CALL ACTION [COUNT]
 *
 *	  CALL		open (of a new file), read, write, fdatasync, fsync, rename, unlink
 *	  ACTION	an errno name; PASS (nothing happens, but it counts); for write
 *				also SHORT (half of it is written) and KILL (half of it, then
 *				the process dies); for fdatasync, fsync, rename and unlink also
 *				KILL (it is done, then the process dies); for fsync, rename and
 *				unlink also DIE (the process dies before it)
 *	  COUNT		how often; for ever without it
 *
 * Only files called secaudit-*.jsonl, and their archives, are concerned.  Each fault that was taken
 * is a line in SECAUDIT_FAULT.log.  After each fdatasync that succeeded, the
 * file's size is noted in SECAUDIT_FAULT.synced/, so that a test can cut the
 * files back to what a power failure would have left.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_RULES 16

typedef struct Rule
{
	char call[16];
	char action[16];
	int  left; /* -1: for ever */
} Rule;

static Rule            rules[MAX_RULES];
static int             n_rules;
static struct timespec loaded_at;
static ino_t           loaded_ino;

static int
errno_of(const char *name)
{
	static const struct
	{
		const char *name;
		int         value;
	} known[] = {
		{"ENOSPC", ENOSPC},
		{"EDQUOT", EDQUOT},
		{"EIO", EIO},
		{"EINTR", EINTR},
		{"EACCES", EACCES},
		{"EROFS", EROFS},
		{"EMFILE", EMFILE},
		{"EPERM", EPERM},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].value;
	return EINVAL;
}

/* Straight to the kernel: our own wrappers are in the way of everybody else. */
static size_t
slurp(const char *path, char *text, size_t cap)
{
	long   fd = syscall(SYS_open, path, O_RDONLY | O_CLOEXEC, 0);
	size_t len = 0;
	long   n;

	if (fd < 0)
		return 0;
	while (len < cap - 1 &&
		   (n = syscall(SYS_read, fd, text + len, cap - 1 - len)) > 0)
		len += (size_t) n;
	syscall(SYS_close, fd);
	text[len] = '\0';
	return len;
}

static void
put(const char *path, int flags, const char *text)
{
	long fd =
		syscall(SYS_open, path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	if (fd < 0)
		return;
	syscall(SYS_write, fd, text, strlen(text));
	syscall(SYS_close, fd);
}

static void
load_rules(const char *path)
{
	struct stat st;
	char        text[4096];
	char       *save = NULL;

	if (stat(path, &st) != 0)
	{
		n_rules = 0;
		return;
	}
	if (st.st_ino == loaded_ino && st.st_mtim.tv_sec == loaded_at.tv_sec &&
		st.st_mtim.tv_nsec == loaded_at.tv_nsec)
		return;
	loaded_ino = st.st_ino;
	loaded_at = st.st_mtim;
	n_rules = 0;
	slurp(path, text, sizeof(text));
	for (char *line = strtok_r(text, "\n", &save); line && n_rules < MAX_RULES;
		 line = strtok_r(NULL, "\n", &save))
	{
		Rule *r = &rules[n_rules];

		r->left = -1;
		if (sscanf(line, "%15s %15s %d", r->call, r->action, &r->left) >= 2)
			n_rules++;
	}
}

/* The action that is due for this call, or NULL. */
static const char *
due(const char *call)
{
	const char *path = getenv("SECAUDIT_FAULT");
	int         saved = errno;
	const char *action = NULL;

	if (path == NULL)
		return NULL;
	load_rules(path);
	for (int i = 0; i < n_rules && action == NULL; i++)
	{
		if (strcmp(rules[i].call, call) != 0 || rules[i].left == 0)
			continue;
		if (rules[i].left > 0)
			rules[i].left--;
		action = rules[i].action;
	}
	if (action != NULL && strcmp(action, "PASS") == 0)
		action = NULL;
	if (action != NULL)
	{
		char log[4096];
		char line[64];

		snprintf(log, sizeof(log), "%s.log", path);
		snprintf(line, sizeof(line), "%s %s\n", call, action);
		put(log, O_APPEND, line);
	}
	errno = saved;
	return action;
}

static bool
is_trail_name(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return strncmp(base, "secaudit-", 9) == 0 && strstr(base, ".jsonl") != NULL;
}

static bool
trail_path(int fd, char *path, size_t cap)
{
	char    link[64];
	ssize_t n;
	int     saved = errno;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, cap - 1);
	errno = saved;
	if (n <= 0)
		return false;
	path[n] = '\0';
	return is_trail_name(path);
}

static int
checked_open(const char *symbol, const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...);

	*(void **) &real = dlsym(RTLD_NEXT, symbol);
	if ((flags & O_CREAT) && is_trail_name(path))
	{
		const char *action = due("open");

		if (action != NULL)
		{
			errno = errno_of(action);
			return -1;
		}
	}
	return real(path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list args;
	mode_t  mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return checked_open("open", path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t  mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return checked_open("open64", path, flags, mode);
}

ssize_t
read(int fd, void *data, size_t len)
{
	ssize_t (*real)(int, void *, size_t);
	char        path[4096];
	const char *action = NULL;

	*(void **) &real = dlsym(RTLD_NEXT, "read");
	if (len > 1 && trail_path(fd, path, sizeof(path)))
		action = due("read");
	if (action == NULL)
		return real(fd, data, len);
	errno = errno_of(action);
	return -1;
}

/* Of an action that may kill: is the call made at all?  If not, errno is set. */
static bool
goes_on(const char *action)
{
	if (strcmp(action, "DIE") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(action, "KILL") == 0)
		return true;
	errno = errno_of(action);
	return false;
}

int
unlink(const char *path)
{
	int (*real)(const char *);
	const char *action = NULL;
	int         result;

	*(void **) &real = dlsym(RTLD_NEXT, "unlink");
	if (is_trail_name(path))
		action = due("unlink");
	if (action == NULL)
		return real(path);
	if (!goes_on(action))
		return -1;
	result = real(path);
	kill(getpid(), SIGKILL);
	return result;
}

int
rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *);
	const char *action = NULL;
	int         result;

	*(void **) &real = dlsym(RTLD_NEXT, "rename");
	if (is_trail_name(to))
		action = due("rename");
	if (action == NULL)
		return real(from, to);
	if (!goes_on(action))
		return -1;
	result = real(from, to);
	kill(getpid(), SIGKILL);
	return result;
}

int
fsync(int fd)
{
	int (*real)(int);
	char        path[4096];
	const char *action = NULL;
	int         result;

	*(void **) &real = dlsym(RTLD_NEXT, "fsync");
	if (trail_path(fd, path, sizeof(path)))
		action = due("fsync");
	if (action == NULL)
		return real(fd);
	if (!goes_on(action))
		return -1;
	result = real(fd);
	kill(getpid(), SIGKILL);
	return result;
}

ssize_t
write(int fd, const void *data, size_t len)
{
	ssize_t (*real)(int, const void *, size_t);
	char        path[4096];
	const char *action = NULL;

	*(void **) &real = dlsym(RTLD_NEXT, "write");
	if (len > 1 && trail_path(fd, path, sizeof(path)))
		action = due("write");
	if (action == NULL)
		return real(fd, data, len);
	if (strcmp(action, "SHORT") == 0)
		return real(fd, data, len / 2);
	if (strcmp(action, "KILL") == 0)
	{
		(void) !real(fd, data, len / 2);
		kill(getpid(), SIGKILL);
	}
	/* A full disk takes what still fits before it refuses. */
	if (strcmp(action, "ENOSPC") == 0)
	{
		static bool partly;

		partly = !partly;
		if (partly && len > 4096)
			return real(fd, data, 4096);
	}
	errno = errno_of(action);
	return -1;
}

static void
note_synced(const char *path, int fd)
{
	const char *control = getenv("SECAUDIT_FAULT");
	struct stat st;
	char        name[8192];
	char        made[8200];
	char        text[32];

	if (control == NULL || fstat(fd, &st) != 0)
		return;
	snprintf(name, sizeof(name), "%s.synced/%s", control, strrchr(path, '/') + 1);
	snprintf(text, sizeof(text), "%lld\n", (long long) st.st_size);
	/* whole or not at all: the process may be killed at any moment */
	snprintf(made, sizeof(made), "%s.new", name);
	put(made, O_TRUNC, text);
	syscall(SYS_renameat, AT_FDCWD, made, AT_FDCWD, name);
}

int
fdatasync(int fd)
{
	int (*real)(int);
	char        path[4096];
	const char *action;
	int         result;

	*(void **) &real = dlsym(RTLD_NEXT, "fdatasync");
	if (!trail_path(fd, path, sizeof(path)))
		return real(fd);
	action = due("fdatasync");
	if (action != NULL && strcmp(action, "KILL") != 0)
	{
		errno = errno_of(action);
		return -1;
	}
	result = real(fd);
	if (result == 0)
		note_synced(path, fd);
	if (action != NULL)
		kill(getpid(), SIGKILL);
	return result;
}
