/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  The options that say which records are wanted.
 *
 * What an option says becomes a condition of the match language; an option that
 * is given again adds to the values of the first, and all options must match.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/timearg.h"
#include "core/json_write.h"

/* How the value of an option is written. */
typedef enum ArgKind
{
	ARG_LIST,     /* separated by commas */
	ARG_TEXT,     /* one, in which a comma stands for itself */
	ARG_REGEX,    /* the same */
	ARG_NUMBERS,  /* list */
	ARG_AT_LEAST, /* a number */
	ARG_DURATION,
	ARG_FLAG, /* none */
} ArgKind;

static const struct
{
	const char *name;
	AudMatchKey key;
	ArgKind     kind;
} filters[] = {
	{"user", AUD_MATCH_ANY_USER, ARG_LIST},
	{"session-user", AUD_MATCH_USER, ARG_LIST},
	{"current-user", AUD_MATCH_CURRENT_USER, ARG_LIST},
	{"db", AUD_MATCH_DB, ARG_LIST},
	{"client", AUD_MATCH_CLIENT, ARG_LIST},
	{"app", AUD_MATCH_APP, ARG_LIST},
	{"session", AUD_MATCH_SESSION, ARG_LIST},
	{"pid", AUD_MATCH_PID, ARG_NUMBERS},
	{"context", AUD_MATCH_CONTEXT, ARG_LIST},
	{"class", AUD_MATCH_CLASS, ARG_LIST},
	{"event", AUD_MATCH_EVENT, ARG_LIST},
	{"command", AUD_MATCH_COMMAND, ARG_LIST},
	{"outcome", AUD_MATCH_OUTCOME, ARG_LIST},
	{"sqlstate", AUD_MATCH_SQLSTATE, ARG_LIST},
	{"object", AUD_MATCH_OBJECT, ARG_TEXT},
	{"access", AUD_MATCH_ACCESS, ARG_LIST},
	{"tag", AUD_MATCH_TAG, ARG_LIST},
	{"rule", AUD_MATCH_RULE, ARG_LIST},
	{"origin", AUD_MATCH_ORIGIN, ARG_LIST},
	{"privileged", AUD_MATCH_PRIVILEGED, ARG_FLAG},
	{"superuser", AUD_MATCH_SUPERUSER, ARG_FLAG},
	{"min-rows", AUD_MATCH_ROWS, ARG_AT_LEAST},
	{"min-duration", AUD_MATCH_DURATION_MS, ARG_DURATION},
	{"grep", AUD_MATCH_TEXT, ARG_REGEX},
};

#define FILTERS (sizeof(filters) / sizeof(filters[0]))

/* Options that are no keys; behind the filters and their negations. */
enum
{
	OPT_SINCE = AUD_FILTER_OPTION + 2 * FILTERS,
	OPT_UNTIL,
	OPT_SEQ,
	OPT_IGNORE_CASE,
};

static const struct option others[] = {
	{"since", required_argument, NULL, OPT_SINCE},
	{"until", required_argument, NULL, OPT_UNTIL},
	{"seq", required_argument, NULL, OPT_SEQ},
	{"ignore-case", no_argument, NULL, OPT_IGNORE_CASE},
};

#define OTHERS (sizeof(others) / sizeof(others[0]))

const struct option *
aud_filter_options(const struct option *own)
{
	static struct option all[2 * FILTERS + OTHERS + 40];
	static char          names[FILTERS][32];
	size_t               n = 0;

	for (size_t i = 0; i < FILTERS; i++)
	{
		int has_arg =
			filters[i].kind == ARG_FLAG ? no_argument : required_argument;
		int value = AUD_FILTER_OPTION + 2 * (int) i;

		snprintf(names[i], sizeof(names[i]), "not-%s", filters[i].name);
		all[n++] = (struct option){filters[i].name, has_arg, NULL, value};
		all[n++] = (struct option){names[i], has_arg, NULL, value + 1};
	}
	memcpy(all + n, others, sizeof(others));
	n += OTHERS;
	while (own->name != NULL && n + 1 < sizeof(all) / sizeof(all[0]))
		all[n++] = *own++;
	return all;
}

