/*-------------------------------------------------------------------------
 *
 * writer_events.c
 *	  The audit.* records that the writer makes itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/time.h>

#include "access/xlog.h"
#include "miscadmin.h"

#include "core/json.h"
#include "guc.h"
#include "writer_events.h"

#define SECAUDIT_VERSION "1.0"

static int64
now_us(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (int64) tv.tv_sec * 1000000 + tv.tv_usec;
}

static void
put_key(AudBuf *out, const char *key)
{
	aud_buf_lit(out, ",\"");
	aud_buf_cstr(out, key);
	aud_buf_lit(out, "\":");
}

static void
put_string(AudBuf *out, const char *key, const char *value)
{
	put_key(out, key);
	aud_json_string(out, value, strlen(value));
}

static void
put_number(AudBuf *out, const char *key, uint64 value)
{
	put_key(out, key);
	aud_json_uint(out, value);
}

/* What every record begins with. */
static void
begin(AudBuf *out, const char *event)
{
	aud_buf_lit(out, "{\"v\":1");
	put_string(out, "log", aud_buffer_log_id());
	put_key(out, "ts");
	aud_json_timestamp(out, now_us());
	put_string(out, "event", event);
	put_string(out, "class", "audit");
	put_string(out, "outcome", "success");
	put_string(out, "node", aud_config->node_name);
	put_key(out, "pid");
	aud_json_int(out, MyProcPid);
}

static void
end(AudBuf *out)
{
	aud_buf_char(out, '}');
}

/* Blanks, so that the whole line gets its length; JSON allows them there. */
static void
pad_open(AudBuf *out, uint64 seq)
{
	char   number[32];
	size_t trailer;

	snprintf(number, sizeof(number), UINT64_FORMAT, seq);
	trailer = strlen(",\"seq\":") + strlen(number) + strlen(",\"h\":\"\"}\n") +
			  AUD_CHAIN_HASH_CHARS;
	while (out->len + trailer < AUD_OPEN_BYTES && aud_buf_room(out) > 1)
		aud_buf_char(out, ' ');
}

static void
put_before(AudBuf *out, const AudOpenEvent *event)
{
	static const char *const tails[] = {
		[AUD_TAIL_REPEATED] = "repeated",
		[AUD_TAIL_TORN] = "torn",
		[AUD_TAIL_UNSYNCED] = "unsynced",
		[AUD_TAIL_FOREIGN] = "foreign",
	};
	static const AudChain none;
	const AudPosition    *before = event->before;
	char                  h[AUD_CHAIN_HASH_CHARS + 1];

	if (before->file_name[0] == '\0')
		return;
	put_string(out, "prev_file", before->file_name);
	put_number(out, "prev_bytes", before->file_size);
	put_number(out, "prev_seq", before->chain.seq);
	if (memcmp(before->chain.h, none.h, sizeof(none.h)) != 0)
	{
		aud_chain_hash_encode(before->chain.h, h);
		put_string(out, "prev_h", h);
	}
	if (event->tail != AUD_TAIL_NONE)
		put_string(out, "prev_tail", tails[event->tail]);
}

void
aud_event_open(AudBuf *out, const AudOpenEvent *event)
{
	begin(out, "audit.open");
	put_string(out, "reason", event->reason);
	put_string(out, "integrity", "chain");
	put_string(out, "file", event->name);
	put_before(out, event);
	if (event->repeats > 0)
		put_number(out, "repeats", event->repeats);
	put_key(out, "system_identifier");
	aud_buf_char(out, '"');
	aud_json_uint(out, GetSystemIdentifier());
	aud_buf_char(out, '"');
	pad_open(out, event->seq);
	end(out);
}

void
aud_event_close(AudBuf *out, const char *reason)
{
	begin(out, "audit.close");
	put_string(out, "reason", reason);
	end(out);
}

void
aud_event_start(AudBuf *out, const char *reason, uint64 recovered)
{
	begin(out, "audit.start");
	put_string(out, "reason", reason);
	put_string(out, "server_version", PG_VERSION);
	put_string(out, "secaudit_version", SECAUDIT_VERSION);
	if (recovered > 0)
		put_number(out, "recovered", recovered);
	end(out);
}

void
aud_event_stop(AudBuf *out, const char *reason)
{
	begin(out, "audit.stop");
	put_string(out, "reason", reason);
	end(out);
}
