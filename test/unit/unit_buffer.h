/*-------------------------------------------------------------------------
 *
 * unit_buffer.h
 *	  A buffer in plain memory, laid out as the file is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_UNIT_BUFFER_H
#define AUD_UNIT_BUFFER_H

#include "postgres.h"

#include "buffer/inflight.h"
#include "buffer/ring.h"

#define UNIT_LOG   "0123456789abcdef"
#define UNIT_SLOTS 4

#define UNIT_RECORD                \
	"{\"v\":1,\"log\":\"" UNIT_LOG \
	"\",\"ts\":\"2026-01-01T00:00:00.000000Z\",\"event\":\"statement\""

/* The n-th record, in storage of our own. */
static inline const char *
unit_record(int n)
{
	static char body[128];

	snprintf(body, sizeof(body), UNIT_RECORD ",\"n\":%d}", n);
	return body;
}

/* Empty, named; free() it. */
static inline AudBufferHeader *
unit_buffer_new(uint64 ring_size)
{
	uint32 chunks =
		(uint32) ((ring_size + AUD_CHUNK_ROOM - 1) / AUD_CHUNK_ROOM + 1);
	uint64 slots = 4096;
	uint64 table = TYPEALIGN(PG_CACHE_LINE_SIZE,
							 slots + UNIT_SLOTS * aud_inflight_slot_size());
	uint64 first = TYPEALIGN(AUD_CHUNK_SIZE, table + 2 * sizeof(uint32) * chunks);
	uint64           size = first + (uint64) chunks * AUD_CHUNK_SIZE;
	AudBufferHeader *header = aligned_alloc(4096, size);

	memset(header, 0, size);
	header->slots_offset = slots;
	header->slot_size = aud_inflight_slot_size();
	header->slot_count = UNIT_SLOTS;
	header->ring_size = ring_size;
	header->table_offset = table;
	header->chunks_offset = first;
	header->chunks = chunks;
	strlcpy(header->log_id, UNIT_LOG, sizeof(header->log_id));
	for (int i = 0; i < 2; i++)
		header->position[i].crc = aud_ring_position_crc(&header->position[i]);
	(void) aud_ring_rebuild(header);
	return header;
}

static inline void
unit_buffer_append(AudBufferHeader *header, const char *line, size_t len)
{
	aud_ring_append(header, line, len, aud_ring_bytes_crc(line, len));
}

/* As the writer does when a batch is on disk. */
static inline void
unit_buffer_move_tail(AudBufferHeader *header, uint64 tail)
{
	AudPosition position = *aud_ring_position(header);

	position.tail = tail;
	aud_ring_set_position(header, &position);
}

#endif /* AUD_UNIT_BUFFER_H */
