/*-------------------------------------------------------------------------
 *
 * dir.c
 *	  The trail's directory: what must be true of it before the server starts.
 *
 * Whoever can write to the directory can take the trail away, so the server
 * refuses to start with one that others can write to.  A lock file keeps two
 * servers from mixing their trails; the lock belongs to the postmaster and
 * those it forked, and goes away with the last of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/xlog.h"
#include "miscadmin.h"
#include "port.h"

#include "buffer/buffer.h"
#include "buffer/file.h"
#include "core/log_name.h"
#include "server/config_start.h"
#include "server/directory.h"
#include "server/guc.h"
#include "trail/dir.h"
#include "trail/file.h"
#include "trail/logs.h"

#define LOCK_NAME "secaudit.lock"

static int lock_fd = -1;

static void
fail(const char *what)
{
	ereport(FATAL,
			errcode_for_file_access(),
			errmsg("could not %s audit trail directory \"%s\": %m",
				   what,
				   aud_config->directory),
			errhint(
				"Set secaudit.directory to a directory that the server's user owns, or one that it can create."));
}

static void
refuse(const char *detail, const char *hint)
{
	ereport(FATAL,
			errcode(ERRCODE_CONFIG_FILE_ERROR),
			errmsg("audit trail directory \"%s\" cannot be used",
				   aud_config->directory),
			errdetail("%s", detail),
			errhint("%s", hint));
}

/*
 * With secaudit.on_config_error = start, too: the default lies inside the data
 * directory, where nobody who has set another one would look for the trail.
 */
static void
refuse_default(void)
{
	const AudConfigProblem *problem =
		aud_config_start_problem("secaudit.directory");

	if (problem != NULL)
		aud_config_problem_report(problem,
								  FATAL,
								  "The default is not taken in its place.");
}

static void
check_directory(void)
{
	AudDirectoryFault fault;

	if (mkdir(aud_config->directory, S_IRWXU) != 0 && errno != EEXIST)
	{
		/* what is there may do all the same */
		int saved = errno;

		if (access(aud_config->directory, F_OK) != 0)
		{
			errno = saved;
			fail("create");
		}
	}
	if (aud_directory_is_safe(aud_config->directory, &fault))
		return;
	errno = fault.errno_;
	if (fault.what != NULL)
		fail(fault.what);
	refuse(fault.detail, fault.hint);
}

/* Another server has the lock: say which. */
static void
refuse_locked(void)
{
	char    holder[MAXPGPATH + 64];
	ssize_t n = read(lock_fd, holder, sizeof(holder) - 1);

	holder[n > 0 ? n : 0] = '\0';
	if (n > 0 && holder[n - 1] == '\n')
		holder[n - 1] = '\0';
	ereport(FATAL,
			errcode(ERRCODE_LOCK_FILE_EXISTS),
			errmsg("audit trail directory \"%s\" is used by another server",
				   aud_config->directory),
			errdetail("It is locked by: %s.", n > 0 ? holder : "unknown"),
			errhint("Every server needs a secaudit.directory of its own."));
}

static void
lock_directory(void)
{
	char path[MAXPGPATH];
	char text[MAXPGPATH + 64];
	int  len;

	aud_trail_path(LOCK_NAME, path);
	lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock_fd < 0)
		fail("write to");
	if (flock(lock_fd, LOCK_EX | LOCK_NB) != 0)
	{
		if (errno == EWOULDBLOCK)
			refuse_locked();
		fail("lock");
	}

	len = snprintf(text,
				   sizeof(text),
				   "data directory %s, PID %d\n",
				   DataDir,
				   (int) getpid());
	if (ftruncate(lock_fd, 0) != 0 || write(lock_fd, text, len) != len)
		fail("write to");

	/* the lock file of an earlier start says nothing about new files */
	if (access(aud_config->directory, W_OK | X_OK) != 0)
		fail("write to");
}

/* A trail inside the data directory shares its fate: say so, once a start. */
static void
warn_inside_data_directory(void)
{
	if (is_absolute_path(aud_config->directory) &&
		!path_is_prefix_of_path(DataDir, aud_config->directory))
		return;
	ereport(LOG,
			errmsg("the audit trail is kept inside the data directory"),
			errdetail("pg_basebackup copies it, and pg_rewind removes it."),
			errhint("Set secaudit.directory to a directory elsewhere, such as \"%s\".",
					AUD_DIRECTORY_EXAMPLE));
}

/*
 * The log id in the newest file, if that is of this cluster; "" if there is
 * none.  A buffer that has lost its name goes on under it.
 */
static void
find_log_id(char *log_id)
{
	AudOpening   opening;
	AudTrailRead status = aud_trail_newest_opening(&opening);

	log_id[0] = '\0';
	if (status == AUD_TRAIL_FAILED)
		fail("read a file of");
	if (status == AUD_TRAIL_IS &&
		opening.system_identifier == GetSystemIdentifier())
		strlcpy(log_id, opening.log, AUD_LOG_NAME_LEN + 1);
}

static void
name_log(void)
{
	char log_id[AUD_LOG_NAME_LEN + 1] = "";

	/*
	 * A foreign buffer means that this cluster is a copy: its original goes
	 * on under the old name, and (log, seq) must stay unique.
	 */
	if (aud_buffer_file_found() != AUD_BUFFER_FOREIGN)
		find_log_id(log_id);
	if (log_id[0] == '\0' && !aud_log_name_draw(log_id, pg_strong_random))
		ereport(FATAL,
				errcode(ERRCODE_INTERNAL_ERROR),
				errmsg("could not generate a name for the audit trail"));
	aud_buffer_file_set_log_id(log_id);
}

void
aud_trail_dir_start(void)
{
	if (lock_fd >= 0)
		return;
	refuse_default();
	check_directory();
	lock_directory();
	warn_inside_data_directory();
}

void
aud_trail_dir_name_log(void)
{
	/* of this server, should a crash of a backend cost it its buffer file */
	static char log_id[AUD_LOG_NAME_LEN + 1];

	if (aud_buffer_log_id()[0] == '\0')
	{
		if (log_id[0] != '\0')
			aud_buffer_file_set_log_id(log_id);
		else
			name_log();
	}
	strlcpy(log_id, aud_buffer_log_id(), sizeof(log_id));
}
