/*-------------------------------------------------------------------------
 *
 * session.c
 *	  Where a statement comes from, as preformatted pieces of a record.
 *
 * What does not change between two records is formatted once per session: the
 * place (node and database) and the client's facts.  Who is acting is in
 * identity.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "common/ip.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "buffer/inflight.h"
#include "core/json_scan.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "record/session.h"
#include "record/text.h"
#include "server/guc.h"
#include "server/guc_context.h"
#include "server/guc_redact.h"

static uint64 stmt_counter;
static uint64 ssn_counter;

static char   place_json[1536];
static size_t place_len;
static char   client_json[1536]; /* from "pid" on */
static size_t client_len;
static uint64 client_serial;
static char   client_app[NAMEDATALEN]; /* the name client_json was made with */
static char   context_text[3 * AUD_CONTEXT_MAX]; /* redacted, in UTF-8 */
static char   context_json[6 * sizeof(context_text) + 16];
static size_t context_len;
static unsigned context_made;     /* of which change it was made */
static char     session_json[64]; /* ,"session":"x.y" */
static size_t   session_len;

/* A client's process is called postmaster until its start-up packet is read. */
static bool
is_client_backend(void)
{
	return MyBackendType == B_BACKEND ||
		   (MyProcPort != NULL && MyBackendType != B_WAL_SENDER);
}

const char *
aud_session_database(void)
{
	/* a walsender for physical replication is in none: "" */
	if (MyProcPort != NULL && MyProcPort->database_name != NULL &&
		MyProcPort->database_name[0] != '\0')
		return MyProcPort->database_name;
	return NULL;
}

static void
make_place(void)
{
	AudBuf      b;
	const char *db = aud_session_database();
	char       *looked_up = NULL;
	bool        final = true;

	if (db == NULL && OidIsValid(MyDatabaseId))
	{
		if (IsTransactionState())
			db = looked_up = get_database_name(MyDatabaseId);
		else
			final = false;
	}

	aud_buf_init(&b, place_json, sizeof(place_json));
	aud_json_member(&b,
					"node",
					aud_config->node_name,
					strlen(aud_config->node_name));
	if (db != NULL)
		aud_text_append_member(&b, "db", db);
	place_len = final ? b.len : 0;
	if (looked_up != NULL)
		pfree(looked_up);
}

void
aud_session_find_place(void)
{
	if (place_len == 0)
		make_place();
}

bool
aud_session_append_place(AudBuf *b)
{
	if (place_len == 0)
		make_place();
	if (place_len > 0)
		aud_buf_append(b, place_json, place_len);
	else
		aud_buf_cstr(b, place_json);
	return place_len > 0;
}

/*
 * The session's name: start time and pid, as in log_line_prefix's %c.  A
 * parallel worker has that of its leader.
 */
static void
make_session(void)
{
	int64 start = (int64) MyStartTime;
	int   pid = MyProcPid;

	(void) aud_inflight_leader(&start, &pid);
	session_len = snprintf(session_json,
						   sizeof(session_json),
						   ",\"session\":\"%lx.%x\"",
						   (unsigned long) start,
						   (unsigned int) pid);
}

