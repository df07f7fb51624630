/*-------------------------------------------------------------------------
 *
 * ecs.c
 *	  Records as documents of the Elastic Common Schema.
 *
 * event.category and event.type only in combinations that ECS expects.  What
 * ECS has no field for is below "secaudit", under the key of the record.
 * docs/convert.md has this table in words.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/target.h"

#include <string.h>

#include "core/convert/text.h"
#include "core/json_write.h"

enum
{
	ROOT,
	ECS,
	EVENT,
	ERROR_,
	HOST,
	SERVICE,
	SERVICE_NODE,
	USER,
	USER_EFFECTIVE,
	USER_TARGET,
	SOURCE,
	PROCESS,
	TLS,
	TLS_CLIENT,
	RULE,
	THREAT,
	THREAT_TACTIC,
	THREAT_TECHNIQUE,
	THREAT_SUB,
	RELATED,
	SECAUDIT,
};

static const AudGroup groups[] = {
	[ROOT] = {NULL, 0},
	[ECS] = {"ecs", ROOT},
	[EVENT] = {"event", ROOT},
	[ERROR_] = {"error", ROOT},
	[HOST] = {"host", ROOT},
	[SERVICE] = {"service", ROOT},
	[SERVICE_NODE] = {"node", SERVICE},
	[USER] = {"user", ROOT},
	[USER_EFFECTIVE] = {"effective", USER},
	[USER_TARGET] = {"target", USER},
	[SOURCE] = {"source", ROOT},
	[PROCESS] = {"process", ROOT},
	[TLS] = {"tls", ROOT},
	[TLS_CLIENT] = {"client", TLS},
	[RULE] = {"rule", ROOT},
	[THREAT] = {"threat", ROOT},
	[THREAT_TACTIC] = {"tactic", THREAT},
	[THREAT_TECHNIQUE] = {"technique", THREAT},
	[THREAT_SUB] = {"subtechnique", THREAT_TECHNIQUE},
	[RELATED] = {"related", ROOT},
	[SECAUDIT] = {"secaudit", ROOT},
};

/* ---- what happened ------------------------------------------------------------ */

/* Of the alerts those about what somebody did, not about the trail itself. */
static bool
is_detection(const AudFields *f)
{
	return f->event == AUD_EVENT_ALERT && f->has[AUD_F_severity];
}

/* event.category and event.type, as lists without their brackets. */
typedef struct Kind
{
	const char *category;
	const char *type;
} Kind;

static Kind
kind_of_role(const AudFields *f)
{
	const char *type = "\"admin\",\"change\"";

	if (aud_field_is(f, AUD_F_command, "CREATE ROLE"))
		type = "\"user\",\"creation\"";
	else if (aud_field_is(f, AUD_F_command, "DROP ROLE"))
		type = "\"user\",\"deletion\"";
	else if (aud_field_begins(f, AUD_F_command, "ALTER ROLE"))
		type = "\"user\",\"change\"";
	else if (aud_field_is(f, AUD_F_command, "GRANT ROLE") ||
			 aud_field_is(f, AUD_F_command, "REVOKE ROLE"))
		type = "\"group\",\"change\"";
	return (Kind){"\"iam\",\"database\"", type};
}

