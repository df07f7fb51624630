/*-------------------------------------------------------------------------
 *
 * role_change.h
 *	  Does a statement change who acts?
 *
 * SET ROLE, SET SESSION AUTHORIZATION, RESET, DISCARD ALL, set_config(), in
 * whatever function: all of them show in the roles before and after.  Nothing
 * here reads a catalog.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_ROLE_CHANGE_H
#define AUD_FACTS_ROLE_CHANGE_H

#include "record/stmt.h"

/*
 * Do other roles act only because a SECURITY DEFINER function, a foreign key
 * or maintenance on somebody's table has borrowed theirs?
 */
extern bool aud_roles_are_borrowed(void);

/* The roles of now. */
extern AudRoles aud_roles_acting(void);

/*
 * A statement begins inside of "outer".  If other roles act now, an expression
 * has changed them, which PL/pgSQL evaluates without a statement of its own.
 */
extern void aud_roles_notice_outer(AudStmt *outer, AudRoles now);

/*
 * The frame stops being active: have the roles changed since it became so?
 * At an error they may still be those of a function that did not return.
 */
extern void aud_roles_notice(AudStmt *stmt);

#endif /* AUD_FACTS_ROLE_CHANGE_H */
