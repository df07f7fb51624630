/*-------------------------------------------------------------------------
 *
 * early_text.c
 *	  Which text the client's early frame is about, and whether an error is
 *	  its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"

#include "statement/early_text.h"
#include "statement/login.h"

uint64
aud_early_digest(const char *text)
{
	return hash_bytes_extended((const unsigned char *) text, strlen(text), 0);
}

bool
aud_early_is_about(const char *source)
{
	return source != NULL &&
		   aud_backend->early.digest == aud_early_digest(source);
}

/* The client's early frame, or NULL. */
static AudStmt *
clients(void)
{
	AudStmt *early = aud_backend->stack.early;

	while (early != NULL && early->life.caller != NULL)
		early = early->life.earlier;
	return early;
}

bool
aud_early_is_current(void)
{
	if (MyProcPort == NULL)
		return true;
	if (debug_query_string == NULL)
		return aud_login_is_in_triggers(); /* otherwise a commit */
	return aud_backend->early.message == GetCurrentStatementStartTimestamp() ||
		   aud_early_is_about(debug_query_string);
}

void
aud_early_error(void)
{
	if (aud_backend->stack.early != NULL)
		aud_backend->early.is_failing = aud_early_is_current();
}

AudStmt *
aud_early_failed(void)
{
	return aud_backend->early.is_failing ? clients() : NULL;
}
