/*-------------------------------------------------------------------------
 *
 * redact_stmt.c
 *	  What of a statement is hidden for secaudit.redact_tags.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/prepare.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

#include "core/redact/redact.h"
#include "facts/body.h"
#include "facts/redact_known.h"
#include "facts/redact_stmt.h"
#include "facts/redact_touched.h"
#include "server/guc_redact.h"
#include "server/plpgsql_target.h"

/* More places than these in a text of no statement: all are hidden. */
#define TEXT_PLACES_MAX 1024

static void
hide_known(AudStmt *stmt, const AudKnownText *known, size_t start)
{
	if (known->unclear)
		aud_stmt_hide_all(stmt);
	else
		aud_stmt_hide(stmt, known->at, known->n, start, known->params);
	stmt->text.hidden.touched = known->touched;
}

static void
hide_all(AudStmt *stmt)
{
	aud_stmt_hide_all(stmt);
	stmt->text.hidden.touched = true;
}

/* As parse analysis has it; false if that does not know the text. */
static bool
hide_places(AudStmt *stmt)
{
	size_t              start;
	const AudKnownText *known =
		aud_redact_known_use(stmt->text.data, stmt->text.len, &start);

	if (known != NULL)
		hide_known(stmt, known, start);
	return known != NULL;
}

void
aud_redact_statement(AudStmt *stmt)
{
	if (aud_redact_tags_on() && stmt->text.data != NULL && !hide_places(stmt))
		hide_all(stmt);
}

void
aud_redact_run_inside(AudStmt *stmt, bool may_read_catalog)
{
	AudTextHidden *hidden = &stmt->text.hidden;
	bool           touched = hidden->touched;
	unsigned       reason = AUD_REDACTED_SECRET;

	if (stmt->place.silent || stmt->text.data == NULL || hidden->all ||
		!aud_plpgsql_gives_to_secret(stmt->text.data,
									 stmt->text.len,
									 may_read_catalog))
		return;
	if (hidden->n > 0)
		reason |= AUD_REDACTED_TAG;
	aud_stmt_hide_all(stmt);
	hidden->touched = touched;
	hidden->reason = reason;
}

/* ---- queries ------------------------------------------------------------- */

void
aud_redact_tagged_query(AudStmt *stmt, const PlannedStmt *plan)
{
	bool touched = aud_redact_touched_by_plan(plan);

	if (stmt->place.silent || stmt->text.data == NULL || hide_places(stmt))
		return;
	if (touched)
		hide_all(stmt);
}

/* ---- commands ------------------------------------------------------------ */

/* May it have code in it, or values of columns? */
static bool
may_have_values(const Node *command)
{
	switch (nodeTag(command))
	{
		case T_AlterDomainStmt:
		case T_AlterFunctionStmt:
		case T_AlterPolicyStmt:
		case T_AlterPublicationStmt:
		case T_AlterTableStmt:
		case T_CallStmt:
		case T_CopyStmt:
		case T_CreateDomainStmt:
		case T_CreateForeignTableStmt:
		case T_CreateFunctionStmt:
		case T_CreatePolicyStmt:
		case T_CreatePublicationStmt:
		case T_CreateSchemaStmt:
		case T_CreateStatsStmt:
		case T_CreateStmt:
		case T_CreateTableAsStmt:
		case T_CreateTrigStmt:
		case T_DeclareCursorStmt:
		case T_DoStmt:
		case T_ExecuteStmt:
		case T_ExplainStmt:
		case T_IndexStmt:
		case T_PrepareStmt:
		case T_RuleStmt:
		case T_ViewStmt:
			return true;
		default:
			return false;
	}
}

/* Its constants are a file and options, but errors may quote the data. */
static bool
is_plain_copy(const Node *command)
{
	const CopyStmt *copy = (const CopyStmt *) command;

	return IsA(command, CopyStmt) && copy->query == NULL &&
		   copy->whereClause == NULL;
}

/* Literals of a raw expression. */
typedef struct AudLiterals
{
	int  location; /* where the statement begins */
	int  n;
	int  max;
	int *at; /* palloc'd */
} AudLiterals;

