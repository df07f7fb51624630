/*-------------------------------------------------------------------------
 *
 * show_keys.c
 *	  The keys of a record in groups, as docs/record.md has them.
 *
 * t/143_ctl_show.pl holds them against that document.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/show_keys.h"

#include <string.h>

const AudKeyGroup aud_key_groups[] = {
	{"Which record", "v log seq h ts event class classes command"},
	{"How it ended",
	 "outcome sqlstate error custom_event custom_detail detail reason rows "
	 "duration_us incomplete skipped rewritten executed"},
	{"Who", "user login_user current_user superuser authn auth_method hba_line"},
	{"From where",
	 "node standby db session ssn pid backend worker app client_addr "
	 "client_port context tls_version tls_cipher tls_client_dn replication"},
	{"Which statement, and what it belongs to",
	 "stmt parent level origin batch skipped_query part parts phase xid "
	 "query_id"},
	{"What it touched",
	 "objects objects_omitted tags tags_omitted rules rules_omitted rule "
	 "severity privileged rls"},
	{"Rights and roles",
	 "privileges column_privileges grantees grantor grant_options schemas "
	 "object_type target_role attributes members admin_members member_of "
	 "admin_option inherit_option set_option owned_by behavior from_role "
	 "to_role from_user to_user gains_superuser"},
	{"Definitions (DDL)",
	 "old_name new_name old_owner new_owner security label_provider label "
	 "version old_version objects_created objects_dropped"},
	{"Settings",
	 "setting old_value new_value settings old_sha256 new_sha256 in_force "
	 "config_file config_line target_database local"},
	{"Particular commands",
	 "lock_mode direction format server except_tables on_error reject_limit "
	 "rows_skipped cursor cursor_stmt cursor_rows prepared_name "
	 "prepared_query savepoint gid first_stmt last_stmt statements "
	 "subtransaction subscription bytes_sent"},
	{"The texts",
	 "query query_raw_b64 query_len query_sha256 params truncated redacted "
	 "enc"},
	{NULL, ""},
};

const char *
aud_key_group_next(const char **keys, size_t *len)
{
	const char *key = *keys + strspn(*keys, " ");

	*len = strcspn(key, " ");
	*keys = key + *len;
	return *len > 0 ? key : NULL;
}

size_t
aud_key_group(const char *key, size_t len)
{
	size_t i = 0;

	for (; aud_key_groups[i].title != NULL; i++)
	{
		const char *keys = aud_key_groups[i].keys;
		const char *word;
		size_t      word_len;

		while ((word = aud_key_group_next(&keys, &word_len)) != NULL)
			if (word_len == len && memcmp(word, key, len) == 0)
				return i;
	}
	return i;
}
