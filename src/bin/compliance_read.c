/*-------------------------------------------------------------------------
 *
 * compliance_read.c
 *	  What a run of the checks says on the server, and what it does not.
 *
 * The checks and what they leave in secaudit.compliance_run are read in one
 * transaction, so that it is known which run is ours.  NULLs are kept: only
 * then are the results, as jsonb, the text that the server has digested.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/compliance_read.h"

#include <string.h>

#include "bin/ctl.h"
#include "bin/document.h"

static PGresult *
query(PGconn *conn, const char *sql, const char *value)
{
	const char *values[] = {value};

	return PQexecParams(conn, sql, 1, NULL, values, NULL, NULL, 0);
}

json_t *
aud_compliance_results(PGconn *conn, const char *profile)
{
	PGresult *result =
		query(conn,
			  "SELECT row_to_json(c) FROM secaudit.compliance_check($1) c"
			  " ORDER BY c.check_id",
			  profile);
	json_t *results = NULL;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		aud_ctl_complain("%s", PQresultErrorMessage(result));
	else
		results = aud_document_rows(result);
	PQclear(result);
	return results;
}

void
aud_compliance_kept(PGconn *conn, const char *profile, json_t *document)
{
	PGresult *result =
		query(conn,
			  "SELECT run_id, sha256 FROM secaudit.compliance_run"
			  " WHERE profile = $1 AND at = now() AND \"by\" = session_user",
			  profile);
	json_t *run = json_object_get(document, "run");

	/* on a standby nothing is kept: the record in the trail is all there is */
	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
	{
		json_object_set_new(run, "id", json_string(PQgetvalue(result, 0, 0)));
		json_object_set_new(run,
							"kept_sha256",
							json_string(PQgetvalue(result, 0, 1)));
	}
	PQclear(result);
}

/* Does a check look at one database only? */
static bool
is_of_database(const json_t *results)
{
	size_t  i;
	json_t *result;

	json_array_foreach((json_t *) results, i, result)
	{
		const char *scope = json_string_value(json_object_get(result, "scope"));

		if (scope != NULL && strcmp(scope, "cluster") != 0)
			return true;
	}
	return false;
}

void
aud_compliance_untested(PGconn *conn, const json_t *results, json_t *document)
{
	json_t   *untested = json_object_get(document, "not_tested");
	PGresult *result;

	if (is_of_database(results))
	{
		result =
			PQexec(conn,
				   "SELECT 'database ' || datname FROM pg_catalog.pg_database"
				   " WHERE datname <> current_database() AND datname <> 'template0'"
				   " ORDER BY datname");
		for (int i = 0; i < PQntuples(result); i++)
			json_array_append_new(untested,
								  json_string(PQgetvalue(result, i, 0)));
		PQclear(result);
	}
	json_array_append_new(untested, json_string("T-01 to T-62"));
}
