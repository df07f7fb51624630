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

/* Pages are made writable in pieces of so many bytes, at such a boundary. */
#define PIECE (128 * 1024)

/*
 * Pages from pos on, up to len bytes or the ring's end.  If the kernel does
 * not know the request (Linux before 5.14), they are faulted in one by one.
 */
static void
make_writable(uint64 pos, size_t len)
{
#ifdef MADV_POPULATE_WRITE
	uint64    size = aud_buffer_header->ring_size;
	uint64    at = pos % size;
	char     *start = aud_buffer_ring() + at;
	uintptr_t into = (uintptr_t) start % (uintptr_t) sysconf(_SC_PAGESIZE);

	(void) madvise(start - into, Min(len, size - at) + into, MADV_POPULATE_WRITE);
#endif
}

void
aud_pages_prepare(uint64 head, uint64 appended)
{
	static uint64 piece; /* where we appended last */
	static uint64 mine;  /* how much of it */
	uint64        now = head / PIECE;
	bool          busy;

	mine += appended;
	if (now == piece)
		return;
	busy = now == piece + 1 && mine >= PIECE / 4;
	piece = now;
	mine = 0;
	if (busy)
		make_writable(head, PIECE - head % PIECE);
}
