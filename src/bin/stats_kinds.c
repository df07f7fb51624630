/*-------------------------------------------------------------------------
 *
 * stats_kinds.c
 *	  The tables of secauditctl stats.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/stats.h"

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
