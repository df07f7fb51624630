/*-------------------------------------------------------------------------
 *
 * directory.h
 *	  May a directory hold the trail?  What the server's start and ALTER SYSTEM
 *	  ask alike.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_DIRECTORY_H
#define AUD_SERVER_DIRECTORY_H

#include <stdbool.h>

/* A place for a trail, for hints. */
#define AUD_DIRECTORY_EXAMPLE "/var/log/postgresql/secaudit"

/* What is wrong with it: two sentences, or what could not be done and why. */
typedef struct AudDirectoryFault
{
	const char *detail;
	const char *hint;
	const char *what; /* "look at": errno_ says why; NULL: see detail */
	int         errno_;
} AudDirectoryFault;

/*
 * Is the directory, which must exist, one that only the server's user can write
 * to, and that nobody else can replace?  Does not throw.
 */
extern bool aud_directory_is_safe(const char *path, AudDirectoryFault *fault);

/*
 * After ALTER SYSTEM: a WARNING if it has set secaudit.directory to one with
 * which the server would not start.
 */
struct AlterSystemStmt;
extern void aud_directory_was_set(const struct AlterSystemStmt *command);

#endif /* AUD_SERVER_DIRECTORY_H */
