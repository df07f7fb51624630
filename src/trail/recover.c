/*-------------------------------------------------------------------------
 *
 * recover.c
 *	  After a start: compare buffer and files, and find out where the trail
 *	  stands.
 *
 * The buffer's header says how far the trail had come when the last batch was
 * safely on disk.  The files may hold more: a writer that died between
 * write(2) and that note, or a machine that lost the note and kept the file.
 * So the files are read on from there, as far as their chain is sound, and
 * what they hold counts.  The ring's records are in the order in which they
 * were written; those up to the last one that is found in the files are done.
 *
 * Without a usable header (the buffer was lost) the newest file alone says
 * where the trail stands: its first line carries the chain's state before it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "server/guc.h"
#include "trail/lines.h"
#include "trail/trail.h"

/* How many records from the files' end are looked for in the ring. */
#define REMEMBERED 64

typedef struct Scan
{
	AudHasher   *hasher;
	AudRecovery *r;
	char        *bodies[REMEMBERED]; /* of the last records, a circle */
	size_t       body_len[REMEMBERED];
	uint64       count; /* records remembered in all */
} Scan;

/* A line that is in the trail: its record need not be written again. */
static void
remember(Scan *scan, const char *line, size_t body_len)
{
	int slot = scan->count % REMEMBERED;

	if (scan->bodies[slot] != NULL)
		pfree(scan->bodies[slot]);
	scan->bodies[slot] = palloc(body_len);
	memcpy(scan->bodies[slot], line, body_len);
	scan->body_len[slot] = body_len;
	scan->count++;
}

/*
 * Losses that a line tells of need not be told again.  Without the buffer that
 * counted them there is nothing to tell either.
 */
static void
note_gap(AudPosition *p, const char *line)
{
	uint64      lost = aud_lines_number(line, "lost");
	const char *reason = aud_trail_key(line, "reason");

	if (reason == NULL || strstr(line, ",\"event\":\"audit.gap\",") == NULL)
		return;
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
	{
		const char *name = aud_buffer_loss_name(i);
		uint64      counted = pg_atomic_read_u64(&aud_buffer_header->lost[i]);

		if (strncmp(reason, name, strlen(name)) == 0 &&
			reason[strlen(name)] == '"')
			p->told[i] = Min(p->told[i] + lost, counted);
	}
}

/* Does the line continue the chain?  Then take it in. */
static bool
accept_line(Scan *scan, AudLines *reader)
{
	AudChainTrailer t;
	AudPosition    *p = &scan->r->position;

	if (aud_chain_check(scan->hasher, &p->chain, reader->line, reader->line_len) !=
			AUD_CHAIN_SOUND ||
		!aud_chain_split(reader->line, reader->line_len, &t))
		return false;

	remember(scan, reader->line, t.body_len);
	note_gap(p, reader->line);
	p->file_size = reader->offset + reader->line_len + 1;
	p->file_lines++;
	p->file_closed = strstr(reader->line, ",\"event\":\"audit.close\",") != NULL;
	return true;
}

/* Is this the first line of a file of this log? */
static bool
is_our_open(const char *line)
{
	const char *log = aud_trail_key(line, "log");

	return log != NULL && strstr(line, ",\"event\":\"audit.open\",") != NULL &&
		   strncmp(log, aud_buffer_log_id(), AUD_LOG_ID_CHARS) == 0;
}

/*
 * Take in a file from its first line on.  Where the file repeats records of
 * the one before, its first line comes after them in the chain.  On false,
 * nothing of the file counts.
 */
static bool
accept_head(Scan *scan, AudLines *reader, const AudTrailEntry *entry)
{
	AudPosition  before = scan->r->position;
	AudPosition *p = &scan->r->position;
	AudLines     open_line;
	uint64       repeats;
	bool         sound;

	if (!aud_lines_next(reader) || !is_our_open(reader->line))
		return false;

	p->file_no = entry->no;
	strlcpy(p->file_name, entry->name, sizeof(p->file_name));
	p->file_lines = 0;
	repeats = aud_lines_number(reader->line, "repeats");
	if (repeats == 0)
		sound = accept_line(scan, reader);
	else
	{
		uint64 end;

		open_line = *reader;
		open_line.line = pnstrdup(reader->line, reader->line_len);
		sound = true;
		while (sound && repeats-- > 0)
			sound = aud_lines_next(reader) && accept_line(scan, reader);
		end = p->file_size;
		sound = sound && accept_line(scan, &open_line);
		p->file_size = end;
		pfree(open_line.line);
	}
	if (!sound)
		*p = before;
	return sound;
}

static void
accept_rest(Scan *scan, AudLines *reader)
{
	while (aud_lines_next(reader) && accept_line(scan, reader))
		;
}

/*
 * Where the newest file of this log begins: without the buffer's word for it,
 * its first line is all there is.
 */
static bool
believe_head(Scan *scan, const AudTrailEntry *entry)
{
	AudPosition *p = &scan->r->position;
	AudLines     reader;
	bool         ours;

	if (!aud_lines_open(&reader, entry->name, 0))
		return false;
	ours = aud_lines_next(&reader) && is_our_open(reader.line);
	if (ours)
	{
		const char *h = aud_trail_key(reader.line, "prev_h");

		p->chain.seq = aud_lines_number(reader.line, "prev_seq");
		if (h == NULL || strlen(h) < AUD_CHAIN_HASH_CHARS ||
			!aud_chain_hash_decode(h, p->chain.h))
			memset(p->chain.h, 0, sizeof(p->chain.h));
	}
	aud_lines_close(&reader);
	return ours;
}

