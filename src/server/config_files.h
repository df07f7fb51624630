/*-------------------------------------------------------------------------
 *
 * config_files.h
 *	  What the configuration files, as they are now, say of our settings and
 *	  cannot be in force.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_CONFIG_FILES_H
#define AUD_SERVER_CONFIG_FILES_H

#include "nodes/pg_list.h"

#include "server/config_problem.h"

/*
 * Read postgresql.conf, what it includes and postgresql.auto.conf; change
 * nothing.  A list of AudConfigProblem, in CurrentMemoryContext, in the files'
 * order: our settings, and what makes a reload do nothing at all.
 */
extern List *aud_config_files_problems(void);

#endif /* AUD_SERVER_CONFIG_FILES_H */
