/*-------------------------------------------------------------------------
 *
 * tail_print.c
 *	  secauditctl tail: the lines of one file, and where the last n begin.
 *
 * The last n are found without keeping them: the files are walked from the
 * newest back, a ring of line positions per file remembers where the last n
 * matches of it start, and printing begins there.  Memory is the ring,
 * whatever the trail's size.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/tail.h"

#include <stdlib.h>
#include <string.h>

#include "core/chain.h"

volatile sig_atomic_t aud_tail_interrupted;

static void
show_damage(AudTail *tail, const AudReaderFile *file, const AudLine *line,
			const char *why)
{
	const AudTerm *t = &tail->output.term;
	size_t         shown = line->len < 200 ? line->len : 200;

	aud_term_color(t, AUD_COLOR_RED);
	aud_term_put_raw(t, file->path, strlen(file->path));
	fprintf(t->out, ":%llu: ", (unsigned long long) line->number);
	fputs(why, t->out);
	aud_term_color(t, AUD_COLOR_NONE);
	fputs(": ", t->out);
	aud_term_put_raw(t, line->data, shown);
	if (shown < line->len || line->oversized)
		fputs("...", t->out);
	fputc('\n', t->out);
}

static void
show_line(AudTail *tail, const AudReaderFile *file, const AudLine *line)
{
	const char *why;

	if (!aud_search_matches(&tail->search, line, &why))
		return;
	if (why == NULL && aud_output_hides(&tail->output, line->data, line->len))
		return;
	if (why == NULL && !aud_output_record(&tail->output, line->data, line->len))
		why = "not a record, no JSON object";
	if (why != NULL)
	{
		tail->damaged = true;
		show_damage(tail, file, line, why);
	}
}

/*
 * Does the line count towards -n?  What is no record does, and is shown
 * whatever the filter says.
 */
static bool
counts(AudTail *tail, const AudLine *line)
{
	const char *why;

	return !aud_output_hides(&tail->output, line->data, line->len) &&
		   (!aud_filter_is_set(&tail->filter) ||
			aud_search_matches(&tail->search, line, &why));
}

bool
aud_tail_open(AudTail *tail, AudReader *r, const AudReaderFile *file,
			  AudTailPosition from)
{
	AudError err = {0};

	if (aud_reader_open(r, file->path, &err))
	{
		aud_reader_limit(r, file->bytes);
		if (from.offset == 0 ||
			aud_reader_seek(r, from.offset, from.number, &err))
			return true;
		aud_reader_close(r);
	}
	aud_ctl_error(&err);
	tail->trouble = true;
	return false;
}

bool
aud_tail_drain(AudTail *tail, AudReader *r, const AudReaderFile *file)
{
	AudError      err = {0};
	AudLine       line;
	AudReadStatus status = AUD_READ_LINE;

	while (!aud_tail_interrupted && !ferror(stdout) &&
		   (status = aud_reader_next(r, &line, &err)) == AUD_READ_LINE)
	{
		AudChainTrailer trailer;

		if (aud_chain_split(line.data, line.len, &trailer))
		{
			tail->last_seq = trailer.seq;
			if (trailer.seq <= tail->skip_seq)
				continue;
		}
		show_line(tail, file, &line);
	}
	if (status == AUD_READ_ERROR)
	{
		/* what is said of an archive names it */
		if (err.sys_errno == 0)
			aud_ctl_error(&err);
		else
			aud_ctl_complain("%s \"%s\": %s",
							 err.message,
							 file->path,
							 strerror(err.sys_errno));
		tail->trouble = true;
		return false;
	}
	return true;
}

/*
 * A file that was left with half a line is what a crash leaves; the writer
 * never completes it.  Worth a word, no reason to fail: "verify" judges.
 */
void
aud_tail_torn_end(AudTail *tail, AudReader *r, const AudReaderFile *file)
{
	AudLine line;

	if (aud_reader_partial(r, &line))
		show_damage(tail, file, &line, "incomplete last line");
}

/*
 * Find where the last "wanted" matches of a file start; fewer if it has
 * fewer.  Returns how many there are from *from on.
 */
static uint64_t
find_last(AudTail *tail, const AudReaderFile *file, uint64_t wanted,
		  AudTailPosition *ring, AudTailPosition *from)
{
	AudReader     r;
	AudLine       line;
	AudError      err = {0};
	AudReadStatus status;
	uint64_t      n = 0;

	*from = (AudTailPosition){0, 1};
	if (!aud_reader_open(&r, file->path, &err))
		return 0; /* reported when it is to be printed */
	aud_reader_limit(&r, file->bytes);
	while ((status = aud_reader_next(&r, &line, &err)) == AUD_READ_LINE)
		if (counts(tail, &line))
			ring[n++ % wanted] = (AudTailPosition){line.offset, line.number};
	aud_reader_close(&r);
	if (n > 0)
		*from = ring[n > wanted ? n % wanted : 0];
	return n > wanted ? wanted : n;
}

/* Index of the first file to print, and where in it. */
size_t
aud_tail_start(AudTail *tail, const AudReaderList *list, AudTailPosition *from)
{
	AudTailPosition *ring;
	uint64_t         missing = tail->wanted;
	size_t           i = list->count;

	*from = (AudTailPosition){0, 1};
	if (tail->wanted == AUD_TAIL_ALL)
		return 0;
	ring = calloc(tail->wanted + 1, sizeof(*ring));
	if (ring == NULL)
	{
		aud_ctl_complain("out of memory");
		exit(AUD_EXIT_TROUBLE);
	}
	while (i > 0 && missing > 0)
		missing -= find_last(tail, &list->files[--i], missing, ring, from);
	free(ring);
	return i;
}
