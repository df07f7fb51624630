/*-------------------------------------------------------------------------
 *
 * members.h
 *	  Is the acting role a member of the roles that rules name?
 *
 * Looked up when a statement begins, once for each acting role, and kept until
 * a role or a membership changes.  When a statement ends, no catalog may be
 * read any more.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_MEMBERS_H
#define AUD_FACTS_MEMBERS_H

#include "core/match/rules.h"

/* Look up what is not known of this role.  Reads catalogs, only if it must. */
extern void aud_members_look_up(const AudRules *rules, uint64 serial, Oid role);

/* Is it a member of the one of that name?  Unknown, if it was not looked up. */
extern AudTruth aud_members_is(uint64 serial, Oid role, const char *name);

/* The number of the look-up that this is known from; 0: it is not. */
extern uint64 aud_members_known(uint64 serial, Oid role);

#endif /* AUD_FACTS_MEMBERS_H */
