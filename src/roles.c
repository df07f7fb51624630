/*-------------------------------------------------------------------------
 *
 * roles.c
 *	  Does a statement change who acts?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "roles.h"

AudRoles
aud_roles_acting(void)
{
	AudRoles roles;
	int      sec_context;

	GetUserIdAndSecContext(&roles.current, &sec_context);
	roles.session = GetSessionUserId();
	return roles;
}

bool
aud_roles_are_borrowed(void)
{
	return InLocalUserIdChange() || InSecurityRestrictedOperation();
}

static bool
are_same(AudRoles a, AudRoles b)
{
	return a.current == b.current && a.session == b.session;
}

static void
change(AudStmt *stmt, AudRoles to)
{
	if (!stmt->roles_changed)
		stmt->roles_from = stmt->entered;
	stmt->roles_to = to;
	stmt->roles_changed = true;
}

/* What a nested statement has changed it records itself. */
static bool
is_news(const AudStmt *stmt, AudRoles now)
{
	return !are_same(now, stmt->entered) && !are_same(now, stmt->noted);
}

void
aud_roles_notice_outer(AudStmt *outer, AudRoles now)
{
	if (!is_news(outer, now) || outer->roles_by_function || outer->silent ||
		aud_roles_are_borrowed())
		return;
	change(outer, now);
	outer->noted = now;
}

void
aud_roles_notice(AudStmt *stmt)
{
	AudRoles now = aud_roles_acting();

	if (is_news(stmt, now))
		change(stmt, now);
}
