/*-------------------------------------------------------------------------
 *
 * identity.c
 *	  Who is acting, as preformatted pieces of a record.
 *
 * The roles are formatted once per combination of login, session and current
 * role.  A statement captures a pointer to its identity when it begins, because
 * SET ROLE or SET SESSION AUTHORIZATION may have changed the roles by the time
 * it ends.
 *
 * Role names come from the catalog, so an identity can be made only inside a
 * transaction that has not failed; elsewhere the last one known is used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "buffer/inflight.h"
#include "core/json_write.h"
#include "record/identity.h"
#include "record/text.h"

/* The last name of a role that has been seen acting. */
typedef struct AudRoleName
{
	struct AudRoleName *next;
	Oid                 role;
	char                name[NAMEDATALEN];
} AudRoleName;

static AudRoleName *names;
static AudIdentity *identities; /* valid ones, last used first */
static AudIdentity *stale;      /* of before a role change, maybe pointed at */
static AudIdentity  unknown_identity;
static uint64       last_serial;

static bool callbacks_registered;

static void
role_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	while (identities != NULL)
	{
		AudIdentity *gone = identities;

		identities = gone->next;
		gone->next = stale;
		stale = gone;
	}
}

void
aud_identity_start(void)
{
	if (callbacks_registered)
		return;
	CacheRegisterSyscacheCallback(AUTHOID, role_changed, (Datum) 0);
	aud_inflight_started((int64) MyStartTime);
	callbacks_registered = true;
}

/* The client's process knows under which name it was let in. */
static const char *
login_name(void)
{
	return MyProcPort != NULL && MyProcPort->user_name != NULL
			   ? MyProcPort->user_name
			   : NULL;
}

static AudRoleName *
find_name(Oid role)
{
	AudRoleName *known = names;

	while (known != NULL && known->role != role)
		known = known->next;
	return known;
}

/* Names are kept because a role may be dropped while it acts. */
static const char *
remember_name(Oid role, const char *name)
{
	AudRoleName *known = find_name(role);

	if (known == NULL)
	{
		known = MemoryContextAlloc(TopMemoryContext, sizeof(AudRoleName));
		known->role = role;
		known->next = names;
		names = known;
	}
	strlcpy(known->name, name, sizeof(known->name));
	return known->name;
}

const char *
aud_identity_role_name(Oid role)
{
	char *name = IsTransactionState() ? GetUserNameFromId(role, true) : NULL;

	if (name != NULL)
	{
		const char *kept = remember_name(role, name);

		pfree(name);
		return kept;
	}
	if (find_name(role) != NULL)
		return find_name(role)->name;
	return MyProc != NULL && role == MyProc->roleId ? login_name() : NULL;
}

void
aud_identity_append_role(AudBuf *b, const char *key, Oid role)
{
	const char *name = aud_identity_role_name(role);

	if (name != NULL)
		aud_text_append_member(b, key, name);
	else
		aud_json_member_id(b, key, role);
}

/*
 * Who logged in, where that is not who the session's user is by now: another
 * role, or the same under another name.
 */
static void
append_login(AudBuf *b, Oid login, Oid session)
{
	const char *name = login_name();
	const char *user;

	if (!OidIsValid(login))
		return;
	user = aud_identity_role_name(session);
	if (name == NULL && login != session)
		aud_identity_append_role(b, "login_user", login);
	else if (name != NULL && (user == NULL || strcmp(name, user) != 0))
		aud_text_append_member(b, "login_user", name);
}

static AudIdentity *
make_identity(Oid login, Oid session, Oid current)
{
	char         json[1536];
	AudBuf       b;
	AudIdentity *identity;
	bool         superuser = superuser_arg(current);

	aud_buf_init(&b, json, sizeof(json));
	aud_identity_append_role(&b, "user", session);
	append_login(&b, login, session);
	if (current != session)
		aud_identity_append_role(&b, "current_user", current);
	if (superuser)
		aud_json_lit_true(&b, "superuser");

	identity = MemoryContextAlloc(TopMemoryContext,
								  offsetof(AudIdentity, json) + b.len + 1);
	identity->serial = ++last_serial;
	identity->login_role = login;
	identity->session_role = session;
	identity->current_role = current;
	identity->superuser = superuser;
	identity->named = true;
	identity->json_len = b.len;
	memcpy(identity->json, b.data, b.len + 1);
	return identity;
}

static bool
same_roles(const AudIdentity *identity, Oid login, Oid session, Oid current)
{
	return identity->current_role == current &&
		   identity->session_role == session && identity->login_role == login;
}

static const AudIdentity *
find_identity(const AudIdentity *list, Oid login, Oid session, Oid current)
{
	while (list != NULL && !same_roles(list, login, session, current))
		list = list->next;
	return list;
}

/*
 * What has been made anew is dropped; the others may still be wanted where no
 * catalog can be read: in an aborted transaction, at the end of the session.
 */
void
aud_identity_forget_stale(void)
{
	AudIdentity **link = &stale;

	while (*link != NULL)
	{
		AudIdentity *old = *link;

		if (find_identity(identities,
						  old->login_role,
						  old->session_role,
						  old->current_role) == NULL)
			link = &old->next;
		else
		{
			*link = old->next;
			pfree(old);
		}
	}
}

/* Who these roles were when that could last be found out. */
static const AudIdentity *
last_known(Oid login, Oid session, Oid current)
{
	const AudIdentity *known = find_identity(stale, login, session, current);

	if (known != NULL)
		return known;
	return identities != NULL ? identities
		   : stale != NULL    ? stale
							  : &unknown_identity;
}

static const AudIdentity *
identity_of(Oid session, Oid current, bool may_read_catalog)
{
	Oid          login = MyProc != NULL ? MyProc->roleId : InvalidOid;
	AudIdentity *made;

	for (AudIdentity **link = &identities; *link != NULL; link = &(*link)->next)
	{
		AudIdentity *found = *link;

		if (same_roles(found, login, session, current))
		{
			/* the last one used is looked at first */
			*link = found->next;
			found->next = identities;
			identities = found;
			return found;
		}
	}

	if (!may_read_catalog || !IsTransactionState())
		return last_known(login, session, current);

	made = make_identity(login, session, current);
	made->next = identities;
	identities = made;
	return made;
}

const AudIdentity *
aud_identity_of(Oid session, Oid current)
{
	return identity_of(session, current, true);
}

const AudIdentity *
aud_identity_now(bool may_read_catalog)
{
	Oid current;
	int sec_context;

	/* unlike GetUserId(), this has no assertion about an unset role */
	GetUserIdAndSecContext(&current, &sec_context);
	if (!OidIsValid(current))
		return identities != NULL ? identities : &unknown_identity;
	return identity_of(GetSessionUserId(), current, may_read_catalog);
}
