/*-------------------------------------------------------------------------
 *
 * report_record.c
 *	  Reading the members of a record that a report looks at.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/ctl.h"
#include "bin/report.h"
#include "bin/statement.h"
#include "core/sha256.h"
#include "core/shape.h"
#include "core/utf8.h"

/* In the order of AudReportField. */
static const char *const keys[AUD_RFS] = {
	"admin_members", "app",          "attributes", "class",      "client_addr",
	"command",       "current_user", "db",         "detail",     "error",
	"event",         "grantees",     "log",        "lost",       "members",
	"member_of",     "new_value",    "node",       "objects",    "old_value",
	"outcome",       "owned_by",     "part",       "privileged", "privileges",
	"query",         "reason",       "rows",       "rule",       "seq",
	"session",       "setting",      "severity",   "sqlstate",   "superuser",
	"tags",          "target_role",  "to_role",    "ts",         "user",
};

/* ---- times ------------------------------------------------------------------- */

static int
digits(const char *s, int n)
{
	int number = 0;

	for (int i = 0; i < n; i++)
		number = 10 * number + (s[i] - '0');
	return number;
}

/* Most records are of the same day and minute as the one before. */
static void
read_time(AudReport *report, AudReportRecord *record)
{
	const char *ts = record->fields[AUD_RF_TS].text;
	struct tm   tm = {0};
	time_t      t;

	record->local = "";
	if (!aud_shape_is_time(record->fields[AUD_RF_TS].text,
						   record->fields[AUD_RF_TS].len))
		return;
	if (memcmp(ts, report->date, 10) != 0)
	{
		tm.tm_year = digits(ts, 4) - 1900;
		tm.tm_mon = digits(ts + 5, 2) - 1;
		tm.tm_mday = digits(ts + 8, 2);
		report->days = timegm(&tm) / 86400;
		memcpy(report->date, ts, 10);
	}
	t = (time_t) (report->days * 86400 + digits(ts + 11, 2) * 3600 +
				  digits(ts + 14, 2) * 60);
	if (t <= 0)
		return;
	record->at = (uint64_t) t + (uint64_t) digits(ts + 17, 2);
	if (memcmp(ts, report->minute, 16) != 0)
	{
		memcpy(report->minute, ts, 16);
		if ((report->utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm)) == NULL ||
			strftime(report->local, sizeof(report->local), "%Y-%m-%d %H", &tm) !=
				13)
			report->local[0] = '\0';
		report->weekday = (tm.tm_wday + 6) % 7;
	}
	record->local = report->local;
	record->weekday = report->weekday;
}

