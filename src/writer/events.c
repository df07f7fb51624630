/*-------------------------------------------------------------------------
 *
 * events.c
 *	  The audit.* records that the writer makes itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unistd.h>

#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "miscadmin.h"

#include "buffer/buffer.h"
#include "buffer/file.h"
#include "buffer/file_salvage.h"
#include "core/json_write.h"
#include "core/match/rules.h"
#include "core/version.h"
#include "server/clock.h"
#include "server/guc.h"
#include "server/guc_redact.h"
#include "server/processes.h"
#include "server/settings.h"
#include "writer/config.h"
#include "writer/events.h"
#include "writer/writer.h"

/* Bytes of a text that others wrote, escaped, at most. */
#define TEXT_MAX 400

static void
put_text(AudBuf *out, const char *key, const char *text)
{
	if (text == NULL)
		return;
	aud_json_key(out, key);
	aud_buf_char(out, '"');
	(void) aud_json_escape_upto(out, text, strlen(text), TEXT_MAX, NULL);
	aud_buf_char(out, '"');
}

static void
put_what(AudBuf *out, const char *event, const char *class, const char *outcome)
{
	aud_buf_lit(out, "{\"v\":1");
	aud_json_member_word(out, "log", aud_buffer_log_id());
	aud_json_key(out, "ts");
	aud_json_timestamp(out, aud_clock_unix_us());
	aud_json_member_word(out, "event", event);
	aud_json_member_word(out, "class", class);
	aud_json_member_word(out, "outcome", outcome);
}

static void
put_where(AudBuf *out)
{
	const char *node = aud_config->node_name;

	aud_json_member(out, "node", node, strlen(node));
	aud_json_member_int(out, "pid", MyProcPid);
}

