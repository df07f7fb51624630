/*-------------------------------------------------------------------------
 *
 * denied.h
 *	  "permission denied for function f": which object that is.
 *
 * The server checks most rights without telling a hook of what, so the error
 * has to be asked: its message before translation says what kind of object it
 * is about, and the translation of that, around the name, gives the name.  A
 * name of a function, a type or a relation may be that of several; it is one
 * that the user may not use, and that the statement mentions where that is
 * not enough.  What is still not certain is not named.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_DENIED_H
#define AUD_FACTS_DENIED_H

#include "nodes/nodes.h"

#include "record/stmt.h"

/* Of so many with the same name all are named. */
#define AUD_DENIED_MAX 8

/* What the last error was about; zero: nothing that could be named. */
typedef struct AudDenied
{
	const struct AudDeniedKind *kind; /* NULL: no object */
	char                        name[2 * NAMEDATALEN + 2];
	Oid                         user; /* who was refused */

	bool looked_up;
	int  n;
	Oid  found[AUD_DENIED_MAX];
} AudDenied;

/* Inside errfinish(): keep what the error says.  Reads no catalogs. */
extern void aud_denied_read(AudDenied *denied, const ErrorData *edata);

/* Is it about a setting (by that name), or one that a command names? */
extern bool aud_denied_is_parameter(const AudDenied *denied);

/* Must catalogs be read to name it? */
extern bool aud_denied_needs_look_up(const AudDenied *denied);

/* Add it to the statement's objects, if no catalog must be read for it. */
extern void aud_denied_name(AudStmt *stmt, const AudDenied *denied);

/*
 * The same where one must, in a PG_CATCH of the error.  where: the plan or the
 * expression that it was raised for, which decides among several of the name;
 * or NULL.  A silent statement only has it looked up, for those around it.
 */
extern void aud_denied_look_up(AudStmt *stmt, AudDenied *denied,
							   const Node *where);

#endif /* AUD_FACTS_DENIED_H */
