/*-------------------------------------------------------------------------
 *
 * ocsf.c
 *	  Records as events of the Open Cybersecurity Schema Framework.
 *
 * Only classes, attributes and enum values that OCSF 1.4 has and later 1.x
 * keep; what has none is below "unmapped", under the key of the record.
 * docs/convert.md has this table in words.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/ocsf.h"

#include <string.h>

#include "core/convert/text.h"
#include "core/json_write.h"
#include "core/version.h"

enum
{
	ROOT,
	METADATA,
	PRODUCT,
	ACTOR,
	ACTOR_USER,
	ACTOR_SESSION,
	ACTOR_PROCESS,
	USER,
	SESSION,
	SRC,
	DST,
	DATABASE,
	TABLE,
	QUERY,
	FINDING_INFO,
	ANALYTIC,
	DEVICE,
	FILE_,
	UNMAPPED,
};

static const AudGroup groups[] = {
	[ROOT] = {NULL, 0},
	[METADATA] = {"metadata", ROOT},
	[PRODUCT] = {"product", METADATA},
	[ACTOR] = {"actor", ROOT},
	[ACTOR_USER] = {"user", ACTOR},
	[ACTOR_SESSION] = {"session", ACTOR},
	[ACTOR_PROCESS] = {"process", ACTOR},
	[USER] = {"user", ROOT},
	[SESSION] = {"session", ROOT},
	[SRC] = {"src_endpoint", ROOT},
	[DST] = {"dst_endpoint", ROOT},
	[DATABASE] = {"database", ROOT},
	[TABLE] = {"table", ROOT},
	[QUERY] = {"query_info", ROOT},
	[FINDING_INFO] = {"finding_info", ROOT},
	[ANALYTIC] = {"analytic", FINDING_INFO},
	[DEVICE] = {"device", ROOT},
	[FILE_] = {"file", ROOT},
	[UNMAPPED] = {"unmapped", ROOT},
};

/* ---- what every event has ------------------------------------------------------- */

static void
put_event(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudOcsfEvent e = aud_ocsf_event(f, t->kind);

	(void) row;
	aud_tree_number(t, ROOT, "time", f->ms);
	aud_tree_number(t, ROOT, "class_uid", e.class_uid);
	aud_tree_number(t, ROOT, "category_uid", e.class_uid / 1000);
	aud_tree_number(t, ROOT, "activity_id", e.activity);
	aud_tree_number(t, ROOT, "type_uid", e.class_uid * 100 + e.activity);
	aud_tree_number(t, ROOT, "severity_id", e.severity);
	if (e.activity == AUD_OCSF_OTHER)
	{
		AudField name = f->has[AUD_F_custom_event] ? AUD_F_custom_event
						: f->has[AUD_F_command]    ? AUD_F_command
												   : AUD_F_event;

		aud_tree_key(t, ROOT, "activity_name");
		aud_tree_value(t->b, &f->values[name]);
	}
	if (e.status >= 0)
		aud_tree_number(t, ROOT, "status_id", e.status);
}

static void
put_product(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) f;
	(void) row;
	aud_tree_word(t, METADATA, "version", t->version);
	aud_tree_word(t, METADATA, "log_name", "secaudit");
	aud_tree_word(t, PRODUCT, "name", "secaudit");
	aud_tree_word(t, PRODUCT, "vendor_name", "secaudit");
	aud_tree_word(t, PRODUCT, "version", AUD_VERSION);
}

/* ---- who ------------------------------------------------------------------------- */

/* One of a few has to be there; a process of the server acts where no session does. */
static void
put_server(AudTree *t, const AudFields *f, const AudRow *row)
{
	if (!f->has[AUD_F_app] && !f->has[AUD_F_user] && !f->has[AUD_F_session] &&
		!f->has[AUD_F_pid])
		aud_tree_word(t, row->group, row->name, "postgres");
}

/* For a row that only says what another one takes. */
static void
put_nothing(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) t;
	(void) f;
	(void) row;
}

/* Of a login that failed before it named anybody. */
static void
put_nobody(AudTree *t, const AudFields *f, const AudRow *row)
{
	if (!f->has[AUD_F_user])
		aud_tree_word(t, row->group, row->name, "");
}

