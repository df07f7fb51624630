/*-------------------------------------------------------------------------
 *
 * audit_role.h
 *	  The role of the object audit, secaudit.role.
 *
 * A name in a setting is no dependency: the role can be dropped or renamed
 * while the setting stays.  Then nothing is audited by it, and that is an alarm.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_AUDIT_ROLE_H
#define AUD_FACTS_AUDIT_ROLE_H

#include <stddef.h>

#include "postgres_ext.h"

/* Its number; InvalidOid: none is set, or it is not there.  Within aud_safely. */
extern Oid aud_audit_role_look_up(void);

/*
 * It was looked for, outside of aud_safely.  If it is missing, an alert in the
 * trail and a warning in the server log say so: once for all processes, until
 * it is there again.
 */
extern void aud_audit_role_found(bool is_there);

/* Where it is kept whether that was said, see server/shmem.h. */
extern size_t aud_audit_role_shmem_size(void);
extern void   aud_audit_role_shmem_init(void);

#endif /* AUD_FACTS_AUDIT_ROLE_H */
