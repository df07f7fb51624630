/*-------------------------------------------------------------------------
 *
 * named.c
 *	  Parameters whose names are parameters: set_config($1, $2, true).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"

typedef struct NamedSink
{
	AudRedactSink sink; /* first: the scanner knows only this */
	const char   *sql;
	size_t        len;
	uint16_t     *named_by;
	size_t        count;
	bool          any;
} NamedSink;

static void
ignore(AudRedactSink *sink, size_t from, size_t to)
{
	(void) sink;
	(void) from;
	(void) to;
}

/* The number behind the '$' at this place, 0 if it is none of ours. */
static size_t
number_at(const NamedSink *n, size_t at)
{
	size_t number = 0;

	while (++at < n->len && aud_lex_is_digit((unsigned char) n->sql[at]) &&
		   number <= n->count)
		number = number * 10 + (size_t) (n->sql[at] - '0');
	return number <= n->count && number <= UINT16_MAX ? number : 0;
}

static void
note(AudRedactSink *sink, size_t name_at, size_t at)
{
	NamedSink *n = (NamedSink *) sink;
	size_t     name = number_at(n, name_at);
	size_t     number = number_at(n, at);

	if (name == 0 || number == 0)
		return;
	n->named_by[number - 1] = (uint16_t) name;
	n->any = true;
}

/* Is one of the functions there that take names and values? */
static bool
may_name(const char *sql, size_t len)
{
	static const char *const words[] = {
		"set_config",
		"_object",
		"jsonb_",
		"hstore",
		"http_header",
	};
	AudLevel level;

	aud_lex_source(&level, sql, len);
	for (size_t pos = 0; pos < len; pos++)
		if (strchr("sS_jJhH", sql[pos]) != NULL)
			for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
				if (aud_scan_skip_text(&level, pos, words[i]) != pos)
					return true;
	return false;
}

bool
aud_redact_named_params(const AudRedactPolicy *policy, const char *sql,
						size_t len, uint16_t *named_by, size_t count)
{
	NamedSink n = {.sink = {.policy = policy, .hide = ignore, .named = note},
				   .sql = sql,
				   .len = len,
				   .named_by = named_by,
				   .count = count};
	AudLevel  level;

	memset(named_by, 0, count * sizeof(*named_by));
	if (policy->mode == AUD_REDACT_NONE || !may_name(sql, len))
		return false;
	aud_lex_source(&level, sql, len);
	level.plain_slash = policy->backslash;
	aud_scan_text(&n.sink, &level);
	return n.any;
}
