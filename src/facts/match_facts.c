/*-------------------------------------------------------------------------
 *
 * match_facts.c
 *	  A frame as facts that rules can be tested against.
 *
 * They are what the record would say: names come from the texts that are ready
 * for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <netinet/in.h>

#include "libpq/libpq-be.h"
#include "miscadmin.h"

#include "core/class.h"
#include "core/json_scan.h"
#include "facts/match_facts.h"
#include "facts/members.h"
#include "record/fields.h"
#include "record/session.h"
#include "server/guc.h"

/* Bytes of the name of an object that are compared. */
#define OBJECT_NAME_MAX 8192

/* Which object's name is at hand; -1: none. */
static int last_object = -1;

static AudTruth
is_member_of(const void *arg, const char *role)
{
	const AudStmt *stmt = arg;

	return aud_members_is(aud_config->rules_serial, stmt->who->current_role, role);
}

static AudTruth
role_is_member_of(const void *arg, const char *role)
{
	return aud_members_is(aud_config->rules_serial, *(const Oid *) arg, role);
}

/* A name among the members of the identity; NULL: there is none. */
static const char *
identity_text(const char *json, const char *key, char *text)
{
	AudJsonValue value;
	AudBuf       b;

	aud_buf_init(&b, text, AUD_MATCH_NAME_MAX);
	if (json == NULL || !aud_json_find_member(json, strlen(json), key, &value) ||
		!aud_json_unescape(&b, value.text, value.len))
		return NULL;
	return text;
}

static void
read_address(AudAddress *address)
{
	const struct sockaddr_storage *addr;

	address->bits = 0;
	if (MyProcPort == NULL)
		return;
	addr = &MyProcPort->raddr.addr;
	if (addr->ss_family == AF_INET)
		aud_address_set(address,
						&((const struct sockaddr_in *) addr)->sin_addr,
						32);
	else if (addr->ss_family == AF_INET6)
		aud_address_set(address,
						&((const struct sockaddr_in6 *) addr)->sin6_addr,
						128);
}

/*
 * The name of the i-th object: the last one is kept, since one rule after the
 * other asks for it.
 */
static const char *
nth_object(const void *arg, int i)
{
	static char name[OBJECT_NAME_MAX];

	if (last_object != i)
		last_object = aud_stmt_object_name(arg, i, name, sizeof(name)) ? i : -1;
	return last_object == i ? name : NULL;
}

static const char *
nth_tag(const void *arg, int i)
{
	const AudStmt *stmt = arg;

	return i < stmt->tags.n ? stmt->tags.names[i] : NULL;
}

/* Who, and in which session. */
static void
put_session(AudMatchFacts *facts, AudMatchTexts *texts, const char *identity)
{
	facts->user = identity_text(identity, "user", texts->user);
	facts->current_user =
		identity_text(identity, "current_user", texts->current_user);
	if (facts->current_user == NULL)
		facts->current_user = facts->user;
	facts->db =
		aud_session_text_db(texts->db, sizeof(texts->db)) ? texts->db : NULL;
	facts->app =
		aud_session_text_app(texts->app, sizeof(texts->app)) ? texts->app : NULL;
	read_address(&facts->client);
}

void
aud_match_facts_common(AudMatchFacts *facts, AudMatchTexts *texts,
					   const AudStmt *stmt, const AudStmt *host, bool at_end)
{
	memset(facts, 0, sizeof(*facts));
	last_object = -1;
	facts->arg = stmt;
	facts->object = nth_object;
	facts->tag = nth_tag;
	facts->member_of = is_member_of;
	facts->classes = aud_match_classes(stmt, host);
	facts->command = host->what.is_error ? NULL : aud_record_command_name(host);
	facts->origin = aud_origin_names[host->place.origin];
	facts->privileged = stmt->what.privileged || host->what.privileged;
	facts->superuser = stmt->who->superuser;
	put_session(facts, texts, stmt->who->json);
	if (at_end)
		facts->outcome = aud_outcome_names[stmt->result.outcome];
	else
		facts->unknown = AUD_MATCH_LATE;
	if (facts->classes == 0)
		facts->unknown |= AUD_MATCH_BIT(AUD_MATCH_CLASS);
}

void
aud_match_facts_own(AudMatchFacts *facts, const AudStmt *stmt, bool at_end,
					int keys)
{
	instr_time duration;

	facts->unknown = at_end ? 0 : AUD_MATCH_LATE;
	facts->context = aud_session_context();
	facts->has_rows = stmt->result.has_rows;
	facts->rows = stmt->result.rows;
	facts->unix_s = aud_record_unix_us(stmt->when.began) / 1000000;
	facts->has_duration = at_end && !stmt->what.is_error;
	if (!facts->has_duration || !(keys & AUD_MATCH_BIT(AUD_MATCH_DURATION_MS)))
		return;
	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, stmt->when.began_at);
	facts->duration_us = INSTR_TIME_GET_MICROSEC(duration) + stmt->when.lead_us;
}

void
aud_match_facts_event(AudMatchFacts *facts, AudMatchTexts *texts,
					  const AudEventFacts *event, const Oid *who)
{
	memset(facts, 0, sizeof(*facts));
	facts->arg = who;
	facts->member_of = role_is_member_of;
	facts->classes = AUD_CLASS_SESSION;
	facts->outcome = aud_outcome_names[event->outcome];
	facts->context = aud_session_context();
	facts->origin = "client";
	facts->superuser = event->identity != NULL &&
					   strstr(event->identity, ",\"superuser\":true") != NULL;
	put_session(facts, texts, event->identity);
	facts->unix_s = aud_record_unix_us(event->when) / 1000000;
	facts->has_duration = event->duration_us >= 0;
	facts->duration_us = (uint64) Max(event->duration_us, 0);
}