static void
put_grantee(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudJsonValue name;

	if (!aud_ocsf_grantee(f, &name))
		return;
	aud_tree_key(t, row->group, row->name);
	aud_tree_value(t->b, &name);
}

/* What was granted: privileges, or the role that one became a member of. */
static void
put_privileges(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudField field = f->has[AUD_F_privileges]          ? AUD_F_privileges
					 : f->has[AUD_F_column_privileges] ? AUD_F_column_privileges
													   : AUD_F_target_role;
	bool     is_list = aud_field_kind(field) == AUD_FIELD_WORDS;

	if (!f->has[field])
		return;
	aud_tree_key(t, row->group, row->name);
	if (!is_list)
		aud_buf_char(t->b, '[');
	aud_tree_value(t->b, &f->values[field]);
	if (!is_list)
		aud_buf_char(t->b, ']');
}

static void
put_logon(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) row;
	aud_tree_number(t,
					ROOT,
					"auth_protocol_id",
					f->has[AUD_F_auth_method] ? AUD_OCSF_OTHER : 0);
	aud_tree_key(t, ROOT, "is_remote");
	aud_buf_cstr(t->b, f->has[AUD_F_client_addr] ? "true" : "false");
}

/* ---- where ----------------------------------------------------------------------- */

/* The class wants to know where it came from, also where that is the machine itself. */
static void
put_source(AudTree *t, const AudFields *f, const AudRow *row)
{
	bool is_v6;

	(void) row;
	if (!f->has[AUD_F_client_addr])
		aud_tree_word(t, SRC, "svc_name", "local");
	else if (aud_is_address(&f->values[AUD_F_client_addr], &is_v6))
	{
		aud_tree_key(t, SRC, "ip");
		aud_tree_value(t->b, &f->values[AUD_F_client_addr]);
	}
	else
	{
		aud_tree_key(t, SRC, "name");
		aud_tree_value(t->b, &f->values[AUD_F_client_addr]);
	}
	if (f->has[AUD_F_client_port])
	{
		aud_tree_key(t, SRC, "port");
		aud_tree_value(t->b, &f->values[AUD_F_client_port]);
	}
}

/* One of database and table has to be there; outside of any, the server is it. */
static void
put_database(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) row;
	if (!f->has[AUD_F_db])
	{
		aud_tree_key(t, DATABASE, "uid");
		aud_tree_value(t->b, &f->values[AUD_F_node]);
	}
	aud_tree_number(t, DATABASE, "type_id", 1); /* relational */
}

/* OCSF has room for one: the first that is a table. */
static bool
first_table(const AudFields *f, AudJsonValue *name)
{
	AudJsonScan  scan;
	AudJsonValue object;

	aud_json_scan_array(&scan,
						f->values[AUD_F_objects].text,
						f->values[AUD_F_objects].len);
	while (aud_json_scan_element(&scan, &object))
		if (aud_json_find_is(object.text, object.len, "type", "table"))
			return aud_json_find(object.text, object.len, "name", name) &&
				   name->kind == AUD_JSON_STRING;
	return false;
}

static void
put_table(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudJsonValue name;
	bool         is_table = f->has[AUD_F_objects] && first_table(f, &name);

	aud_tree_number(t, ROOT, "type_id", is_table ? 3 : 1);
	if (is_table)
	{
		aud_tree_key(t, row->group, row->name);
		aud_tree_value(t->b, &name);
	}
}

/* Only with a text: that is required. */
static void
put_query(AudTree *t, const AudFields *f, const AudRow *row)
{
	aud_tree_key(t, row->group, row->name);
	aud_tree_value(t->b, &f->values[row->field]);
	if (f->has[AUD_F_query_id])
	{
		aud_tree_key(t, row->group, "uid");
		aud_tree_value(t->b, &f->values[AUD_F_query_id]);
	}
}

/* ---- findings --------------------------------------------------------------------- */