static bool
add_literals(Node *node, AudLiterals *literals)
{
	if (node == NULL)
		return false;
	if (IsA(node, A_Const) && ((A_Const *) node)->location >= literals->location)
	{
		if (literals->n == literals->max)
		{
			literals->max = Max(8, literals->max * 2);
			literals->at =
				literals->at == NULL
					? palloc(literals->max * sizeof(int))
					: repalloc(literals->at, literals->max * sizeof(int));
		}
		literals->at[literals->n++] =
			((A_Const *) node)->location - literals->location;
	}
	return raw_expression_tree_walker(node, add_literals, literals);
}

static int
compare_places(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

/* May a prepared statement whose text is not known be about tagged columns? */
static bool
may_use_tagged(const CachedPlanSource *prepared)
{
	ListCell *lc;

	if (!prepared->is_valid)
		return true;
	foreach (lc, prepared->relationOids)
	{
		if (aud_redact_tags_on_relation(lfirst_oid(lc)))
			return true;
	}
	return false;
}

/* The arguments of EXECUTE go where the parameters of what it executes are. */
static void
hide_arguments(AudStmt *stmt, const ExecuteStmt *execute,
			   const AudKnownText *known, int location)
{
	AudLiterals literals = {.location = location};
	int         number = 0;
	ListCell   *lc;

	foreach (lc, execute->params)
	{
		if (bms_is_member(++number, known->params))
			(void) add_literals(lfirst(lc), &literals);
	}
	if (literals.n > 1)
		qsort(literals.at, literals.n, sizeof(int), compare_places);
	aud_stmt_hide(stmt, literals.at, literals.n, 0, known->params);
	stmt->text.hidden.touched = known->touched;
	if (literals.at != NULL)
		pfree(literals.at);
}

/* Is it the name of a secret?  What is no constant may be one. */
static bool
names_secret(Node *argument)
{
	const AudRedactPolicy *policy = aud_guc_redact();
	const char            *name;

	while (IsA(argument, TypeCast))
		argument = ((TypeCast *) argument)->arg;
	if (!IsA(argument, A_Const))
		return true;
	if (((A_Const *) argument)->isnull ||
		!IsA(&((A_Const *) argument)->val, String))
		return false;
	name = strVal(&((A_Const *) argument)->val);
	return aud_redact_is_secret_key(policy, name, strlen(name)) ||
		   aud_redact_is_secret_setting(policy, name);
}

/* Of set_config($1, $2, false), the second, if the first says so. */
static Bitmapset *
named_arguments(const char *text, size_t len, List *arguments)
{
	int        count = list_length(arguments);
	Bitmapset *secret = NULL;
	uint16_t  *named_by;

	if (count < 2 || aud_redact_replaces_all(aud_guc_redact()))
		return NULL;
	named_by = palloc(count * sizeof(*named_by));
	if (aud_redact_named_params(aud_guc_redact(), text, len, named_by, count))
	{
		for (int i = 0; i < count; i++)
		{
			if (named_by[i] != 0 &&
				names_secret(list_nth(arguments, named_by[i] - 1)))
				secret = bms_add_member(secret, i + 1);
		}
	}
	pfree(named_by);
	return secret;
}

/* The numbers of those that stand for secrets in what it executes. */
static Bitmapset *
secret_arguments(const char *text, size_t len, int count)
{
	const AudRedactPolicy *policy = aud_guc_redact();
	unsigned char         *hidden;
	Bitmapset             *secret = NULL;

	if (count == 0 || aud_redact_replaces_all(policy) ||
		!aud_redact_may_apply(policy, text, len))
		return NULL;
	hidden = palloc(count);
	(void) aud_redact_params(policy, text, len, hidden, count);
	for (int i = 0; i < count; i++)
	{
		if (hidden[i])
			secret = bms_add_member(secret, i + 1);
	}
	pfree(hidden);
	return secret;
}

static void
hide_in_execute(AudStmt *stmt, const ExecuteStmt *execute, int location)
{
	PreparedStatement  *prepared = FetchPreparedStatement(execute->name, false);
	const char         *text;
	size_t              len;
	size_t              start;
	const AudKnownText *known;

	if (prepared == NULL)
	{
		hide_all(stmt); /* and fails */
		return;
	}
	text = aud_body_prepared_text(prepared->plansource, &len);
	known = aud_redact_known_use(text, len, &start);
	if (known != NULL && !known->unclear)
		hide_arguments(stmt, execute, known, location);
	else if (known != NULL || may_use_tagged(prepared->plansource))
		hide_all(stmt);
}

void
aud_redact_tagged_utility(AudStmt *stmt, Node *command, int location)
{
	const ExecuteStmt *execute;

	if (stmt->text.data != NULL)
		aud_redact_touched_by_command(command, stmt->text.data, stmt->text.len);
	if (stmt->place.silent || stmt->text.data == NULL ||
		!may_have_values(command))
		return;
	execute = aud_body_execute(command);
	if (execute != NULL)
		hide_in_execute(stmt, execute, location);
	else if (is_plain_copy(command))
		stmt->text.hidden.touched =
			aud_redact_tags_mentioned(stmt->text.data, stmt->text.len);
	else if (!hide_places(stmt) &&
			 aud_redact_tags_mentioned(stmt->text.data, stmt->text.len))
		hide_all(stmt);
}

void
aud_redact_execute(AudStmt *stmt, Node *command, int location)
{
	const ExecuteStmt *execute = aud_body_execute(command);
	PreparedStatement *prepared;
	const char        *text;
	size_t             len;
	AudKnownText       known;

	if (execute == NULL || stmt->place.silent || stmt->text.data == NULL ||
		stmt->text.hidden.all)
		return;
	prepared = FetchPreparedStatement(execute->name, false);
	if (prepared == NULL)
		return;
	text = aud_body_prepared_text(prepared->plansource, &len);
	memset(&known, 0, sizeof(known));
	known.params =
		bms_join(secret_arguments(text, len, list_length(execute->params)),
				 named_arguments(text, len, execute->params));
	if (known.params == NULL)
		return;
	known.touched = stmt->text.hidden.touched;
	known.params = bms_add_members(known.params, stmt->params.hidden);
	hide_arguments(stmt, execute, &known, location);
	stmt->text.hidden.reason = AUD_REDACTED_SECRET;
	bms_free(known.params);
}

/* These have nothing but one query, which is analyzed while they run. */
void
aud_redact_tagged_done(AudStmt *stmt)
{
	if (stmt->text.data == NULL)
		return;
	if (stmt->what.utility == T_PrepareStmt ||
		stmt->what.utility == T_CopyStmt || stmt->what.utility == T_ViewStmt)
		(void) hide_places(stmt);
}

/* ---- other texts --------------------------------------------------------- */

void
aud_redact_text_hidden(AudTextHidden *hidden, const char *text, size_t len)
{
	static size_t       places[TEXT_PLACES_MAX];
	size_t              start;
	const AudKnownText *known;

	memset(hidden, 0, sizeof(*hidden));
	if (!aud_redact_tags_on() || text == NULL)
		return;
	known = aud_redact_known_find(text, len, &start);
	hidden->touched = known == NULL || known->touched;
	if (known == NULL || known->unclear || known->n > TEXT_PLACES_MAX)
	{
		hidden->all = true;
		return;
	}
	for (int i = 0; i < known->n; i++)
		places[i] = known->at[i] + start;
	hidden->n = known->n;
	hidden->at = places;
}

/* Parameters are not recorded of it. */
void
aud_redact_failed(AudStmt *stmt)
{
	size_t              start;
	const AudKnownText *known;

	if (!aud_redact_tags_on() || stmt->text.data == NULL)
		return;
	known = aud_redact_known_find(stmt->text.data, stmt->text.len, &start);
	if (known == NULL || known->unclear)
		aud_stmt_hide_all(stmt);
	else
		aud_stmt_hide(stmt, known->at, known->n, start, NULL);
}

void
aud_redact_prepared(AudStmt *stmt, const CachedPlanSource *prepared,
					const char *text, size_t len)
{
	AudTextHidden hidden;

	aud_redact_text_hidden(&hidden, text, len);
	if (hidden.all && !may_use_tagged(prepared))
		hidden.all = false;
	aud_stmt_detail_hidden(stmt, "prepared_query", text, len, &hidden);
}

void
aud_redact_skipped(AudStmt *stmt, const char *text, size_t len)
{
	AudTextHidden hidden = {.all = aud_redact_tags_on(),
							.unparsed = stmt->text.hidden.unparsed};

	aud_stmt_detail_hidden(stmt, "skipped_query", text, len, &hidden);
}
