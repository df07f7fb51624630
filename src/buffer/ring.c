/*-------------------------------------------------------------------------
 *
 * ring.c
 *	  Inside the buffer file: chunks, frames, checksums, and which of the two
 *	  positions holds.
 *
 * Plain memory, no lock, no file: test/unit/check_ring.c runs it without a
 * server.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/ring.h"

AudBufferHeader *aud_buffer_header;

/*
 * Each step of a CRC waits for the one before, three cycles for eight bytes.
 * Four parts that do not depend on each other are computed side by side by
 * any processor that executes out of order; the CRC of their CRCs finds a
 * torn record just as well.
 */
pg_crc32c
aud_ring_bytes_crc(const char *bytes, size_t len)
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
aud_ring_frame_crc(pg_crc32c bytes_crc, uint64 pos, uint32 len)
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
	uint64 tail_chunk = aud_ring_tail(header) / AUD_CHUNK_ROOM;

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

/*
 * Have chunks for len bytes from head on, for which there must be room.
 * Before they are copied in.
 */
static void
extend(AudBufferHeader *header, uint64 len)
{
	uint64 last = (header->head + len - 1) / AUD_CHUNK_ROOM;
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
	uint64 tail = aud_ring_position(header)->tail;
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
byte_at(AudBufferHeader *header, uint64 pos, size_t *room)
{
	uint64 number = pos / AUD_CHUNK_ROOM;
	uint64 at = pos % AUD_CHUNK_ROOM;

	*room = AUD_CHUNK_ROOM - at;
	return aud_ring_chunk(header, number)->bytes + at;
}

static void
copy_in(AudBufferHeader *header, uint64 pos, const void *src, size_t len)
{
	const char *from = src;
	size_t      room;
	char       *to = byte_at(header, pos, &room);

	while (len > room)
	{
		memcpy(to, from, room);
		pos += room;
		from += room;
		len -= room;
		to = byte_at(header, pos, &room);
	}
	memcpy(to, from, len);
}

/* Copy a frame and its bytes to where it says. */
static void
put_frame(AudBufferHeader *header, const AudFrame *frame, const char *bytes)
{
	size_t room;
	char  *to = byte_at(header, frame->pos, &room);

	if (room >= sizeof(*frame) + frame->len)
	{
		memcpy(to, frame, sizeof(*frame));
		memcpy(to + sizeof(*frame), bytes, frame->len);
		return;
	}
	copy_in(header, frame->pos, frame, sizeof(*frame));
	copy_in(header, frame->pos + sizeof(*frame), bytes, frame->len);
}

/*
 * Copy first, then publish.  A process killed anywhere in here leaves head
 * where it was, so the writer never sees half a record; that is why nothing
 * below may move head before the last byte is in place.
 */
void
aud_ring_append(AudBufferHeader *header, const char *line, size_t len,
				pg_crc32c bytes_crc)
{
	AudBufferHeader *file;
	AudFrame         frame;
	uint64           head;

	frame.pos = header->head;
	frame.len = (uint32) len;
	frame.crc = aud_ring_frame_crc(bytes_crc, frame.pos, frame.len);
	extend(header, AUD_FRAME_SPACE(len));
	put_frame(header, &frame, line);
	head = frame.pos + AUD_FRAME_SPACE(len);
	pg_write_barrier();
	/* nobody may take a record that is not in the file yet */
	file = aud_ring_file(header);
	if (file->head != frame.pos)
		header->head_changed = 1;
	file->head = head;
	pg_write_barrier();
	header->head = head;
}

static void
copy_out(AudBufferHeader *header, uint64 pos, void *dst, size_t len)
{
	char  *to = dst;
	size_t room;
	char  *from = byte_at(header, pos, &room);

	while (len > room)
	{
		memcpy(to, from, room);
		pos += room;
		to += room;
		len -= room;
		from = byte_at(header, pos, &room);
	}
	memcpy(to, from, len);
}

/* Is there an intact frame at pos that ends at or before head? */
static bool
read_frame(AudBufferHeader *header, uint64 pos, uint64 head, char *storage,
		   size_t cap, size_t *len)
{
	AudFrame  frame;
	pg_crc32c crc;

	if (head - pos < sizeof(frame))
		return false;
	copy_out(header, pos, &frame, sizeof(frame));
	if (frame.pos != pos || frame.len > cap ||
		AUD_FRAME_SPACE(frame.len) > head - pos)
		return false;

	copy_out(header, pos + sizeof(frame), storage, frame.len);
	crc = aud_ring_bytes_crc(storage, frame.len);
	*len = frame.len;
	return frame.crc == aud_ring_frame_crc(crc, pos, frame.len);
}

bool
aud_ring_next(AudBufferHeader *header, uint64 pos, char *storage, size_t cap,
			  AudTaken *taken)
{
	uint64 head = aud_ring_head(header);

	taken->damaged = 0;
	while (pos < head)
	{
		if (read_frame(header, pos, head, storage, cap, &taken->len))
		{
			taken->next = pos + AUD_FRAME_SPACE(taken->len);
			return true;
		}
		pos += 8;
		taken->damaged += 8;
	}
	taken->next = pos;
	return false;
}

pg_crc32c
aud_ring_position_crc(const AudPosition *position)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, position, offsetof(AudPosition, crc));
	FIN_CRC32C(crc);
	return crc;
}

