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
 * A file that cannot be read is not one that ends: what it holds has numbers,
 * which would be given a second time.  So each step says whether it could
 * read, apart from what it found.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/buffer.h"
#include "core/shape.h"
#include "server/guc.h"
#include "trail/file.h"
#include "trail/recover.h"

/* How many records from the files' end are looked for in the ring. */
#define REMEMBERED 64

/* The longest line that the writer makes. */
#define LINE_ROOM (AUD_RECORD_MAX + AUD_RECORD_TRAILER_MAX)

typedef struct Scan
{
	AudBufferHeader *header;
	AudHasher       *hasher;
	AudRecovery     *r;
	char            *bodies[REMEMBERED]; /* of the last records, a circle */
	size_t           body_len[REMEMBERED];
	uint64           count;  /* records remembered in all */
	uint64           oldest; /* those before are not in the circle any more */
} Scan;

static void
forget(Scan *scan)
{
	for (int i = 0; i < REMEMBERED; i++)
		if (scan->bodies[i] != NULL)
			pfree(scan->bodies[i]);
}

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
	if (scan->count - scan->oldest > REMEMBERED)
		scan->oldest = scan->count - REMEMBERED;
}

/*
 * Losses that a line reports need not be reported again.  Without the buffer
 * that counted them there is nothing to report either.
 */
static void
note_gap(Scan *scan, const AudLine *line)
{
	AudPosition *p = &scan->r->position;
	uint64       lost = aud_trail_line_number(line, "lost");

	if (!aud_trail_line_is(line, "event", "audit.gap"))
		return;
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
	{
		uint64 counted = pg_atomic_read_u64(&scan->header->lost[i]);

		if (aud_trail_line_is(line, "reason", aud_buffer_loss_name(i)))
			p->reported[i] = Min(p->reported[i] + lost, counted);
	}
}

/* Does the line continue the chain?  Then take it in. */
static bool
accept_line(Scan *scan, const AudLine *line)
{
	AudChainTrailer t;
	AudPosition    *p = &scan->r->position;

	if (line->oversized ||
		aud_chain_check(scan->hasher, &p->chain, line->data, line->len) !=
			AUD_CHAIN_SOUND ||
		!aud_chain_split(line->data, line->len, &t))
		return false;

	remember(scan, line->data, t.body_len);
	note_gap(scan, line);
	p->file_size = line->offset + line->len + 1;
	p->file_lines++;
	p->file_closed = aud_trail_line_is(line, "event", "audit.close");
	return true;
}

/* Take in what continues the chain from here on.  False: it cannot be read. */
static bool
accept_rest(Scan *scan, AudReader *reader)
{
	AudLine      line;
	AudTrailRead status;

	while ((status = aud_trail_next_line(reader, &line)) == AUD_TRAIL_IS)
		if (!accept_line(scan, &line))
			break;
	return status != AUD_TRAIL_FAILED;
}

/* Is this the first line of a file of this log? */
static bool
is_our_open(const Scan *scan, const AudLine *line)
{
	return !line->oversized && aud_trail_line_is(line, "event", "audit.open") &&
		   aud_trail_line_is(line, "log", scan->header->log_id);
}

/* Take in so many lines; AUD_TRAIL_IS_NOT: they do not continue the chain. */
static AudTrailRead
accept_lines(Scan *scan, AudReader *reader, uint64 count)
{
	AudLine      line;
	AudTrailRead status = AUD_TRAIL_IS;

	while (status == AUD_TRAIL_IS && count-- > 0)
	{
		status = aud_trail_next_line(reader, &line);
		if (status == AUD_TRAIL_IS && !accept_line(scan, &line))
			status = AUD_TRAIL_IS_NOT;
	}
	return status;
}

/*
 * Take in the head of a file that repeats records of the one before: its first
 * line comes after them in the chain.
 */
static AudTrailRead
accept_repeats(Scan *scan, AudReader *reader, const AudLine *first, uint64 repeats)
{
	AudLine      open_line = *first;
	char        *copy = pnstrdup(first->data, first->len);
	AudTrailRead status = accept_lines(scan, reader, repeats);
	uint64       end = scan->r->position.file_size;

	open_line.data = copy;
	if (status == AUD_TRAIL_IS && !accept_line(scan, &open_line))
		status = AUD_TRAIL_IS_NOT;
	scan->r->position.file_size = end;
	pfree(copy);
	return status;
}

