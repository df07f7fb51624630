/*-------------------------------------------------------------------------
 *
 * term.c
 *	  One key of a condition: how its values are written.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/term.h"

#include <stdlib.h>
#include <string.h>

#include "core/class.h"

/* How the values of a key are written. */
typedef enum ValueKind
{
	VALUE_CLASS,
	VALUE_WORD,     /* of a closed list */
	VALUE_TEXT,     /* a pattern */
	VALUE_ANY_CASE, /* the same, of which case does not matter */
	VALUE_ROLE,     /* a name */
	VALUE_NETWORK,
	VALUE_RANGE,
	VALUE_WINDOW,
	VALUE_FLAG,
} ValueKind;

static const struct
{
	const char        *name;
	ValueKind          kind;
	const char *const *words;
	uint64_t           unit; /* of a range: how many of ours one of its is */
} keys[AUD_MATCH_KEYS] = {
	[AUD_MATCH_CLASS] = {"class", VALUE_CLASS, NULL, 0},
	[AUD_MATCH_COMMAND] = {"command", VALUE_ANY_CASE, NULL, 0},
	[AUD_MATCH_OUTCOME] = {"outcome", VALUE_WORD, aud_outcome_names, 0},
	[AUD_MATCH_USER] = {"user", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_CURRENT_USER] = {"current_user", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_MEMBER_OF] = {"member_of", VALUE_ROLE, NULL, 0},
	[AUD_MATCH_DB] = {"db", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_CLIENT] = {"client", VALUE_NETWORK, NULL, 0},
	[AUD_MATCH_APP] = {"app", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_OBJECT] = {"object", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_TAG] = {"tag", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_ROWS] = {"rows", VALUE_RANGE, NULL, 1},
	[AUD_MATCH_DURATION_MS] = {"duration_ms", VALUE_RANGE, NULL, 1000},
	[AUD_MATCH_TIME] = {"time", VALUE_WINDOW, NULL, 0},
	[AUD_MATCH_SUPERUSER] = {"superuser", VALUE_FLAG, NULL, 0},
	[AUD_MATCH_PRIVILEGED] = {"privileged", VALUE_FLAG, NULL, 0},
	[AUD_MATCH_ORIGIN] = {"origin", VALUE_WORD, aud_origin_names, 0},
	[AUD_MATCH_CONTEXT] = {"context", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_ANY_USER] = {"any_user", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_EVENT] = {"event", VALUE_WORD, aud_event_names, 0},
	[AUD_MATCH_SESSION] = {"session", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_PID] = {"pid", VALUE_RANGE, NULL, 1},
	[AUD_MATCH_SQLSTATE] = {"sqlstate", VALUE_ANY_CASE, NULL, 0},
	[AUD_MATCH_ACCESS] = {"access", VALUE_WORD, aud_access_names, 0},
	[AUD_MATCH_RULE] = {"rule", VALUE_TEXT, NULL, 0},
	[AUD_MATCH_TEXT] = {"text", VALUE_TEXT, NULL, 0},
};

const char *
aud_match_key_name(AudMatchKey key)
{
	return keys[key].name;
}

bool
aud_match_append_names(AudBuf *b, AudMatchKey key)
{
	const char *const *words = keys[key].words;

	if (keys[key].kind == VALUE_CLASS)
	{
		aud_buf_cstr(b, aud_class_names());
		aud_buf_lit(b, ", alert, audit");
	}
	else if (words == NULL)
		return false;
	for (int i = 0; words != NULL && words[i] != NULL; i++)
	{
		if (i > 0)
			aud_buf_lit(b, ", ");
		aud_buf_cstr(b, words[i]);
	}
	return true;
}

/* ---- ranges --------------------------------------------------------------- */

#define NUMBER_DIGITS 12

static bool
parse_number(uint64_t *n, const AudJsonValue *value, AudFaultAt *fault)
{
	*n = 0;
	if (value->kind != AUD_JSON_NUMBER || value->len > NUMBER_DIGITS ||
		strspn(value->text, "0123456789") < value->len)
		return aud_fault_at(fault,
							aud_fault_place(value),
							"expected a whole number of up to %d digits",
							NUMBER_DIGITS);
	for (size_t i = 0; i < value->len; i++)
		*n = 10 * *n + (uint64_t) (value->text[i] - '0');
	return true;
}

static const char *const bounds[] = {"gt", "ge", "lt", "le", NULL};

static int
find_bound(const AudJsonMember *m)
{
	int i = 0;

	while (bounds[i] != NULL && !aud_json_key_is(m, bounds[i]))
		i++;
	return i;
}