static Kind
kind_of_class(const AudFields *f)
{
	static const struct
	{
		const char *class;
		Kind kind;
	} classes[] = {
		{"read", {"\"database\"", "\"access\""}},
		{"write", {"\"database\"", "\"change\""}},
		{"ddl", {"\"database\"", "\"change\""}},
		{"function", {"\"database\"", "\"access\""}},
		{"config", {"\"configuration\",\"database\"", "\"change\""}},
		{"misc_set", {"\"configuration\",\"database\"", "\"change\""}},
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (aud_field_is(f, AUD_F_class, classes[i].class))
			return classes[i].kind;
	if (aud_field_is(f, AUD_F_class, "role"))
		return kind_of_role(f);
	return (Kind){"\"database\"", "\"info\""};
}

static Kind
kind_of(const AudFields *f)
{
	switch (f->event)
	{
		case AUD_EVENT_SESSION_AUTH:
			return (Kind){"\"authentication\"", "\"start\""};
		case AUD_EVENT_SESSION_START:
			return (Kind){"\"authentication\",\"session\"", "\"start\""};
		case AUD_EVENT_SESSION_END:
			return (Kind){"\"session\"", "\"end\""};
		case AUD_EVENT_ALERT:
			if (!is_detection(f))
				return (Kind){"\"database\"", "\"info\""};
			return (Kind){"\"intrusion_detection\"",
						  aud_field_is(f, AUD_F_reason, "refused")
							  ? "\"denied\""
							  : "\"allowed\""};
		default:
			return kind_of_class(f);
	}
}

static void
put_kind(AudTree *t, const AudFields *f, const AudRow *row)
{
	Kind kind = kind_of(f);
	bool failed = aud_field_is(f, AUD_F_outcome, "failure") ||
				  f->event == AUD_EVENT_ERROR;

	(void) row;
	aud_tree_word(t, EVENT, "kind", f->event == AUD_EVENT_ALERT ? "alert" : "event");
	aud_tree_key(t, EVENT, "category");
	aud_buf_char(t->b, '[');
	aud_buf_cstr(t->b, kind.category);
	aud_buf_char(t->b, ']');
	aud_tree_key(t, EVENT, "type");
	aud_buf_char(t->b, '[');
	aud_buf_cstr(t->b, kind.type);
	/* only the category database has such */
	if (failed && strstr(kind.category, "database") != NULL)
		aud_buf_lit(t->b, ",\"error\"");
	aud_buf_char(t->b, ']');
}

/* "create-table"; where there is no command, the event: "session.start". */
static void
put_action(AudTree *t, const AudFields *f, const AudRow *row)
{
	const AudJsonValue *value =
		&f->values[f->has[AUD_F_command] ? AUD_F_command : AUD_F_event];
	char *at;

	aud_tree_key(t, row->group, row->name);
	at = aud_buf_reserve(t->b, value->len + 2);
	if (at == NULL)
		return;
	*at++ = '"';
	for (size_t i = 0; i < value->len; i++)
	{
		char c = value->text[i];

		*at++ = c == ' '               ? '-'
				: c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a')
									   : c;
	}
	*at = '"';
}

static void
put_outcome(AudTree *t, const AudFields *f, const AudRow *row)
{
	/* ECS knows three; the command succeeded, and secaudit.outcome says how */
	if (aud_field_is(f, AUD_F_outcome, "partial"))
		aud_tree_word(t, row->group, row->name, "success");
	else if (aud_field_is(f, AUD_F_outcome, "success") ||
			 aud_field_is(f, AUD_F_outcome, "failure"))
	{
		aud_tree_key(t, row->group, row->name);
		aud_tree_value(t->b, &f->values[AUD_F_outcome]);
	}
	else
		aud_tree_word(t, row->group, row->name, "unknown");
}

static void
put_nanoseconds(AudTree *t, const AudFields *f, const AudRow *row)
{
	uint64_t us = aud_field_number(f, row->field);

	if (us <= INT64_MAX / 1000)
		aud_tree_number(t, row->group, row->name, (int64_t) us * 1000);
}

/* As Elastic's rules count: 21, 47, 73, 99. */
static void
put_severity(AudTree *t, const AudFields *f, const AudRow *row)
{
	int n = aud_field_is(f, AUD_F_severity, "low")        ? 21
			: aud_field_is(f, AUD_F_severity, "medium")   ? 47
			: aud_field_is(f, AUD_F_severity, "high")     ? 73
			: aud_field_is(f, AUD_F_severity, "critical") ? 99
														  : 0;

	if (n > 0)
		aud_tree_number(t, row->group, row->name, n);
}

/* ---- who and where -------------------------------------------------------------- */

static void
put_version(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) f;
	aud_tree_word(t, row->group, row->name, t->version);
}

