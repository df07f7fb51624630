/*-------------------------------------------------------------------------
 *
 * command_acl.h
 *	  Will a GRANT or REVOKE do only a part of what it is told?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_COMMAND_ACL_H
#define AUD_FACTS_COMMAND_ACL_H

#include "nodes/parsenodes.h"

#include "facts/address.h"
#include "record/stmt.h"

/*
 * Make the outcome of stmt partial if the current user may not grant (or
 * revoke) all of it on this object.  Within aud_safely, before the command.
 */
extern void aud_acl_check(AudStmt *stmt, const GrantStmt *grant,
						  const ObjectAddress *address);

#endif /* AUD_FACTS_COMMAND_ACL_H */
