/*-------------------------------------------------------------------------
 *
 * role_settings.h
 *	  What roles and databases set of secaudit for their own sessions, by ALTER
 *	  ROLE ... SET and ALTER DATABASE ... SET: pg_db_role_setting.
 *
 * The catalog can be read only by a process that is in a database, whichever.
 * Both functions want a transaction and may throw.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_ROLE_SETTINGS_H
#define AUD_SERVER_ROLE_SETTINGS_H

#include "nodes/pg_list.h"

/* One setting; the texts are in the CurrentMemoryContext of the call. */
typedef struct AudRoleSetting
{
	const char *database; /* NULL: all of them */
	const char *role;     /* NULL: all of them */
	const char *name;     /* as it was written */
	const char *value;    /* secrets are not hidden */
} AudRoleSetting;

/*
 * The AudRoleSettings whose names begin with "secaudit.", or nearly so, ordered
 * by database, role and name.  The OID stands for a name that is gone.
 */
extern List *aud_role_settings_read(void);

/*
 * The elements of a setconfig, each as "name=value", palloc'd; how many there
 * are.  May throw.
 */
extern int aud_role_settings_pairs(Datum config, char ***pairs);

/*
 * A database to read them from, for a process that is in none: one that
 * takes connections and is no template, if there is one.
 */
extern Oid aud_role_settings_database(void);

#endif /* AUD_SERVER_ROLE_SETTINGS_H */
