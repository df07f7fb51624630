/*-------------------------------------------------------------------------
 *
 * info_read.c
 *	  What is known of one trail: from the first and last lines of its files,
 *	  and from the writer's own records in between.
 *
 * Numbers are taken as the lines have them; whether they are the writer's,
 * "verify" says.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bin/ctl.h"
#include "bin/info.h"
#include "core/chain.h"
#include "core/json_scan.h"
#include "core/search/file.h"

/* From the end, as long as no whole line is in it. */
#define TAIL_BYTES ((uint64_t) 64 * 1024)

/* Lines at the beginning of a file in which audit.start is looked for. */
#define HEAD_LINES 16

/* What one file says. */
typedef struct Ends
{
	uint64_t first_seq; /* 0: not known */
	uint64_t last_seq;
	char     first_ts[AUD_TS_SIZE];
	char     last_ts[AUD_TS_SIZE];
	bool     closed;
} Ends;

static bool
is_event(const AudLine *line, const char *event)
{
	return aud_json_find_is(line->data, line->len, "event", event);
}

/* A text of a record; "" if it has none, or a longer one. */
static void
copy(const AudLine *line, const char *key, char *to, size_t size)
{
	if (!aud_json_find_copy(line->data, line->len, key, to, size))
		to[0] = '\0';
}

static uint64_t
number(const AudLine *line, const char *key)
{
	uint64_t n;

	return aud_json_find_uint(line->data, line->len, key, &n) ? n : 0;
}

static uint64_t
seq_of(const AudLine *line)
{
	AudChainTrailer trailer;

	return aud_chain_split(line->data, line->len, &trailer) ? trailer.seq : 0;
}

/* ---- records of the writer ------------------------------------------------------- */

static void
take_open(AudInfo *info, const AudLine *line)
{
	char log[sizeof(info->follows)];

	copy(line,
		 "system_identifier",
		 info->system_identifier,
		 sizeof(info->system_identifier));
	if (aud_json_find_copy(line->data, line->len, "prev_log", log, sizeof(log)))
	{
		memcpy(info->follows, log, sizeof(log));
		info->follows_seq = number(line, "prev_log_seq");
	}
}

static void
take_start(AudInfo *info, const AudLine *line)
{
	copy(line, "ts", info->start_ts, sizeof(info->start_ts));
	copy(line,
		 "server_version",
		 info->server_version,
		 sizeof(info->server_version));
	copy(line,
		 "secaudit_version",
		 info->secaudit_version,
		 sizeof(info->secaudit_version));
}

static void
take_checkpoint(AudInfo *info, const AudLine *line)
{
	copy(line, "ts", info->checkpoint_ts, sizeof(info->checkpoint_ts));
	info->checkpoint_seq = seq_of(line);
	info->checkpoint_records = number(line, "records");
	info->checkpoint_lost = number(line, "lost");
}

static void
take_gap(AudInfo *info, const AudLine *line)
{
	uint64_t lost = number(line, "lost");

	info->lost = lost > UINT64_MAX - info->lost ? UINT64_MAX : info->lost + lost;
	if (info->gaps++ == 0)
		copy(line, "from", info->gap_from, sizeof(info->gap_from));
	copy(line, "to", info->gap_to, sizeof(info->gap_to));
	copy(line, "reason", info->gap_reason, sizeof(info->gap_reason));
}

static bool
take(AudSearch *search, const AudFound *found)
{
	AudInfo *info = search->arg;

	if (found->damage != NULL)
		return true;
	if (is_event(&found->line, "audit.gap"))
		take_gap(info, &found->line);
	else if (is_event(&found->line, "audit.checkpoint"))
		take_checkpoint(info, &found->line);
	else if (is_event(&found->line, "audit.start"))
		take_start(info, &found->line);
	return true;
}

/* ---- one file: its ends ------------------------------------------------------------ */

/* The first lines: audit.open, and audit.start where the server began it. */
static void
read_head(AudInfo *info, AudReader *r, Ends *ends, bool quick)
{
	AudLine line;

	while (r->line < HEAD_LINES &&
		   aud_reader_next(r, &line, NULL) == AUD_READ_LINE)
	{
		if (line.number == 1)
		{
			bool     open = is_event(&line, "audit.open");
			uint64_t before;

			/* records that it repeats come before its own number */
			ends->first_seq =
				open && aud_json_find_uint(line.data, line.len, "prev_seq", &before)
					? before + 1
					: seq_of(&line);
			copy(&line, "ts", ends->first_ts, sizeof(ends->first_ts));
			if (open)
				take_open(info, &line);
		}
		else if (is_event(&line, "audit.start") && quick)
			take_start(info, &line);
	}
}

static void
note_line(AudInfo *info, Ends *ends, const AudLine *line, bool quick)
{
	uint64_t seq = seq_of(line);

	if (seq > ends->last_seq)
		ends->last_seq = seq;
	copy(line, "ts", ends->last_ts, sizeof(ends->last_ts));
	ends->closed = is_event(line, "audit.close");
	if (quick && is_event(line, "audit.checkpoint"))
		take_checkpoint(info, line);
}

/*
 * The last lines: those of the last "back" bytes.  False if there is no whole
 * one.
 */
static bool
read_back(AudInfo *info, AudReader *r, Ends *ends, uint64_t size, uint64_t back,
		  bool quick, AudError *err)
{
	AudLine line;
	bool    any = false;

	if (!aud_reader_seek(r, size > back ? size - back : 0, 1, err))
		return false;
	/* the rest of the line that the place is in */
	if (size > back && aud_reader_next(r, &line, err) != AUD_READ_LINE)
		return false;
	while (aud_reader_next(r, &line, err) == AUD_READ_LINE)
	{
		note_line(info, ends, &line, quick);
		any = true;
	}
	return any;
}

