/*-------------------------------------------------------------------------
 *
 * rules_load.c
 *	  The rules file: reading it.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/match/rules.h"

/* All of an open file of that size, or what it has become meanwhile. */
static bool
read_all(int fd, char *text, size_t size, size_t *len, AudError *error)
{
	ssize_t got;

	*len = 0;
	while (*len < size)
	{
		got = read(fd, text + *len, size - *len);
		if (got == 0)
			return true;
		if (got > 0)
			*len += (size_t) got;
		else if (errno != EINTR)
		{
			aud_error_set(error, errno, "could not read the file");
			return false;
		}
	}
	return true;
}

static bool
check_kind(int fd, AudError *error)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		aud_error_set(error, errno, "could not look at the file");
	else if (!S_ISREG(st.st_mode))
		aud_error_set(error, 0, "it is no regular file");
	else if (st.st_size > AUD_RULES_FILE_MAX)
		aud_error_set(error,
					  0,
					  "the file is larger than %d bytes",
					  AUD_RULES_FILE_MAX);
	else
		return true;
	return false;
}

AudRules *
aud_rules_load(const char *path, const AudZones *zones, AudRulesFault *fault)
{
	/* a pipe without a writer is no reason to wait */
	int       fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char     *text = NULL;
	size_t    len;
	AudRules *rules = NULL;

	memset(fault, 0, sizeof(*fault));
	if (fd < 0)
	{
		aud_error_set(&fault->error, errno, "could not open the file");
		return NULL;
	}
	if (check_kind(fd, &fault->error))
	{
		text = malloc(AUD_RULES_FILE_MAX);
		if (text == NULL)
			aud_error_set(&fault->error, ENOMEM, "out of memory");
		else if (read_all(fd, text, AUD_RULES_FILE_MAX, &len, &fault->error))
			rules = aud_rules_parse(text, len, zones, fault);
	}
	free(text);
	(void) close(fd);
	return rules;
}
