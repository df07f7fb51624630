/*-------------------------------------------------------------------------
 *
 * session.c
 *	  Where a statement comes from, as preformatted pieces of a record.
 *
 * What does not change between two records is formatted once per session: the
 * place (node and database) and the client's facts.  Who is acting is in
 * session_identity.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_namespace.h"
#include "commands/dbcommands.h"
#include "common/ip.h"
#include "libpq/libpq-be.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "buffer/inflight.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "record/session.h"
#include "server/guc.h"

static uint64 stmt_counter;
static uint64 ssn_counter;

static char   place_json[1536];
static size_t place_len;
static char   client_json[1536]; /* from "pid" on */
static size_t client_len;
static char   client_app[NAMEDATALEN]; /* the name client_json was made with */
static char   session_json[64];        /* ,"session":"x.y" */
static size_t session_len;

static FmgrInfo utf8_proc; /* database encoding -> UTF-8 */

void
aud_session_append_string(AudBuf *b, const char *name)
{
	size_t      len = strlen(name);
	const char *utf8 = aud_session_to_utf8(name, &len);

	aud_json_string(b, utf8, len);
	if (utf8 != name)
		pfree(unconstify(char *, utf8));
}

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
	aud_buf_lit(&b, ",\"node\":");
	aud_json_string(&b, aud_config->node_name, strlen(aud_config->node_name));
	if (db != NULL)
	{
		aud_buf_lit(&b, ",\"db\":");
		aud_session_append_string(&b, db);
	}
	place_len = final ? b.len : 0;
	if (looked_up != NULL)
		pfree(looked_up);
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
 * parallel worker speaks for its leader.
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
	aud_buf_lit(b, ",\"client_addr\":");
	aud_json_string(b, host, strlen(host));
	aud_buf_lit(b, ",\"client_port\":");
	aud_json_int(b, atoi(port));
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

	aud_buf_lit(b, ",\"worker\":");
	aud_json_string(b, name, Min(len, (int) sizeof(name) - 1));
}

/* Whatever a client calls itself, connection strings have been seen there. */
static void
append_app(AudBuf *b)
{
	char   storage[8 * NAMEDATALEN];
	AudBuf redacted;

	aud_buf_init(&redacted, storage, sizeof(storage));
	aud_redact_text(&redacted, client_app, strlen(client_app));
	aud_session_append_string(b, redacted.data);
}

static void
make_client(void)
{
	AudBuf b;

	strlcpy(client_app, application_name ? application_name : "", NAMEDATALEN);
	aud_buf_init(&b, client_json, sizeof(client_json));
	aud_buf_lit(&b, ",\"pid\":");
	aud_json_int(&b, MyProcPid);
	if (!is_client_backend())
	{
		/* "pg_cron" says more than "background worker" */
		const char *type = MyBgworkerEntry != NULL
							   ? MyBgworkerEntry->bgw_type
							   : GetBackendTypeDesc(MyBackendType);

		aud_buf_lit(&b, ",\"backend\":");
		aud_json_string(&b, type, strlen(type));
	}
	if (MyBgworkerEntry != NULL && !IsParallelWorker())
		append_worker(&b);
	if (client_app[0] != '\0')
	{
		aud_buf_lit(&b, ",\"app\":");
		append_app(&b);
	}
	append_client_address(&b);
	client_len = b.len;
}

void
aud_session_append_name(AudBuf *b)
{
	if (session_len == 0)
		make_session();
	aud_buf_append(b, session_json, session_len);
}

void
aud_session_append_peer(AudBuf *b)
{
	if (client_len == 0 ||
		strcmp(client_app, application_name ? application_name : "") != 0)
		make_client();
	aud_buf_append(b, client_json, client_len);
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
	{
		aud_buf_lit(b, ",\"ssn\":");
		aud_json_uint(b, ssn_counter);
	}
	aud_session_append_peer(b);
	if (RecoveryInProgress())
		aud_buf_lit(b, ",\"standby\":true");
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

/*
 * PostgreSQL's own conversion, whatever CREATE DEFAULT CONVERSION and the
 * search path offer: users do not choose what the trail says.
 */
static bool
find_utf8_proc(void)
{
	Oid oid;

	if (OidIsValid(utf8_proc.fn_oid))
		return true;
	if (!IsTransactionState())
		return false;
	oid = FindDefaultConversion(PG_CATALOG_NAMESPACE,
								GetDatabaseEncoding(),
								PG_UTF8);
	if (!OidIsValid(oid))
		return false;
	fmgr_info_cxt(oid, &utf8_proc, TopMemoryContext);
	return true;
}

const char *
aud_session_to_utf8(const char *text, size_t *len)
{
	int    encoding = GetDatabaseEncoding();
	size_t cap;
	char  *out;
	int    converted;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII ||
		*len > MaxAllocSize / MAX_CONVERSION_GROWTH - 1 || !find_utf8_proc())
		return text;

	cap = *len * MAX_CONVERSION_GROWTH + 1;
	out = palloc_extended(cap, MCXT_ALLOC_NO_OOM);
	if (out == NULL)
		return text;
	converted = DatumGetInt32(FunctionCall6(&utf8_proc,
											Int32GetDatum(encoding),
											Int32GetDatum(PG_UTF8),
											CStringGetDatum(text),
											CStringGetDatum(out),
											Int32GetDatum((int) *len),
											BoolGetDatum(true)));
	if (converted != (int) *len)
	{
		pfree(out);
		return text;
	}
	*len = strlen(out);
	return out;
}