/* Take in a file's first line, and what it says is repeated behind it. */
static AudTrailRead
accept_head(Scan *scan, AudReader *reader, const AudTrailEntry *entry)
{
	AudPosition *p = &scan->r->position;
	AudLine      line;
	AudTrailRead status = aud_trail_next_line(reader, &line);
	uint64       repeats;

	if (status != AUD_TRAIL_IS)
		return status;
	if (!is_our_open(scan, &line))
		return AUD_TRAIL_IS_NOT;
	p->file_no = entry->no;
	strlcpy(p->file_name, entry->name, sizeof(p->file_name));
	p->file_lines = 0;
	repeats = aud_trail_line_number(&line, "repeats");
	if (repeats > 0)
		return accept_repeats(scan, reader, &line, repeats);
	return accept_line(scan, &line) ? AUD_TRAIL_IS : AUD_TRAIL_IS_NOT;
}

/*
 * Where the newest file of this log begins: without the buffer's word for it,
 * its first line is all there is.
 */
static AudTrailRead
believe_head(Scan *scan, const AudTrailEntry *entry)
{
	AudChain    *chain = &scan->r->position.chain;
	AudOpening   opening;
	AudTrailRead status = aud_trail_read_opening(entry->name, &opening);

	if (status != AUD_TRAIL_IS)
		return status;
	if (strcmp(opening.log, scan->header->log_id) != 0)
		return AUD_TRAIL_IS_NOT;
	chain->seq = opening.prev_seq;
	if (strlen(opening.prev_h) != AUD_CHAIN_HASH_CHARS ||
		!aud_chain_hash_decode(opening.prev_h, chain->h))
		memset(chain->h, 0, sizeof(chain->h));
	return AUD_TRAIL_IS;
}

/* Open a file at an offset. */
static AudTrailRead
open_at(AudReader *reader, const char *name, uint64 offset)
{
	AudTrailRead status = aud_trail_open_reader(reader, name);
	AudError     err = {0};

	if (status != AUD_TRAIL_IS || aud_reader_seek(reader, offset, 1, &err))
		return status;
	aud_reader_close(reader);
	errno = err.sys_errno;
	return AUD_TRAIL_FAILED;
}

/* The current file goes on where the header says that it ends. */
static bool
scan_current(Scan *scan)
{
	AudPosition *p = &scan->r->position;
	AudReader    reader;
	AudTrailRead status = open_at(&reader, p->file_name, p->file_size);
	bool         ok;

	if (status != AUD_TRAIL_IS)
		return status == AUD_TRAIL_IS_NOT;
	ok = p->file_closed || accept_rest(scan, &reader);
	aud_reader_close(&reader);
	return ok;
}

/*
 * A later file counts if it continues the chain; else nothing in it does.
 * False: it cannot be read.
 */
static bool
scan_later(Scan *scan, const AudTrailEntry *entry)
{
	AudPosition  before = scan->r->position;
	uint64       remembered = scan->count;
	AudReader    reader;
	AudTrailRead status = aud_trail_open_reader(&reader, entry->name);
	bool         ok = true;

	if (status == AUD_TRAIL_IS)
	{
		status = accept_head(scan, &reader, entry);
		if (status == AUD_TRAIL_IS)
			ok = accept_rest(scan, &reader);
		aud_reader_close(&reader);
	}
	if (status == AUD_TRAIL_IS_NOT)
	{
		scan->r->position = before;
		scan->count = remembered;
		scan->oldest = Min(scan->oldest, remembered);
		ereport(LOG,
				errmsg("file \"%s\" does not continue the audit trail and is left alone",
					   entry->name));
	}
	return ok && status != AUD_TRAIL_FAILED;
}

/*
 * Without a header: the newest file that begins as one of this log.  *found:
 * its place in the list.
 */
static AudTrailRead
find_newest(Scan *scan, const AudTrailEntry *entries, int count, int *found)
{
	AudTrailRead status = AUD_TRAIL_IS_NOT;

	for (int i = count - 1; i >= 0 && status == AUD_TRAIL_IS_NOT; i--)
	{
		status = believe_head(scan, &entries[i]);
		if (status == AUD_TRAIL_IS)
		{
			scan->r->position.file_no = entries[i].no - 1;
			*found = i;
		}
	}
	return status;
}

/* False: a file cannot be read. */
static bool
scan_files(Scan *scan)
{
	AudRecovery   *r = scan->r;
	AudTrailEntry *entries;
	int            count;
	int            newest;
	AudTrailRead   status = AUD_TRAIL_IS;
	bool           ok;

	if (!aud_trail_list(&entries, &count))
		return false;
	r->next_file_no =
		Max(r->position.file_no, count > 0 ? entries[count - 1].no : 0) + 1;

	if (r->position.file_no > 0)
		ok = scan_current(scan);
	else
	{
		status = find_newest(scan, entries, count, &newest);
		ok = status != AUD_TRAIL_FAILED;
	}
	for (int i = 0; ok && status == AUD_TRAIL_IS && i < count; i++)
		if (entries[i].no > r->position.file_no)
			ok = scan_later(scan, &entries[i]);
	if (entries != NULL)
		pfree(entries);
	return ok;
}