static void
append_client_address(AudBuf *b)
{
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];

	if (MyProcPort == NULL || (MyProcPort->raddr.addr.ss_family != AF_INET &&
							   MyProcPort->raddr.addr.ss_family != AF_INET6))
		return;
	if (pg_getnameinfo_all(&MyProcPort->raddr.addr,
						   MyProcPort->raddr.salen,
						   host,
						   sizeof(host),
						   port,
						   sizeof(port),
						   NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	aud_json_member(b, "client_addr", host, strlen(host));
	aud_json_member_int(b, "client_port", atoi(port));
}

/* The code of a background worker: "pg_cron.PgCronLauncherMain". */
static void
append_worker(AudBuf *b)
{
	char name[BGW_MAXLEN * 2 + 2];
	int  len = snprintf(name,
                       sizeof(name),
                       "%s.%s",
                       MyBgworkerEntry->bgw_library_name,
                       MyBgworkerEntry->bgw_function_name);

	aud_json_member(b, "worker", name, Min(len, (int) sizeof(name) - 1));
}

/* Whatever a client calls itself, connection strings have been seen there. */
static void
append_app(AudBuf *b)
{
	char   storage[8 * NAMEDATALEN];
	AudBuf redacted;

	aud_buf_init(&redacted, storage, sizeof(storage));
	aud_redact_text(&redacted,
					aud_guc_redact_plain(),
					client_app,
					strlen(client_app));
	aud_text_append_member(b, "app", redacted.data);
}

static void
make_client(void)
{
	AudBuf b;

	strlcpy(client_app, application_name ? application_name : "", NAMEDATALEN);
	aud_buf_init(&b, client_json, sizeof(client_json));
	aud_json_member_int(&b, "pid", MyProcPid);
	if (!is_client_backend())
	{
		/* "pg_cron" says more than "background worker" */
		const char *type = MyBgworkerEntry != NULL
							   ? MyBgworkerEntry->bgw_type
							   : GetBackendTypeDesc(MyBackendType);

		aud_json_member(&b, "backend", type, strlen(type));
	}
	if (MyBgworkerEntry != NULL && !IsParallelWorker())
		append_worker(&b);
	if (client_app[0] != '\0')
		append_app(&b);
	append_client_address(&b);
	client_len = b.len;
	client_serial++;
}

/* The member of that key, plain; false, and "", if there is none. */
static bool
find_text(const char *members, size_t len, const char *key, char *text,
		  size_t size)
{
	AudJsonValue value;
	AudBuf       b;

	aud_buf_init(&b, text, size);
	return aud_json_find_member(members, len, key, &value) &&
		   aud_json_unescape(&b, value.text, value.len);
}

bool
aud_session_text_db(char *text, size_t size)
{
	aud_session_find_place();
	return find_text(place_json, strlen(place_json), "db", text, size);
}

/* What an application puts there is searched for secrets, as its name is. */
static void
make_context(void)
{
	AudBuf      redacted;
	AudBuf      b;
	char        storage[sizeof(context_text)];
	const char *utf8;
	size_t      len;

	context_made = aud_config->context_changes;
	aud_buf_init(&redacted, storage, sizeof(storage));
	aud_redact_text(&redacted,
					aud_guc_redact_plain(),
					aud_config->context,
					strlen(aud_config->context));
	len = redacted.len;
	utf8 = aud_text_to_utf8(redacted.data, &len);
	aud_buf_init(&b, context_text, sizeof(context_text));
	aud_buf_append(&b, utf8, len);
	aud_buf_init(&b, context_json, sizeof(context_json));
	if (len > 0)
		aud_json_member(&b, "context", context_text, strlen(context_text));
	context_len = b.len;
}

const char *
aud_session_context(void)
{
	if (context_made != aud_config->context_changes)
		make_context();
	return context_len > 0 ? context_text : NULL;
}

void
aud_session_append_context(AudBuf *b)
{
	if (aud_session_context() != NULL)
		aud_buf_append(b, context_json, context_len);
}

void
aud_session_append_name(AudBuf *b)
{
	if (session_len == 0)
		make_session();
	aud_buf_append(b, session_json, session_len);
}

static inline void
renew_client(void)
{
	if (client_len == 0 ||
		strcmp(client_app, application_name ? application_name : "") != 0)
		make_client();
}

void
aud_session_append_peer(AudBuf *b)
{
	renew_client();
	aud_buf_append(b, client_json, client_len);
}

bool
aud_session_text_app(char *text, size_t size)
{
	renew_client();
	return find_text(client_json, client_len, "app", text, size);
}

uint64
aud_session_app_serial(void)
{
	renew_client();
	return client_serial;
}

uint64
aud_session_take_ssn(void)
{
	return ++ssn_counter;
}

void
aud_session_append_client(AudBuf *b)
{
	aud_session_append_name(b);
	aud_session_append_client_rest(b);
}

void
aud_session_append_client_rest(AudBuf *b)
{
	/* A worker's records count in no session: its leader numbers its own. */
	if (!IsParallelWorker())
		aud_json_lit_uint(b, "ssn", ssn_counter);
	aud_session_append_peer(b);
	aud_session_append_context(b);
	if (RecoveryInProgress())
		aud_json_lit_true(b, "standby");
}

uint64
aud_session_next_stmt(void)
{
	return ++stmt_counter;
}

uint64
aud_session_last_stmt(void)
{
	return stmt_counter;
}
