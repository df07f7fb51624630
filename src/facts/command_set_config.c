/*-------------------------------------------------------------------------
 *
 * command_set_config.c
 *	  set_config() and pg_reload_conf(): settings changed by a query.
 *
 * The object access hook tells that a query calls set_config(), but not with
 * what.  Usually the arguments are constants or parameters, which are found
 * in its plan before it runs, so that the policy of before decides whether
 * the change is recorded.  Where they are not, the settings that concern
 * auditing are compared before and after.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/execdesc.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "core/class.h"
#include "facts/builtin.h"
#include "facts/command.h"
#include "facts/role_change.h"
#include "facts/topics.h"
#include "server/safely.h"
#include "server/settings.h"

typedef struct AudCalls
{
	AudStmt   *stmt;
	QueryDesc *query_desc;
	int        n;       /* calls found */
	bool       unclear; /* one whose arguments are not known yet */
} AudCalls;

static char *
text_of(Oid type, Datum value, bool isnull)
{
	if (isnull || (type != TEXTOID && type != VARCHAROID))
		return NULL;
	return TextDatumGetCString(value);
}

static char *
parameter(ParamListInfo params, int id)
{
	ParamExternData  workspace;
	ParamExternData *found;

	if (params == NULL || id < 1 || id > params->numParams)
		return NULL;
	if (params->paramFetch != NULL)
		found = params->paramFetch(params, id, false, &workspace);
	else
		found = &params->params[id - 1];
	return text_of(found->ptype, found->value, found->isnull);
}

/* The text of an argument if it is known before the query runs. */
static char *
argument(Node *node, ParamListInfo params)
{
	if (IsA(node, RelabelType))
		return argument((Node *) ((RelabelType *) node)->arg, params);
	if (IsA(node, Const))
	{
		Const *constant = (Const *) node;

		return text_of(constant->consttype,
					   constant->constvalue,
					   constant->constisnull);
	}
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN)
		return parameter(params, ((Param *) node)->paramid);
	return NULL;
}

static bool
is_true(Node *node)
{
	return IsA(node, Const) && !((Const *) node)->constisnull &&
		   DatumGetBool(((Const *) node)->constvalue);
}

/*
 * DECLARE only opens its query.  What that changes, if it does, shows when it
 * runs: in FETCH, or at a commit.
 */
static bool
is_for_later(const AudStmt *speaker)
{
	return speaker->what.utility == T_DeclareCursorStmt;
}

static void
note_call(AudCalls *calls, FuncExpr *call)
{
	ParamListInfo params = calls->query_desc->params;
	char         *name = argument(linitial(call->args), params);
	char         *value = argument(lsecond(call->args), params);

	if (name == NULL)
	{
		calls->unclear = true;
		return;
	}
	calls->n++;
	if (is_for_later(calls->stmt) && aud_settings_class(name) != AUD_CLASS_ROLE)
	{
		calls->stmt->what.classes |= aud_settings_class(name);
		aud_stmt_detail(calls->stmt, "setting", name);
		return;
	}
	aud_command_put_setting(calls->stmt, name, value, is_true(lthird(call->args)));
}

static bool
look_into_expression(Node *node, void *arg)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) &&
		aud_builtin_behind(((FuncExpr *) node)->funcid) == F_SET_CONFIG)
		note_call(arg, (FuncExpr *) node);
	return expression_tree_walker(node, look_into_expression, arg);
}

static bool
look_into_plan(PlanState *state, void *arg)
{
	Plan *plan = state->plan;

	look_into_expression((Node *) plan->targetlist, arg);
	look_into_expression((Node *) plan->qual, arg);
	if (IsA(plan, FunctionScan))
		look_into_expression((Node *) ((FunctionScan *) plan)->functions, arg);
	if (IsA(plan, Result))
		look_into_expression(((Result *) plan)->resconstantqual, arg);
	return planstate_tree_walker(state, look_into_plan, arg);
}

static void
look_into_query(void *arg)
{
	AudCalls *calls = arg;

	look_into_plan(calls->query_desc->planstate, calls);
}

/* Compare before and after. */
static void
compare(AudStmt *stmt)
{
	stmt->settings.unclear = true;
	stmt->effects.compare_settings = true;
	stmt->effects.decide = true;
}

void
aud_command_set_config_planned(AudStmt *stmt, QueryDesc *query_desc)
{
	AudCalls calls = {.stmt = stmt, .query_desc = query_desc};

	stmt->settings.called = false;
	if (stmt->body.host != NULL)
		calls.stmt = stmt->body.host;
	if (query_desc->planstate == NULL || !aud_safely(look_into_query, &calls) ||
		calls.n != 1 || calls.unclear)
		calls.unclear = true;
	if (is_for_later(calls.stmt))
	{
		stmt->settings.called_later = true;
		stmt->what.tag = calls.stmt->what.tag;
	}
	else if (calls.unclear)
		compare(calls.stmt);
}

void
aud_command_function_called(AudStmt *stmt, Oid funcid, bool starting)
{
	AudStmt *speaker = stmt->body.host != NULL ? stmt->body.host : stmt;

	switch (funcid)
	{
		case F_SET_CONFIG:
			speaker->what.classes |= AUD_CLASS_MISC_SET;
			if (starting)
				stmt->settings.called = true; /* the plan will tell */
			else
				compare(speaker);
			break;
		case F_PG_RELOAD_CONF:
			speaker->what.classes |= AUD_CLASS_CONFIG;
			speaker->effects.decide = true;
			break;
		default:
			break;
	}
}

void
aud_command_function_entered(AudStmt *stmt)
{
	AudRoles now = aud_roles_acting();

	if (stmt->roles.by_function || now.current == stmt->roles.entered.current ||
		now.current == stmt->roles.noted.current || aud_roles_are_borrowed())
		return;
	stmt->roles.by_function = true;
	stmt->roles.from = stmt->roles.entered;
	stmt->roles.to = now;
	aud_stmt_detail_flag(stmt, "local");
	aud_command_roles_changed(stmt);
}
