/*-------------------------------------------------------------------------
 *
 * timearg.c
 *	  Times as people write them and as records hold them.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/timearg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/ctl.h"

static void
format_ts(time_t t, const char *micros, char *ts)
{
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(ts, AUD_TS_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	strcat(ts, ".");
	strncat(ts, micros, 6);
	strcat(ts, "Z");
}

bool
aud_timearg_age(const char *arg, long *seconds)
{
	static const struct
	{
		const char *unit;
		long        seconds;
	} units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	char *end;
	long  n = strtol(arg, &end, 10);

	if (end == arg || n < 0 || n > 1000000000L || *arg == '+')
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0)
		{
			*seconds = n * units[i].seconds;
			return n <= time(NULL) / units[i].seconds;
		}
	return false;
}

/* "10min": counted back from now. */
static bool
parse_ago(const char *arg, char *ts)
{
	long seconds;

	if (!aud_timearg_age(arg, &seconds))
		return false;
	format_ts(time(NULL) - seconds, "000000", ts);
	return true;
}

/* ".5" becomes 500000; leaves *p behind the digits. */
static void
parse_fraction(const char **p, char *micros)
{
	strcpy(micros, "000000");
	if (**p != '.')
		return;
	(*p)++;
	for (int i = 0; **p >= '0' && **p <= '9'; i++, (*p)++)
		if (i < 6)
			micros[i] = **p;
}

const char *const aud_timearg_forms =
	"Expected \"2026-01-31 23:59\", with seconds, a date alone, RFC 3339, now, "
	"today,\nyesterday, this-week, or how long ago: 90s, 10min, 2h, 1d, 1w.\n";

/* "today": the beginning of a day that has a name. */
static bool
parse_day(const char *arg, bool utc, char *ts)
{
	time_t    now = time(NULL);
	struct tm tm;

	if (utc)
		gmtime_r(&now, &tm);
	else
		localtime_r(&now, &tm);
	if (strcmp(arg, "yesterday") == 0)
		tm.tm_mday--;
	else if (strcmp(arg, "this-week") == 0)
		tm.tm_mday -= (tm.tm_wday + 6) % 7;
	else if (strcmp(arg, "today") != 0)
		return false;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	format_ts(utc ? timegm(&tm) : mktime(&tm), "000000", ts);
	return true;
}

/* "+02:00" behind a time: seconds to the east; false if it is none. */
static bool
parse_offset(const char *p, long *east)
{
	int hours;
	int minutes;
	int end = 0;

	if ((*p != '+' && *p != '-') || p[1] < '0' || p[1] > '9' ||
		sscanf(p + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 || end != 5 ||
		p[6] != '\0' || hours > 23 || minutes > 59 || minutes < 0)
		return false;
	*east = 60L * (60L * hours + minutes) * (*p == '-' ? -1 : 1);
	return true;
}

/* February has no 30th, though mktime() knows which day of March that is. */
static bool
is_day(const struct tm *tm)
{
	struct tm same = {.tm_year = tm->tm_year,
					  .tm_mon = tm->tm_mon,
					  .tm_mday = tm->tm_mday};

	(void) timegm(&same);
	return same.tm_mday == tm->tm_mday;
}

bool
aud_timearg_parse(const char *arg, bool utc, char *ts)
{
	struct tm   tm = {0};
	const char *p;
	char        micros[7] = "000000";
	time_t      t;
	long        east = 0;

	if (parse_ago(strcmp(arg, "now") == 0 ? "0s" : arg, ts) ||
		parse_day(arg, utc, ts))
		return true;
	p = strptime(arg, "%Y-%m-%d", &tm);
	if (p == NULL)
		return false;
	if (*p == 'T' || *p == ' ')
	{
		const char *rest = strptime(p + 1, "%H:%M:%S", &tm);

		p = rest ? rest : strptime(p + 1, "%H:%M", &tm);
		if (p == NULL)
			return false;
		parse_fraction(&p, micros);
	}
	if ((*p == 'Z' && p[1] == '\0') || parse_offset(p, &east))
	{
		utc = true;
		p = "";
	}
	if (*p != '\0' || tm.tm_year < -1899 || tm.tm_year > 8099 || !is_day(&tm))
		return false;
	tm.tm_isdst = -1;
	t = (utc ? timegm(&tm) : mktime(&tm)) - east;
	format_ts(t, micros, ts);
	return true;
}

bool
aud_timearg_show(const char *ts, bool utc, char *date, size_t date_size,
				 char *time_of_day, size_t time_size)
{
	struct tm   tm = {0};
	const char *rest = strptime(ts, "%Y-%m-%dT%H:%M:%S", &tm);
	char        micros[7];
	time_t      t;

	snprintf(date, date_size, "%s", "");
	snprintf(time_of_day, time_size, "%s", ts);
	if (rest == NULL)
		return false;
	parse_fraction(&rest, micros);
	if (strcmp(rest, "Z") != 0)
		return false;
	t = timegm(&tm);
	if (utc)
		gmtime_r(&t, &tm);
	else
		localtime_r(&t, &tm);
	strftime(date, date_size, "%Y-%m-%d", &tm);
	snprintf(time_of_day,
			 time_size,
			 "%02d:%02d:%02d.%.3s",
			 tm.tm_hour,
			 tm.tm_min,
			 tm.tm_sec,
			 micros);
	return true;
}
