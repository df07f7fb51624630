/*-------------------------------------------------------------------------
 *
 * command.h
 *	  What a utility command says about itself: objects and details that no
 *	  object access hook reports.
 *
 * Before a command its parse tree says what it is about, so that the record
 * of a refused one names it; after it, the catalogs say what became of it.
 * Nothing here takes locks or checks permissions, and no look-up raises an
 * error (server/safely.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_COMMAND_H
#define AUD_FACTS_COMMAND_H

#include "executor/execdesc.h"
#include "nodes/nodes.h"
#include "tcop/cmdtag.h"

#include "record/stmt.h"

/* Before the command runs. */
extern void aud_command_before(AudStmt *stmt, Node *parsetree);

/*
 * After it has succeeded: names of what is new, rows.  The parse
 * tree may be gone by then.
 */
extern void aud_command_after(AudStmt *stmt, const QueryCompletion *qc);

/* While its error is handled: no catalogs, no allocation. */
extern void aud_command_failed(AudStmt *stmt);

/*
 * The roles that act have changed while stmt was active: from whom to whom.
 */
extern void aud_command_roles_changed(AudStmt *stmt);

/* It called set_config(), or it is RESET ALL: what changed, as events. */
extern void aud_command_settings_changed(AudStmt *stmt);

/*
 * A function that is built in is about to be executed by stmt, whose
 * executor is just starting or, otherwise, running.
 */
extern void aud_command_function_called(AudStmt *stmt, Oid funcid, bool starting);

/*
 * A function with settings of its own, or SECURITY DEFINER, is entered.  Is
 * one of its settings the role?
 */
extern void aud_command_function_entered(AudStmt *stmt);

/* stmt->settings.called: its executor has started, and its plan says with what. */
extern void aud_command_set_config_planned(AudStmt *stmt, QueryDesc *query_desc);

/*
 * stmt->settings.called_later: it is about to run; what that changes
 * aud_command_settings_changed() finds.
 */
extern void aud_command_set_config_runs(AudStmt *stmt);

#endif /* AUD_FACTS_COMMAND_H */
