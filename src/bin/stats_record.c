/*-------------------------------------------------------------------------
 *
 * stats_record.c
 *	  Reading the members of a record that are counted.
 *
 * One pass over all of them; no document is built.  The first member of a key
 * counts, as everywhere.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "bin/stats.h"

/* Keys of the fields. */
static const struct
{
	const char *name;
	size_t      len;
} keys[AUD_FIELDS] = {
#define KEY(field, name) [field] = {name, sizeof(name) - 1}
	KEY(AUD_FIELD_APP, "app"),
	KEY(AUD_FIELD_ADMIN_MEMBERS, "admin_members"),
	KEY(AUD_FIELD_ADMIN_OPTION, "admin_option"),
	KEY(AUD_FIELD_ATTRIBUTES, "attributes"),
	KEY(AUD_FIELD_BACKEND, "backend"),
	KEY(AUD_FIELD_CLASS, "class"),
	KEY(AUD_FIELD_CLIENT, "client_addr"),
	KEY(AUD_FIELD_COLUMNS, "column_privileges"),
	KEY(AUD_FIELD_COMMAND, "command"),
	KEY(AUD_FIELD_CURRENT_USER, "current_user"),
	KEY(AUD_FIELD_DB, "db"),
	KEY(AUD_FIELD_DETAIL, "detail"),
	KEY(AUD_FIELD_DURATION, "duration_us"),
	KEY(AUD_FIELD_ERROR, "error"),
	KEY(AUD_FIELD_EVENT, "event"),
	KEY(AUD_FIELD_GAINS, "gains_superuser"),
	KEY(AUD_FIELD_GRANTEES, "grantees"),
	KEY(AUD_FIELD_GRANT_OPTIONS, "grant_options"),
	KEY(AUD_FIELD_MEMBERS, "members"),
	KEY(AUD_FIELD_MEMBER_OF, "member_of"),
	KEY(AUD_FIELD_OBJECTS, "objects"),
	KEY(AUD_FIELD_OBJECT_TYPE, "object_type"),
	KEY(AUD_FIELD_OUTCOME, "outcome"),
	KEY(AUD_FIELD_OWNED_BY, "owned_by"),
	KEY(AUD_FIELD_PART, "part"),
	KEY(AUD_FIELD_PRIVILEGES, "privileges"),
	KEY(AUD_FIELD_QUERY, "query"),
	KEY(AUD_FIELD_ROWS, "rows"),
	KEY(AUD_FIELD_SCHEMAS, "schemas"),
	KEY(AUD_FIELD_SESSION, "session"),
	KEY(AUD_FIELD_SQLSTATE, "sqlstate"),
	KEY(AUD_FIELD_TARGET_ROLE, "target_role"),
	KEY(AUD_FIELD_TO_ROLE, "to_role"),
	KEY(AUD_FIELD_TS, "ts"),
	KEY(AUD_FIELD_USER, "user"),
#undef KEY
};

void
aud_stats_read(AudStatsRecord *record, const char *line, size_t len)
{
	AudJsonScan   s;
	AudJsonMember m;

	memset(record, 0, sizeof(*record));
	aud_json_scan_object(&s, line, len);
	while (aud_json_scan_member(&s, &m))
	{
		for (int i = 0; i < AUD_FIELDS; i++)
		{
			if (keys[i].len != m.key_len || keys[i].name[0] != m.key[0] ||
				memcmp(keys[i].name, m.key, m.key_len) != 0)
				continue;
			if (record->fields[i].text == NULL)
				record->fields[i] = m.value;
			break;
		}
	}
}

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
