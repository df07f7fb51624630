/*-------------------------------------------------------------------------
 *
 * builtin.c
 *	  Functions of the server itself whose effect depends on their
 *	  arguments.
 *
 * The object access hook says that such a function is called, and nothing
 * about its arguments.  They are looked for in the plan, once its executor
 * has started, and only if the hook has reported one of these functions.  What
 * is computed while the query runs is not known then and shown as "?".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_largeobject.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "libpq/libpq-fs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "core/json_write.h"
#include "facts/builtin.h"
#include "facts/classify.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "record/text.h"
#include "server/safely.h"

/* Longest argument that is kept, and how many. */
#define ARGUMENT_MAX  256
#define ARGUMENTS_MAX 8

typedef enum AudBuiltinKind
{
	AUD_BUILTIN_ADMIN,     /* named, with its arguments */
	AUD_BUILTIN_FILE,      /* the same, and the first is a path */
	AUD_BUILTIN_LO,        /* the first is a large object */
	AUD_BUILTIN_LO_OPEN,   /* the second is the mode */
	AUD_BUILTIN_LO_IMPORT, /* the first is a path */
	AUD_BUILTIN_LO_EXPORT, /* a large object and a path */
	AUD_BUILTIN_LO_OTHER,  /* does not say which large object */
	AUD_BUILTIN_SEQUENCE,  /* the first is a sequence */
	AUD_BUILTIN_NEXTVAL,
} AudBuiltinKind;

typedef struct AudBuiltin
{
	Oid            funcid;
	AudBuiltinKind kind;
	int            access;
} AudBuiltin;

