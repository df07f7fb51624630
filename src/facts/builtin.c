/*-------------------------------------------------------------------------
 *
 * builtin.c
 *	  Functions that do what only their arguments tell.
 *
 * The object access hook says that such a function is called, and nothing
 * about its arguments.  They are looked for in the plan, once its executor
 * has started, and only if the hook has reported one of these functions.  What
 * is computed while the query runs is not known then and shown as "?".  Those
 * of an expression that no executor runs are looked for when it is planned.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "libpq/libpq-fs.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "core/json_write.h"
#include "facts/builtin.h"
#include "facts/classify.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "facts/reach.h"
#include "record/text.h"
#include "server/safely.h"

/* Longest argument that is kept, and how many. */
#define ARGUMENT_MAX  256
#define ARGUMENTS_MAX 8

/* By number: the names that fmgroids.h gives them change with their overloads. */
static const AudCall builtins[] = {
	{715, AUD_CALL_LO, AUD_ACCESS_CREATE},        /* lo_create */
	{764, AUD_CALL_LO_IMPORT, 0},                 /* lo_import */
	{765, AUD_CALL_LO_EXPORT, AUD_ACCESS_SELECT}, /* lo_export */
	{767, AUD_CALL_LO_IMPORT, 0},                 /* lo_import */
	{952, AUD_CALL_LO_OPEN, AUD_ACCESS_SELECT},   /* lo_open */
	{954, AUD_CALL_LO_OTHER, AUD_ACCESS_SELECT},  /* loread */
	{955, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE},  /* lowrite */
	{957, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE},  /* lo_creat */
	{964, AUD_CALL_LO, AUD_ACCESS_DROP},          /* lo_unlink */
	{1004, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE}, /* lo_truncate */
	{1574, AUD_CALL_NEXTVAL, AUD_ACCESS_UPDATE},  /* nextval */
	{1575, AUD_CALL_SEQUENCE, AUD_ACCESS_SELECT}, /* currval */
	{1576, AUD_CALL_SEQUENCE, AUD_ACCESS_UPDATE}, /* setval */
	{1765, AUD_CALL_SEQUENCE, AUD_ACCESS_UPDATE}, /* setval */
	{2096, AUD_CALL_ADMIN, 0},                    /* pg_terminate_backend */
	{2171, AUD_CALL_ADMIN, 0},                    /* pg_cancel_backend */
	{2172, AUD_CALL_ADMIN, 0},                    /* pg_backup_start */
	{2274, AUD_CALL_ADMIN, 0},                    /* pg_stat_reset */
	{2307, AUD_CALL_ADMIN, 0},                    /* pg_stat_reset_slru */
	{2621, AUD_CALL_ADMIN, 0},                    /* pg_reload_conf */
	{2622, AUD_CALL_ADMIN, 0},                    /* pg_rotate_logfile */
	{2623, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_stat_file */
	{2624, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_read_file */
	{2625, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_ls_dir */
	{2739, AUD_CALL_ADMIN, 0},                    /* pg_backup_stop */
	{2848, AUD_CALL_ADMIN, 0},                    /* pg_switch_wal */
	{3071, AUD_CALL_ADMIN, 0},                    /* pg_wal_replay_pause */
	{3072, AUD_CALL_ADMIN, 0},                    /* pg_wal_replay_resume */
	{3098, AUD_CALL_ADMIN, 0},                    /* pg_create_restore_point */
	{3172, AUD_CALL_LO_OTHER, AUD_ACCESS_UPDATE}, /* lo_truncate64 */
	{3293, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_read_file */
	{3295, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_read_binary_file */
	{3297, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_ls_dir */
	{3307, AUD_CALL_FILE, AUD_ACCESS_SELECT},     /* pg_stat_file */
	{3329, AUD_CALL_ADMIN, 0},              /* pg_show_all_file_settings */
	{3353, AUD_CALL_ADMIN, 0},              /* pg_ls_logdir */
	{3354, AUD_CALL_ADMIN, 0},              /* pg_ls_waldir */
	{3401, AUD_CALL_ADMIN, 0},              /* pg_hba_file_rules */
	{3436, AUD_CALL_ADMIN, 0},              /* pg_promote */
	{3445, AUD_CALL_ADMIN, 0},              /* pg_import_system_collations */
	{3457, AUD_CALL_LO, AUD_ACCESS_CREATE}, /* lo_from_bytea */
	{3458, AUD_CALL_LO, AUD_ACCESS_SELECT}, /* lo_get */
	{3459, AUD_CALL_LO, AUD_ACCESS_SELECT}, /* lo_get */
	{3460, AUD_CALL_LO, AUD_ACCESS_UPDATE}, /* lo_put */
	{3577, AUD_CALL_ADMIN, 0},              /* pg_logical_emit_message */
	{3578, AUD_CALL_ADMIN, 0},              /* pg_logical_emit_message */
	{3775, AUD_CALL_ADMIN, 0},              /* pg_stat_reset_shared */
	{3776, AUD_CALL_ADMIN, 0},              /* pg_stat_reset_single_table... */
	{3777, AUD_CALL_ADMIN, 0},              /* pg_stat_reset_single_funct... */
	{3779, AUD_CALL_ADMIN, 0},              /* pg_create_physical_replica... */
	{3780, AUD_CALL_ADMIN, 0},              /* pg_drop_replication_slot */
	{3782, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_get_changes */
	{3783, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_get_binary... */
	{3784, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_peek_changes */
	{3785, AUD_CALL_ADMIN, 0},              /* pg_logical_slot_peek_binar... */
	{3786, AUD_CALL_ADMIN, 0},              /* pg_create_logical_replicat... */
	{3826, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_file */
	{3827, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file */
	{3828, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file */
	{3878, AUD_CALL_ADMIN, 0},                /* pg_replication_slot_advance */
	{4099, AUD_CALL_ADMIN, 0},                /* pg_rotate_logfile */
	{4100, AUD_CALL_FILE, AUD_ACCESS_SELECT}, /* pg_read_file */
	{4220, AUD_CALL_ADMIN, 0}, /* pg_copy_physical_replicati... */
	{4221, AUD_CALL_ADMIN, 0}, /* pg_copy_physical_replicati... */
	{4222, AUD_CALL_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4223, AUD_CALL_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4224, AUD_CALL_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4543, AUD_CALL_ADMIN, 0}, /* pg_log_backend_memory_cont... */
	{5029, AUD_CALL_ADMIN, 0}, /* pg_ls_tmpdir */
	{5030, AUD_CALL_ADMIN, 0}, /* pg_ls_tmpdir */
	{5031, AUD_CALL_ADMIN, 0}, /* pg_ls_archive_statusdir */
	{6003, AUD_CALL_ADMIN, 0}, /* pg_replication_origin_create */
	{6004, AUD_CALL_ADMIN, 0}, /* pg_replication_origin_drop */
	{6012, AUD_CALL_ADMIN, 0}, /* pg_replication_origin_advance */
	{6170, AUD_CALL_ADMIN, 0}, /* pg_stat_reset_replication_... */
	{6232, AUD_CALL_ADMIN, 0}, /* pg_stat_reset_subscription... */
	{6250, AUD_CALL_ADMIN, 0}, /* pg_ident_file_mappings */
	{6270, AUD_CALL_ADMIN, 0}, /* pg_ls_logicalsnapdir */
	{6271, AUD_CALL_ADMIN, 0}, /* pg_ls_logicalmapdir */
	{6272, AUD_CALL_ADMIN, 0}, /* pg_ls_replslotdir */
};

static const AudCall *
search(Oid funcid)
{
	int low = 0;
	int high = lengthof(builtins) - 1;

	while (low <= high)
	{
		int middle = (low + high) / 2;

		if (builtins[middle].builtin == funcid)
			return &builtins[middle];
		if (builtins[middle].builtin < funcid)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

/* Functions that are none of these are asked for again and again. */
const AudCall *
aud_builtin_find(Oid funcid)
{
	static Oid     others[64];
	Oid           *other = &others[funcid % lengthof(others)];
	const AudCall *found;

	if (*other == funcid)
		return NULL;
	found = search(funcid);
	if (found == NULL)
		*other = funcid;
	return found;
}

static const AudCall *
find(Oid funcid)
{
	const AudFunctionName *function;

	if (funcid < FirstNormalObjectId)
		return aud_builtin_find(funcid);
	function = aud_names_function(funcid);
	return function != NULL ? function->reach.call : NULL;
}

bool
aud_builtin_is_known(Oid funcid)
{
	return find(funcid) != NULL;
}

Oid
aud_builtin_behind(Oid funcid)
{
	const AudFunctionName *function;

	if (funcid < FirstNormalObjectId)
		return funcid;
	function = aud_names_function(funcid);
	return function != NULL && OidIsValid(function->reach.builtin)
			   ? function->reach.builtin
			   : funcid;
}

void
aud_builtin_called(AudStmt *stmt, Oid funcid)
{
	const AudCall *call = find(funcid);

	/* the default of a column, like GENERATED AS IDENTITY, is no access */
	if (call->kind == AUD_CALL_NEXTVAL && stmt->what.tag == CMDTAG_INSERT)
		return;

	stmt->what.has_builtins = true;
	stmt->what.user_objects = true;
	stmt->what.classes |= aud_classify_access(call->access);
	if (call->access & (AUD_ACCESS_CREATE | AUD_ACCESS_DROP) ||
		call->kind == AUD_CALL_LO_IMPORT)
		stmt->what.classes |= AUD_CLASS_WRITE;
	if (!aud_reach_is_on_server(call))
		return;
	stmt->what.privileged = true;
	aud_objects_add_function(stmt, funcid);
}

/* What the search for arguments goes on with. */
typedef struct AudSearch
{
	AudStmt      *stmt;
	ParamListInfo params; /* or NULL */
} AudSearch;

/* A call in an expression: as a function, or as an operator. */
typedef struct AudCallSite
{
	Oid   funcid;
	List *args;
} AudCallSite;

/* The value of an argument, if it is known before the query runs. */
static bool
value_of(const AudSearch *search, Node *node, Oid *type, Datum *value)
{
	const ParamListInfo params = search->params;

	while (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (IsA(node, Const) && !((Const *) node)->constisnull)
	{
		*type = ((Const *) node)->consttype;
		*value = ((Const *) node)->constvalue;
		return true;
	}
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN &&
		params != NULL && params->paramFetch == NULL &&
		((Param *) node)->paramid <= params->numParams &&
		!params->params[((Param *) node)->paramid - 1].isnull)
	{
		*type = ((Param *) node)->paramtype;
		*value = params->params[((Param *) node)->paramid - 1].value;
		return true;
	}
	return false;
}

/* As text, or NULL where it is not known, or data rather than a name. */
static char *
text_of(const AudSearch *search, Node *node)
{
	Oid   type;
	Datum value;
	Oid   output;
	bool  is_varlena;

	if (!value_of(search, node, &type, &value) || type == BYTEAOID)
		return NULL;
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

static Node *
argument(const AudCallSite *site, int n)
{
	return n < list_length(site->args) ? list_nth(site->args, n) : NULL;
}

/* An alias may have been declared with other types than it should have. */
static bool
oid_of(const AudSearch *search, Node *node, Oid *oid)
{
	Oid   type;
	Datum value;

	if (node == NULL || !value_of(search, node, &type, &value) ||
		get_typlen(type) != sizeof(Oid) || !get_typbyval(type))
		return false;
	*oid = DatumGetObjectId(value);
	return true;
}

/* Show the arguments with the function; a second call has an object of its own. */
static void
add_arguments(const AudSearch *search, const AudCallSite *site)
{
	AudObject *object =
		aud_stmt_find_object(search->stmt, ProcedureRelationId, site->funcid);
	const AudFunctionName *name = aud_names_function(site->funcid);
	char                   json[ARGUMENTS_MAX * (ARGUMENT_MAX + 8)];
	AudBuf                 b;
	int                    n = 0;
	ListCell              *lc;

	if (object == NULL || name == NULL || site->args == NIL)
		return;
	if (object->head_len > name->head_len)
		object = aud_objects_repeat(search->stmt, object, name);
	if (object == NULL)
		return;

	aud_buf_init(&b, json, sizeof(json));
	aud_buf_lit(&b, ",\"arguments\":[");
	foreach (lc, site->args)
	{
		char *text = text_of(search, lfirst(lc));

		if (n == ARGUMENTS_MAX)
			break;
		if (n++ > 0)
			aud_buf_char(&b, ',');
		aud_text_append_value(&b, text != NULL ? text : "?", ARGUMENT_MAX);
	}
	aud_buf_char(&b, ']');
	aud_objects_extend_head(search->stmt, object, b.data, b.len);
}

static void
add_file(const AudSearch *search, Node *path, int access)
{
	char *text = path != NULL ? text_of(search, path) : NULL;

	if (text != NULL)
		aud_objects_add_named(search->stmt, "file", text, access, false);
}

/*
 * Where the argument is not known yet, the function is what can be named.
 * What is created or dropped the server reports itself.
 */
static void
add_large_object(const AudSearch *search, const AudCallSite *site, int access)
{
	Oid oid;

	if (!oid_of(search, argument(site, 0), &oid))
	{
		if (!(access & (AUD_ACCESS_CREATE | AUD_ACCESS_DROP)))
			aud_objects_add_function(search->stmt, site->funcid);
	}
	else if (OidIsValid(oid))
		aud_objects_add_address(search->stmt, LargeObjectRelationId, oid, 0, access);
}

static void
add_sequence(const AudSearch *search, const AudCallSite *site, int access)
{
	Oid oid;

	if (oid_of(search, argument(site, 0), &oid))
		aud_objects_add_relation(search->stmt, oid, access, NULL);
	else
		aud_objects_add_function(search->stmt, site->funcid);
}

/* One that is named by a text, as the function will look it up. */
static Oid
relation_named(const AudSearch *search, Node *node)
{
	char *name = text_of(search, node);
	List *names;

	if (name == NULL)
		return InvalidOid;
	names = textToQualifiedNameList(cstring_to_text(name));
	return RangeVarGetRelid(makeRangeVarFromNameList(names), NoLock, true);
}

/*
 * These functions take a regclass, be it after a page, or else a name first.
 * Pages that were read before belong to the function that has read them.
 */
static void
add_relation(const AudSearch *search, const AudCallSite *site, int access)
{
	Node     *first = argument(site, 0);
	Oid       oid = InvalidOid;
	ListCell *lc;

	foreach (lc, site->args)
	{
		if (exprType(lfirst(lc)) == REGCLASSOID &&
			oid_of(search, lfirst(lc), &oid))
			break;
	}
	if (!OidIsValid(oid) && first != NULL &&
		(exprType(first) == TEXTOID || exprType(first) == NAMEOID))
		oid = relation_named(search, first);
	if (OidIsValid(oid))
		aud_objects_add_relation(search->stmt, oid, access, NULL);
}

/* lo_open for writing. */
static int
open_access(const AudSearch *search, Node *node)
{
	Oid   type;
	Datum mode;

	if (node != NULL && value_of(search, node, &type, &mode) &&
		type == INT4OID && (DatumGetInt32(mode) & INV_WRITE))
	{
		search->stmt->what.classes |= AUD_CLASS_WRITE;
		return AUD_ACCESS_SELECT | AUD_ACCESS_UPDATE;
	}
	return AUD_ACCESS_SELECT;
}

static void
add_call(const AudSearch *search, const AudCallSite *site)
{
	const AudCall *call = find(site->funcid);

	if (aud_reach_is_on_server(call))
		add_arguments(search, site);
	switch (call->kind)
	{
		case AUD_CALL_FILE:
			add_file(search, argument(site, 0), call->access);
			break;
		case AUD_CALL_RELATION:
			add_relation(search, site, call->access);
			break;
		case AUD_CALL_LO:
			add_large_object(search, site, call->access);
			break;
		case AUD_CALL_LO_OPEN:
			add_large_object(search, site, open_access(search, argument(site, 1)));
			break;
		case AUD_CALL_LO_IMPORT:
			add_file(search, argument(site, 0), AUD_ACCESS_COPY_FROM);
			break;
		case AUD_CALL_LO_EXPORT:
			add_large_object(search, site, call->access);
			add_file(search, argument(site, 1), AUD_ACCESS_COPY_TO);
			break;
		case AUD_CALL_SEQUENCE:
		case AUD_CALL_NEXTVAL:
			add_sequence(search, site, call->access);
			break;
		case AUD_CALL_ADMIN:
		case AUD_CALL_LO_OTHER:
			break;
	}
}

/* Is this the call of a function that counts?  Operators have functions, too. */
static bool
is_call(Node *node, AudCallSite *site)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			site->funcid = ((FuncExpr *) node)->funcid;
			site->args = ((FuncExpr *) node)->args;
			break;
		case T_OpExpr:
			site->funcid = ((OpExpr *) node)->opfuncid;
			site->args = ((OpExpr *) node)->args;
			break;
		default:
			return false;
	}
	return OidIsValid(site->funcid) && find(site->funcid) != NULL;
}

static bool
search_expression(Node *node, AudSearch *search)
{
	AudCallSite site;

	if (node == NULL)
		return false;
	if (is_call(node, &site))
		add_call(search, &site);
	if (IsA(node, RangeTblFunction))
		return search_expression(((RangeTblFunction *) node)->funcexpr, search);
	return expression_tree_walker(node, search_expression, search);
}

/* Functions first, since their arguments are shown with them. */
static bool
note_call(Node *node, AudStmt *stmt)
{
	AudCallSite site;

	if (node == NULL)
		return false;
	if (is_call(node, &site))
		aud_builtin_called(stmt, site.funcid);
	return expression_tree_walker(node, note_call, stmt);
}

/* Where kinds of plan nodes have expressions of their own. */
static void
search_kind(Plan *plan, AudSearch *search)
{
	switch (nodeTag(plan))
	{
		case T_FunctionScan:
			search_expression((Node *) ((FunctionScan *) plan)->functions,
							  search);
			break;
		case T_Result:
			search_expression(((Result *) plan)->resconstantqual, search);
			break;
		case T_TableFuncScan:
			search_expression((Node *) ((TableFuncScan *) plan)->tablefunc,
							  search);
			break;
		case T_IndexScan:
			search_expression((Node *) ((IndexScan *) plan)->indexqual, search);
			break;
		case T_IndexOnlyScan:
			search_expression((Node *) ((IndexOnlyScan *) plan)->indexqual,
							  search);
			break;
		case T_BitmapIndexScan:
			search_expression((Node *) ((BitmapIndexScan *) plan)->indexqual,
							  search);
			break;
		case T_NestLoop:
		case T_MergeJoin:
		case T_HashJoin:
			search_expression((Node *) ((Join *) plan)->joinqual, search);
			break;
		case T_Limit:
			search_expression(((Limit *) plan)->limitOffset, search);
			search_expression(((Limit *) plan)->limitCount, search);
			break;
		case T_ModifyTable:
			search_expression((Node *) ((ModifyTable *) plan)->returningLists,
							  search);
			search_expression((Node *) ((ModifyTable *) plan)->onConflictSet,
							  search);
			search_expression(((ModifyTable *) plan)->onConflictWhere, search);
			search_expression((Node *) ((ModifyTable *) plan)->withCheckOptionLists,
							  search);
			search_expression((Node *) ((ModifyTable *) plan)->mergeActionLists,
							  search);
			break;
		default:
			break;
	}
}

static bool
search_node(PlanState *state, AudSearch *search)
{
	Plan *plan = state->plan;

	search_expression((Node *) plan->targetlist, search);
	search_expression((Node *) plan->qual, search);
	search_kind(plan, search);
	return planstate_tree_walker(state, search_node, search);
}

typedef struct AudPlanSearch
{
	AudSearch  search;
	PlanState *plan;
} AudPlanSearch;

static void
search_plan(void *arg)
{
	AudPlanSearch *of = arg;

	search_node(of->plan, &of->search);
}

void
aud_builtin_add_arguments(AudStmt *stmt, const QueryDesc *query_desc)
{
	AudPlanSearch of = {{stmt, query_desc->params}, query_desc->planstate};

	stmt->what.has_builtins = false;
	if (query_desc->planstate != NULL)
		aud_safely(search_plan, &of);
}

/* Any node with VALUES lists in it?  Goes on with all of them. */
typedef struct AudValuesSearch
{
	AudSearch  search;
	PlanState *plan;
	bool       found;
} AudValuesSearch;

static bool
search_values(PlanState *state, AudValuesSearch *of)
{
	if (IsA(state->plan, ValuesScan))
	{
		Node *lists = (Node *) ((ValuesScan *) state->plan)->values_lists;

		note_call(lists, of->search.stmt);
		search_expression(lists, &of->search);
		of->found = true;
	}
	return planstate_tree_walker(state, search_values, of);
}

static void
search_all_values(void *arg)
{
	AudValuesSearch *of = arg;

	search_values(of->plan, of);
}

bool
aud_builtin_add_values(AudStmt *stmt, AudStmt *of, const QueryDesc *query_desc)
{
	AudValuesSearch search = {{stmt, query_desc->params},
							  query_desc->planstate,
							  false};

	if (of->what.has_values)
		return true;
	if (query_desc->planstate != NULL)
		aud_safely(search_all_values, &search);
	of->what.has_values = search.found;
	return search.found;
}

typedef struct AudCallList
{
	Oid *functions;
	int  n;
	int  max;
} AudCallList;

static bool
list_calls(Node *node, AudCallList *list)
{
	AudCallSite site;

	if (node == NULL)
		return false;
	if (is_call(node, &site) && list->n < list->max)
		list->functions[list->n++] = site.funcid;
	return expression_tree_walker(node, list_calls, list);
}

int
aud_builtin_list_calls(Node *expression, Oid *functions, int max)
{
	AudCallList list = {functions, 0, max};

	list_calls(expression, &list);
	return list.n;
}

typedef struct AudExpressionSearch
{
	AudSearch search;
	Node     *expression;
} AudExpressionSearch;

static void
search_alone(void *arg)
{
	AudExpressionSearch *of = arg;

	note_call(of->expression, of->search.stmt);
	search_expression(of->expression, &of->search);
}

void
aud_builtin_add_expression(AudStmt *stmt, Node *expression)
{
	AudExpressionSearch of = {{stmt, NULL}, expression};

	aud_safely(search_alone, &of);
}
