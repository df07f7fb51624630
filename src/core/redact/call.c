/*-------------------------------------------------------------------------
 *
 * call.c
 *	  What a name does as a function, by the words and by the list of the
 *	  administrator's.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/names.h"
#include "core/redact/scan.h"

const AudSecretCall *
aud_scan_call(AudScan *s, const char *name, size_t len)
{
	const AudRedactNames *functions = s->sink->policy->functions;
	const AudSecretCall  *call = aud_redact_call(name, len);
	const char           *schema = s->last_dot ? s->schema : NULL;

	if (functions == NULL)
		return call;
	s->listed = call != NULL ? *call : (AudSecretCall){.kind = AUD_CALL_PLAIN};
	if (aud_redact_listed_args(functions, schema, name, len, &s->listed.secret_args))
		call = &s->listed;
	memcpy(s->schema, name, len);
	s->schema[len] = '\0';
	return call;
}