/* By number: the names that fmgroids.h gives them change with their overloads. */
static const AudBuiltin builtins[] = {
	{715, AUD_BUILTIN_LO, AUD_ACCESS_CREATE},        /* lo_create */
	{764, AUD_BUILTIN_LO_IMPORT, 0},                 /* lo_import */
	{765, AUD_BUILTIN_LO_EXPORT, AUD_ACCESS_SELECT}, /* lo_export */
	{767, AUD_BUILTIN_LO_IMPORT, 0},                 /* lo_import */
	{952, AUD_BUILTIN_LO_OPEN, AUD_ACCESS_SELECT},   /* lo_open */
	{954, AUD_BUILTIN_LO_OTHER, AUD_ACCESS_SELECT},  /* loread */
	{955, AUD_BUILTIN_LO_OTHER, AUD_ACCESS_UPDATE},  /* lowrite */
	{957, AUD_BUILTIN_LO_OTHER, AUD_ACCESS_UPDATE},  /* lo_creat */
	{964, AUD_BUILTIN_LO, AUD_ACCESS_DROP},          /* lo_unlink */
	{1004, AUD_BUILTIN_LO_OTHER, AUD_ACCESS_UPDATE}, /* lo_truncate */
	{1574, AUD_BUILTIN_NEXTVAL, AUD_ACCESS_UPDATE},  /* nextval */
	{1575, AUD_BUILTIN_SEQUENCE, AUD_ACCESS_SELECT}, /* currval */
	{1576, AUD_BUILTIN_SEQUENCE, AUD_ACCESS_UPDATE}, /* setval */
	{1765, AUD_BUILTIN_SEQUENCE, AUD_ACCESS_UPDATE}, /* setval */
	{2096, AUD_BUILTIN_ADMIN, 0},                    /* pg_terminate_backend */
	{2171, AUD_BUILTIN_ADMIN, 0},                    /* pg_cancel_backend */
	{2172, AUD_BUILTIN_ADMIN, 0},                    /* pg_backup_start */
	{2274, AUD_BUILTIN_ADMIN, 0},                    /* pg_stat_reset */
	{2307, AUD_BUILTIN_ADMIN, 0},                    /* pg_stat_reset_slru */
	{2621, AUD_BUILTIN_ADMIN, 0},                    /* pg_reload_conf */
	{2622, AUD_BUILTIN_ADMIN, 0},                    /* pg_rotate_logfile */
	{2623, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_stat_file */
	{2624, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_read_file */
	{2625, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_ls_dir */
	{2739, AUD_BUILTIN_ADMIN, 0},                    /* pg_backup_stop */
	{2848, AUD_BUILTIN_ADMIN, 0},                    /* pg_switch_wal */
	{3071, AUD_BUILTIN_ADMIN, 0},                    /* pg_wal_replay_pause */
	{3072, AUD_BUILTIN_ADMIN, 0},                    /* pg_wal_replay_resume */
	{3098, AUD_BUILTIN_ADMIN, 0}, /* pg_create_restore_point */
	{3172, AUD_BUILTIN_LO_OTHER, AUD_ACCESS_UPDATE}, /* lo_truncate64 */
	{3293, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_read_file */
	{3295, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_read_binary_file */
	{3297, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_ls_dir */
	{3307, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT},     /* pg_stat_file */
	{3329, AUD_BUILTIN_ADMIN, 0},              /* pg_show_all_file_settings */
	{3353, AUD_BUILTIN_ADMIN, 0},              /* pg_ls_logdir */
	{3354, AUD_BUILTIN_ADMIN, 0},              /* pg_ls_waldir */
	{3401, AUD_BUILTIN_ADMIN, 0},              /* pg_hba_file_rules */
	{3436, AUD_BUILTIN_ADMIN, 0},              /* pg_promote */
	{3445, AUD_BUILTIN_ADMIN, 0},              /* pg_import_system_collations */
	{3457, AUD_BUILTIN_LO, AUD_ACCESS_CREATE}, /* lo_from_bytea */
	{3458, AUD_BUILTIN_LO, AUD_ACCESS_SELECT}, /* lo_get */
	{3459, AUD_BUILTIN_LO, AUD_ACCESS_SELECT}, /* lo_get */
	{3460, AUD_BUILTIN_LO, AUD_ACCESS_UPDATE}, /* lo_put */
	{3577, AUD_BUILTIN_ADMIN, 0},              /* pg_logical_emit_message */
	{3578, AUD_BUILTIN_ADMIN, 0},              /* pg_logical_emit_message */
	{3775, AUD_BUILTIN_ADMIN, 0},              /* pg_stat_reset_shared */
	{3776, AUD_BUILTIN_ADMIN, 0}, /* pg_stat_reset_single_table... */
	{3777, AUD_BUILTIN_ADMIN, 0}, /* pg_stat_reset_single_funct... */
	{3779, AUD_BUILTIN_ADMIN, 0}, /* pg_create_physical_replica... */
	{3780, AUD_BUILTIN_ADMIN, 0}, /* pg_drop_replication_slot */
	{3782, AUD_BUILTIN_ADMIN, 0}, /* pg_logical_slot_get_changes */
	{3783, AUD_BUILTIN_ADMIN, 0}, /* pg_logical_slot_get_binary... */
	{3784, AUD_BUILTIN_ADMIN, 0}, /* pg_logical_slot_peek_changes */
	{3785, AUD_BUILTIN_ADMIN, 0}, /* pg_logical_slot_peek_binar... */
	{3786, AUD_BUILTIN_ADMIN, 0}, /* pg_create_logical_replicat... */
	{3826, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT}, /* pg_read_file */
	{3827, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file */
	{3828, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT}, /* pg_read_binary_file */
	{3878, AUD_BUILTIN_ADMIN, 0}, /* pg_replication_slot_advance */
	{4099, AUD_BUILTIN_ADMIN, 0}, /* pg_rotate_logfile */
	{4100, AUD_BUILTIN_FILE, AUD_ACCESS_SELECT}, /* pg_read_file */
	{4220, AUD_BUILTIN_ADMIN, 0}, /* pg_copy_physical_replicati... */
	{4221, AUD_BUILTIN_ADMIN, 0}, /* pg_copy_physical_replicati... */
	{4222, AUD_BUILTIN_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4223, AUD_BUILTIN_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4224, AUD_BUILTIN_ADMIN, 0}, /* pg_copy_logical_replicatio... */
	{4543, AUD_BUILTIN_ADMIN, 0}, /* pg_log_backend_memory_cont... */
	{5029, AUD_BUILTIN_ADMIN, 0}, /* pg_ls_tmpdir */
	{5030, AUD_BUILTIN_ADMIN, 0}, /* pg_ls_tmpdir */
	{5031, AUD_BUILTIN_ADMIN, 0}, /* pg_ls_archive_statusdir */
	{6003, AUD_BUILTIN_ADMIN, 0}, /* pg_replication_origin_create */
	{6004, AUD_BUILTIN_ADMIN, 0}, /* pg_replication_origin_drop */
	{6012, AUD_BUILTIN_ADMIN, 0}, /* pg_replication_origin_advance */
	{6170, AUD_BUILTIN_ADMIN, 0}, /* pg_stat_reset_replication_... */
	{6232, AUD_BUILTIN_ADMIN, 0}, /* pg_stat_reset_subscription... */
	{6250, AUD_BUILTIN_ADMIN, 0}, /* pg_ident_file_mappings */
	{6270, AUD_BUILTIN_ADMIN, 0}, /* pg_ls_logicalsnapdir */
	{6271, AUD_BUILTIN_ADMIN, 0}, /* pg_ls_logicalmapdir */
	{6272, AUD_BUILTIN_ADMIN, 0}, /* pg_ls_replslotdir */
};

static const AudBuiltin *
search(Oid funcid)
{
	int low = 0;
	int high = lengthof(builtins) - 1;

	while (low <= high)
	{
		int middle = (low + high) / 2;

		if (builtins[middle].funcid == funcid)
			return &builtins[middle];
		if (builtins[middle].funcid < funcid)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

/* Functions that are none of these are asked for again and again. */
static const AudBuiltin *
find(Oid funcid)
{
	static Oid        others[64];
	Oid              *other = &others[funcid % lengthof(others)];
	const AudBuiltin *found;

	if (*other == funcid)
		return NULL;
	found = search(funcid);
	if (found == NULL)
		*other = funcid;
	return found;
}

bool
aud_builtin_is_known(Oid funcid)
{
	return find(funcid) != NULL;
}

static bool
is_on_server(AudBuiltinKind kind)
{
	return kind == AUD_BUILTIN_ADMIN || kind == AUD_BUILTIN_FILE ||
		   kind == AUD_BUILTIN_LO_IMPORT || kind == AUD_BUILTIN_LO_EXPORT;
}

void
aud_builtin_called(AudStmt *stmt, Oid funcid)
{
	const AudBuiltin *builtin = find(funcid);

	/* the default of a column, like GENERATED AS IDENTITY, is no access */
	if (builtin->kind == AUD_BUILTIN_NEXTVAL && stmt->what.tag == CMDTAG_INSERT)
		return;

	stmt->what.has_builtins = true;
	stmt->what.user_objects = true;
	stmt->what.classes |= aud_classify_access(builtin->access);
	if (builtin->access & (AUD_ACCESS_CREATE | AUD_ACCESS_DROP) ||
		builtin->kind == AUD_BUILTIN_LO_IMPORT)
		stmt->what.classes |= AUD_CLASS_WRITE;
	if (!is_on_server(builtin->kind))
		return;
	stmt->what.privileged = true;
	aud_objects_add_function(stmt, funcid);
}

/* What the search for arguments goes on with. */
typedef struct AudSearch
{
	AudStmt         *stmt;
	const QueryDesc *query_desc;
} AudSearch;

/* The value of an argument, if it is known before the query runs. */
static bool
value_of(const AudSearch *search, Node *node, Oid *type, Datum *value)
{
	const ParamListInfo params = search->query_desc->params;

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

static bool
oid_of(const AudSearch *search, List *arguments, Oid *oid)
{
	Oid   type;
	Datum value;

	if (!value_of(search, linitial(arguments), &type, &value))
		return false;
	*oid = DatumGetObjectId(value);
	return true;
}

/* Show the arguments with the function; a second call has an object of its own. */
static void
add_arguments(const AudSearch *search, const FuncExpr *call)
{
	AudObject *object =
		aud_stmt_find_object(search->stmt, ProcedureRelationId, call->funcid);
	const AudFunctionName *name = aud_names_function(call->funcid);
	char                   json[ARGUMENTS_MAX * (ARGUMENT_MAX + 8)];
	AudBuf                 b;
	int                    n = 0;
	ListCell              *lc;

	if (object == NULL || name == NULL || call->args == NIL)
		return;
	if (object->head_len > name->head_len)
		object = aud_objects_repeat(search->stmt, object, name);
	if (object == NULL)
		return;

	aud_buf_init(&b, json, sizeof(json));
	aud_json_lit_key(&b, "arguments");
	aud_buf_char(&b, '[');
	foreach (lc, call->args)
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
	char *text = text_of(search, path);

	if (text != NULL)
		aud_objects_add_named(search->stmt, "file", text, access, false);
}

static void
add_large_object(const AudSearch *search, List *arguments, int access)
{
	Oid oid;

	if (oid_of(search, arguments, &oid) && OidIsValid(oid))
		aud_objects_add_address(search->stmt, LargeObjectRelationId, oid, 0, access);
}

/* lo_open for writing. */
static int
open_access(const AudSearch *search, List *arguments)
{
	Oid   type;
	Datum mode;

	if (value_of(search, lsecond(arguments), &type, &mode) &&
		(DatumGetInt32(mode) & INV_WRITE))
	{
		search->stmt->what.classes |= AUD_CLASS_WRITE;
		return AUD_ACCESS_SELECT | AUD_ACCESS_UPDATE;
	}
	return AUD_ACCESS_SELECT;
}

static void
add_call(const AudSearch *search, const FuncExpr *call)
{
	const AudBuiltin *builtin = find(call->funcid);
	Oid               oid;

	if (is_on_server(builtin->kind))
		add_arguments(search, call);
	switch (builtin->kind)
	{
		case AUD_BUILTIN_FILE:
			add_file(search, linitial(call->args), builtin->access);
			break;
		case AUD_BUILTIN_LO:
			add_large_object(search, call->args, builtin->access);
			break;
		case AUD_BUILTIN_LO_OPEN:
			add_large_object(search, call->args, open_access(search, call->args));
			break;
		case AUD_BUILTIN_LO_IMPORT:
			add_file(search, linitial(call->args), AUD_ACCESS_COPY_FROM);
			break;
		case AUD_BUILTIN_LO_EXPORT:
			add_large_object(search, call->args, builtin->access);
			add_file(search, lsecond(call->args), AUD_ACCESS_COPY_TO);
			break;
		case AUD_BUILTIN_SEQUENCE:
		case AUD_BUILTIN_NEXTVAL:
			if (oid_of(search, call->args, &oid))
				aud_objects_add_relation(search->stmt, oid, builtin->access, NULL);
			break;
		case AUD_BUILTIN_ADMIN:
		case AUD_BUILTIN_LO_OTHER:
			break;
	}
}

static bool
search_expression(Node *node, AudSearch *search)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && find(((FuncExpr *) node)->funcid) != NULL)
		add_call(search, (FuncExpr *) node);
	if (IsA(node, RangeTblFunction))
		return search_expression(((RangeTblFunction *) node)->funcexpr, search);
	return expression_tree_walker(node, search_expression, search);
}

static bool
search_node(PlanState *state, AudSearch *search)
{
	Plan *plan = state->plan;

	search_expression((Node *) plan->targetlist, search);
	search_expression((Node *) plan->qual, search);
	if (IsA(plan, FunctionScan))
		search_expression((Node *) ((FunctionScan *) plan)->functions, search);
	else if (IsA(plan, Result))
		search_expression(((Result *) plan)->resconstantqual, search);
	return planstate_tree_walker(state, search_node, search);
}

static void
search_plan(void *arg)
{
	AudSearch *search = arg;

	search_node(search->query_desc->planstate, search);
}

void
aud_builtin_add_arguments(AudStmt *stmt, const QueryDesc *query_desc)
{
	AudSearch search = {.stmt = stmt, .query_desc = query_desc};

	stmt->what.has_builtins = false;
	if (query_desc->planstate != NULL)
		aud_safely(search_plan, &search);
}
