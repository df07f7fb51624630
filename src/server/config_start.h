/*-------------------------------------------------------------------------
 *
 * config_start.h
 *	  What the configuration that the server starts with says of our settings
 *	  and cannot be in force.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_CONFIG_START_H
#define AUD_SERVER_CONFIG_START_H

#include "nodes/pg_list.h"

#include "server/config_problem.h"

/* From _PG_init, before any of our settings is defined: remember what was given. */
extern void aud_config_start_remember(void);

/*
 * When all are defined: FATAL if one of the values is not in force, or there
 * is no such setting; with secaudit.on_config_error = start, a WARNING for
 * each.  From then on no setting of that prefix can be made up.
 */
extern void aud_config_start_check(void);

/*
 * The problems that the server has started with (AudConfigProblem), but for
 * values that have been put right since; a new list.
 */
extern List *aud_config_start_problems(void);

/* That of this setting, if the server has started with one; else NULL. */
extern const AudConfigProblem *aud_config_start_problem(const char *name);

#endif /* AUD_SERVER_CONFIG_START_H */
