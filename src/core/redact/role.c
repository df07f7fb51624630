/*-------------------------------------------------------------------------
 *
 * role.c
 *	  The words of CREATE and ALTER ROLE: what a mistyped PASSWORD looks like,
 *	  and where its secret ends.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/redact/words.h"

/* in the order of strcmp() */
static const char *const options[] = {
	"admin",         "bypassrls",   "connection",   "createdb",    "createrole",
	"encrypted",     "group",       "in",           "inherit",     "login",
	"nobypassrls",   "nocreatedb",  "nocreaterole", "noinherit",   "nologin",
	"noreplication", "nosuperuser", "password",     "replication", "role",
	"superuser",     "sysid",       "uescape",      "unencrypted", "user",
	"valid",
};

static int
compare(const void *word, const void *option)
{
	return strcmp(word, *(const char *const *) option);
}

bool
aud_redact_is_role_option(const char *word, size_t len)
{
	return len > 1 && bsearch(word,
							  options,
							  sizeof(options) / sizeof(options[0]),
							  sizeof(options[0]),
							  compare) != NULL;
}

bool
aud_redact_is_mistyped(const char *word, size_t len)
{
	static const char right[] = "password";
	const size_t      n = sizeof(right) - 1;
	size_t            head = 0;
	size_t            tail = 0;

	if (len + 1 < n || len > n + 1)
		return false;
	while (head < len && head < n && word[head] == right[head])
		head++;
	while (tail < len - head && tail < n - head &&
		   word[len - 1 - tail] == right[n - 1 - tail])
		tail++;
	if (len == n && n - head - tail == 2)
		return word[head] == right[head + 1] && word[head + 1] == right[head];
	return len - head - tail <= 1 && n - head - tail <= 1 &&
		   (len != n || n - head - tail == 1);
}