/* A technique's number, or that of a part of one: "T1059.004". */
static void
put_attacks(AudTree *t, const AudFields *f)
{
	AudJsonScan  scan;
	AudJsonValue id;
	AudBuf      *b = t->b;
	bool         any = false;

	if (!f->has[AUD_F_techniques])
		return;
	aud_tree_key(t, FINDING_INFO, "attacks");
	aud_buf_char(b, '[');
	aud_json_scan_array(&scan,
						f->values[AUD_F_techniques].text,
						f->values[AUD_F_techniques].len);
	while (aud_json_scan_element(&scan, &id))
	{
		const char  *point = memchr(id.text, '.', id.len);
		AudJsonValue technique = id;

		if (point != NULL)
			technique.len = (size_t) (point - id.text);
		aud_buf_cstr(b,
					 any ? ",{\"technique\":{\"uid\":"
						 : "{\"technique\":{\"uid\":");
		any = true;
		aud_tree_value(b, &technique);
		aud_buf_char(b, '}');
		if (point != NULL)
		{
			aud_buf_lit(b, ",\"sub_technique\":{\"uid\":");
			aud_tree_value(b, &id);
			aud_buf_char(b, '}');
		}
		if (f->has[AUD_F_attack_version])
		{
			aud_buf_lit(b, ",\"version\":");
			aud_tree_value(b, &f->values[AUD_F_attack_version]);
		}
		aud_buf_char(b, '}');
	}
	aud_buf_char(b, ']');
}

static void
put_finding(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudField title = f->has[AUD_F_title]    ? AUD_F_title
					 : f->has[AUD_F_rule]   ? AUD_F_rule
					 : f->has[AUD_F_reason] ? AUD_F_reason
											: AUD_F_event;

	(void) row;
	aud_tree_identity(t, FINDING_INFO, "uid", f);
	aud_tree_key(t, FINDING_INFO, "title");
	aud_tree_value(t->b, &f->values[title]);
	if (f->has[AUD_F_detail])
	{
		aud_tree_key(t, FINDING_INFO, "desc");
		aud_tree_value(t->b, &f->values[AUD_F_detail]);
	}
	put_attacks(t, f);
	aud_tree_key(t, ANALYTIC, f->has[AUD_F_rule] ? "uid" : "name");
	aud_tree_value(t->b, &f->values[f->has[AUD_F_rule] ? AUD_F_rule : title]);
	aud_tree_number(t, ANALYTIC, "type_id", 1); /* a rule */
	aud_tree_key(t, ROOT, "is_alert");
	aud_buf_lit(t->b, "true");
}

static void
put_evidences(AudTree *t, const AudFields *f, const AudRow *row)
{
	AudBuf *b = t->b;

	aud_tree_key(t, row->group, row->name);
	aud_buf_lit(b, "[{");
	if (f->has[AUD_F_user])
	{
		aud_buf_lit(b, "\"user\":{\"name\":");
		aud_tree_value(b, &f->values[AUD_F_user]);
		aud_buf_lit(b, "},");
	}
	aud_buf_lit(b, "\"device\":{\"hostname\":");
	aud_tree_value(b, &f->values[AUD_F_node]);
	aud_buf_lit(b, ",\"type_id\":1}}]");
}

static void
put_device(AudTree *t, const AudFields *f, const AudRow *row)
{
	aud_tree_key(t, row->group, row->name);
	aud_tree_value(t->b, &f->values[AUD_F_node]);
	aud_tree_number(t, row->group, "type_id", 1); /* a server */
}

static void
put_file(AudTree *t, const AudFields *f, const AudRow *row)
{
	aud_tree_key(t, row->group, row->name);
	aud_tree_value(t->b, &f->values[row->field]);
	aud_tree_number(t, row->group, "type_id", 1); /* a regular file */
}

#define WITH_SOURCE (AUD_OCSF_DATASTORE | AUD_OCSF_IAM)
#define WITH_ACTOR                                             \
	(AUD_OCSF_DATASTORE | AUD_OCSF_ACCOUNT | AUD_OCSF_ACCESS | \
	 AUD_OCSF_EVENT_LOG)
