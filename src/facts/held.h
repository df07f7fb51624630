/*-------------------------------------------------------------------------
 *
 * held.h
 *	  The privileges that a role holds on an object: granted to it, to a role
 *	  whose privileges it has, or as the owner's.
 *
 * What everybody may do marks nothing.  So PUBLIC counts only where somebody
 * has granted it something, on tables of users, and not where it has a
 * privilege by default: on functions, and on what initdb has made.  Neither
 * do the roles that may read or write all data count there.
 *
 * All of this reads catalogs, and is to be called within aud_safely.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_HELD_H
#define AUD_FACTS_HELD_H

#include "utils/acl.h"

/* On the whole of an object; none on one of a kind that is not audited. */
extern AclMode aud_held_on(Oid role, Oid classid, Oid objid);

/* On one column alone. */
extern AclMode aud_held_on_column(Oid role, Oid relid, AttrNumber number);

#endif /* AUD_FACTS_HELD_H */