/* ---- values as JSON --------------------------------------------------------- */

/* value[len], with something before it in the string. */
static void
add_string(AudStr *to, const char *before, const char *value, size_t len)
{
	size_t cap = 6 * len + strlen(before) + 8;
	char  *text = malloc(cap);
	AudBuf b;

	if (text == NULL)
		abort();
	aud_buf_init(&b, text, cap);
	aud_buf_lit(&b, ",\"");
	aud_buf_cstr(&b, before);
	(void) aud_json_escape(&b, value, len);
	aud_buf_char(&b, '"');
	aud_str_add(to, text);
	free(text);
}

static bool
parse_number(const char *text, size_t len, unsigned long long *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	return len > 0 && *text >= '0' && *text <= '9' && end == text + len &&
		   errno == 0 && *n < 1000000000000ULL;
}

/* Each word of a list. */
static bool
add_list(AudStr *to, ArgKind kind, const char *arg)
{
	while (*arg != '\0')
	{
		size_t             len = strcspn(arg, ",");
		unsigned long long n;

		if (len > 0 && kind == ARG_NUMBERS)
		{
			if (!parse_number(arg, len, &n))
				return false;
			aud_str_printf(to, ",{\"ge\":%llu,\"le\":%llu}", n, n);
		}
		else if (len > 0)
			add_string(to, "", arg, len);
		arg += len + (arg[len] == ',');
	}
	return to->len > 0;
}

/* "1500ms", "2s", "5min", "1h"; a number alone is of milliseconds. */
static bool
add_duration(AudStr *to, const char *arg)
{
	static const struct
	{
		const char        *unit;
		unsigned long long ms;
	} units[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
	size_t             digits = strspn(arg, "0123456789");
	unsigned long long n;

	if (!parse_number(arg, digits, &n))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		if (strcmp(arg + digits, units[i].unit) == 0)
		{
			aud_str_printf(to, ",{\"ge\":%llu}", n * units[i].ms);
			return true;
		}
	}
	return false;
}

static bool
add_value(AudStr *to, ArgKind kind, const char *arg)
{
	unsigned long long n;

	switch (kind)
	{
		case ARG_LIST:
		case ARG_NUMBERS:
			return add_list(to, kind, arg);
		case ARG_TEXT:
			add_string(to, "", arg, strlen(arg));
			break;
		case ARG_REGEX:
			add_string(to, "~", arg, strlen(arg));
			break;
		case ARG_AT_LEAST:
			if (!parse_number(arg, strlen(arg), &n))
				return false;
			aud_str_printf(to, ",{\"ge\":%llu}", n);
			break;
		case ARG_DURATION:
			return add_duration(to, arg);
		case ARG_FLAG:
			aud_str_add(to, ",true");
			break;
	}
	return true;
}

/* ---- conditions ---------------------------------------------------------------- */

/* ,"not_class":["read","write"] of the values that begin with a comma. */
static void
add_term(AudStr *condition, AudMatchKey key, bool negated, const char *values)
{
	bool is_flag = strcmp(values, ",true") == 0;

	aud_str_printf(condition,
				   "%s\"%s%s\":%s%s%s",
				   condition->len > 1 ? "," : "",
				   negated ? "not_" : "",
				   aud_match_key_name(key),
				   is_flag ? "" : "[",
				   values + 1,
				   is_flag ? "" : "]");
}

/*
 * Make regular expressions that were taken over ignore case.  A quote within
 * one is escaped, so these bytes begin one.
 */
static void
ignore_case(AudStr *values)
{
	AudStr      old = *values;
	const char *p = old.s;

	*values = (AudStr){0};
	aud_str_reset(values);
	while (*p != '\0')
	{
		bool begins = strncmp(p, ",\"~", 3) == 0;

		if (begins)
			aud_str_add(values, ",\"~(?i)");
		else
			aud_str_char(values, *p);
		p += begins ? 3 : 1;
	}
	aud_str_free(&old);
}

static AudMatch *
compile(const AudStr *condition, AudFaultAt *fault)
{
	AudJsonValue value = {AUD_JSON_OBJECT, condition->s, condition->len};

	memset(fault, 0, sizeof(*fault));
	return aud_match_compile(&value, AUD_MATCH_ALL, NULL, fault);
}

