/*-------------------------------------------------------------------------
 *
 * exceptions.c
 *	  Findings that somebody has accepted for a time.
 *
 * A result stays what it is; only the exit status follows the exceptions.
 * One without an owner, an end or a reason is none, so the whole file is
 * refused then: to leave it out in silence would surprise either way.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <time.h>

#include "bin/compliance_read.h"
#include "bin/ctl.h"
#include "bin/document.h"

/* Is it a day of the calendar, as 2026-01-31? */
static bool
is_date(const char *text)
{
	struct tm   tm = {0};
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	char        again[16];

	if (end == NULL || *end != '\0')
		return false;
	timegm(&tm); /* makes March of 30 February */
	strftime(again, sizeof(again), "%Y-%m-%d", &tm);
	return strcmp(again, text) == 0;
}

static bool
is_valid(const json_t *exception)
{
	static const char *const keys[] = {"check_id", "owner", "until", "why"};

	if (!json_is_object(exception) || json_object_size(exception) != 4)
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (aud_document_text(exception, keys[i])[0] == '\0')
			return false;
	return is_date(aud_document_text(exception, "until"));
}

static bool
take_over(json_t *exception, size_t i, const char *path, json_t *document)
{
	const char *today = aud_document_text(json_object_get(document, "run"), "at");
	const char *until;

	if (!is_valid(exception))
	{
		aud_ctl_complain("%s: exception %zu needs check_id, owner, why and until "
						 "(a date such as 2026-12-31), and nothing else",
						 path,
						 i + 1);
		return false;
	}
	until = aud_document_text(exception, "until");
	if (strncmp(until, today, strlen("2026-12-31")) >= 0)
		json_array_append(json_object_get(document, "exceptions"), exception);
	else
		aud_ctl_complain("%s: the exception for %s has expired on %s",
						 path,
						 aud_document_text(exception, "check_id"),
						 until);
	return true;
}

bool
aud_exceptions_read(const char *path, json_t *document)
{
	json_error_t error;
	json_t      *list = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	json_t      *exception;
	size_t       i;
	bool         ok = json_is_array(list);

	if (list == NULL)
		aud_ctl_complain("%s: %s", path, error.text);
	else if (!ok)
		aud_ctl_complain("%s: it has to be a JSON array of exceptions", path);
	json_array_foreach(list, i, exception)
	{
		ok = ok && take_over(exception, i, path, document);
	}
	json_decref(list);
	return ok;
}

bool
aud_exceptions_accept(const json_t *document, const char *check_id)
{
	const json_t *list = json_object_get(document, "exceptions");
	json_t       *exception;
	size_t        i;

	json_array_foreach((json_t *) list, i, exception)
	{
		if (strcmp(aud_document_text(exception, "check_id"), check_id) == 0)
			return true;
	}
	return false;
}
