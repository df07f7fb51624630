/*-------------------------------------------------------------------------
 *
 * config_files.c
 *	  What the configuration files, as they are now, say of our settings and
 *	  cannot be in force.
 *
 * At a reload the server keeps the old value and says so in its log, once for
 * all processes.  There is no telling from the settings that it has, so the
 * files are read once more, with the server's own parser.  A line that cannot
 * be parsed, or names a parameter that the server does not know, makes it give
 * the whole reload up: then what the files say of our settings is not in
 * force either, whatever it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "server/config_files.h"

/* Is there no later line for the same parameter? */
static bool
is_last(const ConfigVariable *item)
{
	for (const ConfigVariable *later = item->next; later != NULL;
		 later = later->next)
	{
		if (later->name != NULL && pg_strcasecmp(later->name, item->name) == 0)
			return false;
	}
	return true;
}

/* Would the server give up because of this line?  Names with a dot are let be. */
static bool
stops_reload(const ConfigVariable *item)
{
	return strchr(item->name, '.') == NULL &&
		   GetConfigOptionFlags(item->name, true) == 0 &&
		   GetConfigOption(item->name, true, false) == NULL;
}

static AudConfigProblem *
judge(const ConfigVariable *item)
{
	AudConfigSource source = {.file = item->filename, .line = item->sourceline};

	if (item->errmsg != NULL)
		return aud_config_problem_unreadable(item->errmsg, &source);
	if (item->name == NULL || item->ignore || !is_last(item))
		return NULL;
	if (stops_reload(item))
		return aud_config_problem_unreadable(psprintf("unrecognized configuration parameter \"%s\"",
													  item->name),
											 &source);
	if (!aud_config_problem_is_ours(item->name))
		return NULL;
	return aud_config_problem_judge(item->name, item->value, &source);
}

List *
aud_config_files_problems(void)
{
	ConfigVariable *head = NULL;
	ConfigVariable *tail = NULL;
	List           *problems = NIL;

	/* the server has logged what it met in them */
	(void) ParseConfigFile(ConfigFileName, true, NULL, 0, 0, DEBUG5, &head, &tail);
	if (DataDir != NULL)
		(void) ParseConfigFile(PG_AUTOCONF_FILENAME,
							   false,
							   NULL,
							   0,
							   0,
							   DEBUG5,
							   &head,
							   &tail);
	for (const ConfigVariable *item = head; item != NULL; item = item->next)
	{
		AudConfigProblem *problem = judge(item);

		if (problem != NULL)
			problems = lappend(problems, problem);
	}
	FreeConfigVariables(head);
	return problems;
}
