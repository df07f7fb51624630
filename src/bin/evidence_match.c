/*-------------------------------------------------------------------------
 *
 * evidence_match.c
 *	  Does a record say what a test wants it to say?
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "bin/evidence.h"

/* A value as text: strings as they are, the rest as JSON; to be freed. */
static char *
value_text(const json_t *value)
{
	if (json_is_string(value))
		return strdup(json_string_value(value));
	return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

static bool
value_is(const json_t *value, const char *wanted)
{
	size_t  i;
	json_t *element;
	char   *text;
	bool    same;

	if (json_is_array(value))
	{
		json_array_foreach(value, i, element)
		{
			if (value_is(element, wanted))
				return true;
		}
		return false;
	}
	text = value_text(value);
	same = text != NULL && strcmp(text, wanted) == 0;
	free(text);
	return same;
}

static bool
value_has(const json_t *value, const char *wanted)
{
	char *text = value_text(value);
	bool  has = text != NULL && strstr(text, wanted) != NULL;

	free(text);
	return has;
}

static bool
condition_holds(const json_t *record, char *condition)
{
	char   *op = strpbrk(condition, "=~");
	char    kind;
	json_t *value;

	if (strncmp(condition, "!~", 2) == 0)
		return !value_has(record, condition + 2);
	if (condition[0] == '!')
		return json_object_get(record, condition + 1) == NULL;
	if (op == NULL)
		return json_object_get(record, condition) != NULL;
	kind = *op;
	*op = '\0';
	value = json_object_get(record, condition);
	if (value == NULL)
		return false;
	return kind == '=' ? value_is(value, op + 1) : value_has(value, op + 1);
}

bool
aud_evidence_matches(const json_t *record, const char *expect)
{
	char *copy = strdup(expect);
	char *rest = NULL;
	bool  all = copy != NULL;

	for (char *c = all ? strtok_r(copy, ";", &rest) : NULL; c != NULL && all;
		 c = strtok_r(NULL, ";", &rest))
		all = condition_holds(record, c);
	free(copy);
	return all;
}
