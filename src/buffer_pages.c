/*-------------------------------------------------------------------------
 *
 * buffer_pages.c
 *	  Page faults of the ring, many at a time.
 *
 * After the kernel has written a page of the mapped file back, as it does
 * every half a minute, the next write to it faults, in each process anew:
 * about 1 us on bare metal, more than 20 us in some virtual machines, which
 * then costs more than all the rest of a record.  A process that writes much
 * of the ring has the pages before it made writable by one system call for
 * many of them.  One that appends now and then is better off with a fault
 * now and then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "buffer_file.h"
#include "buffer_pages.h"

/*
 * Pages from pos to the end of its chunk.  If the kernel does not know the
 * request (Linux before 5.14), they are faulted in one by one.
 */
static void
make_writable(uint64 pos)
{
#ifdef MADV_POPULATE_WRITE
	AudChunk *chunk = aud_ring_chunk(aud_buffer_header, pos / AUD_CHUNK_ROOM);
	char     *start = chunk->bytes + pos % AUD_CHUNK_ROOM;
	uintptr_t into = (uintptr_t) start % (uintptr_t) sysconf(_SC_PAGESIZE);

	(void) madvise(start - into,
				   (char *) (chunk + 1) - start + into,
				   MADV_POPULATE_WRITE);
#endif
}

void
aud_pages_prepare(uint64 head, uint64 appended)
{
	static uint64 chunk; /* where we appended last */
	static uint64 mine;  /* how much of it */
	uint64        now = head / AUD_CHUNK_ROOM;
	bool          busy;

	mine += appended;
	if (now == chunk)
		return;
	busy = now == chunk + 1 && mine >= AUD_CHUNK_ROOM / 4;
	chunk = now;
	mine = 0;
	/* at the very beginning of a chunk, nobody may have taken it yet */
	if (busy && head % AUD_CHUNK_ROOM != 0)
		make_writable(head);
}
