/*-------------------------------------------------------------------------
 *
 * audit_role.c
 *	  The role of the object audit, secaudit.role.
 *
 * The setting may name different roles in different sessions.  What has been
 * told is kept as a digest of the last name that was missing, without a lock:
 * of two processes that find it out at once, one tells.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "port/atomics.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/timestamp.h"

#include "core/json_write.h"
#include "facts/audit_role.h"
#include "record/record.h"
#include "record/text.h"
#include "server/guc.h"

typedef struct AudAuditRoleShared
{
	pg_atomic_uint64 told; /* digest of the name that is missing; 0: none */
} AudAuditRoleShared;

static AudAuditRoleShared *shared;

size_t
aud_audit_role_shmem_size(void)
{
	return sizeof(AudAuditRoleShared);
}

void
aud_audit_role_shmem_init(void)
{
	bool found;

	shared =
		ShmemInitStruct("secaudit audit role", sizeof(AudAuditRoleShared), &found);
	if (!found)
		pg_atomic_init_u64(&shared->told, 0);
}

Oid
aud_audit_role_look_up(void)
{
	return aud_config->role[0] != '\0' ? get_role_oid(aud_config->role, true)
									   : InvalidOid;
}

/*
 * For the server log alone: what is audited is no business of the client, and
 * its statement has the same notices as ever.
 */
static void
warn(const char *role)
{
	CommandDest dest = whereToSendOutput;

	whereToSendOutput = DestNone;
	PG_TRY();
	{
		ereport(WARNING,
				errcode(ERRCODE_UNDEFINED_OBJECT),
				errmsg("role \"%s\" of the object audit does not exist", role),
				errdetail(
					"The parameter \"secaudit.role\" names it, so nothing is audited by its privileges."),
				errhint(
					"Create the role again and grant it what is to be audited, or set \"secaudit.role\" to another one."));
	}
	PG_FINALLY();
	{
		whereToSendOutput = dest;
	}
	PG_END_TRY();
}

static void
alert(const char *role)
{
	AudFailure    failure = {.sqlstate = ERRCODE_UNDEFINED_OBJECT};
	char          detail[4 * NAMEDATALEN + 256];
	AudBuf        b;
	AudEventFacts facts =
		aud_record_alert(&failure, aud_identity_now(false)->json);

	snprintf(failure.message,
			 sizeof(failure.message),
			 "role \"%s\" of the object audit does not exist",
			 role);
	facts.detail = detail;
	aud_buf_init(&b, detail, sizeof(detail));
	aud_json_member_word(&b, "reason", "audit_role_missing");
	aud_text_append_member(&b, "target_role", role);
	aud_json_member_word(&b, "setting", "secaudit.role");
	aud_record_event(&facts);
}

void
aud_audit_role_found(bool is_there)
{
	const char *role = aud_config->role;
	uint64      told;
	uint64      name;

	if (role[0] == '\0')
		return;
	name = hash_bytes_extended((const unsigned char *) role, strlen(role), 1) | 1;
	told = pg_atomic_read_u64(&shared->told);
	if (is_there)
	{
		if (told == name)
			pg_atomic_compare_exchange_u64(&shared->told, &told, 0);
		return;
	}
	if (told == name ||
		!pg_atomic_compare_exchange_u64(&shared->told, &told, name))
		return;
	alert(role);
	warn(role);
}
