/*-------------------------------------------------------------------------
 *
 * rewrite.c
 *	  What the rewriter does to a statement: rules that leave nothing of it,
 *	  policies of row security that are added to it.
 *
 * ON ... DO INSTEAD takes a statement away before any hook sees it run: it is
 * not planned and not executed.  What other rules add, or put in its place, is
 * theirs, unless it is a command of the same kind: then the server answers the
 * client with that one's row count, and it stands for the statement.  So
 * whether that will happen is found out when the statement has been analyzed,
 * from the rules of its target and, where that is an updatable view, of the
 * table behind it.
 *
 * The rewriter puts the conditions of policies into the securityQuals of
 * range-table entries and into the query's check options.  The planner takes
 * them apart and pulls their subqueries up, so before it is the last moment
 * at which the tables of policies can be distinguished from those of the statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteDefine.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"

#include "facts/rewrite.h"

/* Views over views, at most; the rewriter itself refuses endless ones. */
#define DEPTH_MAX 32

static bool
fires(const RewriteRule *rule, CmdType event)
{
	if (rule->event != event)
		return false;
	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return rule->enabled != RULE_FIRES_ON_ORIGIN &&
			   rule->enabled != RULE_DISABLED;
	return rule->enabled != RULE_FIRES_ON_REPLICA &&
		   rule->enabled != RULE_DISABLED;
}

static bool
has_action(const RewriteRule *rule, CmdType event)
{
	ListCell *lc;

	foreach (lc, rule->actions)
	{
		if (lfirst_node(Query, lc)->commandType == event)
			return true;
	}
	return false;
}

typedef enum AudRules
{
	AUD_RULES_NONE,     /* none that matters: the statement goes on */
	AUD_RULES_NOTHING,  /* they take it away, whatever else they do */
	AUD_RULES_REPLACED, /* the like of it runs in its place, and stands for it */
} AudRules;

static AudRules
judge_rules(Relation rel, CmdType event)
{
	bool taken = false;
	bool replaced = false;

	for (int i = 0; rel->rd_rules != NULL && i < rel->rd_rules->numLocks; i++)
	{
		const RewriteRule *rule = rel->rd_rules->rules[i];

		if (!rule->isInstead || !fires(rule, event))
			continue;
		taken |= rule->qual == NULL;
		replaced |= has_action(rule, event);
	}
	if (!taken)
		return AUD_RULES_NONE;
	return replaced ? AUD_RULES_REPLACED : AUD_RULES_NOTHING;
}

static bool
has_instead_trigger(Relation rel, CmdType event)
{
	const TriggerDesc *triggers = rel->trigdesc;

	if (triggers == NULL)
		return false;
	switch (event)
	{
		case CMD_INSERT:
			return triggers->trig_insert_instead_row;
		case CMD_UPDATE:
			return triggers->trig_update_instead_row;
		default:
			return triggers->trig_delete_instead_row;
	}
}

/* What an automatically updatable view stands for, or InvalidOid. */
static Oid
base_of(Relation view, CmdType event)
{
	Query         *query;
	RangeTblRef   *ref;
	RangeTblEntry *rte;

	if (view->rd_rel->relkind != RELKIND_VIEW || has_instead_trigger(view, event))
		return InvalidOid;
	query = get_view_query(view);
	if (list_length(query->jointree->fromlist) != 1)
		return InvalidOid;
	ref = linitial(query->jointree->fromlist);
	if (!IsA(ref, RangeTblRef))
		return InvalidOid;
	rte = rt_fetch(ref->rtindex, query->rtable);
	return rte->rtekind == RTE_RELATION ? rte->relid : InvalidOid;
}

bool
aud_rewrite_leaves_nothing(const Query *query)
{
	Oid      relid;
	AudRules rules = AUD_RULES_NONE;

	if (query->resultRelation == 0 ||
		(query->commandType != CMD_INSERT && query->commandType != CMD_UPDATE &&
		 query->commandType != CMD_DELETE))
		return false;

	relid = rt_fetch(query->resultRelation, query->rtable)->relid;
	for (int depth = 0; OidIsValid(relid) && depth < DEPTH_MAX; depth++)
	{
		/* parse analysis has locked the target, and only that */
		Relation rel = depth == 0 ? table_open(relid, NoLock)
								  : try_table_open(relid, AccessShareLock);

		if (rel == NULL)
			return false;
		rules = judge_rules(rel, query->commandType);
		relid = rules == AUD_RULES_NONE ? base_of(rel, query->commandType)
										: InvalidOid;
		table_close(rel, NoLock);
	}
	return rules == AUD_RULES_NOTHING;
}

typedef struct AudRlsWalk
{
	bool in_policy;
} AudRlsWalk;

static bool walk(Node *node, AudRlsWalk *at);

static void
walk_policy(Node *node)
{
	AudRlsWalk inside = {.in_policy = true};

	walk(node, &inside);
}

static void
mark_entry(RangeTblEntry *rte, const AudRlsWalk *at)
{
	if (rte->rtekind != RTE_RELATION)
		return;
	/* the server's walker comes by the quals a second time */
	rte->security_barrier |= at->in_policy;
	rte->funcordinality |= rte->securityQuals != NIL;
	walk_policy((Node *) rte->securityQuals);
}

/*
 * INSERT has no quals of its own: where a policy only says what may be written,
 * the target has that as a check.
 */
static void
mark_target(const Query *query)
{
	ListCell *lc;

	foreach (lc, query->withCheckOptions)
	{
		if (((WithCheckOption *) lfirst(lc))->kind != WCO_VIEW_CHECK)
			rt_fetch(query->resultRelation, query->rtable)->funcordinality = true;
	}
}

/* Range tables are walked here, not by the server, to know whose quals they are. */
static bool
walk(Node *node, AudRlsWalk *at)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		mark_entry((RangeTblEntry *) node, at);
		return false;
	}
	if (IsA(node, WithCheckOption))
	{
		WithCheckOption *check = (WithCheckOption *) node;

		if (check->kind == WCO_VIEW_CHECK)
			return walk(check->qual, at);
		walk_policy(check->qual);
		return false;
	}
	if (IsA(node, Query))
	{
		mark_target((const Query *) node);
		return query_tree_walker((Query *) node, walk, at, QTW_EXAMINE_RTES_BEFORE);
	}
	return expression_tree_walker(node, walk, at);
}

void
aud_rewrite_mark_rls(Query *query)
{
	AudRlsWalk at = {.in_policy = false};

	if (query->hasRowSecurity)
		walk((Node *) query, &at);
}