/* The current file goes on where the header says that it ends. */
static bool
scan_current(Scan *scan)
{
	AudLines reader;

	if (!aud_lines_open(&reader,
						scan->r->position.file_name,
						scan->r->position.file_size))
		return errno == ENOENT;
	if (!scan->r->position.file_closed)
		accept_rest(scan, &reader);
	aud_lines_close(&reader);
	return true;
}

/* A later file counts if it continues the chain. */
static bool
scan_later(Scan *scan, const AudTrailEntry *entry)
{
	AudLines reader;

	if (!aud_lines_open(&reader, entry->name, 0))
		return false;
	if (accept_head(scan, &reader, entry))
		accept_rest(scan, &reader);
	else
		ereport(LOG,
				errmsg("file \"%s\" does not continue the audit trail and is left alone",
					   entry->name));
	aud_lines_close(&reader);
	return true;
}

static bool
scan_files(Scan *scan)
{
	AudRecovery   *r = scan->r;
	AudTrailEntry *entries;
	int            count;

	if (!aud_trail_list(&entries, &count))
		return false;
	r->next_file_no =
		Max(r->position.file_no, count > 0 ? entries[count - 1].no : 0) + 1;

	if (r->position.file_no > 0)
	{
		if (!scan_current(scan))
			return false;
	}
	else
	{
		/* The newest file whose first line can be read, if it is ours. */
		int newest = count - 1;

		while (newest >= 0 && !believe_head(scan, &entries[newest]))
			newest--;
		if (newest < 0)
			return true;
		r->position.file_no = entries[newest].no - 1;
	}

	for (int i = 0; i < count; i++)
		if (entries[i].no > r->position.file_no && !scan_later(scan, &entries[i]))
			return false;
	return true;
}

/* Position after the ring's record with this body, or 0. */
static uint64
find_in_ring(const char *body, size_t len, char *storage, uint64 *passed)
{
	AudTaken taken;
	uint64   pos = aud_buffer_position()->tail;

	*passed = 0;
	while (aud_buffer_next(pos, storage, AUD_RECORD_MAX, &taken))
	{
		(*passed)++;
		if (taken.len == len + 1 && memcmp(storage, body, len) == 0)
			return taken.next;
		pos = taken.next;
	}
	return 0;
}

/* Move the tail past every record that the files hold. */
static void
skip_written(Scan *scan, char *storage)
{
	uint64 oldest = scan->count - Min(scan->count, REMEMBERED);

	for (uint64 i = scan->count; i > oldest; i--)
	{
		int    slot = (i - 1) % REMEMBERED;
		uint64 passed;
		uint64 pos = find_in_ring(scan->bodies[slot],
								  scan->body_len[slot],
								  storage,
								  &passed);

		if (pos != 0)
		{
			scan->r->position.tail = pos;
			scan->r->found = passed;
			return;
		}
	}
}

/* Is rest[len] the beginning of the next record's line? */
static bool
begins_next_record(Scan *scan, const char *rest, size_t len, char *storage)
{
	AudChain chain = scan->r->position.chain;
	AudTaken taken;
	AudBuf   out;
	char    *line;
	bool     result;

	if (!aud_buffer_next(scan->r->position.tail, storage, AUD_RECORD_MAX, &taken))
		return false;
	line = palloc(AUD_LINE_MAX);
	aud_buf_init(&out, line, AUD_LINE_MAX);
	result = aud_chain_seal(scan->hasher,
							&chain,
							&out,
							storage,
							taken.len,
							aud_config->integrity != AUD_INTEGRITY_OFF) &&
			 len < out.len && memcmp(line, rest, len) == 0;
	pfree(line);
	return result;
}

/* Does rest look like a line that the writer did not finish? */
static bool
looks_torn(const char *rest, size_t len)
{
	char prefix[64];
	int  n = snprintf(prefix,
                     sizeof(prefix),
                     "{\"v\":1,\"log\":\"%s\"",
                     aud_buffer_log_id());

	return memchr(rest, '\n', len) == NULL &&
		   memcmp(rest, prefix, Min(len, (size_t) n)) == 0;
}

/* Judge what the last file holds past the trail's end. */
static void
judge_tail(Scan *scan, char *storage)
{
	AudRecovery *r = scan->r;
	AudLines     reader;

	r->tail = AUD_TAIL_NONE;
	r->repeats = 0;
	if (r->position.file_no == 0 ||
		!aud_lines_open(&reader, r->position.file_name, r->position.file_size))
		return;
	while (aud_lines_fill(&reader))
		;
	if (reader.len > 0)
	{
		if (begins_next_record(scan, reader.data, reader.len, storage))
		{
			r->tail = AUD_TAIL_REPEATED;
			r->repeats = 1;
		}
		else
			r->tail = looks_torn(reader.data, reader.len) ? AUD_TAIL_TORN
														  : AUD_TAIL_FOREIGN;
	}
	aud_lines_close(&reader);
}

bool
aud_trail_recover(AudHasher *hasher, AudRecovery *recovery)
{
	Scan  scan = {.hasher = hasher, .r = recovery};
	char *storage;

	memset(recovery, 0, sizeof(*recovery));
	recovery->position = *aud_buffer_position();
	if (!scan_files(&scan))
		return false;

	storage = palloc(AUD_RECORD_MAX);
	skip_written(&scan, storage);
	judge_tail(&scan, storage);
	pfree(storage);
	for (int i = 0; i < REMEMBERED; i++)
		if (scan.bodies[i] != NULL)
			pfree(scan.bodies[i]);
	return true;
}
