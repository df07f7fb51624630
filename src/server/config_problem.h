/*-------------------------------------------------------------------------
 *
 * config_problem.h
 *	  A line of the configuration that cannot be in force: what is wrong with
 *	  it, what is valid, and what is in force instead.
 *
 * Everything is asked of the server's own table of settings, so a setting that
 * is defined is checked, and none has to be listed here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_CONFIG_PROBLEM_H
#define AUD_SERVER_CONFIG_PROBLEM_H

#include "postgres.h"

/* Where a value comes from. */
typedef struct AudConfigSource
{
	const char *file; /* NULL: see "other" */
	int         line;
	const char *other; /* a sentence: where, if not in a file */

	bool stored; /* by ALTER ROLE or ALTER DATABASE, for sessions to come */
} AudConfigSource;

typedef struct AudConfigProblem
{
	const char     *name;  /* of the parameter, as written; NULL: unreadable */
	const char     *value; /* as written, secrets hidden; NULL: none */
	AudConfigSource source;
	int             sqlstate;
	const char     *message;
	const char     *detail; /* what is valid, in sentences; or NULL */
	const char     *hint;   /* in sentences; or NULL */
	const char *in_force; /* the value that is; NULL: name is unknown, or stored */
} AudConfigProblem;

/* Does a parameter of this name concern us: "secaudit.", or nearly so? */
extern bool aud_config_problem_is_ours(const char *name);

/*
 * Could the parameter have this value, written in a configuration file, or
 * stored?  NULL if so.  The result and its texts are in CurrentMemoryContext.
 * in_force is what the parameter is at the moment; of a stored one nothing is
 * said, since that depends on the session.
 */
extern AudConfigProblem *aud_config_problem_judge(const char            *name,
												  const char            *value,
												  const AudConfigSource *source);

/* A line of a file that the server could not read: message says why. */
extern AudConfigProblem *aud_config_problem_unreadable(
	const char *message, const AudConfigSource *source);

/* Report it; way_out, a sentence, is added to the hint.  May be NULL. */
extern void aud_config_problem_report(const AudConfigProblem *problem,
									  int elevel, const char *way_out);

#endif /* AUD_SERVER_CONFIG_PROBLEM_H */
