/*-------------------------------------------------------------------------
 *
 * ring.c
 *	  Inside the mapped file: bytes of the ring, checksums, and which of the
 *	  two positions holds.
 *
 * None of this takes a lock: who may call what when is said in buffer_file.h
 * at the fields that it touches.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/file.h"

/*
 * Each step of a CRC waits for the one before, three cycles for eight bytes.
 * Four parts that do not depend on each other are computed side by side by
 * any processor that executes out of order; the CRC of their CRCs finds a
 * torn record just as well.
 */
pg_crc32c
aud_bytes_crc(const char *bytes, size_t len)
{
	size_t    quarter = len / 4 & ~(size_t) 7;
	pg_crc32c parts[4];
	pg_crc32c crc;

	for (int i = 0; i < 4; i++)
		INIT_CRC32C(parts[i]);
	COMP_CRC32C(parts[0], bytes, quarter);
	COMP_CRC32C(parts[1], bytes + quarter, quarter);
	COMP_CRC32C(parts[2], bytes + 2 * quarter, quarter);
	COMP_CRC32C(parts[3], bytes + 3 * quarter, len - 3 * quarter);
	INIT_CRC32C(crc);
	COMP_CRC32C(crc, parts, sizeof(parts));
	return crc;
}

pg_crc32c
aud_frame_crc(pg_crc32c bytes_crc, uint64 pos, uint32 len)
{
	COMP_CRC32C(bytes_crc, &pos, sizeof(pos));
	COMP_CRC32C(bytes_crc, &len, sizeof(len));
	FIN_CRC32C(bytes_crc);
	return bytes_crc;
}

/*
 * The table of chunks: where the ones in use are, by number modulo their
 * count, and after that the ones not in use, the last one given back on top.
 */
static uint32 *
places(AudBufferHeader *header)
{
	return (uint32 *) ((char *) header + header->table_offset);
}

static uint32 *
unused(AudBufferHeader *header)
{
	return places(header) + header->chunks;
}

static AudChunk *
chunk_at(AudBufferHeader *header, uint32 place)
{
	return (AudChunk *) ((char *) header + header->chunks_offset) + place;
}

AudChunk *
aud_ring_chunk(AudBufferHeader *header, uint64 number)
{
	return chunk_at(header, places(header)[number % header->chunks]);
}

/* Give back what lies before tail. */
static void
reclaim(AudBufferHeader *header)
{
	uint64 tail_chunk = pg_atomic_read_u64(&header->tail) / AUD_CHUNK_ROOM;

	for (; header->first_chunk < tail_chunk; header->first_chunk++)
		unused(header)[header->free_chunks++] =
			places(header)[header->first_chunk % header->chunks];
}

/* Take the chunk that was given back last for the next number. */
static void
take(AudBufferHeader *header, uint64 number)
{
	uint32 place;

	Assert(header->free_chunks > 0);
	place = unused(header)[--header->free_chunks];
	chunk_at(header, place)->number = number + 1;
	places(header)[number % header->chunks] = place;
}

void
aud_ring_extend(uint64 len)
{
	AudBufferHeader *header = aud_buffer_header;
	uint64           last = (header->head + len - 1) / AUD_CHUNK_ROOM;
	uint64 next = (header->head + AUD_CHUNK_ROOM - 1) / AUD_CHUNK_ROOM;

	if (next > last)
		return; /* it all goes into the chunk that head is in */
	reclaim(header);
	for (; next <= last; next++)
		take(header, next);
}

/* Where the chunk of each number lies, from that of tail on. */
typedef struct Live
{
	uint64  first;
	uint64  count;
	uint32 *place; /* plus one; 0: not found */
} Live;

static bool
is_live(const Live *live, const AudChunk *chunk)
{
	return chunk->number > live->first &&
		   chunk->number <= live->first + live->count;
}

/* Look for them; false if one is missing, or there twice. */
static bool
find_live(AudBufferHeader *header, const Live *live)
{
	for (uint32 place = 0; place < header->chunks; place++)
	{
		const AudChunk *chunk = chunk_at(header, place);
		uint32         *known;

		if (!is_live(live, chunk))
			continue;
		known = &live->place[chunk->number - 1 - live->first];
		if (*known != 0)
			return false;
		*known = place + 1;
	}
	for (uint64 i = 0; i < live->count; i++)
		if (live->place[i] == 0)
			return false;
	return true;
}