void
aud_report_time(uint64_t at, char text[AUD_TS_SIZE])
{
	time_t    t = (time_t) at;
	struct tm tm;

	if (at == 0 || gmtime_r(&t, &tm) == NULL ||
		strftime(text, AUD_TS_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}

/* ---- members ------------------------------------------------------------------ */

/*
 * Where keys[] has a key: by its length and its ends, in a table with free
 * places.  Of a record's two dozen members each is looked up, and walking along
 * keys[] for each took much of a report's time.
 */
#define PLACES 256

static unsigned char places[PLACES]; /* 0: free, else AudReportField + 1 */
static unsigned char lengths[AUD_RFS];

static unsigned
place_of(const char *key, size_t len)
{
	unsigned char first = (unsigned char) key[0];
	unsigned char middle = (unsigned char) key[len / 2];
	unsigned char last = (unsigned char) key[len - 1];

	return (first * 3U + middle * 31U + last * 7U + (unsigned) len * 19U) %
		   PLACES;
}

void
aud_report_prepare_keys(void)
{
	for (unsigned i = 0; i < AUD_RFS; i++)
	{
		unsigned at = place_of(keys[i], strlen(keys[i]));

		lengths[i] = (unsigned char) strlen(keys[i]);
		while (places[at] != 0)
			at = (at + 1) % PLACES;
		places[at] = (unsigned char) (i + 1);
	}
}

static void
take(AudReportRecord *record, const AudJsonMember *m)
{
	for (unsigned at = place_of(m->key, m->key_len); places[at] != 0;
		 at = (at + 1) % PLACES)
	{
		unsigned i = places[at] - 1U;

		if (lengths[i] != m->key_len || memcmp(keys[i], m->key, lengths[i]) != 0)
			continue;
		/* the first one counts, as everywhere */
		if (record->fields[i].text == NULL)
			record->fields[i] = m->value;
		return;
	}
}

bool
aud_report_read(AudReport *report, AudReportRecord *record, const char *line,
				size_t len)
{
	AudJsonScan   s;
	AudJsonMember m;

	memset(record, 0, sizeof(*record));
	aud_json_scan_object(&s, line, len);
	while (aud_json_scan_member(&s, &m))
		if (m.key_len > 0)
			take(record, &m);
	if (!s.ended || s.p != s.end)
		return false;
	record->one = (AudSums){.records = 1};
	record->one.failed = aud_report_is(record, AUD_RF_OUTCOME, "failure");
	if (aud_report_has(record, AUD_RF_ROWS))
		(void) aud_json_read_uint(&record->fields[AUD_RF_ROWS],
								  &record->one.rows);
	read_time(report, record);
	return true;
}

/* ---- texts --------------------------------------------------------------------- */

static const char *
plain(AudReport *report, const AudJsonValue *value, size_t *len)
{
	AudBuf b;

	*len = value->len;
	if (memchr(value->text, '\\', value->len) == NULL)
		return value->text;
	if (value->len >= report->room_size)
	{
		report->room_size = 2 * value->len + 256;
		report->room = aud_ctl_grow(report->room, report->room_size);
	}
	aud_buf_init(&b, report->room, report->room_size);
	/* what has no plain text (\u0000) stays as it is spelled */
	if (!aud_json_unescape(&b, value->text, value->len))
		aud_buf_append(&b, value->text, value->len);
	*len = b.len;
	return report->room;
}

/* Shortened, so that two long texts that differ still do. */
static void
add_short(AudStr *to, const char *s, size_t len)
{
	char hex[AUD_SHA256_DIGITS + 1];

	if (len <= AUD_REPORT_TEXT_MAX)
	{
		aud_str_put(to, s, len);
		return;
	}
	aud_str_put(to, s, aud_utf8_align_down(s, len, AUD_REPORT_TEXT_MAX - 40));
	if (aud_sha256_hex(hex, s, len))
		aud_str_printf(to,
					   "\xE2\x80\xA6 (%zu bytes, SHA-256 %.8s\xE2\x80\xA6)",
					   len,
					   hex);
	else
		aud_str_printf(to, "\xE2\x80\xA6 (%zu bytes)", len);
}

void
aud_report_add(AudReport *report, AudStr *to, const AudJsonValue *value)
{
	const char *s;
	size_t      len;

	if (value->text == NULL || value->kind != AUD_JSON_STRING)
		return;
	s = plain(report, value, &len);
	add_short(to, s, len);
}

void
aud_report_add_message(AudReport *report, AudStr *to, const AudJsonValue *value)
{
	const char *s;
	const char *first;
	const char *last;
	size_t      len;

	if (value->text == NULL || value->kind != AUD_JSON_STRING)
		return;
	s = plain(report, value, &len);
	first = memchr(s, '"', len);
	last = memrchr(s, '"', len);
	if (!report->redact || first == NULL || first == last)
	{
		add_short(to, s, len);
		return;
	}
	add_short(to, s, (size_t) (first - s));
	aud_str_add(to, "\"<redacted>\"");
	add_short(to, last + 1, len - (size_t) (last + 1 - s));
}

/*
 * The constants go before it is shortened: what is left of a literal that was
 * cut would not look like one.
 */
void
aud_report_add_statement(AudReport *report, AudStr *to, const AudJsonValue *value)
{
	const char *s;
	char       *room;
	size_t      len;
	AudBuf      b;

	if (value->text == NULL || value->kind != AUD_JSON_STRING)
		return;
	s = plain(report, value, &len);
	if (!report->redact)
	{
		add_short(to, s, len);
		return;
	}
	room = aud_ctl_grow(NULL, AUD_STATEMENT_ROOM(len));
	aud_buf_init(&b, room, AUD_STATEMENT_ROOM(len));
	aud_statement_normalise(&b, s, len);
	add_short(to, b.data, b.len);
	free(room);
}

void
aud_report_add_list(AudReport *report, AudStr *to, const AudJsonValue *list)
{
	AudJsonScan  s;
	AudJsonValue value;
	size_t       n = 0;

	if (list->text == NULL || list->kind != AUD_JSON_ARRAY)
		return;
	aud_json_scan_array(&s, list->text, list->len);
	while (aud_json_scan_element(&s, &value))
	{
		if (++n > 10)
			continue;
		if (to->len > 0 && to->s[to->len - 1] != '\0')
			aud_str_add(to, ", ");
		aud_report_add(report, to, &value);
	}
	if (n > 10)
		aud_str_printf(to, " and %zu more", n - 10);
}

void
aud_report_add_client(AudReport *report, AudStr *to, const AudReportRecord *record)
{
	if (aud_report_has(record, AUD_RF_CLIENT))
		aud_report_add(report, to, &record->fields[AUD_RF_CLIENT]);
	else
		aud_str_add(to, "[local]");
}
