/*-------------------------------------------------------------------------
 *
 * guc_context.c
 *	  secaudit.context: what an application says of its own request.
 *
 * Behind a pool one database user is everybody. Who is really asking is known
 * to the application alone, so any session may set this, whatever
 * secaudit.lock says; and for the same reason nothing is decided by it that
 * would protect something.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "server/guc_context.h"

static AudConfig *config;
static char      *context_string;

static bool
is_key_letter(unsigned char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		   (!first && ((c >= '0' && c <= '9') || c == '.' || c == '-'));
}

/* Bytes of the "key=" at the beginning of pair[len], 0 if there is none. */
static size_t
key_length(const char *pair, size_t len)
{
	size_t n = 0;

	while (n < len && is_key_letter(pair[n], n == 0))
		n++;
	return n > 0 && n < len && pair[n] == '=' ? n + 1 : 0;
}

/* A value is all that is no separator and no control character. */
static bool
is_value(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if ((unsigned char) value[i] < 0x20 || value[i] == 0x7f)
			return false;
	}
	return len > 0;
}

static bool
check_pair(const char *pair, size_t len)
{
	size_t key = key_length(pair, len);

	if (key > 0 && is_value(pair + key, len - key))
		return true;
	GUC_check_errdetail("\"%.*s\" is not a pair of key and value.",
						(int) len,
						pair);
	return false;
}

static bool
check_context(char **newval, void **extra, GucSource source)
{
	const char *p = *newval;
	bool        valid = true;

	if (strlen(p) > AUD_CONTEXT_MAX)
	{
		GUC_check_errdetail("The context may have up to %d bytes, this has %zu.",
							AUD_CONTEXT_MAX,
							strlen(p));
		return false;
	}
	while (valid && *(p += strspn(p, " ")) != '\0')
	{
		size_t len = strcspn(p, " ");

		valid = check_pair(p, len);
		p += len;
	}
	if (!valid)
		GUC_check_errhint(
			"Write pairs like user=jane request=4711 with a space between them; in a value, write %%20 for a space.");
	return valid;
}

static void
assign_context(const char *newval, void *extra)
{
	config->context = newval != NULL ? newval : "";
	config->context_changes++;
}

void
aud_guc_define_context(AudConfig *c)
{
	config = c;
	DefineCustomStringVariable("secaudit.context",
							   "What the application says of its own request, for the records of this session.",
							   "Pairs of key=value, for example the end user and a request's number.",
							   &context_string,
							   "",
							   PGC_USERSET,
							   GUC_NOT_IN_SAMPLE,
							   check_context,
							   assign_context,
							   NULL);
}
