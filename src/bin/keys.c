/*-------------------------------------------------------------------------
 *
 * keys.c
 *	  The keys of a record, in its order, and what each says.
 *
 * In short what docs/record.md says at length; t/142_ctl_search.pl holds the
 *list against the schema.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/keys.h"

#include <stdio.h>
#include <string.h>

#include "core/nearest.h"

const AudKey aud_keys[] = {
	{"v", "Schema version"},
	{"log", "Name of this trail"},
	{"ts", "When it began: RFC 3339, UTC, microseconds"},
	{"event", "What kind of thing happened"},
	{"class", "Primary class"},
	{"classes", "All classes, where there are several"},
	{"command", "Command tag, as PostgreSQL spells it"},
	{"outcome", "How it ended"},
	{"sqlstate", "On failure: the error's code"},
	{"error", "On failure: the error's primary message, redacted like the query"},
	{"node", "secaudit.node_name, by default the host name"},
	{"db", "Database"},
	{"user",
	 "Session user: who logged in, or whom SET SESSION AUTHORIZATION named"},
	{"login_user", "The name under which the session logged in"},
	{"current_user", "Effective user, where it differs from user"},
	{"superuser", "Present and true where the effective user is a superuser"},
	{"session", "<start hex>.<pid hex>, the same as %c in log_line_prefix"},
	{"ssn", "Number of this record within the session, gapless from 1"},
	{"pid", "Process id"},
	{"backend", "Backend type, where it is not a client backend"},
	{"worker", "A background worker's library and function"},
	{"app", "Application_name"},
	{"client_addr", "Client's address"},
	{"client_port", "Client's TCP port"},
	{"context", "What the application says of its own request (secaudit.context)"},
	{"standby", "The server is a standby"},
	{"stmt", "Number of the statement within the session"},
	{"parent", "Stmt of the enclosing statement"},
	{"level", "Nesting level"},
	{"origin", "What a statement came from"},
	{"batch",
	 "Number of the first statement of the text in which the client sent several"},
	{"phase", "A record written before the statement ran"},
	{"part", "Which part of a split record this is"},
	{"parts", "Of how many"},
	{"authn", "The authenticated identity, before any mapping"},
	{"auth_method", "Authentication method"},
	{"hba_line", "Line of pg_hba.conf that decided"},
	{"tls_version", "TLS protocol version"},
	{"tls_cipher", "TLS cipher"},
	{"tls_client_dn", "Distinguished name of the client certificate"},
	{"replication",
	 "Session of the replication protocol: physical, or database (logical)"},
	{"custom_event", "custom: the application's name for it"},
	{"custom_detail", "custom: what the application says of it"},
	{"detail", "Why a login was refused, as far as the server log is told"},
	{"reason", "session.end, audit.*, alert: why"},
	{"rule", "alert: name of the rule that raised it"},
	{"severity", "alert: severity that the rule has"},
	{"subscription", "replication: subscription that is applied"},
	{"integrity", "audit.open: do the lines of this file carry h?"},
	{"file", "audit.open: this file's own name"},
	{"prev_file", "audit.open: the file before"},
	{"prev_bytes", "audit.open: how many bytes of that file belong to the trail"},
	{"prev_seq", "audit.open: number of the last record within them"},
	{"prev_h", "audit.open: its hash"},
	{"prev_tail", "audit.open: what the file before holds past prev_bytes"},
	{"prev_log", "audit.open: the trail that was in this directory before"},
	{"prev_log_file", "audit.open: that trail's newest file"},
	{"prev_log_seq", "audit.open: number of the last record in it"},
	{"prev_log_h", "audit.open: its hash"},
	{"repeats", "audit.open: how many records of that tail follow in this file"},
	{"system_identifier", "audit.open: the PostgreSQL cluster's"},
	{"server_version", "audit.start: PostgreSQL's version"},
	{"secaudit_version", "audit.start: secaudit's"},
	{"binary_upgrade", "audit.start: the server was started by pg_upgrade"},
	{"recovered", "audit.start: records that were found in the buffer"},
	{"salvaged", "audit.start: records saved from a damaged buffer"},
	{"set_aside",
	 "audit.start, alert: name that an unusable buffer file was given"},
	{"rules_file", "audit.start: file of the rules in force, as set"},
	{"rules_sha256", "audit.start: SHA-256 of that file"},
	{"rules_count", "audit.start: how many rules are in it"},
	{"token_key", "audit.start: which key tokens are made with"},
	{"settings", "audit.start: every setting of secaudit"},
	{"records", "audit.checkpoint: records written since the server started"},
	{"lost", "audit.gap, audit.checkpoint, alert: records that were lost"},
	{"waits",
	 "audit.checkpoint: how often a session had to wait for room in the buffer"},
	{"wal_lsn", "audit.checkpoint: position in the WAL"},
	{"config_sha256",
	 "audit.checkpoint: SHA-256 of the audit and logging settings"},
	{"slots", "alert: slots of the buffer file that a start did not believe"},
	{"used_percent", "alert: how full the volume of the trail is"},
	{"from", "audit.gap, alert: time of the first loss"},
	{"to", "audit.gap, alert: time of the last loss"},
	{"bytes", "audit.expire: size of the file"},
	{"first_seq", "audit.expire: its first record's number"},
	{"last_seq", "audit.expire: its last record's number"},
	{"last_h", "audit.expire: its last record's hash"},
	{"objects", "What it touched"},
	{"objects_omitted", "How many objects past the cap are not listed"},
	{"rls", "Row security limited what it saw or did"},
	{"privileged", "It reached beyond the database's own tables"},
	{"rewritten", "Nothing: rules left nothing of it to run"},
	{"skipped", "Nothing was done, because of IF EXISTS or IF NOT EXISTS"},
	{"executed", "EXPLAIN: the statement was run as well"},
	{"lock_mode", "LOCK TABLE: the mode"},
	{"direction", "COPY: its direction"},
	{"format", "COPY: its format"},
	{"server", "CREATE and ALTER SUBSCRIPTION: the foreign server"},
	{"except_tables",
	 "CREATE and ALTER PUBLICATION: the tables that it leaves out"},
	{"on_error", "COPY FROM: what it does about a value that makes no sense"},
	{"reject_limit",
	 "COPY FROM: how many rows may be left out (PostgreSQL 18 and later)"},
	{"rows_skipped", "COPY FROM with on_error: rows that were left out"},
	{"cursor", "Statements on a cursor: its name"},
	{"cursor_stmt",
	 "FETCH, MOVE, CLOSE: stmt of the statement that opened the cursor"},
	{"cursor_rows", "FETCH, MOVE, CLOSE: rows fetched from the cursor so far"},
	{"prepared_name", "EXECUTE: name of the prepared statement"},
	{"prepared_query", "EXECUTE: text of the prepared statement"},
	{"privileges", "Privileges granted or revoked"},
	{"column_privileges",
	 "GRANT, REVOKE: privileges on columns, as privilege(column, column)"},
	{"grantees", "Who gained or lost them"},
	{"grantor", "Who granted"},
	{"grant_options", "GRANT or ADMIN option and the like"},
	{"behavior", "REVOKE, DROP OWNED: what happens to what depends on it"},
	{"object_type", "ALTER DEFAULT PRIVILEGES: the kind of objects"},
	{"owned_by", "REASSIGN OWNED, DROP OWNED: whose objects"},
	{"schemas",
	 "GRANT, REVOKE ... ALL IN SCHEMA, ALTER DEFAULT PRIVILEGES: the schemas"},
	{"target_role", "Role that was created, changed or taken on"},
	{"target_database", "config, alert: in which database the setting is"},
	{"member_of", "CREATE ROLE: roles that it becomes a member of"},
	{"members", "Roles that become, or cease to be, members"},
	{"admin_members", "Members that may pass the membership on"},
	{"admin_option", "Membership that may be passed on"},
	{"inherit_option",
	 "Membership that brings the rights of the role (PostgreSQL 16 and later)"},
	{"set_option", "Membership that allows SET ROLE (PostgreSQL 16 and later)"},
	{"attributes", "Role attributes that were set"},
	{"old_owner", "Change of owner: from"},
	{"new_owner", "Change of owner: to"},
	{"old_name", "ALTER ... RENAME, SET SCHEMA: identity before"},
	{"new_name", "ALTER ... RENAME, SET SCHEMA: identity after"},
	{"old_version", "ALTER EXTENSION: the version before"},
	{"version", "CREATE and ALTER EXTENSION: the version"},
	{"objects_created",
	 "CREATE and ALTER EXTENSION: how many objects its script made"},
	{"objects_dropped", "How many objects its script dropped"},
	{"label_provider", "SECURITY LABEL: provider"},
	{"label", "SECURITY LABEL: label"},
	{"security",
	 "What of the command concerns security: owner, policy, security_label "},
	{"setting", "Configuration parameter"},
	{"local", "SET LOCAL: until the end of the transaction"},
	{"old_value", "Its value before"},
	{"new_value", "Its value after"},
	{"old_sha256", "config: SHA-256 of the rules file in force before"},
	{"new_sha256", "config: SHA-256 of the rules file in force now"},
	{"in_force", "alert, config_error: the value that the setting has instead"},
	{"config_file",
	 "alert, config_error: the configuration file that has the line"},
	{"config_line", "alert, config_error: number of the line"},
	{"from_role", "Change of the current role: from"},
	{"to_role", "Change of the current role: to"},
	{"from_user", "Change of the session user: from"},
	{"to_user", "Change of the session user: to"},
	{"gains_superuser", "The change makes a superuser of somebody who was none"},
	{"savepoint", "Name of the savepoint"},
	{"gid", "Identifier of a prepared transaction"},
	{"subtransaction", "What ended was a savepoint's part of a transaction"},
	{"statements", "How many records of statements and errors it holds"},
	{"first_stmt", "First statement number of what was committed or rolled back"},
	{"last_stmt", "Last statement number of it"},
	{"skipped_query",
	 "What came after this statement in the same message and was never executed"},
	{"bytes_sent", "Bytes of a stream to the client"},
	{"rows", "Rows processed"},
	{"incomplete", "The statement was given up before its end"},
	{"duration_us", "How long it took, microseconds"},
	{"xid", "Top-level transaction id, where one was assigned"},
	{"query_id", "Query identifier, where compute_query_id is on"},
	{"tags", "Labels of what it touched and of who acts"},
	{"tags_omitted", "How many tags past the cap are not listed"},
	{"rules", "Names of the rules that chose it"},
	{"rules_omitted", "How many further names of rules are not listed"},
	{"query_len", "Bytes of the whole query text, where it was split or cut"},
	{"query_sha256", "SHA-256 of the whole query text, where it was split or cut"},
	{"redacted", "What was hidden"},
	{"truncated", "Keys whose values were cut"},
	{"enc", "Keys in which invalid bytes became U+FFFD"},
	{"query", "The statement's own slice of what the client sent, redacted"},
	{"query_raw_b64", "The query's bytes, where enc names it"},
	{"params", "Bound parameters, typed, redacted"},
	{"seq", "Gapless number of the record in the trail"},
	{"h", "Chain hash"},
	{NULL, NULL},
};

const AudKey *
aud_key_find(const char *name, size_t len)
{
	for (const AudKey *key = aud_keys; key->name != NULL; key++)
	{
		if (strlen(key->name) == len && memcmp(key->name, name, len) == 0)
			return key;
	}
	return NULL;
}

const char *
aud_key_nearest(const char *name, size_t len)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, name, len);
	for (const AudKey *key = aud_keys; key->name != NULL; key++)
		aud_nearest_try(&nearest, key->name);
	return nearest.name;
}

void
aud_keys_print(void)
{
	for (const AudKey *key = aud_keys; key->name != NULL; key++)
		printf("%-18s %s\n", key->name, key->says);
}