#define WITH_TARGET (AUD_OCSF_DATASTORE | AUD_OCSF_AUTH)
/* clang-format off */
static const AudRow rows[] = {
	{ROOT, NULL, AUD_FIELD_COUNT, put_event, 0, false},
	{ROOT, "status_code", AUD_F_sqlstate, NULL, 0, false},
	{ROOT, "status_detail", AUD_F_error, NULL, 0, false},
	{ROOT, "status", AUD_F_outcome, NULL, ~AUD_OCSF_FINDING, false},
	{METADATA, "uid", AUD_F_seq, aud_put_identity, 0, false},
	{METADATA, "sequence", AUD_F_seq, NULL, 0, false},
	{METADATA, "original_time", AUD_F_ts, NULL, 0, false},
	{METADATA, "labels", AUD_F_tags, NULL, 0, false},
	{PRODUCT, NULL, AUD_FIELD_COUNT, put_product, 0, false},
	{ACTOR, "app_name", AUD_F_app, NULL, WITH_ACTOR, false},
	{ACTOR, "app_name", AUD_FIELD_COUNT, put_server, WITH_ACTOR, false},
	{ACTOR_USER, "name", AUD_F_user, NULL, WITH_ACTOR, false},
	{ACTOR_SESSION, "uid", AUD_F_session, NULL, WITH_ACTOR, false},
	{ACTOR_PROCESS, "pid", AUD_F_pid, NULL, WITH_ACTOR, false},
	{USER, "name", AUD_F_user, NULL, AUD_OCSF_AUTH, false},
	{USER, "name", AUD_FIELD_COUNT, put_nobody, AUD_OCSF_AUTH, false},
	{USER, "name", AUD_F_target_role, NULL, AUD_OCSF_ACCOUNT, false},
	{USER, "name", AUD_FIELD_COUNT, put_grantee, AUD_OCSF_ACCESS, false},
	{ROOT, "privileges", AUD_FIELD_COUNT, put_privileges, AUD_OCSF_ACCESS, false},
	{SESSION, "uid", AUD_F_session, NULL, AUD_OCSF_AUTH, false},
	{ROOT, "auth_protocol", AUD_F_auth_method, NULL, AUD_OCSF_AUTH, false},
	{ROOT, NULL, AUD_FIELD_COUNT, put_logon, AUD_OCSF_AUTH, false},
	{SRC, NULL, AUD_FIELD_COUNT, put_source, WITH_SOURCE, false},
	{SRC, NULL, AUD_F_client_addr, put_nothing, WITH_SOURCE, false},
	{SRC, NULL, AUD_F_client_port, put_nothing, WITH_SOURCE, false},
	{DST, "hostname", AUD_F_node, NULL, WITH_TARGET, false},
	{DST, "svc_name", AUD_FIELD_COUNT, aud_put_service, WITH_TARGET, false},
	{DATABASE, "name", AUD_F_db, NULL, AUD_OCSF_DATASTORE, false},
	{DATABASE, NULL, AUD_FIELD_COUNT, put_database, AUD_OCSF_DATASTORE, false},
	{TABLE, "name", AUD_FIELD_COUNT, put_table, AUD_OCSF_DATASTORE, false},
	{QUERY, "query_string", AUD_F_query, put_query, AUD_OCSF_DATASTORE, false},
	{FINDING_INFO, NULL, AUD_FIELD_COUNT, put_finding, AUD_OCSF_FINDING, false},
	{ROOT, "evidences", AUD_FIELD_COUNT, put_evidences, AUD_OCSF_FINDING, false},
	{DEVICE, "hostname", AUD_F_node, put_device, AUD_OCSF_EVENT_LOG, false},
	{ROOT, "log_name", AUD_F_log, NULL, AUD_OCSF_EVENT_LOG, false},
	{FILE_, "name", AUD_F_file, put_file, AUD_OCSF_EVENT_LOG, false},
};
/* clang-format on */

const AudTable aud_ocsf_table = {groups,
								 rows,
								 sizeof(rows) / sizeof(rows[0]),
								 UNMAPPED};

void
aud_ocsf_record(const AudTaken *taken, const char *version, const AudFields *f,
				AudBuf *b)
{
	int kind = aud_ocsf_kind(f);

	aud_table_write(&aud_ocsf_table, kind, &taken[aud_ocsf_bit(kind)], version, f, b);
}
