/*-------------------------------------------------------------------------
 *
 * events.c
 *	  The audit.* records that the writer makes itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/time.h>
#include <unistd.h>

#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "miscadmin.h"

#include "core/json_write.h"
#include "server/guc.h"
#include "server/processes.h"
#include "writer/events.h"
#include "writer/reload.h"
#include "writer/writer.h"

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
begin_class(AudBuf *out, const char *event, const char *class, const char *outcome)
{
	aud_buf_lit(out, "{\"v\":1");
	put_string(out, "log", aud_buffer_log_id());
	put_key(out, "ts");
	aud_json_timestamp(out, now_us());
	put_string(out, "event", event);
	put_string(out, "class", class);
	put_string(out, "outcome", outcome);
	put_string(out, "node", aud_config->node_name);
	put_key(out, "pid");
	aud_json_int(out, MyProcPid);
}

static void
begin(AudBuf *out, const char *event)
{
	begin_class(out, event, "audit", "success");
}

static void
end(AudBuf *out)
{
	aud_buf_char(out, '}');
}

/* Blanks, so that the whole line gets its length; JSON allows them there. */
static void
pad_open(AudBuf *out, uint64 seq, bool hashed)
{
	char   number[32];
	size_t trailer;

	snprintf(number, sizeof(number), UINT64_FORMAT, seq);
	trailer = strlen(",\"seq\":") + strlen(number) + strlen("}\n");
	if (hashed)
		trailer += strlen(",\"h\":\"\"") + AUD_CHAIN_HASH_CHARS;
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
aud_events_open(AudBuf *out, const AudOpenEvent *event)
{
	begin(out, "audit.open");
	put_string(out, "reason", event->reason);
	put_string(out, "integrity", event->hashed ? "chain" : "off");
	put_string(out, "file", event->name);
	put_before(out, event);
	if (event->repeats > 0)
		put_number(out, "repeats", event->repeats);
	put_key(out, "system_identifier");
	aud_buf_char(out, '"');
	aud_json_uint(out, GetSystemIdentifier());
	aud_buf_char(out, '"');
	pad_open(out, event->seq, event->hashed);
	end(out);
}

void
aud_events_close(AudBuf *out, const char *reason)
{
	begin(out, "audit.close");
	put_string(out, "reason", reason);
	end(out);
}

/*
 * The writer may be up before the startup process has looked at the signal
 * files; until then the server's state is that of one that had crashed.
 */
static bool
starts_as_standby(void)
{
	if (GetRecoveryState() != RECOVERY_STATE_CRASH)
		return aud_processes_are_standby();
	return access(STANDBY_SIGNAL_FILE, F_OK) == 0 ||
		   access(RECOVERY_SIGNAL_FILE, F_OK) == 0;
}

void
aud_events_start(AudBuf *out, const char *reason, uint64 recovered)
{
	begin(out, "audit.start");
	if (starts_as_standby())
		aud_buf_lit(out, ",\"standby\":true");
	put_string(out, "reason", reason);
	put_string(out, "server_version", PG_VERSION);
	put_string(out, "secaudit_version", SECAUDIT_VERSION);
	if (recovered > 0)
		put_number(out, "recovered", recovered);
	if (aud_buffer_file_salvaged() > 0)
		put_number(out, "salvaged", (uint64) aud_buffer_file_salvaged());
	if (aud_buffer_file_set_aside()[0] != '\0')
		put_string(out, "set_aside", aud_buffer_file_set_aside());
	end(out);
}

void
aud_events_stop(AudBuf *out, const char *reason)
{
	begin(out, "audit.stop");
	put_string(out, "reason", reason);
	end(out);
}

static void
put_time(AudBuf *out, const char *key, uint64 unix_us)
{
	put_key(out, key);
	aud_json_timestamp(out, (int64) unix_us);
}

void
aud_events_gap(AudBuf *out, uint64 lost, uint64 from, uint64 to,
			   const char *reason)
{
	begin_class(out, "audit.gap", "audit", "failure");
	put_string(out, "reason", reason);
	put_number(out, "lost", lost);
	/* Two losers may race; then the one is as good as the other. */
	put_time(out, "from", from != 0 ? from : to);
	put_time(out, "to", to);
	end(out);
}

/* Where the WAL is: tells which state of the database the trail belongs to. */
static void
put_wal_position(AudBuf *out)
{
	XLogRecPtr lsn;
	char       text[32];

	lsn = RecoveryInProgress() ? GetXLogReplayRecPtr(NULL) : GetXLogWriteRecPtr();
	if (XLogRecPtrIsInvalid(lsn))
		return;
	snprintf(text,
			 sizeof(text),
			 "%X/%X",
			 (unsigned int) (lsn >> 32),
			 (unsigned int) lsn);
	put_string(out, "wal_lsn", text);
}

void
aud_events_checkpoint(AudBuf *out, const char *reason)
{
	AudBufferStat buffer;
	AudWriterStat writer;
	uint64        lost = 0;

	aud_buffer_stat(&buffer);
	aud_writer_stat(&writer);
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		lost += buffer.lost[i];

	begin(out, "audit.checkpoint");
	put_string(out, "reason", reason);
	put_number(out, "records", writer.records);
	put_number(out, "lost", lost);
	put_number(out, "waits", buffer.waits);
	put_wal_position(out);
	if (aud_writer_config_digest()[0] != '\0')
		put_string(out, "config_sha256", aud_writer_config_digest());
	end(out);
}

void
aud_events_expire(AudBuf *out, const AudExpired *expired)
{
	begin(out, "audit.expire");
	put_string(out, "reason", expired->reason);
	put_string(out, "file", expired->name);
	put_number(out, "bytes", expired->bytes);
	put_number(out, "first_seq", expired->first_seq);
	put_number(out, "last_seq", expired->last_seq);
	if (expired->last_h[0] != '\0')
		put_string(out, "last_h", expired->last_h);
	end(out);
}

void
aud_events_alert(AudBuf *out, const char *reason, uint64 used_percent)
{
	begin_class(out, "alert", "alert", "failure");
	put_string(out, "reason", reason);
	put_number(out, "used_percent", used_percent);
	end(out);
}