/* Position after the ring's record with this body, or 0. */
static uint64
find_in_ring(Scan *scan, const char *body, size_t len, char *storage,
			 uint64 *passed)
{
	AudTaken taken;
	uint64   pos = aud_ring_position(scan->header)->tail;

	*passed = 0;
	while (aud_ring_next(scan->header, pos, storage, AUD_RECORD_MAX, &taken))
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
	for (uint64 i = scan->count; i > scan->oldest; i--)
	{
		int    slot = (i - 1) % REMEMBERED;
		uint64 passed;
		uint64 pos = find_in_ring(scan,
								  scan->bodies[slot],
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

	if (!aud_ring_next(scan->header,
					   scan->r->position.tail,
					   storage,
					   AUD_RECORD_MAX,
					   &taken) ||
		!aud_shape_is_record(storage, taken.len, scan->header->log_id))
		return false; /* the writer will not take it either */
	line = palloc(LINE_ROOM);
	aud_buf_init(&out, line, LINE_ROOM);
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
looks_torn(const Scan *scan, const char *rest, size_t len)
{
	char prefix[64];
	int  n = snprintf(prefix,
                     sizeof(prefix),
                     "{\"v\":1,\"log\":\"%s\"",
                     scan->header->log_id);

	return memcmp(rest, prefix, Min(len, (size_t) n)) == 0;
}

/*
 * Judge what the last file holds past the trail's end.  A whole line there is
 * nobody's who could continue the chain.
 */
static bool
judge_tail(Scan *scan, char *storage)
{
	AudRecovery *r = scan->r;
	AudReader    reader;
	AudLine      rest;
	AudTrailRead status;
	int          saved;

	r->tail = AUD_TAIL_NONE;
	r->repeats = 0;
	if (r->position.file_no == 0)
		return true;
	status = open_at(&reader, r->position.file_name, r->position.file_size);
	if (status != AUD_TRAIL_IS)
		return status == AUD_TRAIL_IS_NOT;

	status = aud_trail_next_line(&reader, &rest);
	saved = errno;
	if (status == AUD_TRAIL_IS)
		r->tail = AUD_TAIL_FOREIGN;
	else if (status == AUD_TRAIL_IS_NOT && aud_reader_partial(&reader, &rest))
	{
		if (begins_next_record(scan, rest.data, rest.len, storage))
		{
			r->tail = AUD_TAIL_REPEATED;
			r->repeats = 1;
		}
		else
			r->tail = looks_torn(scan, rest.data, rest.len) ? AUD_TAIL_TORN
															: AUD_TAIL_FOREIGN;
	}
	aud_reader_close(&reader);
	errno = saved;
	return status != AUD_TRAIL_FAILED;
}

bool
aud_trail_recover(AudBufferHeader *header, AudHasher *hasher,
				  AudRecovery *recovery)
{
	Scan  scan = {.header = header, .hasher = hasher, .r = recovery};
	char *storage = palloc(AUD_RECORD_MAX);
	bool  ok;

	memset(recovery, 0, sizeof(*recovery));
	recovery->position = *aud_ring_position(header);
	ok = scan_files(&scan);
	if (ok)
	{
		skip_written(&scan, storage);
		ok = judge_tail(&scan, storage);
	}
	pfree(storage);
	forget(&scan);
	return ok;
}

/* As if that log's buffer were lost: its newest file alone tells. */
bool
aud_trail_find_end(const char *log_id, AudHasher *hasher, AudTrailEnd *end)
{
	AudBufferHeader *header = palloc0(sizeof(*header));
	AudRecovery      r = {0};
	Scan             scan = {.header = header, .hasher = hasher, .r = &r};
	AudTrailEntry   *entries;
	int              count;
	int              newest;
	AudTrailRead     status = AUD_TRAIL_FAILED;
	bool             ok = false;

	memset(end, 0, sizeof(*end));
	strlcpy(header->log_id, log_id, sizeof(header->log_id));
	if (aud_trail_list(&entries, &count))
		status = find_newest(&scan, entries, count, &newest);
	if (status == AUD_TRAIL_IS)
	{
		ok = scan_later(&scan, &entries[newest]);
		strlcpy(end->log, log_id, sizeof(end->log));
		strlcpy(end->file, entries[newest].name, sizeof(end->file));
		end->chain = r.position.chain;
	}
	forget(&scan);
	if (entries != NULL)
		pfree(entries);
	pfree(header);
	return ok || status == AUD_TRAIL_IS_NOT;
}