/* Narrow the range by one bound; n is in the unit of the facts. */
static void
add_bound(AudRange *range, const char *bound, uint64_t n)
{
	uint64_t min = 0;
	uint64_t max = UINT64_MAX;

	if (bound[0] == 'g')
		min = n + (bound[1] == 't');
	else if (n > 0 || bound[1] == 'e')
		max = n - (bound[1] == 't');
	else
		min = UINT64_MAX, max = 0; /* nothing is less than 0 */
	if (min > range->min)
		range->min = min;
	if (max < range->max)
		range->max = max;
}

static bool
parse_bound(AudRange *range, const AudJsonMember *m, uint64_t unit,
			AudFaultAt *fault)
{
	int      bound = find_bound(m);
	uint64_t n;

	if (bounds[bound] == NULL)
		return aud_fault_unknown(fault, m->start, "bound", m->key, m->key_len, bounds);
	if (!parse_number(&n, &m->value, fault))
		return false;
	add_bound(range, bounds[bound], n * unit);
	return true;
}

static bool
parse_range(AudRange *range, const AudJsonValue *value, uint64_t unit,
			AudFaultAt *fault)
{
	AudJsonScan   s;
	AudJsonMember m;
	int           n = 0;

	*range = (AudRange){.min = 0, .max = UINT64_MAX};
	if (value->kind != AUD_JSON_OBJECT)
		return aud_fault_at(fault,
							aud_fault_place(value),
							"expected an object like {\"gt\": 1000}");
	aud_json_scan_object(&s, value->text, value->len);
	while (aud_json_scan_member(&s, &m))
	{
		if (!parse_bound(range, &m, unit, fault))
			return false;
		n++;
	}
	if (n == 0)
		return aud_fault_at(fault, value->text, "expected gt, ge, lt or le");
	return range->min <= range->max ||
		   aud_fault_at(fault, value->text, "no number is within these bounds");
}

/* ---- single values ---------------------------------------------------------- */

int
aud_match_record_class(const char *name, size_t len)
{
	if (len != strlen("alert"))
		return 0;
	return memcmp(name, "alert", len) == 0   ? AUD_MATCH_CLASS_ALERT
		   : memcmp(name, "audit", len) == 0 ? AUD_MATCH_CLASS_AUDIT
											 : 0;
}

static bool
parse_class(AudTermValue *out, bool of_records, const AudJsonValue *value,
			AudFaultAt *fault)
{
	const char *names[AUD_CLASS_COUNT + 3];
	int         n = 0;

	out->class = aud_class_by_name(value->text, value->len);
	if (out->class == 0 && of_records)
		out->class = aud_match_record_class(value->text, value->len);
	if (out->class != 0)
		return true;
	for (int i = 0; i < AUD_CLASS_COUNT; i++)
		names[n++] = aud_class_name(1 << i);
	if (of_records)
	{
		names[n++] = "alert";
		names[n++] = "audit";
	}
	names[n] = NULL;
	return aud_fault_unknown(fault,
							 aud_fault_place(value),
							 "class",
							 value->text,
							 value->len,
							 names);
}

static bool
parse_word(AudTermValue *out, const AudTerm *term, const AudJsonValue *value,
		   AudFaultAt *fault)
{
	const char *const *words = keys[term->key].words;

	for (const char *const *word = words; *word != NULL; word++)
	{
		if (strlen(*word) == value->len &&
			memcmp(*word, value->text, value->len) == 0)
		{
			out->word = *word;
			return true;
		}
	}
	return aud_fault_unknown(fault,
							 aud_fault_place(value),
							 keys[term->key].name,
							 value->text,
							 value->len,
							 words);
}

/* A value that is a string in JSON. */
static bool
parse_string(AudTermValue *out, const AudTerm *term, const AudJsonValue *value,
			 AudFaultAt *fault)
{
	ValueKind   kind = keys[term->key].kind;
	const char *at = aud_fault_place(value);
	char       *text;
	bool        ok;

	if (value->kind != AUD_JSON_STRING)
		return aud_fault_at(fault,
							at,
							"expected a string, or a list of them, for \"%s\"",
							term->name);
	if (kind == VALUE_CLASS)
		return parse_class(out, term->of_records, value, fault);
	if (kind == VALUE_WORD)
		return parse_word(out, term, value, fault);
	text = aud_fault_string(value, fault);
	if (text == NULL)
		return false;
	if (kind == VALUE_TEXT || kind == VALUE_ANY_CASE)
		return aud_pattern_compile(&out->pattern,
								   text,
								   kind == VALUE_ANY_CASE,
								   at,
								   fault);
	if (kind == VALUE_ROLE)
	{
		out->role = text;
		return text[0] != '\0' ||
			   aud_fault_at(fault, at, "the name of the role is empty");
	}
	ok = aud_network_parse(&out->network, text, at, fault);
	free(text);
	return ok;
}