/* The fault of one option; of a closed list, with what there is. */
static void
report(const char *option, AudMatchKey key, const AudFaultAt *fault)
{
	char   text[512];
	AudBuf b;

	aud_buf_init(&b, text, sizeof(text));
	aud_ctl_complain("--%s: %s", option, fault->error.message);
	if (strstr(fault->error.message, "perhaps") != NULL &&
		aud_match_append_names(&b, key))
		fprintf(stderr, "There are: %s.\n", text);
}

/* Compile one option by itself, to be able to say which one is at fault. */
static bool
is_valid(const char *option, AudMatchKey key, bool negated, const AudStr *values)
{
	AudStr     condition = {0};
	AudFaultAt fault;
	AudMatch  *match;

	aud_str_reset(&condition);
	aud_str_add(&condition, "{");
	add_term(&condition, key, negated, values->s);
	aud_str_add(&condition, "}");
	match = compile(&condition, &fault);
	if (match == NULL)
		report(option, key, &fault);
	aud_match_free(match);
	aud_str_free(&condition);
	return match != NULL;
}

static void
complain_of_value(const char *option, ArgKind kind, const char *arg)
{
	aud_ctl_complain("invalid value for --%s: \"%s\"", option, arg);
	if (kind == ARG_DURATION)
		fprintf(stderr,
				"Expected a number with a unit: 500ms, 2s, 1min, 1h; without "
				"one, milliseconds.\n");
	else if (kind == ARG_NUMBERS)
		fprintf(stderr, "Expected a number, or several with commas between.\n");
	else if (kind == ARG_AT_LEAST)
		fprintf(stderr, "Expected a number below 1000000000000.\n");
}

static bool
set_key(AudFilter *filter, int i, bool negated, const char *arg)
{
	AudMatchKey key = filters[i].key;
	AudStr     *all = &filter->values[2 * key + negated];
	AudStr      values = {0};
	char        option[32];
	bool        ok;

	snprintf(option, sizeof(option), "%s%s", negated ? "not-" : "", filters[i].name);
	aud_str_reset(&values);
	ok = add_value(&values, filters[i].kind, arg);
	if (!ok)
		complain_of_value(option, filters[i].kind, arg);
	ok = ok && is_valid(option, key, negated, &values);
	if (ok && filters[i].kind == ARG_FLAG)
		aud_str_reset(all);
	if (ok)
		aud_str_add(all, values.s);
	aud_str_free(&values);
	return ok;
}

/* ---- numbers and times -------------------------------------------------------------- */

/* "88213", or "88213-88300", of which either end may be left out. */
static bool
set_seq(AudQuery *query, const char *arg)
{
	size_t             first = strspn(arg, "0123456789");
	const char        *to = arg + first + (arg[first] == '-');
	unsigned long long n = 0;

	if ((first > 0 && !parse_number(arg, first, &n)) ||
		(first == 0 && *to == '\0'))
		return false;
	query->first_seq = n;
	if (arg[first] != '-')
		query->last_seq = n;
	else if (*to != '\0')
	{
		if (!parse_number(to, strlen(to), &n))
			return false;
		query->last_seq = n;
	}
	return *arg != '\0' && query->first_seq + query->last_seq > 0 &&
		   (query->last_seq == 0 || query->first_seq <= query->last_seq);
}

bool
aud_filter_set(AudFilter *filter, int c, const char *arg)
{
	switch (c)
	{
		case OPT_SINCE:
			filter->since = arg;
			return true;
		case OPT_UNTIL:
			filter->until = arg;
			return true;
		case OPT_IGNORE_CASE:
			filter->ignore_case = true;
			return true;
		case OPT_SEQ:
			if (set_seq(&filter->query, arg))
				return true;
			aud_ctl_complain("invalid value for --seq: \"%s\"", arg);
			fprintf(stderr,
					"Expected a number of a record, or a range: 4711, 4711-4800, 4711-, -4800.\n");
			return false;
		default:
			c -= AUD_FILTER_OPTION;
			return set_key(filter, c / 2, c % 2, arg);
	}
}

