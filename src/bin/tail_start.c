/*-------------------------------------------------------------------------
 *
 * tail_start.c
 *	  secauditctl tail: where the last n records begin.
 *
 * They are found without keeping them: the files are walked from the newest
 * back, a ring of line positions per file remembers where the last n matches
 * of it start, and printing begins there.  Memory is the ring, whatever the
 * trail's size.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/tail.h"

#include <stdlib.h>

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
		if (aud_tail_counts(tail, &line))
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
