/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  Which records the reader asked for.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/filter.h"

#include <string.h>

/* Is word in the comma-separated list?  With prefix, "a" matches "a.b" too. */
static bool
in_list(const char *list, const char *word, bool prefix)
{
	while (word != NULL)
	{
		size_t n = strcspn(list, ",");

		if (n > 0 && strncmp(list, word, n) == 0 &&
			(word[n] == '\0' || (prefix && word[n] == '.')))
			return true;
		if (list[n] == '\0')
			break;
		list += n + 1;
	}
	return false;
}

static bool
key_matches(const char *list, const json_t *record, const char *key, bool prefix)
{
	return in_list(list, json_string_value(json_object_get(record, key)), prefix);
}

static bool
class_matches(const char *list, const json_t *record)
{
	const json_t *classes = json_object_get(record, "classes");

	if (key_matches(list, record, "class", false))
		return true;
	for (size_t i = 0; i < json_array_size(classes); i++)
		if (in_list(list, json_string_value(json_array_get(classes, i)), false))
			return true;
	return false;
}

static bool
is_since(const char *since, const json_t *record)
{
	const char *ts = json_string_value(json_object_get(record, "ts"));

	return ts != NULL && strcmp(ts, since) >= 0;
}

bool
aud_filter_is_set(const AudFilter *f)
{
	return f->user || f->class_ || f->outcome || f->event || f->since[0];
}

bool
aud_filter_match(const AudFilter *f, const json_t *record)
{
	if (f->user && !key_matches(f->user, record, "user", false) &&
		!key_matches(f->user, record, "current_user", false))
		return false;
	if (f->class_ && !class_matches(f->class_, record))
		return false;
	if (f->outcome && !key_matches(f->outcome, record, "outcome", false))
		return false;
	if (f->event && !key_matches(f->event, record, "event", true))
		return false;
	return f->since[0] == '\0' || is_since(f->since, record);
}
