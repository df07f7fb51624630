/*-------------------------------------------------------------------------
 *
 * buffer_ring.c
 *	  Inside the mapped file: bytes of the ring, checksums, and which of the
 *	  two positions holds.
 *
 * None of this takes a lock: who may call what when is said in buffer_file.h
 * at the fields that it touches.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer_file.h"

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

void
aud_ring_copy_in(uint64 pos, const void *src, size_t len)
{
	uint64 size = aud_buffer_header->ring_size;
	uint64 at = pos % size;
	size_t first = Min(len, size - at);

	memcpy(aud_buffer_ring() + at, src, first);
	if (first < len)
		memcpy(aud_buffer_ring(), (const char *) src + first, len - first);
}

void
aud_ring_copy_out(uint64 pos, void *dst, size_t len)
{
	uint64 size = aud_buffer_header->ring_size;
	uint64 at = pos % size;
	size_t first = Min(len, size - at);

	memcpy(dst, aud_buffer_ring() + at, first);
	if (first < len)
		memcpy((char *) dst + first, aud_buffer_ring(), len - first);
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
