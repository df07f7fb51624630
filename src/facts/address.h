/*-------------------------------------------------------------------------
 *
 * address.h
 *	  What object does a command mean?
 *
 * The same answers as get_object_address() gives, but without its locks,
 * whose order is the command's business, and without errors for what does
 * not exist.  Other errors are possible: call these within aud_safely.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_ADDRESS_H
#define AUD_FACTS_ADDRESS_H

#include "catalog/objectaddress.h"
#include "nodes/parsenodes.h"

/* The relation a name means, or InvalidOid. */
extern Oid aud_address_relation(const RangeVar *name);

/*
 * Find an object as commands name it: a RangeVar, or what the parser makes
 * for this type of object.  False if there is no such thing.
 */
extern bool aud_address_find(ObjectType type, Node *object, ObjectAddress *out);

/*
 * The same name with the schema in which the command, tree, is going to
 * create it.  NULL if nothing of that name can be there.
 */
extern Node *aud_address_to_create(const Node *tree, ObjectType type,
								   Node *object);

/* The name as it was written, for what cannot be found. */
extern char *aud_address_written(Node *object);

/* "table", "foreign-data wrapper": as pg_identify_object() calls the type. */
extern const char *aud_address_type(ObjectType type);

/* The role that is meant, by name; "public" for PUBLIC. */
extern const char *aud_address_role(const RoleSpec *role);

/* The names of a list of RoleSpec. */
extern List *aud_address_roles(const List *roles);

/* Its oid, or InvalidOid. */
extern Oid aud_address_role_oid(const RoleSpec *role);

/* The owner of an object, or InvalidOid. */
extern Oid aud_address_owner(const ObjectAddress *address);

#endif /* AUD_FACTS_ADDRESS_H */
