/*-------------------------------------------------------------------------
 *
 * directory.c
 *	  May a directory hold the trail?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nodes/parsenodes.h"
#include "utils/guc.h"

#include "server/directory.h"

static bool
cannot(AudDirectoryFault *fault, const char *what)
{
	fault->what = what;
	fault->errno_ = errno;
	return false;
}

static bool
refuse(AudDirectoryFault *fault, const char *detail, const char *hint)
{
	fault->detail = detail;
	fault->hint = hint;
	return false;
}

/* The directory that it is in. */
static const char *
parent_of(const char *path, char *storage)
{
	strlcpy(storage, path, MAXPGPATH);
	return dirname(storage);
}

/* Could somebody else rename the directory, and put another in its place? */
static bool
parent_is_safe(const char *path, AudDirectoryFault *fault)
{
	char        storage[MAXPGPATH];
	struct stat st;

	if (stat(parent_of(path, storage), &st) != 0)
		return cannot(fault, "look at the parent of");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
		return refuse(fault,
					  "The directory it is in is writable by group or others, who could replace it.",
					  "Take that permission away, or set the sticky bit (chmod +t).");
	return true;
}

bool
aud_directory_is_safe(const char *path, AudDirectoryFault *fault)
{
	struct stat st;

	memset(fault, 0, sizeof(*fault));
	if (lstat(path, &st) != 0)
		return cannot(fault, "look at");
	if (S_ISLNK(st.st_mode))
		return refuse(fault,
					  "It is a symbolic link, which could be pointed elsewhere.",
					  "Set secaudit.directory to the directory that the link leads to.");
	if (!S_ISDIR(st.st_mode))
		return refuse(fault,
					  "It is not a directory.",
					  "Set secaudit.directory to a directory.");
	if (st.st_uid != geteuid())
		return refuse(fault,
					  "It does not belong to the user the server runs as.",
					  "Make that user its owner (chown).");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(fault,
					  "It is writable by group or others.",
					  "Permissions should be u=rwx (0700) or u=rwx,g=rx (0750).");
	return parent_is_safe(path, fault);
}

/* Would the server's next start get along with it? */
static bool
is_usable(const char *path, AudDirectoryFault *fault)
{
	char        storage[MAXPGPATH];
	struct stat st;

	memset(fault, 0, sizeof(*fault));
	if (lstat(path, &st) == 0)
	{
		if (!aud_directory_is_safe(path, fault))
			return false;
		return access(path, R_OK | W_OK | X_OK) == 0 || cannot(fault, "write to");
	}
	if (errno != ENOENT)
		return cannot(fault, "look at");

	/* it will be created, but not what it is in */
	if (!parent_is_safe(path, fault))
		return false;
	return access(parent_of(path, storage), W_OK | X_OK) == 0 ||
		   cannot(fault, "create");
}

void
aud_directory_was_set(const AlterSystemStmt *command)
{
	VariableSetStmt  *set = command->setstmt;
	AudDirectoryFault fault;
	const char       *path;

	if (set->kind != VAR_SET_VALUE ||
		pg_strcasecmp(set->name, "secaudit.directory") != 0)
		return;
	path = ExtractSetVariableArgs(set);
	if (path == NULL || is_usable(path, &fault))
		return;
	if (fault.what != NULL)
	{
		errno = fault.errno_;
		ereport(WARNING,
				errcode_for_file_access(),
				errmsg("could not %s audit trail directory \"%s\": %m",
					   fault.what,
					   path),
				errdetail("The server will not start with it."),
				errhint("Set secaudit.directory to a directory that the server's user owns, or one that it can create, such as \"%s\".",
						AUD_DIRECTORY_EXAMPLE));
		return;
	}
	ereport(WARNING,
			errcode(ERRCODE_CONFIG_FILE_ERROR),
			errmsg("audit trail directory \"%s\" cannot be used", path),
			errdetail("%s The server will not start with it.", fault.detail),
			errhint("%s", fault.hint));
}
