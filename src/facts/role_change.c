/*-------------------------------------------------------------------------
 *
 * role_change.c
 *	  Does a statement change who acts?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "facts/role_change.h"

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
	if (!stmt->roles.changed)
		stmt->roles.from = stmt->roles.entered;
	stmt->roles.to = to;
	stmt->roles.changed = true;
}

/* What a nested statement has changed it records itself. */
static bool
is_news(const AudStmt *stmt, AudRoles now)
{
	return !are_same(now, stmt->roles.entered) &&
		   !are_same(now, stmt->roles.noted);
}

void
aud_roles_notice_outer(AudStmt *outer, AudRoles now)
{
	if (!is_news(outer, now) || outer->roles.by_function ||
		outer->place.silent || aud_roles_are_borrowed())
		return;
	change(outer, now);
	outer->roles.noted = now;
}

void
aud_roles_notice(AudStmt *stmt)
{
	AudRoles now = aud_roles_acting();

	if (is_news(stmt, now))
		change(stmt, now);
}
