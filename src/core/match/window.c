/*-------------------------------------------------------------------------
 *
 * window.c
 *	  Times of the week.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/window.h"

#include <stdlib.h>
#include <string.h>

#define MINUTES_A_DAY 1440
#define SECONDS_A_DAY INT64_C(86400)
#define ALL_DAYS      0x7F

static const char *const day_names[] = {
	"sun",
	"mon",
	"tue",
	"wed",
	"thu",
	"fri",
	"sat",
	NULL,
};

static const char *const keys[] = {"days", "from", "to", "zone", NULL};

static bool
add_day(AudWindow *window, const AudJsonValue *value, AudFaultAt *fault)
{
	if (value->kind != AUD_JSON_STRING)
		return aud_fault_at(fault,
							aud_fault_place(value),
							"expected a day like \"mon\"");
	for (int i = 0; day_names[i] != NULL; i++)
	{
		if (value->len == 3 && memcmp(value->text, day_names[i], 3) == 0)
		{
			window->days |= 1 << i;
			return true;
		}
	}
	return aud_fault_unknown(fault,
							 aud_fault_place(value),
							 "day",
							 value->text,
							 value->len,
							 day_names);
}

static bool
parse_days(AudWindow *window, const AudJsonValue *value, AudFaultAt *fault)
{
	AudJsonScan  s;
	AudJsonValue day;

	if (value->kind != AUD_JSON_ARRAY)
		return add_day(window, value, fault);
	aud_json_scan_array(&s, value->text, value->len);
	while (aud_json_scan_element(&s, &day))
	{
		if (!add_day(window, &day, fault))
			return false;
	}
	return window->days != 0 ||
		   aud_fault_at(fault, value->text, "the list of days is empty");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HH:MM" as minutes; 24:00 is the end of the day. */
static bool
parse_minute(int *minute, const AudJsonValue *value, AudFaultAt *fault)
{
	const char *t = value->text;
	int         hour;

	*minute = -1;
	if (value->kind == AUD_JSON_STRING && value->len == 5 && is_digit(t[0]) &&
		is_digit(t[1]) && t[2] == ':' && is_digit(t[3]) && is_digit(t[4]) &&
		t[3] < '6')
	{
		hour = 10 * (t[0] - '0') + t[1] - '0';
		*minute = 60 * hour + 10 * (t[3] - '0') + t[4] - '0';
	}
	if (*minute >= 0 && *minute <= MINUTES_A_DAY)
		return true;
	return aud_fault_at(fault,
						aud_fault_place(value),
						"expected a time of day like \"20:00\"");
}

static bool
parse_zone(AudWindow *window, const AudJsonValue *value, const AudZones *zones,
		   AudFaultAt *fault)
{
	char *name;
	bool  known;

	if (value->kind != AUD_JSON_STRING)
		return aud_fault_at(fault,
							aud_fault_place(value),
							"expected the name of a time zone");
	name = aud_fault_string(value, fault);
	if (name == NULL)
		return false;
	known = strcmp(name, "UTC") == 0;
	if (!known && zones != NULL)
		window->zone = zones->find(name);
	if (!known && window->zone == NULL)
		(void) aud_fault_at(fault,
							aud_fault_place(value),
							"unknown time zone \"%.60s\", expected a name like "
							"\"UTC\" or \"Europe/Berlin\"",
							name);
	free(name);
	return known || window->zone != NULL;
}

static bool
parse_member(AudWindow *window, const AudJsonMember *m, const AudZones *zones,
			 AudFaultAt *fault)
{
	if (aud_json_key_is(m, "days"))
		return parse_days(window, &m->value, fault);
	if (aud_json_key_is(m, "from"))
		return parse_minute(&window->from, &m->value, fault);
	if (aud_json_key_is(m, "to"))
		return parse_minute(&window->to, &m->value, fault);
	if (aud_json_key_is(m, "zone"))
		return parse_zone(window, &m->value, zones, fault);
	return aud_fault_unknown(fault,
							 m->start,
							 "key of a time",
							 m->key,
							 m->key_len,
							 keys);
}

bool
aud_window_parse(AudWindow *window, const AudJsonValue *value,
				 const AudZones *zones, AudFaultAt *fault)
{
	AudJsonScan   s;
	AudJsonMember m;

	*window = (AudWindow){.to = MINUTES_A_DAY, .zones = zones};
	if (value->kind != AUD_JSON_OBJECT)
		return aud_fault_at(fault,
							aud_fault_place(value),
							"expected an object like {\"from\": \"20:00\", "
							"\"to\": \"06:00\"}");
	aud_json_scan_object(&s, value->text, value->len);
	while (aud_json_scan_member(&s, &m))
	{
		if (!parse_member(window, &m, zones, fault))
			return false;
	}
	if (window->days == 0)
		window->days = ALL_DAYS;
	if (window->from == window->to)
		return aud_fault_at(fault,
							value->text,
							"the time is empty, \"from\" and \"to\" are the same");
	return true;
}

/* What a clock in UTC shows.  1970 began on a Thursday. */
static void
read_utc(int64_t unix_s, AudWallClock *clock)
{
	int64_t day = unix_s / SECONDS_A_DAY;
	int64_t second = unix_s % SECONDS_A_DAY;

	if (second < 0)
	{
		second += SECONDS_A_DAY;
		day--;
	}
	clock->weekday = (int) (((day + 4) % 7 + 7) % 7);
	clock->minute = (int) (second / 60);
}

bool
aud_window_has(const AudWindow *window, int64_t unix_s)
{
	AudWallClock now;
	int          yesterday;

	if (window->zone == NULL)
		read_utc(unix_s, &now);
	else
		window->zones->read(window->zone, unix_s, &now);
	yesterday = (now.weekday + 6) % 7;
	if (window->from < window->to)
		return (window->days >> now.weekday & 1) &&
			   now.minute >= window->from && now.minute < window->to;
	return ((window->days >> now.weekday & 1) && now.minute >= window->from) ||
		   ((window->days >> yesterday & 1) && now.minute < window->to);
}
