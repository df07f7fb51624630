/*-------------------------------------------------------------------------
 *
 * keys.h
 *	  The keys of a record, in its order, and the kind of value each has.
 *
 * docs/secaudit-record-1.schema.json as a table; t/170_convert.pl holds the two
 * against each other.  Behind "severity" are keys of alerts that no server
 * writes, but secauditctl detect.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_KEYS_H
#define AUD_CORE_CONVERT_KEYS_H

typedef enum AudFieldKind
{
	AUD_FIELD_TEXT,
	AUD_FIELD_NUMBER,
	AUD_FIELD_BOOL,
	AUD_FIELD_WORDS,   /* a list of strings */
	AUD_FIELD_OBJECTS, /* a list of objects */
	AUD_FIELD_OBJECT,
} AudFieldKind;

/* clang-format off */
#define AUD_FIELDS(X) \
	X(v, NUMBER)                 \
	X(log, TEXT)                 \
	X(ts, TEXT)                  \
	X(event, TEXT)               \
	X(class, TEXT)               \
	X(classes, WORDS)            \
	X(command, TEXT)             \
	X(outcome, TEXT)             \
	X(sqlstate, TEXT)            \
	X(error, TEXT)               \
	X(node, TEXT)                \
	X(db, TEXT)                  \
	X(user, TEXT)                \
	X(login_user, TEXT)          \
	X(current_user, TEXT)        \
	X(superuser, BOOL)           \
	X(session, TEXT)             \
	X(ssn, NUMBER)               \
	X(pid, NUMBER)               \
	X(backend, TEXT)             \
	X(worker, TEXT)              \
	X(app, TEXT)                 \
	X(client_addr, TEXT)         \
	X(client_port, NUMBER)       \
	X(context, TEXT)             \
	X(standby, BOOL)             \
	X(stmt, NUMBER)              \
	X(parent, NUMBER)            \
	X(level, NUMBER)             \
	X(origin, TEXT)              \
	X(batch, NUMBER)             \
	X(phase, TEXT)               \
	X(part, NUMBER)              \
	X(parts, NUMBER)             \
	X(authn, TEXT)               \
	X(auth_method, TEXT)         \
	X(hba_line, NUMBER)          \
	X(tls_version, TEXT)         \
	X(tls_cipher, TEXT)          \
	X(tls_client_dn, TEXT)       \
	X(replication, TEXT)         \
	X(custom_event, TEXT)        \
	X(custom_detail, OBJECT)     \
	X(detail, TEXT)              \
	X(reason, TEXT)              \
	X(rule, TEXT)                \
	X(severity, TEXT)            \
	X(title, TEXT)               \
	X(attack_version, TEXT)      \
	X(tactic, TEXT)              \
	X(techniques, WORDS)         \
	X(count, NUMBER)             \
	X(continued, BOOL)           \
	X(first_ts, TEXT)            \
	X(window_s, NUMBER)          \
	X(of_log, TEXT)              \
	X(of_seq, NUMBER)            \
	X(subscription, TEXT)        \
	X(integrity, TEXT)           \
	X(file, TEXT)                \
	X(prev_file, TEXT)           \
	X(prev_bytes, NUMBER)        \
	X(prev_seq, NUMBER)          \
	X(prev_h, TEXT)              \
	X(prev_tail, TEXT)           \
	X(prev_log, TEXT)            \
	X(prev_log_file, TEXT)       \
	X(prev_log_seq, NUMBER)      \
	X(prev_log_h, TEXT)          \
	X(repeats, NUMBER)           \
	X(system_identifier, TEXT)   \
	X(server_version, TEXT)      \
	X(secaudit_version, TEXT)    \
	X(binary_upgrade, BOOL)      \
	X(recovered, NUMBER)         \
	X(salvaged, NUMBER)          \
	X(set_aside, TEXT)           \
	X(rules_file, TEXT)          \
	X(rules_sha256, TEXT)        \
	X(rules_count, NUMBER)       \
	X(token_key, TEXT)           \
	X(settings, WORDS)           \
	X(records, NUMBER)           \
	X(lost, NUMBER)              \
	X(waits, NUMBER)             \
	X(wal_lsn, TEXT)             \
	X(config_sha256, TEXT)       \
	X(slots, NUMBER)             \
	X(used_percent, NUMBER)      \
	X(from, TEXT)                \
	X(to, TEXT)                  \
	X(bytes, NUMBER)             \
	X(first_seq, NUMBER)         \
	X(last_seq, NUMBER)          \
	X(last_h, TEXT)              \
	X(objects, OBJECTS)          \
	X(objects_omitted, NUMBER)   \
	X(rls, BOOL)                 \
	X(privileged, BOOL)          \
	X(rewritten, TEXT)           \
	X(skipped, BOOL)             \
	X(executed, BOOL)            \
	X(lock_mode, TEXT)           \
	X(direction, TEXT)           \
	X(format, TEXT)              \
	X(server, TEXT)              \
	X(except_tables, WORDS)      \
	X(on_error, TEXT)            \
	X(reject_limit, NUMBER)      \
	X(rows_skipped, NUMBER)      \
	X(cursor, TEXT)              \
	X(cursor_stmt, NUMBER)       \
	X(cursor_rows, NUMBER)       \
	X(prepared_name, TEXT)       \
	X(prepared_query, TEXT)      \
	X(privileges, WORDS)         \
	X(column_privileges, WORDS)  \
	X(grantees, WORDS)           \
	X(grantor, TEXT)             \
	X(grant_options, WORDS)      \
	X(behavior, TEXT)            \
	X(object_type, TEXT)         \
	X(owned_by, WORDS)           \
	X(schemas, WORDS)            \
	X(target_role, TEXT)         \
	X(target_database, TEXT)     \
	X(member_of, WORDS)          \
	X(members, WORDS)            \
	X(admin_members, WORDS)      \
	X(admin_option, BOOL)        \
	X(inherit_option, BOOL)      \
	X(set_option, BOOL)          \
	X(attributes, WORDS)         \
	X(old_owner, TEXT)           \
	X(new_owner, TEXT)           \
	X(old_name, TEXT)            \
	X(new_name, TEXT)            \
	X(old_version, TEXT)         \
	X(version, TEXT)             \
	X(objects_created, NUMBER)   \
	X(objects_dropped, NUMBER)   \
	X(label_provider, TEXT)      \
	X(label, TEXT)               \
	X(security, WORDS)           \
	X(setting, TEXT)             \
	X(local, BOOL)               \
	X(old_value, TEXT)           \
	X(new_value, TEXT)           \
	X(old_sha256, TEXT)          \
	X(new_sha256, TEXT)          \
	X(in_force, TEXT)            \
	X(config_file, TEXT)         \
	X(config_line, NUMBER)       \
	X(from_role, TEXT)           \
	X(to_role, TEXT)             \
	X(from_user, TEXT)           \
	X(to_user, TEXT)             \
	X(gains_superuser, BOOL)     \
	X(savepoint, TEXT)           \
	X(gid, TEXT)                 \
	X(subtransaction, BOOL)      \
	X(statements, NUMBER)        \
	X(first_stmt, NUMBER)        \
	X(last_stmt, NUMBER)         \
	X(skipped_query, TEXT)       \
	X(bytes_sent, NUMBER)        \
	X(rows, NUMBER)              \
	X(incomplete, BOOL)          \
	X(duration_us, NUMBER)       \
	X(xid, TEXT)                 \
	X(query_id, TEXT)            \
	X(tags, WORDS)               \
	X(tags_omitted, NUMBER)      \
	X(rules, WORDS)              \
	X(rules_omitted, NUMBER)     \
	X(query_len, NUMBER)         \
	X(query_sha256, TEXT)        \
	X(redacted, WORDS)           \
	X(truncated, WORDS)          \
	X(enc, WORDS)                \
	X(query, TEXT)               \
	X(query_raw_b64, TEXT)       \
	X(params, OBJECTS)           \
	X(seq, NUMBER)               \
	X(h, TEXT)
/* clang-format on */

typedef enum AudField
{
#define AUD_FIELD_ENUM(name, kind) AUD_F_##name,
	AUD_FIELDS(AUD_FIELD_ENUM)
#undef AUD_FIELD_ENUM
	AUD_FIELD_COUNT,
} AudField;

#endif /* AUD_CORE_CONVERT_KEYS_H */
