/*-------------------------------------------------------------------------
 *
 * stats_field.c
 *	  secauditctl stats: the tables that there are, and the fields of a record.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/stats.h"

#include <stdlib.h>
#include <string.h>

const AudStatsKind aud_stats_kinds[AUD_STATS_TABLES] = {
	[AUD_STATS_CLASS] = {"class", "Classes", {"class"}, true, false},
	[AUD_STATS_OUTCOME] = {"outcome", "Outcomes", {"outcome"}, true, false},
	[AUD_STATS_EVENT] = {"event", "Events", {"event"}, false, false},
	[AUD_STATS_COMMAND] = {"command", "Commands", {"command"}, false, false},
	[AUD_STATS_USER] = {"user", "Session users", {"user"}, true, false},
	[AUD_STATS_DB] = {"db", "Databases", {"db"}, false, false},
	[AUD_STATS_CLIENT] = {"client", "Clients", {"client"}, true, false},
	[AUD_STATS_APP] = {"app", "Applications", {"app"}, false, false},
	[AUD_STATS_OBJECT] = {"object", "Objects", {"object"}, true, false},
	[AUD_STATS_DAY] = {"day", "Days", {"day"}, false, true},
	[AUD_STATS_HOUR] = {"hour", "Hours of the day", {"hour"}, true, true},
	[AUD_STATS_LOGIN] =
		{"login", "Failed logins", {"client", "sqlstate", "reason"}, true, false},
	[AUD_STATS_RIGHT] = {"right", "Rights granted", {"to", "by", "right"}, true, false},
	[AUD_STATS_STATEMENT] = {"statement", "Statements", {"statement"}, true, false},
};

const char *
aud_stats_text(AudStats *stats, const AudJsonValue *value, size_t *len)
{
	AudBuf b;

	if (value->text == NULL || value->kind != AUD_JSON_STRING)
	{
		if (len != NULL)
			*len = 0;
		return "";
	}
	if (value->len >= stats->room_size)
	{
		stats->room_size = 2 * value->len + 64;
		free(stats->room);
		stats->room = malloc(stats->room_size);
		if (stats->room == NULL)
			abort();
	}
	aud_buf_init(&b, stats->room, stats->room_size);
	/* what has no plain text (\u0000) stays as it is spelled */
	if (!aud_json_unescape(&b, value->text, value->len))
		aud_buf_append(&b, value->text, value->len);
	if (len != NULL)
		*len = b.len;
	return stats->room;
}

bool
aud_stats_is(const AudStatsRecord *record, AudStatsField field, const char *word)
{
	const AudJsonValue *value = &record->fields[field];
	size_t              len = strlen(word);

	return value->text != NULL && value->len == len &&
		   memcmp(value->text, word, len) == 0;
}
