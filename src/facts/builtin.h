/*-------------------------------------------------------------------------
 *
 * builtin.h
 *	  Functions whose effect depends on their arguments: those of the server
 *	  for sequences, large objects, files and administration, whatever name
 *	  they are called by, and those of reach.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_BUILTIN_H
#define AUD_FACTS_BUILTIN_H

#include "executor/execdesc.h"

#include "facts/reach.h"
#include "record/stmt.h"

/* The built-in that it is an alias of, or itself. */
extern Oid aud_builtin_behind(Oid funcid);

/* Is it one of them?  Cheap: asked about every call. */
extern bool aud_builtin_is_known(Oid funcid);

/* The statement calls it, one of them. */
extern void aud_builtin_called(AudStmt *stmt, Oid funcid);

/* Whose calls are looked for, and what is bound to the query. */
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

/* Add what this call does, as far as its arguments are known. */
extern void aud_builtin_add_call(const AudSearch   *search,
								 const AudCallSite *site);

/*
 * Look for the arguments of the calls in a query whose executor has started:
 * constants, and parameters.
 */
extern void aud_builtin_add_arguments(AudStmt *stmt, const QueryDesc *query_desc);

/*
 * The executor gets VALUES lists ready row by row while it runs: the first call
 * that is reported then is the occasion to look for all of them.  False: the
 * query, of the frame "of", has none; what is found is stmt's.
 */
extern bool aud_builtin_add_values(AudStmt *stmt, AudStmt *of,
								   const QueryDesc *query_desc);

/*
 * The same for an expression that is about to be planned: which of them it
 * calls (the first max; returns how many), and what is known of their arguments.
 */
extern int  aud_builtin_list_calls(Node *expression, Oid *functions, int max);
extern void aud_builtin_add_expression(AudStmt *stmt, Node *expression);

#endif /* AUD_FACTS_BUILTIN_H */
