/*-------------------------------------------------------------------------
 *
 * plpgsql_target.c
 *	  Where PL/pgSQL puts the result of what it is about to run.
 *
 * There is no hook for this that could be shared: PL/pgSQL has room for one
 * plugin, and debuggers and profilers take it.  But each function that runs has
 * an entry in error_context_stack with its state, which has the statement in it.
 *
 * What we rely on, to be checked in a new major version: SPI's own entry lies
 * directly on that of the function while a query of it is planned or started,
 * and of PL/pgSQL's callbacks only that of a running function can be there (the
 * others belong to the compiler, which runs no query).  So we learn which one
 * it is, and look for no other from then on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dlfcn.h>

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "plpgsql.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/redact/redact.h"
#include "server/guc_redact.h"
#include "server/plpgsql_target.h"

/* Above the function: SPI, and what the parser and the planner have put there. */
#define ENTRIES_MAX 4

typedef void (*Callback)(void *arg);

static Callback of_function; /* NULL: not known yet */
static Callback of_others;   /* the last one that was found to be no such */

static bool
is_plpgsql(Callback callback)
{
	static const char library[] = "plpgsql" DLSUFFIX;
	Dl_info           info;
	size_t            len;

	if (callback == of_others ||
		dladdr((void *) (uintptr_t) callback, &info) == 0 ||
		info.dli_fname == NULL)
		return false;
	len = strlen(info.dli_fname);
	return len >= sizeof(library) - 1 &&
		   strcmp(info.dli_fname + len - (sizeof(library) - 1), library) == 0;
}

/* A query is about to be planned or to run: is a function below SPI's entry? */
static void
learn(void)
{
	const ErrorContextCallback *below;

	if (of_function != NULL || error_context_stack == NULL)
		return;
	below = error_context_stack->previous;
	if (below == NULL || below->callback == NULL)
		return;
	if (is_plpgsql(below->callback))
		of_function = below->callback;
	else
		of_others = below->callback;
}

/* The innermost function; NULL: there is none close by. */
static const PLpgSQL_execstate *
running(void)
{
	const ErrorContextCallback *entry = error_context_stack;

	for (int i = 0; i < ENTRIES_MAX && entry != NULL; i++)
	{
		if (entry->callback == of_function)
			return entry->arg;
		entry = entry->previous;
	}
	return NULL;
}

/* ---- names ---------------------------------------------------------------- */

static bool
is_secret(const char *name)
{
	return name != NULL &&
		   aud_redact_is_secret_key(aud_guc_redact(), name, strlen(name));
}

static bool
has_secret_field(const PLpgSQL_row *row)
{
	for (int i = 0; i < row->nfields; i++)
	{
		if (is_secret(row->fieldnames[i]))
			return true;
	}
	return false;
}

static bool
has_secret_column(Oid type)
{
	Oid       relid = get_typ_typrelid(getBaseType(type));
	HeapTuple tuple;
	int       count;

	if (!OidIsValid(relid))
		return false;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return false;
	count = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
	ReleaseSysCache(tuple);
	for (int i = 1; i <= count; i++)
	{
		char *name = get_attname(relid, (AttrNumber) i, true);
		bool  secret = is_secret(name);

		if (name != NULL)
			pfree(name);
		if (secret)
			return true;
	}
	return false;
}

static bool
is_secret_variable(const PLpgSQL_variable *variable, bool may_read_catalog)
{
	const PLpgSQL_rec *rec;

	if (variable == NULL)
		return false;
	if (variable->dtype == PLPGSQL_DTYPE_ROW)
		return has_secret_field((const PLpgSQL_row *) variable);
	if (is_secret(variable->refname))
		return true;
	rec = (const PLpgSQL_rec *) variable;
	return may_read_catalog && variable->dtype == PLPGSQL_DTYPE_REC &&
		   rec->rectypeid != RECORDOID && has_secret_column(rec->rectypeid);
}

/* What is assigned to: a variable, or a field of a record. */
static bool
is_secret_datum(const PLpgSQL_datum *datum)
{
	if (datum->dtype == PLPGSQL_DTYPE_RECFIELD)
		return is_secret(((const PLpgSQL_recfield *) datum)->fieldname);
	return is_secret_variable((const PLpgSQL_variable *) datum, false);
}

static bool
has_secret_argument(const PLpgSQL_execstate *estate, int cursor)
{
	const PLpgSQL_var *var = (const PLpgSQL_var *) estate->datums[cursor];

	return var->cursor_explicit_argrow >= 0 &&
		   has_secret_field(
			   (const PLpgSQL_row *) estate->datums[var->cursor_explicit_argrow]);
}

/* ---- statements ----------------------------------------------------------- */

/* Is the text that of the arguments, and not the cursor's own?  NULL: either. */
static bool
is_of(const PLpgSQL_expr *expr, const char *text, size_t len)
{
	return expr != NULL &&
		   (text == NULL ||
			(strlen(expr->query) == len && memcmp(expr->query, text, len) == 0));
}

static bool
gives_to_secret(const PLpgSQL_execstate *estate, const char *text, size_t len,
				bool may_read_catalog)
{
	const PLpgSQL_stmt            *stmt = estate->err_stmt;
	const PLpgSQL_stmt_execsql    *sql = (const PLpgSQL_stmt_execsql *) stmt;
	const PLpgSQL_stmt_dynexecute *dynamic = (const void *) stmt;
	const PLpgSQL_stmt_open       *open = (const PLpgSQL_stmt_open *) stmt;
	const PLpgSQL_stmt_forc       *loop = (const PLpgSQL_stmt_forc *) stmt;

	if (estate->err_var != NULL && is_secret(estate->err_var->refname))
		return true;
	if (stmt == NULL)
		return false;
	switch (stmt->cmd_type)
	{
		case PLPGSQL_STMT_ASSIGN:
			return text == NULL &&
				   is_secret_datum(
					   estate->datums[((const PLpgSQL_stmt_assign *) stmt)->varno]);
		case PLPGSQL_STMT_EXECSQL:
			return sql->into && is_secret_variable(sql->target, may_read_catalog);
		case PLPGSQL_STMT_DYNEXECUTE:
			return dynamic->into &&
				   is_secret_variable(dynamic->target, may_read_catalog);
		case PLPGSQL_STMT_OPEN:
			return is_of(open->argquery, text, len) &&
				   has_secret_argument(estate, open->curvar);
		case PLPGSQL_STMT_FORC:
			if (is_of(loop->argquery, text, len))
				return has_secret_argument(estate, loop->curvar);
			return is_secret_variable(loop->var, may_read_catalog);
		case PLPGSQL_STMT_FORS:
		case PLPGSQL_STMT_DYNFORS:
			return is_secret_variable(((const PLpgSQL_stmt_forq *) stmt)->var,
									  may_read_catalog);
		default:
			return false;
	}
}

bool
aud_plpgsql_gives_to_secret(const char *text, size_t len, bool may_read_catalog)
{
	const PLpgSQL_execstate *estate;

	if (may_read_catalog)
		learn();
	if (of_function == NULL || aud_guc_redact()->mode == AUD_REDACT_NONE)
		return false;
	estate = running();
	return estate != NULL && gives_to_secret(estate, text, len, may_read_catalog);
}

bool
aud_plpgsql_is_giving_to_secret(void)
{
	return aud_plpgsql_gives_to_secret(NULL, 0, false);
}
