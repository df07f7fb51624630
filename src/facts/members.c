/*-------------------------------------------------------------------------
 *
 * members.c
 *	  Is the acting role a member of the roles that rules name?
 *
 * A few acting roles are remembered: those of a session, and of the functions
 * that it calls.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "facts/members.h"

#define KEPT 8

/* What the acting role is a member of. */
typedef struct AudMembership
{
	Oid    role;
	uint64 serial; /* of the rules, 0: nothing is known */
	uint64 epoch;  /* when it was looked up */
	uint64 number; /* of the look-up */
	bool  *is;     /* in the order of the names */
} AudMembership;

static AudMembership kept[KEPT];
static int           next_kept;
static uint64        epoch = 1;
static uint64        last_number;

static uint64       names_serial; /* of the rules that the names are of */
static const char **names;
static int          n_names;

static void
changed(Datum arg, int cacheid, uint32 hashvalue)
{
	epoch++;
}

static void
watch_changes(void)
{
	static bool registered;

	if (registered)
		return;
	CacheRegisterSyscacheCallback(AUTHOID, changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, changed, (Datum) 0);
	registered = true;
}

static int
find_name(const char *name)
{
	int i = 0;

	while (i < n_names && strcmp(names[i], name) != 0)
		i++;
	return i;
}

/* arg: how many more there is room for. */
static void
add_name(const char *name, void *arg)
{
	int *room = arg;

	if (*room > n_names && find_name(name) == n_names)
		names[n_names++] = name;
}

static void
count_name(const char *name, void *arg)
{
	++*(int *) arg;
}

/* False if memory is short: then nothing is known. */
static bool
collect_names(const AudRules *rules, uint64 serial)
{
	int all = 0;

	if (names_serial == serial)
		return true;
	for (int i = 0; i < rules->n; i++)
		aud_match_each_role(rules->items[i].match, count_name, &all);
	if (names != NULL)
		pfree(names);
	n_names = 0;
	names = MemoryContextAllocExtended(TopMemoryContext,
									   (all + 1) * sizeof(char *),
									   MCXT_ALLOC_NO_OOM);
	names_serial = names != NULL ? serial : 0;
	for (int i = 0; names != NULL && i < rules->n; i++)
		aud_match_each_role(rules->items[i].match, add_name, &all);
	return names != NULL;
}

static AudMembership *
find(uint64 serial, Oid role)
{
	for (int i = 0; i < KEPT; i++)
	{
		if (kept[i].role == role && kept[i].serial == serial)
			return &kept[i];
	}
	return NULL;
}

/*
 * The answers are taken down when all are there: a look-up may throw, and may
 * have what was known forgotten.
 */
static void
look_up(AudMembership *of, uint64 serial, Oid role)
{
	uint64 began;
	bool  *is = MemoryContextAllocExtended(TopMemoryContext,
                                          n_names + 1,
                                          MCXT_ALLOC_NO_OOM);

	if (is == NULL)
		return;
	of->serial = 0;
	if (of->is != NULL)
		pfree(of->is);
	of->is = is;
	began = epoch;
	for (int i = 0; i < n_names; i++)
	{
		Oid other = get_role_oid(names[i], true);

		is[i] = OidIsValid(other) && is_member_of_role_nosuper(role, other);
	}
	of->role = role;
	of->serial = serial;
	of->epoch = began;
	of->number = ++last_number;
}

void
aud_members_look_up(const AudRules *rules, uint64 serial, Oid role)
{
	AudMembership *of;

	if (!(rules->keys & AUD_MATCH_BIT(AUD_MATCH_MEMBER_OF)))
		return;
	of = find(serial, role);
	if ((of != NULL && of->epoch == epoch) || !OidIsValid(role) ||
		!IsTransactionState())
		return;
	watch_changes();
	if (!collect_names(rules, serial))
		return;
	if (of == NULL)
	{
		of = &kept[next_kept];
		next_kept = (next_kept + 1) % KEPT;
	}
	look_up(of, serial, role);
}

/* As of the beginning of the statement: it may have changed since. */
AudTruth
aud_members_is(uint64 serial, Oid role, const char *name)
{
	const AudMembership *of = find(serial, role);
	int                  at;

	if (of == NULL || names_serial != serial)
		return AUD_UNKNOWN;
	at = find_name(name);
	if (at == n_names)
		return AUD_UNKNOWN;
	return of->is[at] ? AUD_YES : AUD_NO;
}

uint64
aud_members_known(uint64 serial, Oid role)
{
	const AudMembership *of = find(serial, role);

	return of != NULL ? of->number : 0;
}