/* The others can be used, whatever they hold. */
static void
free_others(AudBufferHeader *header, const Live *live)
{
	header->free_chunks = 0;
	for (uint32 place = header->chunks; place-- > 0;)
	{
		AudChunk *chunk = chunk_at(header, place);

		if (is_live(live, chunk))
			continue;
		/* a number that was given out, and head did not come so far */
		if (chunk->number > live->first)
			chunk->number = 0;
		unused(header)[header->free_chunks++] = place;
	}
}

bool
aud_ring_rebuild(AudBufferHeader *header)
{
	uint64 tail = header->position[header->current.value & 1].tail;
	Live   live;
	bool   complete;

	/* the one that head is in counts even if nothing is in it any more */
	live.first = tail / AUD_CHUNK_ROOM;
	live.count =
		(header->head + AUD_CHUNK_ROOM - 1) / AUD_CHUNK_ROOM - live.first;
	if (live.count > header->chunks)
		return false;
	live.place = palloc0((live.count + 1) * sizeof(uint32));
	complete = find_live(header, &live);
	if (complete)
	{
		header->first_chunk = live.first;
		for (uint64 i = 0; i < live.count; i++)
			places(header)[(live.first + i) % header->chunks] = live.place[i] - 1;
		free_others(header, &live);
	}
	pfree(live.place);
	return complete;
}

/* The byte at pos; *room: how many more its chunk has from there on. */
static char *
byte_at(uint64 pos, size_t *room)
{
	uint64 number = pos / AUD_CHUNK_ROOM;
	uint64 at = pos % AUD_CHUNK_ROOM;

	*room = AUD_CHUNK_ROOM - at;
	return aud_ring_chunk(aud_buffer_header, number)->bytes + at;
}

static void
copy_in(uint64 pos, const void *src, size_t len)
{
	const char *from = src;
	size_t      room;
	char       *to = byte_at(pos, &room);

	while (len > room)
	{
		memcpy(to, from, room);
		pos += room;
		from += room;
		len -= room;
		to = byte_at(pos, &room);
	}
	memcpy(to, from, len);
}

void
aud_ring_put(const AudFrame *frame, const char *bytes)
{
	size_t room;
	char  *to = byte_at(frame->pos, &room);

	if (room >= sizeof(*frame) + frame->len)
	{
		memcpy(to, frame, sizeof(*frame));
		memcpy(to + sizeof(*frame), bytes, frame->len);
		return;
	}
	copy_in(frame->pos, frame, sizeof(*frame));
	copy_in(frame->pos + sizeof(*frame), bytes, frame->len);
}

void
aud_ring_copy_out(uint64 pos, void *dst, size_t len)
{
	char  *to = dst;
	size_t room;
	char  *from = byte_at(pos, &room);

	while (len > room)
	{
		memcpy(to, from, room);
		pos += room;
		to += room;
		len -= room;
		from = byte_at(pos, &room);
	}
	memcpy(to, from, len);
}

pg_crc32c
aud_position_crc(const AudPosition *position)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, position, offsetof(AudPosition, crc));
	FIN_CRC32C(crc);
	return crc;
}

const AudPosition *
aud_buffer_position(void)
{
	uint32 current = pg_atomic_read_u32(&aud_buffer_header->current) & 1;

	return &aud_buffer_header->position[current];
}

void
aud_buffer_set_position(const AudPosition *position)
{
	uint32 next = (pg_atomic_read_u32(&aud_buffer_header->current) + 1) & 1;

	memcpy(&aud_buffer_header->position[next], position, sizeof(*position));
	aud_buffer_header->position[next].crc =
		aud_position_crc(&aud_buffer_header->position[next]);
	pg_write_barrier();
	pg_atomic_write_u32(&aud_buffer_header->current, next);
	pg_write_barrier();
	pg_atomic_write_u64(&aud_buffer_header->tail, position->tail);
}

void
aud_buffer_set_log_id(const char *log_id)
{
	strlcpy(aud_buffer_header->log_id, log_id, sizeof(aud_buffer_header->log_id));
}