bool
aud_ring_is_sane(const AudBufferHeader *header)
{
	const AudPosition *position = aud_ring_position(header);

	return position->crc == aud_ring_position_crc(position) &&
		   header->head % 8 == 0 && position->tail % 8 == 0 &&
		   header->head - position->tail <= header->ring_size;
}

/* Fill the one that does not hold, then switch: one of them is always whole. */
static void
put_position(AudBufferHeader *header, uint32 next, const AudPosition *position)
{
	memcpy(&header->position[next], position, sizeof(*position));
	header->position[next].crc = aud_ring_position_crc(&header->position[next]);
	pg_write_barrier();
	pg_atomic_write_u32(&header->current, next);
	pg_write_barrier();
	pg_atomic_write_u64(&header->tail, position->tail);
}

/* First in the file: who waits for tail goes on when a crash cannot undo it. */
void
aud_ring_set_position(AudBufferHeader *header, const AudPosition *position)
{
	AudBufferHeader *file = aud_ring_file(header);
	uint32           next = (pg_atomic_read_u32(&header->current) + 1) & 1;

	put_position(file, next, position);
	pg_write_barrier();
	if (file != header)
		put_position(header, next, position);
}

static void
add_lost(AudBufferHeader *header, AudLoss reason, uint64 records, uint64 unix_us)
{
	uint64 none = 0;

	pg_atomic_compare_exchange_u64(&header->lost_from, &none, unix_us);
	pg_atomic_write_u64(&header->lost_to, unix_us);
	pg_atomic_fetch_add_u64(&header->lost[reason], records);
}

void
aud_ring_count_lost(AudBufferHeader *header, AudLoss reason, uint64 records,
					uint64 unix_us)
{
	AudBufferHeader *file = aud_ring_file(header);

	add_lost(file, reason, records, unix_us);
	if (file != header)
		add_lost(header, reason, records, unix_us);
}

void
aud_ring_reset_lost_from(AudBufferHeader *header)
{
	pg_atomic_write_u64(&aud_ring_file(header)->lost_from, 0);
	pg_atomic_write_u64(&header->lost_from, 0);
}

const char *
aud_buffer_loss_name(AudLoss loss)
{
	static const char *const names[] = {
		[AUD_LOSS_NONE] = "none",
		[AUD_LOSS_FULL] = "buffer_full",
		[AUD_LOSS_OVERSIZE] = "record_too_large",
		[AUD_LOSS_BUSY] = "buffer_busy",
		[AUD_LOSS_DAMAGED] = "buffer_damaged",
		[AUD_LOSS_LOGGED] = "written_to_server_log",
	};

	return names[loss];
}
