/*-------------------------------------------------------------------------
 *
 * event.c
 *	  The record of an event that has no objects: sessions, transactions,
 *	  settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "core/json_write.h"
#include "core/redact/redact.h"
#include "record/fields.h"
#include "record/record.h"
#include "record/session.h"
#include "record/text.h"

/* Bytes of a setting's value, escaped, at most. */
#define VALUE_MAX 1500

/* Details, and the keys of those that are cut, here or by the caller. */
static void
append_detail(AudBuf *b, const AudEventFacts *facts)
{
	char   storage[AUD_CUT_KEYS_MAX];
	AudBuf cut;

	aud_buf_init(&cut, storage, sizeof(storage));
	aud_record_append_details(b, facts->detail, strlen(facts->detail), &cut);
	for (const char *const *key = facts->cut; key != NULL && *key != NULL; key++)
	{
		if (strstr(cut.data, *key) == NULL)
			aud_record_add_cut(&cut, *key);
	}
	aud_record_append_truncated(b, &cut);
}

void
aud_record_event(const AudEventFacts *facts)
{
	AudTextScope scope;
	AudBuf       b;

	aud_record_line_begin(&scope);
	aud_record_line_init(&b, aud_record_line_room());
	aud_record_append_start(&b, facts->when);
	aud_json_lit_word(&b, "event", facts->event);
	aud_json_lit_word(&b, "class", facts->class);
	if (facts->command != NULL)
		aud_json_lit_word(&b, "command", facts->command);
	aud_record_append_outcome(&b, facts->outcome);
	aud_record_append_failure(&b, facts->failure);
	aud_session_append_place(&b);
	if (facts->identity != NULL)
		aud_buf_cstr(&b, facts->identity);
	aud_session_append_client(&b);
	if (facts->detail != NULL)
		append_detail(&b, facts);
	if (facts->duration_us >= 0)
		aud_json_lit_uint(&b, "duration_us", facts->duration_us);
	aud_record_append_xid(&b, facts->xid);
	if (facts->tags != NULL)
		aud_record_append_tags(&b, facts->tags);
	if (facts->rules != NULL && facts->rules[0] != '\0')
	{
		aud_buf_lit(&b, ",\"rules\":[");
		aud_buf_cstr(&b, facts->rules);
		aud_buf_char(&b, ']');
	}
	aud_redact_append_reasons(&b, facts->redacted);
	aud_buf_char(&b, '}');
	if (facts->dont_wait)
		(void) aud_buffer_try_append(b.data, b.len);
	else
		aud_buffer_append(b.data, b.len);
	aud_text_end(&scope);
}

AudEventFacts
aud_record_alert(const AudFailure *failure, const char *identity)
{
	return (AudEventFacts){
		.event = "alert",
		.class = "alert",
		.when = GetCurrentTimestamp(),
		.outcome = AUD_OUTCOME_FAILURE,
		.failure = failure,
		.identity = identity,
		.duration_us = -1,
	};
}

static void
append_value(AudBuf *b, const char *key, const char *value)
{
	if (value == NULL)
		return;
	aud_json_key(b, key);
	aud_text_append_plain(b, value, VALUE_MAX);
}

static void
append_name(AudBuf *b, const char *key, const char *name)
{
	if (name != NULL)
		aud_text_append_member(b, key, name);
}

void
aud_record_setting(const AudSettingFacts *setting)
{
	char          detail[4 * VALUE_MAX + 1024];
	AudBuf        b;
	AudEventFacts facts = {
		.event = setting->failure != NULL ? "alert" : "config",
		.class = setting->failure != NULL ? "alert" : "config",
		.when = setting->when,
		.outcome = setting->failure != NULL ? AUD_OUTCOME_FAILURE
											: AUD_OUTCOME_SUCCESS,
		.failure = setting->failure,
		.command = setting->command,
		.identity = setting->identity,
		.detail = detail,
		.duration_us = -1,
		.dont_wait = setting->dont_wait,
	};

	aud_buf_init(&b, detail, sizeof(detail));
	append_value(&b, "detail", setting->valid);
	if (setting->failure != NULL)
		aud_json_member_word(&b, "reason", "config_error");
	append_name(&b, "target_role", setting->role);
	append_name(&b, "target_database", setting->database);
	append_value(&b, "setting", setting->name);
	append_value(&b, "old_value", setting->old_value);
	append_value(&b, "new_value", setting->new_value);
	append_value(&b, "old_sha256", setting->old_sha256);
	append_value(&b, "new_sha256", setting->new_sha256);
	aud_record_event(&facts);
}
