/*-------------------------------------------------------------------------
 *
 * event.c
 *	  The record of an event that has no objects: sessions, transactions,
 *	  settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/buffer.h"
#include "record/head.h"
#include "record/record.h"
#include "record/text.h"

static void
append_detail(AudBuf *b, const char *detail)
{
	char   storage[AUD_CUT_KEYS_MAX];
	AudBuf cut;

	aud_buf_init(&cut, storage, sizeof(storage));
	aud_record_append_details(b, detail, strlen(detail), &cut);
	aud_record_append_truncated(b, &cut);
}

void
aud_record_event(const AudEventFacts *facts)
{
	AudBuf b;

	aud_record_take_line();
	aud_record_init_line(&b, aud_record_room());
	aud_record_append_start(&b, facts->when);
	aud_record_append_event(&b, facts->event);
	aud_buf_lit(&b, ",\"class\":\"");
	aud_buf_cstr(&b, facts->class);
	aud_buf_char(&b, '"');
	if (facts->command != NULL)
	{
		aud_buf_lit(&b, ",\"command\":\"");
		aud_buf_cstr(&b, facts->command);
		aud_buf_char(&b, '"');
	}
	aud_record_append_outcome(&b, facts->outcome);
	aud_record_append_failure(&b, facts->failure);
	aud_session_append_place(&b);
	if (facts->identity != NULL)
		aud_buf_cstr(&b, facts->identity);
	aud_session_append_client(&b);
	if (facts->detail != NULL)
		append_detail(&b, facts->detail);
	if (facts->duration_us >= 0)
		aud_record_append_uint(&b, ",\"duration_us\":", facts->duration_us);
	aud_record_append_xid(&b, facts->xid);
	aud_buf_char(&b, '}');
	if (facts->dont_wait)
		(void) aud_buffer_try_append(b.data, b.len);
	else
		aud_buffer_append(b.data, b.len);
	aud_text_end();
}