/* What every record begins with. */
static void
begin_class(AudBuf *out, const char *event, const char *class, const char *outcome)
{
	put_what(out, event, class, outcome);
	put_where(out);
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

/* The last record of something, and its hash if there is one. */
static void
put_chain(AudBuf *out, const char *seq, const char *hash, const AudChain *chain)
{
	char h[AUD_CHAIN_HASH_CHARS + 1];

	aud_json_member_uint(out, seq, chain->seq);
	if (!aud_chain_has_hash(chain))
		return;
	aud_chain_hash_encode(chain->h, h);
	aud_json_member_word(out, hash, h);
}

/* Another server has written to this directory before us. */
static void
put_other(AudBuf *out, const AudTrailEnd *other)
{
	aud_json_member_word(out, "prev_log", other->log);
	aud_json_member_word(out, "prev_log_file", other->file);
	put_chain(out, "prev_log_seq", "prev_log_h", &other->chain);
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
	const AudPosition *before = event->before;

	aud_json_member_word(out, "prev_file", before->file_name);
	aud_json_member_uint(out, "prev_bytes", before->file_size);
	put_chain(out, "prev_seq", "prev_h", &before->chain);
	if (event->tail != AUD_TAIL_NONE)
		aud_json_member_word(out, "prev_tail", tails[event->tail]);
}

void
aud_events_open(AudBuf *out, const AudOpenEvent *event)
{
	begin_class(out, "audit.open", "audit", event->failure ? "failure" : "success");
	aud_json_member_word(out, "reason", event->reason);
	aud_json_member_word(out, "integrity", event->hashed ? "chain" : "off");
	aud_json_member_word(out, "file", event->name);
	if (event->before->file_name[0] != '\0')
		put_before(out, event);
	if (event->other->log[0] != '\0')
		put_other(out, event->other);
	if (event->repeats > 0)
		aud_json_member_uint(out, "repeats", event->repeats);
	aud_json_member_id(out, "system_identifier", GetSystemIdentifier());
	pad_open(out, event->seq, event->hashed);
	end(out);
}

void
aud_events_close(AudBuf *out, const char *reason)
{
	begin(out, "audit.close");
	aud_json_member_word(out, "reason", reason);
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

/* A setting as "name=value". */
static void
put_setting(const char *name, const char *old_value, const char *value, void *arg)
{
	AudBuf *out = arg;

	/* the first one follows on the key */
	if (out->data[out->len - 1] == '"')
		aud_buf_char(out, ',');
	aud_buf_char(out, '"');
	aud_buf_cstr(out, name);
	aud_buf_char(out, '=');
	(void) aud_json_escape_upto(out, value, strlen(value), TEXT_MAX, NULL);
	aud_buf_char(out, '"');
}

static void
put_rules(AudBuf *out)
{
	const AudRules *rules = aud_config->rules;

	if (rules == NULL)
		return;
	put_text(out, "rules_file", aud_config->rules_file);
	aud_json_member_word(out, "rules_sha256", rules->sha256);
	aud_json_member_uint(out, "rules_count", (uint64) rules->n);
}

void
aud_events_start(AudBuf *out, const char *reason, uint64 recovered)
{
	/* what a damaged buffer file held may be lost: a filter on failures finds it */
	begin_class(out,
				"audit.start",
				"audit",
				aud_buffer_file_found() == AUD_BUFFER_DAMAGED ? "failure"
															  : "success");
	if (starts_as_standby())
		aud_json_member_bool(out, "standby", true);
	aud_json_member_word(out, "reason", reason);
	aud_json_member_word(out, "server_version", PG_VERSION);
	aud_json_member_word(out, "secaudit_version", AUD_VERSION);
	if (IsBinaryUpgrade)
		aud_json_member_bool(out, "binary_upgrade", true);
	if (recovered > 0)
		aud_json_member_uint(out, "recovered", recovered);
	if (aud_buffer_salvage_count() > 0)
		aud_json_member_uint(out, "salvaged", (uint64) aud_buffer_salvage_count());
	if (aud_buffer_file_set_aside()[0] != '\0')
		aud_json_member_word(out, "set_aside", aud_buffer_file_set_aside());
	put_rules(out);
	if (aud_guc_redact_key_id() != NULL)
		aud_json_member_word(out, "token_key", aud_guc_redact_key_id());
	aud_json_key(out, "settings");
	aud_buf_char(out, '[');
	aud_settings_own(put_setting, out);
	aud_buf_char(out, ']');
	end(out);
}

void
aud_events_stop(AudBuf *out, const char *reason)
{
	begin(out, "audit.stop");
	aud_json_member_word(out, "reason", reason);
	end(out);
}

static void
put_time(AudBuf *out, const char *key, uint64 unix_us)
{
	aud_json_key(out, key);
	aud_json_timestamp(out, (int64) unix_us);
}

static void
put_loss(AudBuf *out, uint64 lost, uint64 from, uint64 to)
{
	aud_json_member_uint(out, "lost", lost);
	/* Two losers may race; then the one is as good as the other. */
	put_time(out, "from", from != 0 ? from : to);
	put_time(out, "to", to);
}

void
aud_events_gap(AudBuf *out, uint64 lost, uint64 from, uint64 to,
			   const char *reason)
{
	begin_class(out, "audit.gap", "audit", "failure");
	aud_json_member_word(out, "reason", reason);
	put_loss(out, lost, from, to);
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
	aud_json_member_word(out, "wal_lsn", text);
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
	aud_json_member_word(out, "reason", reason);
	aud_json_member_uint(out, "records", writer.records);
	/* what a damaged buffer file held, nobody knows */
	if (lost > 0 || aud_buffer_file_found() != AUD_BUFFER_DAMAGED)
		aud_json_member_uint(out, "lost", lost);
	aud_json_member_uint(out, "waits", buffer.waits);
	put_wal_position(out);
	if (aud_config_digest()[0] != '\0')
		aud_json_member_word(out, "config_sha256", aud_config_digest());
	end(out);
}

void
aud_events_expire(AudBuf *out, const AudExpiry *expiry)
{
	static const char *const reasons[] = {
		[AUD_EXPIRY_AGE] = "retention_age",
		[AUD_EXPIRY_SIZE] = "retention_size",
		[AUD_EXPIRY_OVERWRITE] = "overwrite",
	};

	begin(out, "audit.expire");
	aud_json_member_word(out, "reason", reasons[expiry->reason]);
	aud_json_member_word(out, "file", expiry->name);
	aud_json_member_uint(out, "bytes", expiry->bytes);
	aud_json_member_uint(out, "first_seq", expiry->first_seq);
	aud_json_member_uint(out, "last_seq", expiry->last_seq);
	if (expiry->last_h[0] != '\0')
		aud_json_member_word(out, "last_h", expiry->last_h);
	end(out);
}

/* What every alert of the writer's own begins with; detail may be NULL. */
static void
begin_alert(AudBuf *out, const char *reason, const char *detail)
{
	begin_class(out, "alert", "alert", "failure");
	if (detail != NULL)
		aud_json_member(out, "detail", detail, strlen(detail));
	aud_json_member_word(out, "reason", reason);
}

void
aud_events_alert(AudBuf *out, const char *reason, const char *file,
				 const char *detail)
{
	begin_alert(out, reason, detail);
	if (file != NULL && file[0] != '\0')
		aud_json_member_word(out, "file", file);
	end(out);
}

void
aud_events_alert_lost(AudBuf *out, uint64 lost, uint64 from, uint64 to)
{
	begin_alert(out, "records_lost", NULL);
	put_loss(out, lost, from, to);
	end(out);
}

void
aud_events_alert_space(AudBuf *out, uint64 used_percent)
{
	begin_alert(out, "disk_space", NULL);
	aud_json_member_uint(out, "used_percent", used_percent);
	end(out);
}

void
aud_events_alert_set_aside(AudBuf *out, const char *file)
{
	begin_alert(out,
				"buffer_damaged",
				"Records may be lost; how many is not known.");
	aud_json_member_word(out, "set_aside", file);
	end(out);
}

void
aud_events_alert_slots(AudBuf *out, const char *reason, int slots)
{
	begin_alert(out, reason, NULL);
	aud_json_member_int(out, "slots", slots);
	end(out);
}

void
aud_events_alert_config(AudBuf *out, const AudConfigProblem *problem)
{
	put_what(out, "alert", "alert", "failure");
	aud_json_member_word(out, "sqlstate", unpack_sql_state(problem->sqlstate));
	put_text(out, "error", problem->message);
	put_where(out);
	put_text(out, "detail", problem->detail);
	aud_json_member_word(out, "reason", "config_error");
	put_text(out, "setting", problem->name);
	put_text(out, "new_value", problem->value);
	put_text(out, "in_force", problem->in_force);
	put_text(out, "config_file", problem->source.file);
	if (problem->source.file != NULL)
		aud_json_member_int(out, "config_line", problem->source.line);
	end(out);
}
