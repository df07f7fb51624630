/*-------------------------------------------------------------------------
 *
 * denied.c
 *	  "permission denied for function f": which object that is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "facts/denied.h"
#include "facts/objects.h"
#include "server/compat.h"
#include "server/safely.h"

typedef struct AudDeniedKind
{
	const char *message; /* as it is in the server's source */
	const char *type;    /* as pg_identify_object() has it; NULL: look it up */
	Oid         classid; /* where */
} AudDeniedKind;

/* "schema" and its like have one name, and that is all there is to it. */
static const AudDeniedKind kinds[] = {
	{"permission denied for aggregate %s", NULL, ProcedureRelationId},
	{"permission denied for database %s", "database", InvalidOid},
	{"permission denied for foreign server %s", "server", InvalidOid},
	{"permission denied for foreign table %s", NULL, RelationRelationId},
	{"permission denied for foreign-data wrapper %s",
	 "foreign-data wrapper",
	 InvalidOid},
	{"permission denied for function %s", NULL, ProcedureRelationId},
	{"permission denied for language %s", "language", InvalidOid},
	{"permission denied for large object %s", "large object", InvalidOid},
	{"permission denied for large object %u", "large object", InvalidOid},
	{"permission denied for materialized view %s", NULL, RelationRelationId},
	{"permission denied for parameter %s", "parameter", InvalidOid},
	{"permission denied to set parameter \"%s\"", "parameter", InvalidOid},
	{"permission denied for procedure %s", NULL, ProcedureRelationId},
	{"permission denied for routine %s", NULL, ProcedureRelationId},
	{"permission denied for schema %s", "schema", InvalidOid},
	{"permission denied for sequence %s", NULL, RelationRelationId},
	{"permission denied for table %s", NULL, RelationRelationId},
	{"permission denied for tablespace %s", "tablespace", InvalidOid},
	{"permission denied for type %s", NULL, TypeRelationId},
	{"permission denied for view %s", NULL, RelationRelationId},
};

static const AudDeniedKind *
find_kind(const char *message_id)
{
	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		if (strcmp(kinds[i].message, message_id) == 0)
			return &kinds[i];
	}
	return NULL;
}

/*
 * What stands for %s or %u in the message: the text that its format becomes in
 * the language of messages is around it.
 */
static bool
read_name(AudDenied *denied, const char *format, const char *message)
{
	const char *at = strchr(format, '%');
	size_t      before;
	size_t      after;
	size_t      len = strlen(message);

	if (at == NULL || (at[1] != 's' && at[1] != 'u') ||
		strchr(at + 1, '%') != NULL)
		return false;
	before = at - format;
	after = strlen(at + 2);
	if (len <= before + after || len - before - after >= sizeof(denied->name) ||
		strncmp(message, format, before) != 0 ||
		strcmp(message + len - after, at + 2) != 0)
		return false;
	strlcpy(denied->name, message + before, len - before - after + 1);
	return true;
}

void
aud_denied_read(AudDenied *denied, const ErrorData *edata)
{
	denied->kind = NULL;
	denied->looked_up = false;
	denied->n = 0;
	if (edata->sqlerrcode != ERRCODE_INSUFFICIENT_PRIVILEGE ||
		edata->message == NULL || edata->message_id == NULL)
		return;
	denied->kind = find_kind(edata->message_id);
	if (denied->kind == NULL)
		return;
	denied->user = GetUserId();
	if (!read_name(denied,
				   dgettext(edata->domain, edata->message_id),
				   edata->message))
		denied->kind = NULL;
}

bool
aud_denied_is_parameter(const AudDenied *denied)
{
	return denied->kind != NULL && denied->kind->type != NULL &&
		   strcmp(denied->kind->type, "parameter") == 0;
}

bool
aud_denied_needs_look_up(const AudDenied *denied)
{
	return denied->kind != NULL && denied->kind->type == NULL;
}

/* The object of this name among the statement's, or NULL. */
static AudObject *
find_named(AudStmt *stmt, const char *type, const char *name)
{
	size_t room = aud_names_head_room(type, name);
	AudBuf b;

	aud_buf_init(&b, palloc(room), room);
	aud_names_append_head(&b, type, name);
	for (int i = 0; i < stmt->objects.n; i++)
	{
		AudObject *object = &stmt->objects.items[i];

		if (object->head_len == b.len &&
			memcmp(stmt->arena.data + object->head_off, b.data, b.len) == 0)
			return object;
	}
	return NULL;
}

void
aud_denied_name(AudStmt *stmt, const AudDenied *denied)
{
	const char *type;
	const char *name;
	AudObject  *object;

	if (denied->kind == NULL || aud_denied_needs_look_up(denied))
		return;
	type = denied->kind->type;
	name = strcmp(type, "parameter") == 0 || strcmp(type, "large object") == 0
			   ? denied->name
			   : quote_identifier(denied->name);
	object = find_named(stmt, type, name);
	if (object == NULL)
	{
		int before = stmt->objects.n;

		aud_objects_add_named(stmt, type, name, 0, false);
		if (stmt->objects.n > before)
			object = &stmt->objects.items[before];
	}
	if (object != NULL)
		object->denied = true;
}

static void
add_found(AudDenied *denied, Oid oid)
{
	for (int i = 0; i < denied->n; i++)
	{
		if (denied->found[i] == oid)
			return;
	}
	/* of too many none is certain */
	if (denied->n < AUD_DENIED_MAX)
		denied->found[denied->n] = oid;
	denied->n++;
}

