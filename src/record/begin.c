/*-------------------------------------------------------------------------
 *
 * begin.c
 *	  What is written down before a statement ends, in case it never does.
 *
 * These are the parts of a record that the next start cannot find out any
 * more, as the JSON text that it will need.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "tcop/cmdtag.h"

#include "buffer/inflight.h"
#include "core/class.h"
#include "record/fields.h"
#include "record/record.h"
#include "record/session.h"
#include "record/text.h"

static void
append_who(AudBuf *b, const AudIdentity *who)
{
	aud_session_append_place(b);
	aud_buf_append(b, who->json, who->json_len);
}

void
aud_record_begin(AudStmt *stmt)
{
	AudInflightFacts facts = {0};
	AudTextScope     scope;
	AudText          text;
	char             who[2048];
	char             class_name[32];
	AudBuf           b;

	aud_text_begin(&scope);
	aud_stmt_prepare_text(stmt, &text);
	aud_buf_init(&b, class_name, sizeof(class_name));
	aud_class_append_primary(&b, stmt->what.classes);
	aud_buf_init(&b, who, sizeof(who));
	append_who(&b, stmt->who);
	aud_session_append_context(&b);

	facts.began_us = aud_record_unix_us(stmt->when.began);
	facts.event = stmt->what.event != NULL ? stmt->what.event : "statement";
	facts.class_name = class_name;
	facts.command = stmt->what.command != NULL
						? stmt->what.command
						: GetCommandTagName(stmt->what.tag);
	facts.who = who;
	facts.who_len = b.len;
	facts.stmt = stmt->place.number;
	facts.query = text.data;
	facts.query_len = text.len;
	facts.redacted = text.redacted;
	aud_inflight_begin(&facts);
	aud_text_end(&scope);
}

void
aud_record_open(const AudIdentity *who, bool wants_end)
{
	AudInflightSession session = {0};
	char               place[2048];
	char               name[64];
	char               client[1024];
	AudBuf             b;

	aud_buf_init(&b, place, sizeof(place));
	append_who(&b, who);
	session.who = place;
	session.who_len = b.len;
	aud_buf_init(&b, name, sizeof(name));
	aud_session_append_name(&b);
	session.name = name;
	session.name_len = b.len;
	aud_buf_init(&b, client, sizeof(client));
	aud_session_append_peer(&b);
	session.client = client;
	session.client_len = b.len;
	session.began_us = aud_record_unix_us(MyStartTimestamp);
	session.wants_end = wants_end;
	aud_inflight_open(&session);
}
