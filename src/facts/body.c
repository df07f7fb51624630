/*-------------------------------------------------------------------------
 *
 * body.c
 *	  Which query is the body of a utility command.
 *
 * Not simply the first one that starts: a parameter of EXECUTE may be a
 * function that runs others before, and triggers of COPY FROM run some where
 * there is no body at all.  A body has the text of its command, or that of
 * the prepared statement that is executed.  Of the latter only a digest is
 * kept, because a parameter's function might drop it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/prepare.h"
#include "common/hashfn.h"
#include "nodes/parsenodes.h"

#include "facts/body.h"
#include "server/compat.h"

#include AUD_QUERYJUMBLE_H

/* The command in an EXPLAIN or CREATE TABLE AS, as far as it is a utility. */
static Node *
inner_command(Node *parsetree)
{
	Node *inner;

	if (IsA(parsetree, ExplainStmt))
		inner = ((ExplainStmt *) parsetree)->query;
	else if (IsA(parsetree, CreateTableAsStmt))
		inner = ((CreateTableAsStmt *) parsetree)->query;
	else
		return NULL;
	if (inner == NULL || !IsA(inner, Query))
		return NULL;
	return ((Query *) inner)->utilityStmt;
}

ExecuteStmt *
aud_body_execute(Node *parsetree)
{
	while (parsetree != NULL && !IsA(parsetree, ExecuteStmt))
		parsetree = inner_command(parsetree);
	return (ExecuteStmt *) parsetree;
}

const char *
aud_body_prepared_name(Node *parsetree)
{
	const ExecuteStmt *execute = aud_body_execute(parsetree);

	return execute != NULL ? execute->name : NULL;
}

const char *
aud_body_prepared_text(const CachedPlanSource *prepared, size_t *len)
{
	int         location = 0;
	int         text_len = 0;
	const char *text;

	if (prepared->raw_parse_tree != NULL)
	{
		location = prepared->raw_parse_tree->stmt_location;
		text_len = prepared->raw_parse_tree->stmt_len;
	}
	text = CleanQuerytext(prepared->query_string, &location, &text_len);
	*len = text_len;
	return text;
}

static uint64
digest(const char *text, size_t len)
{
	return hash_bytes_extended((const unsigned char *) text, len, 0);
}

static void
expect_prepared(AudStmt *host, const char *name)
{
	PreparedStatement *prepared = FetchPreparedStatement(name, false);

	if (prepared == NULL)
		return;
	host->body.len = strlen(prepared->plansource->query_string);
	host->body.digest =
		digest(prepared->plansource->query_string, host->body.len);
	host->body.expected = true;
}

void
aud_body_expect(AudStmt *host, Node *parsetree, const char *query_string)
{
	const char *prepared;

	switch (nodeTag(parsetree))
	{
		case T_CopyStmt:
		case T_CreateTableAsStmt:
		case T_DeclareCursorStmt:
		case T_ExecuteStmt:
		case T_ExplainStmt:
		case T_RefreshMatViewStmt:
			break;
		default:
			return;
	}

	prepared = aud_body_prepared_name(parsetree);
	if (prepared != NULL)
		expect_prepared(host, prepared);
	else if (query_string != NULL)
	{
		host->body.text = query_string;
		host->body.expected = true;
	}
}

bool
aud_body_is(const AudStmt *host, const char *source)
{
	if (!host->body.expected || source == NULL)
		return false;
	if (host->body.text != NULL)
		return source == host->body.text || strcmp(source, host->body.text) == 0;
	return strlen(source) == host->body.len &&
		   digest(source, host->body.len) == host->body.digest;
}
