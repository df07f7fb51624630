/*-------------------------------------------------------------------------
 *
 * buffer_salvage.c
 *	  Saving records out of a damaged buffer file.
 *
 * The file has been set aside and a new one made.  Nothing in the old one is
 * believed: every place where a record could begin is looked at, and what has
 * the right checksum and the name of this trail is taken over, in the order
 * of the positions.  That may include records which reached the files long
 * ago; the comparison of ring and files that follows every start leaves out
 * everything up to the last one that the files hold.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/fd.h"

#include "buffer_file.h"

/* A record in the old file. */
typedef struct Found
{
	uint64 pos;
	uint64 offset; /* of its bytes, in the file */
	uint32 len;
} Found;

static int salvaged;

static int
compare_found(const void *a, const void *b)
{
	uint64 x = ((const Found *) a)->pos;
	uint64 y = ((const Found *) b)->pos;

	return x < y ? -1 : x > y;
}

/* Does a record of this trail begin here? */
static bool
is_record(const char *file, uint64 size, uint64 offset, const char *prefix)
{
	AudFrame    frame;
	const char *bytes = file + offset + sizeof(frame);
	pg_crc32c   crc;

	memcpy(&frame, file + offset, sizeof(frame));
	if (frame.len > AUD_RECORD_MAX || frame.len < strlen(prefix) ||
		frame.len > size - offset - sizeof(frame) ||
		memcmp(bytes, prefix, strlen(prefix)) != 0)
		return false;
	crc = aud_bytes_crc(bytes, frame.len);
	return frame.crc == aud_frame_crc(crc, frame.pos, frame.len);
}

static Found *
find_records(const char *file, uint64 size, int *count)
{
	char   prefix[64];
	int    room = 1024;
	Found *found = palloc(room * sizeof(Found));

	*count = 0;
	snprintf(prefix,
			 sizeof(prefix),
			 "{\"v\":1,\"log\":\"%s\",",
			 aud_buffer_header->log_id);
	for (uint64 at = 0; at + sizeof(AudFrame) < size; at += 8)
	{
		AudFrame frame;

		if (!is_record(file, size, at, prefix))
			continue;
		memcpy(&frame, file + at, sizeof(frame));
		if (*count == room)
		{
			room *= 2;
			found = repalloc_huge(found, room * sizeof(Found));
		}
		found[(*count)++] = (Found){frame.pos, at + sizeof(frame), frame.len};
		at += AUD_FRAME_SPACE(frame.len) - 8;
	}
	qsort(found, *count, sizeof(Found), compare_found);
	return found;
}

/* Into the new ring, which nobody uses yet; the oldest ones give way. */
static int
take_over(const char *file, const Found *found, int count)
{
	AudBufferHeader *header = aud_buffer_header;
	uint64           space = 0;
	int              first = count;

	while (first > 0 &&
		   space + AUD_FRAME_SPACE(found[first - 1].len) <= header->ring_size)
		space += AUD_FRAME_SPACE(found[--first].len);

	for (int i = first; i < count; i++)
	{
		AudFrame  frame = {header->head, found[i].len, 0};
		pg_crc32c crc = aud_bytes_crc(file + found[i].offset, found[i].len);

		frame.crc = aud_frame_crc(crc, frame.pos, frame.len);
		aud_ring_copy_in(frame.pos, &frame, sizeof(frame));
		aud_ring_copy_in(frame.pos + sizeof(frame),
						 file + found[i].offset,
						 found[i].len);
		header->head += AUD_FRAME_SPACE(found[i].len);
	}
	return count - first;
}

int
aud_buffer_file_salvaged(void)
{
	return salvaged;
}

void
aud_buffer_salvage(void)
{
	struct stat st;
	Found      *found;
	char       *file;
	int         fd;
	int         count;

	salvaged = 0;
	if (aud_buffer_file_found() != AUD_BUFFER_DAMAGED)
		return;
	fd = BasicOpenFile(aud_buffer_file_set_aside(),
					   O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (fstat(fd, &st) != 0 || st.st_size == 0)
	{
		close(fd);
		return;
	}
	file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (file == MAP_FAILED)
		return;

	found = find_records(file, (uint64) st.st_size, &count);
	count = take_over(file, found, count);
	ereport(LOG,
			errmsg("found %d audit records in the damaged buffer file \"%s\"",
				   count,
				   aud_buffer_file_set_aside()),
			errdetail(
				"Those that the audit trail does not have yet will be added to it."));
	pfree(found);
	munmap(file, st.st_size);
	salvaged = count;
}