static bool
parse_value(AudTermValue *out, const AudTerm *term, const AudJsonValue *value,
			const AudZones *zones, AudFaultAt *fault)
{
	switch (keys[term->key].kind)
	{
		case VALUE_RANGE:
			return parse_range(&out->range, value, keys[term->key].unit, fault);
		case VALUE_WINDOW:
			return aud_window_parse(&out->window, value, zones, fault);
		case VALUE_FLAG:
			out->flag = value->kind == AUD_JSON_BOOL && value->text[0] == 't';
			return value->kind == AUD_JSON_BOOL ||
				   aud_fault_at(fault,
								aud_fault_place(value),
								"expected true or false for \"%s\"",
								term->name);
		default:
			return parse_string(out, term, value, fault);
	}
}

/* ---- terms ------------------------------------------------------------------ */

static int
count_elements(const AudJsonValue *value)
{
	AudJsonScan  s;
	AudJsonValue element;
	int          n = 0;

	aud_json_scan_array(&s, value->text, value->len);
	while (aud_json_scan_element(&s, &element))
		n++;
	return n;
}

static bool
compile_list(AudTerm *term, const AudJsonValue *value, const AudZones *zones,
			 AudFaultAt *fault)
{
	AudJsonScan  s;
	AudJsonValue element;

	aud_json_scan_array(&s, value->text, value->len);
	while (aud_json_scan_element(&s, &element))
	{
		if (!parse_value(&term->values[term->n++], term, &element, zones, fault))
			return false;
	}
	return true;
}

static bool
find_key(AudTerm *term, const AudJsonMember *m, int allowed, AudFaultAt *fault)
{
	static const char not [] = "not_";
	const char *names[AUD_MATCH_KEYS + 1];
	const char *name = term->name;
	int         n = 0;

	term->negated = strncmp(name, not, sizeof(not ) - 1) == 0;
	if (term->negated)
		name += sizeof(not ) - 1;
	for (int i = 0; i < AUD_MATCH_KEYS; i++)
	{
		if (!(allowed & AUD_MATCH_BIT(i)))
			continue;
		if (strcmp(keys[i].name, name) == 0)
		{
			term->key = (AudMatchKey) i;
			return true;
		}
		names[n++] = keys[i].name;
	}
	names[n] = NULL;
	return aud_fault_unknown(fault,
							 m->start,
							 "key to match",
							 name,
							 strlen(name),
							 names);
}

bool
aud_term_compile(AudTerm *term, const AudJsonMember *m, int allowed,
				 const AudZones *zones, AudFaultAt *fault)
{
	bool is_list = m->value.kind == AUD_JSON_ARRAY;
	int  n = is_list ? count_elements(&m->value) : 1;

	memset(term, 0, sizeof(*term));
	term->of_records = allowed != AUD_MATCH_OF_RULES;
	term->name = aud_fault_key(m, fault);
	if (term->name == NULL || !find_key(term, m, allowed, fault))
		return false;
	if (n == 0)
		return aud_fault_at(fault,
							m->value.text,
							"the list for \"%s\" is empty, so nothing could "
							"match",
							term->name);
	if (is_list && keys[term->key].kind == VALUE_FLAG)
		return aud_fault_at(fault,
							m->value.text,
							"expected true or false for \"%s\"",
							term->name);
	term->values = calloc((size_t) n, sizeof(*term->values));
	if (term->values == NULL)
		return aud_fault_no_memory(fault);
	if (is_list)
		return compile_list(term, &m->value, zones, fault);
	term->n = 1;
	return parse_value(&term->values[0], term, &m->value, zones, fault);
}

void
aud_term_free(AudTerm *term)
{
	ValueKind kind = keys[term->key].kind;

	for (int i = 0; i < term->n; i++)
	{
		if (kind == VALUE_TEXT || kind == VALUE_ANY_CASE)
			aud_pattern_free(&term->values[i].pattern);
		else if (kind == VALUE_ROLE)
			free(term->values[i].role);
	}
	free(term->values);
	free(term->name);
}