static void
put_dataset(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) f;
	(void) row;
	aud_tree_word(t, EVENT, "dataset", "secaudit.events");
	aud_tree_word(t, EVENT, "module", "secaudit");
	aud_tree_word(t, EVENT, "provider", "secaudit");
}

/* A field of type "ip" refuses the whole document for what is none. */
static void
put_ip(AudTree *t, const AudFields *f, const AudRow *row)
{
	bool is_v6;

	if (!aud_is_address(&f->values[row->field], &is_v6))
		return;
	aud_tree_key(t, row->group, row->name);
	aud_tree_value(t->b, &f->values[row->field]);
}

/* "TLSv1.3" is 1.3 of tls. */
static void
put_tls_version(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudJsonValue version = f->values[row->field];

	if (version.len > 4 && memcmp(version.text, "TLSv", 4) == 0)
	{
		version.text += 4;
		version.len -= 4;
		aud_tree_word(t, row->group, "version_protocol", "tls");
	}
	aud_tree_key(t, row->group, row->name);
	aud_tree_value(t->b, &version);
}

/* ---- ATT&CK ----------------------------------------------------------------------- */

static void
put_framework(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) f;
	aud_tree_word(t, row->group, row->name, "MITRE ATT&CK");
}

/* "T1059.004" is a technique's number up to the point, and whole that of a part of it. */
static void
put_techniques(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudJsonScan  scan;
	AudJsonValue id;
	bool         whole = row->group == THREAT_SUB;
	bool         any = false;

	aud_json_scan_array(&scan,
						f->values[row->field].text,
						f->values[row->field].len);
	while (aud_json_scan_element(&scan, &id))
	{
		const char *point = memchr(id.text, '.', id.len);

		if (whole && point == NULL)
			continue;
		if (!whole && point != NULL)
			id.len = (size_t) (point - id.text);
		if (!any)
			aud_tree_key(t, row->group, row->name);
		aud_buf_char(t->b, any ? ',' : '[');
		any = true;
		aud_tree_value(t->b, &id);
	}
	if (any)
		aud_buf_char(t->b, ']');
}

/* ---- related ---------------------------------------------------------------------- */

static const AudField who[] = {AUD_F_user,
							   AUD_F_login_user,
							   AUD_F_current_user,
							   AUD_F_target_role,
							   AUD_F_to_role,
							   AUD_F_to_user};

/* Is who[i] somebody that has been named already? */
static bool
is_repeated(const AudFields *f, size_t i)
{
	const AudJsonValue *value = &f->values[who[i]];

	for (size_t j = 0; j < i; j++)
	{
		const AudJsonValue *other = &f->values[who[j]];

		if (f->has[who[j]] && other->len == value->len &&
			memcmp(other->text, value->text, value->len) == 0)
			return true;
	}
	return false;
}

/* Everybody who is named, once. */
static void
put_related_users(AudTree *t, const AudFields *f, const AudRow *row)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++)
	{
		if (!f->has[who[i]] || is_repeated(f, i))
			continue;
		if (!any)
			aud_tree_key(t, row->group, row->name);
		aud_buf_char(t->b, any ? ',' : '[');
		aud_tree_value(t->b, &f->values[who[i]]);
		any = true;
	}
	if (any)
		aud_buf_char(t->b, ']');
}

static void
put_list_of_one(AudTree *t, const AudFields *f, const AudRow *row)
{
	bool is_v6;

	if (row->field == AUD_F_client_addr &&
		!aud_is_address(&f->values[row->field], &is_v6))
		return;
	aud_tree_key(t, row->group, row->name);
	aud_buf_char(t->b, '[');
	aud_tree_value(t->b, &f->values[row->field]);
	aud_buf_char(t->b, ']');
}

