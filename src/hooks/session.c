/*-------------------------------------------------------------------------
 *
 * session.c
 *	  The authentication hook: the first of all in a client's process.  What
 *	  becomes of the login is found out elsewhere, see statement/login.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/auth.h"

#include "hooks/hooks.h"
#include "statement/error.h"

static ClientAuthentication_hook_type next_ClientAuthentication;

static void
aud_ClientAuthentication(Port *port, int status)
{
	aud_error_watch();
	if (next_ClientAuthentication)
		next_ClientAuthentication(port, status);
}

void
aud_hooks_session_install(void)
{
	aud_fastpath_install();
	next_ClientAuthentication = ClientAuthentication_hook;
	ClientAuthentication_hook = aud_ClientAuthentication;
}
