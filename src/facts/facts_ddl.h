/*-------------------------------------------------------------------------
 *
 * facts_ddl.h
 *	  What DDL and commands about roles, privileges and settings say about
 *	  themselves; utility_facts.c calls the two entry points.
 *
 * Before a command its parse tree tells what it is about, so that a refusal
 * names its target; after it, the catalogs tell what became of it.  Nothing
 * here takes locks, checks permissions or raises an error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_FACTS_DDL_H
#define AUD_FACTS_FACTS_DDL_H

#include "executor/execdesc.h"
#include "nodes/parsenodes.h"

#include "facts/address.h"
#include "record/stmt.h"

/* Before the command runs; may set stmt->target.after. */
extern void aud_facts_before(AudStmt *stmt, Node *parsetree);

/* After it has succeeded, its effects visible. */
extern void aud_facts_after(AudStmt *stmt);

/* The topics; to be called within aud_safely.  False: not this one's command. */
extern bool aud_facts_of_ddl(AudStmt *stmt, Node *parsetree);
extern bool aud_facts_of_role(AudStmt *stmt, Node *parsetree);
extern bool aud_facts_of_grant(AudStmt *stmt, Node *parsetree);
extern bool aud_facts_of_setting(AudStmt *stmt, Node *parsetree);
extern bool aud_facts_of_extension(AudStmt *stmt, Node *parsetree);

/* Find the type and the parser's name of a DDL command's target. */
extern bool aud_facts_target(Node *parsetree, ObjectType *type, Node **object);

/*
 * The roles that act have changed while stmt was active: the details of it.
 * Raises no error.
 */
extern void aud_facts_roles_changed(AudStmt *stmt);

/*
 * A function that is built in is about to be executed by stmt, whose
 * executor is just starting or, otherwise, running.
 */
extern void aud_facts_function(AudStmt *stmt, Oid funcid, bool starting);

/*
 * stmt->settings.called: its executor has started, and its plan tells with
 * what.  For the query of a cursor it tells only when that runs.
 */
extern void aud_facts_set_config_planned(AudStmt *stmt, QueryDesc *query_desc);

/*
 * A function with settings of its own, or SECURITY DEFINER, is entered.  Is
 * one of its settings the role?  Raises no error.
 */
extern void aud_facts_function_called(AudStmt *stmt);

/* setting, old_value and new_value; target_role where that is what it sets. */
extern void aud_facts_setting(AudStmt *stmt, const char *name,
							  const char *new_value, bool local);

/* Name an object of the command: as it is known, or else as it was written. */
extern void aud_facts_add(AudStmt *stmt, ObjectType type, Node *object,
						  int access);

/* The same for what the command is about, which comes first. */
extern void aud_facts_add_root(AudStmt *stmt, ObjectType type, Node *object,
							   int access);

/* The same for what the command, tree, is going to create. */
extern void aud_facts_add_created(AudStmt *stmt, const Node *tree,
								  ObjectType type, Node *object);

/* A member with a list of strings: ,"grantees":["alice","bob"] */
extern void aud_facts_strings(AudStmt *stmt, const char *key,
							  const List *strings);

/* ,"key":true and ,"key":7 */
extern void aud_facts_flag(AudStmt *stmt, const char *key);
extern void aud_facts_number(AudStmt *stmt, const char *key, uint64 value);

/* The names of a list of RoleSpec. */
extern List *aud_facts_roles(const List *roles);

/*
 * What this command does decides who may do what from now on, beyond the
 * change itself: ,"security":["owner"].  Belongs to class role, too.
 */
extern void aud_facts_security(AudStmt *stmt, List *aspects);

/* The name of an object as it is spelled in a record, or NULL. */
extern char *aud_facts_identity(const ObjectAddress *address);

#endif /* AUD_FACTS_FACTS_DDL_H */