/* What of the outcome ECS has no word for. */
static void
put_partial(AudTree *t, const AudFields *f, const AudRow *row)
{
	if (aud_field_is(f, AUD_F_outcome, "partial"))
		aud_tree_word(t, row->group, row->name, "partial");
}

static const AudRow rows[] = {
	{ROOT, "@timestamp", AUD_F_ts, NULL, 0, false},
	{ROOT, "tags", AUD_F_tags, NULL, 0, false},
	{ECS, "version", AUD_FIELD_COUNT, put_version, 0, false},
	{EVENT, NULL, AUD_FIELD_COUNT, put_kind, 0, false},
	{EVENT, "action", AUD_F_event, put_action, 0, true},
	{EVENT, "outcome", AUD_F_outcome, put_outcome, 0, false},
	{EVENT, "id", AUD_F_seq, aud_put_identity, 0, false},
	{EVENT, "sequence", AUD_F_seq, NULL, 0, false},
	{EVENT, "hash", AUD_F_h, NULL, 0, false},
	{EVENT, "duration", AUD_F_duration_us, put_nanoseconds, 0, false},
	{EVENT, "reason", AUD_F_reason, NULL, 0, false},
	{EVENT, "severity", AUD_F_severity, put_severity, 0, true},
	{EVENT, NULL, AUD_FIELD_COUNT, put_dataset, 0, false},
	{ERROR_, "code", AUD_F_sqlstate, NULL, 0, false},
	{ERROR_, "message", AUD_F_error, NULL, 0, false},
	{HOST, "name", AUD_F_node, NULL, 0, false},
	{SERVICE, "type", AUD_FIELD_COUNT, aud_put_service, 0, false},
	{SERVICE, "version", AUD_F_server_version, NULL, 0, false},
	{SERVICE_NODE, "name", AUD_F_node, NULL, 0, false},
	{USER, "name", AUD_F_user, NULL, 0, false},
	{USER_EFFECTIVE, "name", AUD_F_current_user, NULL, 0, false},
	{USER_TARGET, "name", AUD_F_target_role, NULL, 0, false},
	{SOURCE, "address", AUD_F_client_addr, NULL, 0, false},
	{SOURCE, "ip", AUD_F_client_addr, put_ip, 0, false},
	{SOURCE, "port", AUD_F_client_port, NULL, 0, false},
	{PROCESS, "pid", AUD_F_pid, NULL, 0, false},
	{TLS, "version", AUD_F_tls_version, put_tls_version, 0, false},
	{TLS, "cipher", AUD_F_tls_cipher, NULL, 0, false},
	{TLS_CLIENT, "subject", AUD_F_tls_client_dn, NULL, 0, false},
	{RULE, "name", AUD_F_rule, NULL, 0, false},
	{RULE, "description", AUD_F_title, NULL, 0, false},
	{THREAT, "framework", AUD_F_techniques, put_framework, 0, true},
	{THREAT_TACTIC, "name", AUD_F_tactic, put_list_of_one, 0, false},
	{THREAT_TECHNIQUE, "id", AUD_F_techniques, put_techniques, 0, true},
	{THREAT_SUB, "id", AUD_F_techniques, put_techniques, 0, true},
	{RELATED, "user", AUD_FIELD_COUNT, put_related_users, 0, false},
	{RELATED, "hosts", AUD_F_node, put_list_of_one, 0, false},
	{RELATED, "ip", AUD_F_client_addr, put_list_of_one, 0, false},
	{SECAUDIT, "log", AUD_F_log, NULL, 0, false},
	{SECAUDIT, "outcome", AUD_F_outcome, put_partial, 0, false},
};

const AudTable aud_ecs_table = {groups,
								rows,
								sizeof(rows) / sizeof(rows[0]),
								SECAUDIT};

void
aud_ecs_record(const AudTaken *taken, const char *version, const AudFields *f,
			   AudBuf *b)
{
	aud_table_write(&aud_ecs_table, 1, taken, version, f, b);
}
