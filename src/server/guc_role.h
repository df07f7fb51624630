/*-------------------------------------------------------------------------
 *
 * guc_role.h
 *	  The check of secaudit.role: is there such a role?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_ROLE_H
#define AUD_SERVER_GUC_ROLE_H

#include "utils/guc.h"

/*
 * For a check hook: false, with its message, if somebody asks for a role that
 * is not there.  True where nobody can be told or no catalog can be read: at
 * the start of the server and of a session, and at a reload.  The role is then
 * looked for when it is used, see facts/audit_role.h.
 */
extern bool aud_guc_role_is_there(const char *name, GucSource source);

#endif /* AUD_SERVER_GUC_ROLE_H */
