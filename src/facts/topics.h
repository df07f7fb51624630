/*-------------------------------------------------------------------------
 *
 * topics.h
 *	  The topics of command.c, one file each, and what they have in common.
 *	  For command*.c only.
 *
 * All of it is called within aud_safely.  Names are resolved without
 * permission checks, and without errors about what does not exist.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_TOPICS_H
#define AUD_FACTS_TOPICS_H

#include "nodes/parsenodes.h"
#include "tcop/cmdtag.h"

#include "facts/address.h"
#include "record/stmt.h"

/*
 * A topic looks at a command before it runs: true if it has said all there is
 * to say about it, false to go on with the next one.  It may set
 * stmt->target.after, which is called when the command has succeeded.
 */
extern bool aud_command_query(AudStmt *stmt, Node *parsetree);
extern bool aud_command_relation(AudStmt *stmt, Node *parsetree);
extern bool aud_command_transaction(AudStmt *stmt, Node *parsetree);
extern bool aud_command_setting(AudStmt *stmt, Node *parsetree);
extern bool aud_command_grant(AudStmt *stmt, Node *parsetree);
extern bool aud_command_role(AudStmt *stmt, Node *parsetree);
extern bool aud_command_extension(AudStmt *stmt, Node *parsetree);
extern bool aud_command_ddl(AudStmt *stmt, Node *parsetree);

/*
 * Beside its topic: columns with labels that it names or reads.  And: does
 * VACUUM or ANALYZE read what is in the columns?
 */
extern void aud_command_columns(AudStmt *stmt, Node *parsetree);
extern bool aud_command_vacuum_reads(const VacuumStmt *vacuum);

/* Beside its target, what CREATE or ALTER PUBLICATION publishes, or no longer. */
extern void aud_command_publication(AudStmt *stmt, const Node *parsetree);

/* A command on relations has succeeded. */
extern void aud_command_relation_done(AudStmt *stmt);

/* A command with a query in it has succeeded, or failed. */
extern void aud_command_query_done(AudStmt *stmt, const QueryCompletion *qc);
extern void aud_command_query_failed(AudStmt *stmt);

/*
 * Name what a DDL command is about, each object that a DROP names included.
 * False: it is none.
 */
extern bool aud_command_ddl_target(AudStmt *stmt, Node *parsetree);

/*
 * Make the outcome of stmt partial if the current user may not grant (or
 * revoke) all of it on this object.
 */
extern void aud_command_grant_check(AudStmt *stmt, const GrantStmt *grant,
									const ObjectAddress *address);

/* setting, old_value and new_value; target_role where that is what it sets. */
extern void aud_command_put_setting(AudStmt *stmt, const char *name,
									const char *new_value, bool local);

/*
 * command_object.c: name an object of the command, as it is known, or else as
 * it was written.  A relation that is not known has the given type; without a
 * name nothing is added.
 */
extern void aud_command_add_object(AudStmt *stmt, ObjectType type, Node *object,
								   int access);
extern void aud_command_add_relation(AudStmt *stmt, const RangeVar *name,
									 const char *type, int access);

/* The same for what the command is about, which comes first. */
extern void aud_command_add_root(AudStmt *stmt, ObjectType type, Node *object,
								 int access);

/* The same for what the command, tree, is going to create. */
extern void aud_command_add_created(AudStmt *stmt, const Node *tree,
									ObjectType type, Node *object);

#endif /* AUD_FACTS_TOPICS_H */