static bool
set_time(const char *option, const char *arg, bool utc, char *ts)
{
	if (arg == NULL || aud_timearg_parse(arg, utc, ts))
		return true;
	aud_ctl_complain("invalid time for --%s: \"%s\"", option, arg);
	fprintf(stderr, "%s", aud_timearg_forms);
	return false;
}

bool
aud_filter_ready(AudFilter *filter, bool utc)
{
	AudStr    *condition = &filter->condition;
	AudFaultAt fault;

	if (!set_time("since", filter->since, utc, filter->query.since) ||
		!set_time("until", filter->until, utc, filter->query.until))
		return false;
	if (filter->since != NULL && filter->until != NULL &&
		strcmp(filter->query.since, filter->query.until) >= 0)
	{
		aud_ctl_complain("nothing is since \"%s\" and until \"%s\"",
						 filter->since,
						 filter->until);
		return false;
	}
	for (int i = 0; filter->ignore_case && i < 2; i++)
	{
		if (filter->values[2 * AUD_MATCH_TEXT + i].len > 0)
			ignore_case(&filter->values[2 * AUD_MATCH_TEXT + i]);
	}
	aud_str_reset(condition);
	aud_str_add(condition, "{");
	for (int i = 0; i < 2 * AUD_MATCH_KEYS; i++)
	{
		if (filter->values[i].len > 0)
			add_term(condition, (AudMatchKey) (i / 2), i % 2, filter->values[i].s);
	}
	aud_str_add(condition, "}");
	if (condition->len > 2)
	{
		filter->match = compile(condition, &fault);
		if (filter->match == NULL)
		{
			aud_ctl_complain("%s", fault.error.message);
			return false;
		}
	}
	filter->query.match = filter->match;
	if (!aud_query_prepare(&filter->query))
	{
		aud_ctl_complain("out of memory");
		return false;
	}
	return true;
}

bool
aud_filter_is_set(const AudFilter *filter)
{
	const AudQuery *query = &filter->query;

	return query->match != NULL || query->since[0] != '\0' ||
		   query->until[0] != '\0' || query->first_seq > 0 ||
		   query->last_seq > 0;
}

bool
aud_filter_asks_for_audit(const AudFilter *filter)
{
	const AudStr *classes = &filter->values[2 * AUD_MATCH_CLASS];

	return filter->values[2 * AUD_MATCH_EVENT].len > 0 ||
		   (classes->len > 0 && strstr(classes->s, "\"audit\"") != NULL) ||
		   filter->query.first_seq > 0 || filter->query.last_seq > 0;
}

void
aud_filter_free(AudFilter *filter)
{
	for (int i = 0; i < 2 * AUD_MATCH_KEYS; i++)
		aud_str_free(&filter->values[i]);
	aud_str_free(&filter->condition);
	aud_query_free(&filter->query);
	aud_match_free(filter->match);
}

void
aud_filter_help(void)
{
	printf(
		"Which records (LIST: separated by commas, any of it; all options must "
		"match;\n--not-user= and so on for what must not):\n"
		"  --since= --until=TIME    \"2026-01-31 23:59\", RFC 3339, today, "
		"yesterday,\n"
		"                           this-week, or how long ago: 90s 10min 2h 1d "
		"1w\n"
		"  --seq=N[-M]              numbers of records\n"
		"  --user=LIST              session, effective or login user; * and ? in "
		"names\n"
		"  --session-user= --current-user= --db= --app= --context= --tag= "
		"--rule=LIST\n"
		"  --client=LIST            addresses or networks: 10.0.0.0/8\n"
		"  --session= --pid=LIST\n"
		"  --class= --event= --command= --outcome= --sqlstate= --origin=LIST\n"
		"  --object=NAME            public.card, public.*, \"~regex\"; may be "
		"repeated\n"
		"  --access=LIST            how any of the objects was: select, update, "
		"...\n"
		"  --privileged --superuser\n"
		"  --min-rows=N --min-duration=TIME   500ms, 2s, 1min\n"
		"  --grep=REGEX             in query, error or detail\n"
		"  --ignore-case            regular expressions in any case\n"
		"Without FILE or DIR, SECAUDIT_DIRECTORY names the trail's directory.\n");
}
