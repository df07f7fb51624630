/*-------------------------------------------------------------------------
 *
 * evidence_records.c
 *	  Reading the trail of the server that secauditctl evidence tests, by SQL.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <stdlib.h>

#include "bin/document.h"
#include "bin/evidence.h"
#include "bin/str.h"

int64_t
aud_evidence_position(AudEvidence *ev)
{
	PGresult *result = PQexec(ev->admin, "SELECT secaudit.flush()");
	int64_t   position = -1;

	PQclear(result);
	result =
		PQexec(ev->admin,
			   "SELECT max((record->>'seq')::bigint) FROM secaudit.records(last => 1)");
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		position = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return position;
}

json_t *
aud_evidence_records(AudEvidence *ev, const char *session, const char *match,
					 int64_t from, const char **why)
{
	AudStr      condition = {0};
	AudStr      first = {0};
	const char *values[2];
	PGresult   *result;
	json_t     *records = NULL;

	aud_str_printf(&condition,
				   "{\"%s\": \"%s\"}",
				   session ? "session" : "any_user",
				   session ? session : match);
	aud_str_printf(&first, "%" PRId64, from);
	values[0] = condition.s;
	values[1] = first.s;
	PQclear(PQexec(ev->admin, "SELECT secaudit.flush()"));
	result =
		PQexecParams(ev->admin,
					 "SELECT record FROM secaudit.records(now() - interval '1 hour',"
					 " match => $1::jsonb) WHERE (record->>'seq')::bigint > $2::bigint"
					 " ORDER BY (record->>'seq')::bigint",
					 2,
					 NULL,
					 values,
					 NULL,
					 NULL,
					 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		*why = PQerrorMessage(ev->admin);
	else
		records = aud_document_rows(result);
	PQclear(result);
	aud_str_free(&condition);
	aud_str_free(&first);
	return records;
}
