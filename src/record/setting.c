/*-------------------------------------------------------------------------
 *
 * setting.c
 *	  A setting has another value: the config event.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/json_write.h"
#include "record/record.h"
#include "record/text.h"

/* Bytes of a value, escaped, at most. */
#define VALUE_MAX 1500

static void
append_value(AudBuf *b, const char *key, const char *value)
{
	AudText text;

	if (value == NULL)
		return;
	aud_text_begin();
	aud_text_prepare_value(&text, value, strlen(value));
	aud_buf_lit(b, ",\"");
	aud_buf_cstr(b, key);
	aud_buf_lit(b, "\":\"");
	aud_json_escape_upto(b, text.data, text.len, VALUE_MAX, NULL);
	aud_buf_char(b, '"');
	aud_text_end();
}

void
aud_record_setting(const AudSettingFacts *setting)
{
	char          detail[3 * VALUE_MAX + 128];
	AudBuf        b;
	AudEventFacts facts = {
		.event = "config",
		.class = "config",
		.when = setting->when,
		.outcome = AUD_OUTCOME_SUCCESS,
		.command = setting->command,
		.identity = setting->identity,
		.detail = detail,
		.duration_us = -1,
		.dont_wait = setting->dont_wait,
	};

	aud_buf_init(&b, detail, sizeof(detail));
	append_value(&b, "setting", setting->name);
	append_value(&b, "old_value", setting->old_value);
	append_value(&b, "new_value", setting->new_value);
	aud_record_event(&facts);
}
