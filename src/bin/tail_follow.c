/*-------------------------------------------------------------------------
 *
 * tail_follow.c
 *	  secauditctl tail -f: on and on, from file to file.
 *
 * Following polls: a trail may lie on a file system that tells nobody about
 * changes.  A file is left for the next one only when the next one exists and
 * the old one has been read to its end after that was seen; the writer never
 * goes back to a file, so nothing is missed.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/tail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define POLL_NANOSECONDS 200000000L

/* Polls between two looks at directories that seem unchanged: five seconds */
#define POLLS_PER_LISTING 25

/* Position in the list of the file that comes after "current". */
static size_t
index_after(const AudReaderList *list, const AudReaderFile *current)
{
	size_t i = 0;

	if (current->path == NULL)
		return 0;
	for (i = 0; i < list->count; i++)
		if (aud_reader_same_file(list->files[i].path, current->path))
			return i + 1;
	/* deleted under us, as retention does */
	for (i = 0; i < list->count; i++)
		if (strcmp(list->files[i].log, current->log) == 0 &&
			list->files[i].number > current->number)
			break;
	return i;
}

/* The file after "current" in a fresh listing; *next is then the caller's. */
static bool
next_file(int argc, char **argv, const AudReaderFile *current, AudReaderFile *next)
{
	AudReaderList list = {0};
	size_t        i;
	bool          found;

	for (int k = 0; k < argc; k++)
		aud_reader_list_add(&list, argv[k], NULL);
	i = index_after(&list, current);
	found = i < list.count;
	if (found)
	{
		*next = list.files[i];
		list.files[i].path = NULL; /* next owns it now */
	}
	aud_reader_list_free(&list);
	return found;
}

/*
 * May a listing have changed?  A new file changes its directory's mtime, but
 * that has the granularity of the kernel's clock: a file made in the same
 * tick as the last look would go unnoticed, hence a look now and then.
 */
static bool
worth_listing(int argc, char **argv)
{
	static struct timespec newest;
	static int             polls;
	struct timespec        now_newest = {0, 0};
	bool                   changed;

	for (int i = 0; i < argc; i++)
	{
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) &&
			(st.st_mtim.tv_sec > now_newest.tv_sec ||
			 (st.st_mtim.tv_sec == now_newest.tv_sec &&
			  st.st_mtim.tv_nsec > now_newest.tv_nsec)))
			now_newest = st.st_mtim;
	}
	changed = memcmp(&now_newest, &newest, sizeof(newest)) != 0 ||
			  polls++ % POLLS_PER_LISTING == 0;
	newest = now_newest;
	return changed;
}

static void
pause_briefly(void)
{
	struct timespec delay = {0, POLL_NANOSECONDS};

	nanosleep(&delay, NULL);
}

/*
 * Leave a file for the next one.  Where the writer repeats in the new file
 * what it could not be sure of in the old one, that was shown already.
 */
static void
leave_file(AudTail *tail, AudReader *r, AudReaderFile *file, AudReaderFile *next)
{
	aud_tail_torn_end(tail, r, file);
	tail->skip_seq = strcmp(next->log, file->log) == 0 ? tail->last_seq : 0;
	aud_reader_close(r);
}

void
aud_tail_follow(AudTail *tail, int argc, char **argv, AudReaderFile *first,
				AudTailPosition from)
{
	AudReader     r = {.source = {.fd = -1}};
	AudReaderFile file = *first;

	while (!aud_tail_interrupted && !ferror(stdout))
	{
		AudReaderFile next = {0};
		bool          more;

		if (r.source.fd < 0 && file.path != NULL &&
			!aud_tail_open(tail, &r, &file, from))
			break;
		/* look for a successor before the last look at this one */
		more = worth_listing(argc, argv) && next_file(argc, argv, &file, &next);
		if (r.source.fd >= 0 && !aud_tail_drain(tail, &r, &file))
			break;
		fflush(stdout);
		if (!more)
		{
			pause_briefly();
			aud_term_measure(&tail->term);
			continue;
		}
		if (r.source.fd >= 0)
			leave_file(tail, &r, &file, &next);
		free(file.path);
		file = next;
		from = (AudTailPosition){0, 1};
	}
	if (r.source.fd >= 0)
		aud_reader_close(&r);
	free(file.path);
}