/* Functions of this name; in that schema, unless it is InvalidOid. */
static void
find_functions(AudDenied *denied, const char *name, Oid schema)
{
	CatCList *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple    tuple = &list->members[i]->tuple;
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(tuple);

		if ((!OidIsValid(schema) || proc->pronamespace == schema) &&
			AUD_FUNCTION_ACLCHECK(proc->oid, denied->user) != ACLCHECK_OK)
			add_found(denied, proc->oid);
	}
	ReleaseCatCacheList(list);
}

/* The name may be one with its schema, neither of them quoted. */
static void
find_functions_of(AudDenied *denied)
{
	find_functions(denied, denied->name, InvalidOid);
	for (const char *dot = strchr(denied->name, '.'); dot != NULL;
		 dot = strchr(dot + 1, '.'))
	{
		Oid schema =
			get_namespace_oid(pnstrdup(denied->name, dot - denied->name), true);

		if (OidIsValid(schema))
			find_functions(denied, dot + 1, schema);
	}
}

static void
find_relations(AudDenied *denied)
{
	CatCList *list =
		SearchSysCacheList1(RELNAMENSP, CStringGetDatum(denied->name));

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple tuple = &list->members[i]->tuple;

		add_found(denied, ((Form_pg_class) GETSTRUCT(tuple))->oid);
	}
	ReleaseCatCacheList(list);
}

/* The server has spelled it so that it can be read again. */
static void
find_type(AudDenied *denied)
{
	text *name = cstring_to_text(denied->name);
	Oid   type =
		DatumGetObjectId(DirectFunctionCall1(to_regtype, PointerGetDatum(name)));

	if (strcmp(format_type_be(type), denied->name) == 0 &&
		AUD_TYPE_ACLCHECK(type, denied->user) != ACLCHECK_OK)
		add_found(denied, type);
}

typedef struct AudDeniedWork
{
	AudStmt    *stmt;
	AudDenied  *denied;
	const Node *where;
} AudDeniedWork;

/* Does the text of a plan or an expression call this function? */
static bool
mentions(const char *text, Oid funcid)
{
	static const char *const keys[] = {"funcid", "opfuncid", "aggfnoid", "winfnoid"};
	char                     call[40];

	for (size_t i = 0; i < lengthof(keys); i++)
	{
		snprintf(call, sizeof(call), ":%s %u ", keys[i], funcid);
		if (strstr(text, call) != NULL)
			return true;
	}
	return false;
}

/* Which of several functions?  Those that are called there. */
static void
choose_functions(AudDenied *denied, const AudDeniedWork *work)
{
	const AudStmtTarget *target = &work->stmt->target;
	char                *text;
	int                  kept = 0;

	for (int i = 0; i < denied->n; i++)
	{
		if (target->classid == ProcedureRelationId &&
			target->objid == denied->found[i])
		{
			denied->found[0] = denied->found[i];
			denied->n = 1;
			return;
		}
	}
	text = work->where != NULL ? nodeToString(work->where) : pstrdup("");
	for (int i = 0; i < denied->n; i++)
	{
		if (mentions(text, denied->found[i]))
			denied->found[kept++] = denied->found[i];
	}
	denied->n = kept;
}

/* Which of several relations?  The one that the statement names already. */
static void
choose_relation(AudDenied *denied, AudStmt *stmt)
{
	int kept = 0;

	for (int i = 0; i < denied->n; i++)
	{
		if (aud_stmt_find_object(stmt, RelationRelationId, denied->found[i]) !=
			NULL)
			denied->found[kept++] = denied->found[i];
	}
	denied->n = kept == 1 ? 1 : 0;
}

static void
look_up(const AudDeniedWork *work)
{
	AudDenied *denied = work->denied;

	denied->looked_up = true;
	if (denied->kind->classid == ProcedureRelationId)
		find_functions_of(denied);
	else if (denied->kind->classid == RelationRelationId)
		find_relations(denied);
	else
		find_type(denied);
	if (denied->n > AUD_DENIED_MAX)
		denied->n = 0;
	if (denied->n > 1 && denied->kind->classid == ProcedureRelationId)
		choose_functions(denied, work);
	else if (denied->n > 1)
		choose_relation(denied, work->stmt);
}

static void
add(void *arg)
{
	const AudDeniedWork *work = arg;
	AudDenied           *denied = work->denied;
	Oid                  classid = denied->kind->classid;

	if (!denied->looked_up)
		look_up(work);
	for (int i = 0; i < denied->n && !work->stmt->place.silent; i++)
	{
		Oid        oid = denied->found[i];
		AudObject *object = aud_stmt_find_object(work->stmt, classid, oid);

		/* GRANT and its like have said already what they do with it */
		if (object == NULL && classid == ProcedureRelationId)
			aud_objects_add_function(work->stmt, oid);
		else if (object == NULL)
			aud_objects_add_address(work->stmt, classid, oid, 0, 0);
		object = aud_stmt_find_object(work->stmt, classid, oid);
		if (object != NULL)
			object->denied = true;
	}
}

void
aud_denied_look_up(AudStmt *stmt, AudDenied *denied, const Node *where)
{
	AudDeniedWork work = {.stmt = stmt, .denied = denied, .where = where};
	int           n = denied->n;

	if (!aud_denied_needs_look_up(denied))
		return;
	if (!aud_safely_in_catch(add, &work) && n == 0)
	{
		denied->looked_up = true; /* once is enough */
		denied->n = 0;
	}
}
