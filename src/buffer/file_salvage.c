/*-------------------------------------------------------------------------
 *
 * file_salvage.c
 *	  Saving records out of a damaged buffer file.
 *
 * The file has been set aside and a new one made.  Nothing in the old one is
 * believed but, where a record goes on in another chunk, the chunks' numbers:
 * every place where a record could begin is looked at, and what has
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

#include "buffer/deletions.h"
#include "buffer/file.h"
#include "buffer/file_salvage.h"

/* The old file: whatever is where chunks would be, in the order of their numbers. */
typedef struct OldFile
{
	int              count;
	const AudChunk **chunks;
} OldFile;

/* A record in it. */
typedef struct Found
{
	uint64          pos;
	const AudChunk *chunk;
	uint32          at; /* of its frame, in the chunk's bytes */
	uint32          len;
} Found;

static int salvaged;

static int
compare_chunks(const void *a, const void *b)
{
	uint64 x = (*(const AudChunk *const *) a)->number;
	uint64 y = (*(const AudChunk *const *) b)->number;

	return x < y ? -1 : x > y;
}

static int
compare_found(const void *a, const void *b)
{
	uint64 x = ((const Found *) a)->pos;
	uint64 y = ((const Found *) b)->pos;

	return x < y ? -1 : x > y;
}

static void
find_chunks(OldFile *file, const char *start, uint64 size)
{
	file->count = 0;
	file->chunks = palloc((size / AUD_CHUNK_SIZE + 1) * sizeof(AudChunk *));
	for (uint64 at = 0; at + AUD_CHUNK_SIZE <= size; at += AUD_CHUNK_SIZE)
		file->chunks[file->count++] = (const AudChunk *) (start + at);
	qsort(file->chunks, file->count, sizeof(AudChunk *), compare_chunks);
}

static const AudChunk *
next_chunk(const OldFile *file, const AudChunk *chunk)
{
	AudChunk         key = {.number = chunk->number + 1};
	const AudChunk  *wanted = &key;
	const AudChunk **next = bsearch(&wanted,
									file->chunks,
									file->count,
									sizeof(AudChunk *),
									compare_chunks);

	return next != NULL ? *next : NULL;
}

/* Copy bytes that may go on in other chunks.  False if one is not there. */
static bool
gather(const OldFile *file, const AudChunk *chunk, size_t at, void *dst,
	   size_t len)
{
	char *to = dst;

	while (at + len > AUD_CHUNK_ROOM)
	{
		size_t here = at < AUD_CHUNK_ROOM ? AUD_CHUNK_ROOM - at : 0;

		memcpy(to, chunk->bytes + at, here);
		to += here;
		len -= here;
		at = at + here - AUD_CHUNK_ROOM;
		chunk = next_chunk(file, chunk);
		if (chunk == NULL)
			return false;
	}
	memcpy(to, chunk->bytes + at, len);
	return true;
}

/*
 * Does a record of this trail, which begins with prefix, begin here?  Then
 * copy it to storage[AUD_RECORD_MAX].
 */
static bool
read_record(const OldFile *file, const AudChunk *chunk, uint32 at,
			const char *prefix, AudFrame *frame, char *storage)
{
	size_t    prefix_len = strlen(prefix);
	pg_crc32c crc;

	if (!gather(file, chunk, at, frame, sizeof(*frame)) ||
		frame->len > AUD_RECORD_MAX || frame->len < prefix_len ||
		!gather(file, chunk, at + sizeof(*frame), storage, prefix_len) ||
		memcmp(storage, prefix, prefix_len) != 0 ||
		!gather(file, chunk, at + sizeof(*frame), storage, frame->len))
		return false;
	crc = aud_ring_bytes_crc(storage, frame->len);
	return frame->crc == aud_ring_frame_crc(crc, frame->pos, frame->len);
}

/* The records of all chunks, oldest first. */
static Found *
find_records(const OldFile *file, char *storage, int *count)
{
	char     prefix[64];
	int      room = 1024;
	Found   *found = palloc(room * sizeof(Found));
	AudFrame frame;

	*count = 0;
	snprintf(prefix,
			 sizeof(prefix),
			 "{\"v\":1,\"log\":\"%s\",",
			 aud_buffer_header->log_id);
	for (int i = 0; i < file->count; i++)
	{
		for (uint32 at = 0; at < AUD_CHUNK_ROOM; at += 8)
		{
			if (!read_record(file, file->chunks[i], at, prefix, &frame, storage))
				continue;
			if (*count == room)
			{
				room *= 2;
				found = repalloc_huge(found, room * sizeof(Found));
			}
			found[(*count)++] =
				(Found){frame.pos, file->chunks[i], at, frame.len};
			at += AUD_FRAME_SPACE(frame.len) - 8;
		}
	}
	qsort(found, *count, sizeof(Found), compare_found);
	return found;
}

/* Into the new ring, which nobody uses yet; the oldest ones give way. */
static int
take_over(const OldFile *file, const Found *found, int count, char *storage)
{
	AudBufferHeader *header = aud_buffer_header;
	uint64           space = 0;
	int              first = count;

	while (first > 0 &&
		   space + AUD_FRAME_SPACE(found[first - 1].len) <= header->ring_size)
		space += AUD_FRAME_SPACE(found[--first].len);

	for (int i = first; i < count; i++)
	{
		(void) gather(file,
					  found[i].chunk,
					  found[i].at + sizeof(AudFrame),
					  storage,
					  found[i].len);
		aud_ring_append(header,
						storage,
						found[i].len,
						aud_ring_bytes_crc(storage, found[i].len));
	}
	return count - first;
}

int
aud_buffer_salvage_count(void)
{
	return salvaged;
}

void
aud_buffer_salvage(void)
{
	struct stat st;
	OldFile     file;
	Found      *found;
	char       *start;
	char       *storage;
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
	start = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (start == MAP_FAILED)
		return;

	storage = palloc(AUD_RECORD_MAX);
	if (st.st_size >= AUD_BUFFER_PAGE)
		aud_deletions_take_over(aud_buffer_header, start);
	find_chunks(&file, start, (uint64) st.st_size);
	found = find_records(&file, storage, &count);
	count = take_over(&file, found, count, storage);
	ereport(LOG,
			errmsg("found %d audit records in the damaged buffer file \"%s\"",
				   count,
				   aud_buffer_file_set_aside()),
			errdetail(
				"Those that the audit trail does not have yet will be added to it."));
	pfree(found);
	pfree(file.chunks);
	pfree(storage);
	munmap(start, st.st_size);
	salvaged = count;
}
