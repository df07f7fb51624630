/*-------------------------------------------------------------------------
 *
 * builtin.c
 *	  Functions whose effect depends on their arguments: what one call says.
 *
 * The object access hook says that such a function is called, and nothing
 * about its arguments.  Those that are constants or parameters are found by
 * builtin_plan.c; what is computed while the query runs is not known then and
 * shown as "?".
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
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "facts/reach.h"
#include "record/text.h"
#include "server/safely.h"

/* Longest argument that is kept, and how many. */
#define ARGUMENT_MAX  256
#define ARGUMENTS_MAX 8

/* What these functions read of a table, they read of all its columns. */
static const AudUse whole_table = {.all = true};

static const AudCall *
find(Oid funcid)
{
	const AudFunctionName *function;

	if (funcid < FirstNormalObjectId)
		return aud_reach_builtin(funcid);
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
	aud_json_lit_key(&b, "arguments");
	aud_buf_char(&b, '[');
	foreach (lc, site->args)
	{
		char *text = text_of(search, lfirst(lc));

		if (n == ARGUMENTS_MAX)
			break;
		if (n++ > 0)
			aud_buf_char(&b, ',');
		if (text == NULL)
			aud_buf_lit(&b, "\"?\"");
		else
			search->stmt->detail_redacted |=
				aud_text_append_value(&b, text, ARGUMENT_MAX);
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
		aud_objects_add_used(search->stmt, oid, access, &whole_table);
}

/* The value behind this name, where names and values take turns. */
static Node *
argument_named(const AudSearch *search, const AudCallSite *site, const char *name)
{
	for (int i = 0; i + 1 < list_length(site->args); i += 2)
	{
		const char *text = text_of(search, list_nth(site->args, i));

		if (text != NULL && strcmp(text, name) == 0)
			return list_nth(site->args, i + 1);
	}
	return NULL;
}

static void
add_relation_of_schema(const AudSearch *search, Node *schema, Node *relation,
					   int access)
{
	char *schema_name = schema != NULL ? text_of(search, schema) : NULL;
	char *name = relation != NULL ? text_of(search, relation) : NULL;
	Oid   oid;

	if (schema_name == NULL || name == NULL)
		return;
	oid = RangeVarGetRelid(makeRangeVar(schema_name, name, -1), NoLock, true);
	if (OidIsValid(oid))
		aud_objects_add_used(search->stmt, oid, access, &whole_table);
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

void
aud_builtin_add_call(const AudSearch *search, const AudCallSite *site)
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
		case AUD_CALL_STATISTICS:
			add_relation_of_schema(search,
								   argument(site, 0),
								   argument(site, 1),
								   call->access);
			break;
		case AUD_CALL_STATISTICS_PAIRS:
			add_relation_of_schema(search,
								   argument_named(search, site, "schemaname"),
								   argument_named(search, site, "relname"),
								   call->access);
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