static void
read_tail(AudInfo *info, AudReader *r, const AudReaderFile *file, Ends *ends,
		  bool quick, AudError *err)
{
	uint64_t size;
	uint64_t back = TAIL_BYTES;

	/* an archive has to be unpacked from its beginning */
	if (r->source.kind != AUD_SOURCE_PLAIN || !aud_source_size(&r->source, &size))
	{
		(void) read_back(info, r, ends, 0, 0, quick, err);
		return;
	}
	if (size > file->bytes)
		size = file->bytes;
	while (!read_back(info, r, ends, size, back, quick, err) && !err->set &&
		   back < size)
		back *= 8;
}

/*
 * An archive's last number is also in the file behind it, if nothing is missing
 * in between: then the archive need not be unpacked for it.
 */
static bool
is_told_by(const AudReaderFile *file, const AudReaderFile *next)
{
	return next != NULL && next->prev_file[0] != '\0' &&
		   aud_source_kind_of_name(file->name, NULL) != AUD_SOURCE_PLAIN &&
		   aud_reader_same_file(file->name, next->prev_file);
}

static bool
read_ends(AudInfo *info, const AudReaderFile *file, const AudReaderFile *next,
		  bool quick, Ends *ends, AudError *err)
{
	AudReader r;

	*ends = (Ends){0};
	if (!aud_reader_open(&r, file->path, err))
		return false;
	aud_reader_limit(&r, file->bytes);
	read_head(info, &r, ends, quick);
	if (!is_told_by(file, next))
		read_tail(info, &r, file, ends, quick, err);
	aud_reader_close(&r);
	return !err->set;
}

/* ---- one file: what is in it -------------------------------------------------------- */

static bool
search_file(AudInfo *info, const AudReaderFile *file, AudError *err)
{
	static const char text[] =
		"{\"event\":[\"audit.gap\",\"audit.checkpoint\",\"audit.start\"]}";
	AudJsonValue value = {AUD_JSON_OBJECT, text, sizeof(text) - 1};
	AudFaultAt   fault = {0};
	AudMatch    *match = aud_match_compile(&value, AUD_MATCH_ALL, NULL, &fault);
	AudQuery     query = {.match = match};
	AudSearch    search = {.query = &query, .found = take, .arg = info};
	bool         ok = match != NULL && aud_query_prepare(&query);

	if (ok)
		ok = aud_search_file(&search, file, err);
	else
		aud_error_set(err, ENOMEM, "could not search \"%s\"", file->path);
	aud_search_free(&search);
	aud_query_free(&query);
	aud_match_free(match);
	return ok;
}

/* ---- a trail -------------------------------------------------------------------------- */

static void
add_size(AudInfo *info, const AudReaderFile *file)
{
	struct stat st;

	info->files++;
	if (stat(file->path, &st) != 0)
		return;
	info->bytes += (uint64_t) st.st_size;
	if (aud_source_kind_of_name(file->name, NULL) == AUD_SOURCE_PLAIN)
		return;
	info->archived_files++;
	info->archived_bytes += (uint64_t) st.st_size;
}

static void
add_missing(AudInfo *info, uint64_t first, uint64_t last,
			const AudReaderFile *before)
{
	if (info->n_missing < AUD_INFO_MISSING)
		info->missing[info->n_missing] = (AudInfoMissing){first, last, before};
	info->n_missing++;
	info->missing_records += last - first + 1;
}

/* Put a file's ends behind those before it. */
static void
add_ends(AudInfo *info, const AudReaderFile *file, const Ends *ends)
{
	if (info->first_seq == 0)
		info->first_seq = ends->first_seq;
	else if (info->last_seq > 0 && ends->first_seq > info->last_seq + 1)
		add_missing(info, info->last_seq + 1, ends->first_seq - 1, file);
	if (ends->last_seq > info->last_seq)
		info->last_seq = ends->last_seq;
	if (info->first_ts[0] == '\0')
		memcpy(info->first_ts, ends->first_ts, sizeof(info->first_ts));
	if (ends->last_ts[0] != '\0')
		memcpy(info->last_ts, ends->last_ts, sizeof(info->last_ts));
	info->newest = file;
	info->closed = ends->closed;
}

/* What it repeats and follows counts as the last number of an archive. */
static uint64_t
told_by(const AudReaderFile *next)
{
	AudReader r;
	AudLine   line;
	uint64_t  seq = 0;

	if (!aud_reader_open(&r, next->path, NULL))
		return 0;
	if (aud_reader_next(&r, &line, NULL) == AUD_READ_LINE)
		seq = number(&line, "prev_seq");
	aud_reader_close(&r);
	return seq;
}

bool
aud_info_read(AudInfo *info, const AudReaderFile *files, size_t n, bool quick)
{
	bool ok = true;

	memset(info, 0, sizeof(*info));
	memcpy(info->log, files[0].log, sizeof(info->log));
	for (size_t i = 0; i < n; i++)
	{
		const AudReaderFile *next = i + 1 < n ? &files[i + 1] : NULL;
		AudError             err = {0};
		Ends                 ends;

		if (read_ends(info, &files[i], next, quick, &ends, &err) && !quick)
			(void) search_file(info, &files[i], &err);
		if (is_told_by(&files[i], next))
			ends.last_seq = told_by(next);
		/* retention may have deleted it since it was listed */
		if (err.set && aud_reader_is_gone(files[i].path, &err))
			continue;
		if (err.set)
		{
			aud_ctl_error(&err);
			ok = false;
		}
		add_size(info, &files[i]);
		add_ends(info, &files[i], &ends);
	}
	return ok;
}
