/*-------------------------------------------------------------------------
 *
 * ring.h
 *	  The layout of the buffer file, and what is done to the bytes in it.
 *
 * Every function takes the header of a mapped file, or of plain memory that
 * is laid out like one; nothing here opens a file, takes a lock or waits.
 * Who may call what when is said at the fields that it touches.
 *
 *	  header | list of deletions | in-flight slots | table of chunks | chunks
 *
 * While the server runs, the header that is handed in is the one of check.h,
 * in ordinary shared memory: what is read comes from there, and what a crash
 * must not take is written to the file's header as well, before.
 *
 * The ring carries frames, one per record, each 8-byte aligned.  Positions
 * count bytes of frames since the file was made and never wrap.
 *
 * The bytes live in chunks.  Chunk number n holds the positions from n times
 * AUD_CHUNK_ROOM on, and lies wherever there was room when head came to it:
 * in the place that was given back last.  So a writer that keeps up makes a
 * busy server use the same few hundred kilobytes again and again, whatever
 * the size of the buffer: before a process can write to a page the kernel has
 * to map it in, anew each time the page has been written back, and that costs
 * several times what an append does.  A frame may go on in the next chunk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_RING_H
#define AUD_BUFFER_RING_H

#include "buffer/buffer.h"
#include "core/chain.h"
#include "core/log_name.h"
#include "port/atomics.h"
#include "port/pg_crc32c.h"

#define AUD_BUFFER_MAGIC  "SECAUDIT"
#define AUD_BUFFER_LAYOUT 2

/* The header and the list of deletions; the slots begin behind it. */
#define AUD_BUFFER_PAGE 4096

#define AUD_TRAIL_NAME_MAX 64

/*
 * A record in the ring: this, the bytes, padding to 8.
 *
 * The crc is over the bytes, then position and length, so that neither a torn
 * frame nor an intact one of an earlier lap is taken for a record when the
 * file comes back after a crash of the machine.
 */
typedef struct AudFrame
{
	uint64    pos;
	uint32    len;
	pg_crc32c crc;
} AudFrame;

#define AUD_FRAME_SPACE(len) TYPEALIGN(8, sizeof(AudFrame) + (uint64) (len))

/*
 * A chunk begins with its number, so that its bytes can be told from others'
 * when nothing else in the file can be read.  Chunks lie at multiples of their
 * size from the end of the file, for the same reason.
 */
#define AUD_CHUNK_SIZE (64 * 1024)
#define AUD_CHUNK_HEAD 64
#define AUD_CHUNK_ROOM (AUD_CHUNK_SIZE - AUD_CHUNK_HEAD)

typedef struct AudChunk
{
	uint64 number; /* plus one; 0: none */
	char   unused[AUD_CHUNK_HEAD - sizeof(uint64)];
	char   bytes[AUD_CHUNK_ROOM];
} AudChunk;

/*
 * How far the trail has come, as of the last batch that is safely on disk.
 *
 * There are two of these; the writer fills the one that is not current and
 * then switches, so that a crash at any point finds a whole one.
 */
typedef struct AudPosition
{
	uint64    tail;      /* the ring is on disk up to here */
	AudChain  chain;     /* after the last record on disk */
	uint64    file_size; /* bytes of the file that belong to the trail */
	uint64    file_lines;
	uint32    file_no;     /* 0: there is no file yet */
	bool      file_closed; /* does the file end in audit.close? */
	bool      stopped;     /* was the last thing written an audit.stop? */
	char      file_name[AUD_TRAIL_NAME_MAX];
	uint64    reported[AUD_LOSS_KINDS]; /* of lost, by an audit.gap */
	pg_crc32c crc;                      /* of all before it */
} AudPosition;

typedef struct AudBufferHeader
{
	/* Set when the file is made, constant afterwards */
	char   magic[8];
	uint32 layout;
	uint32 header_size;
	uint64 system_identifier;
	uint64 inode; /* of this very file: a copy has others */
	uint64 birth; /* its time of birth, ns; 0: file system cannot tell */
	uint64 device;
	uint64 slots_offset;
	uint32 slot_size;
	uint32 slot_count;
	uint64 ring_size; /* bytes that it takes */
	uint64 table_offset;
	uint64 chunks_offset;
	uint32 chunks; /* one more than ring_size takes: head and tail share none */
	char   log_id[AUD_LOG_NAME_LEN + 1];
	uint64 file_at; /* from here to the file's header; in the file 0 */

	/*
	 * Protected by the buffer's lock.  What says which chunks are in use, here
	 * and in the table, is found out anew at each start.
	 */
	uint64 head pg_attribute_aligned(PG_CACHE_LINE_SIZE);
	uint64      first_chunk; /* those before this number have been given back */
	uint32      free_chunks; /* how many are in nobody's use */
	uint32      head_changed; /* an append has found another one in the file */

	/* Losses since the file was made: added to by anyone */
	pg_atomic_uint64 lost[AUD_LOSS_KINDS];
	pg_atomic_uint64 lost_from; /* us since 1970: first not reported; 0: none */
	pg_atomic_uint64 lost_to;   /* last one */

	/* Written by the writer alone, read by anyone */
	pg_atomic_uint64 tail pg_attribute_aligned(PG_CACHE_LINE_SIZE);
	pg_atomic_uint32      current; /* which of position[] holds */
	AudPosition           position[2];
} AudBufferHeader;

/*
 * This server's, see check.h; NULL before shared-memory start-up, and the
 * mapped file's own during it.
 */
extern AudBufferHeader *aud_buffer_header;

/* The file's header; the same one if that is what is handed in. */
static inline AudBufferHeader *
aud_ring_file(AudBufferHeader *header)
{
	return (AudBufferHeader *) ((char *) header + header->file_at);
}

/*
 * Reading what stands in the header.
 */
static inline uint64
aud_ring_tail(const AudBufferHeader *header)
{
	return pg_atomic_read_u64(&((AudBufferHeader *) header)->tail);
}

/* Where the next record will go: everything appended so far is before it. */
static inline uint64
aud_ring_head(const AudBufferHeader *header)
{
	uint64 head;

	/* A read of 8 aligned bytes cannot be torn where PostgreSQL 15 runs. */
	head = *(const volatile uint64 *) &header->head;
	pg_read_barrier();
	return head;
}

/* The position that holds. */
static inline const AudPosition *
aud_ring_position(const AudBufferHeader *header)
{
	AudBufferHeader *h = (AudBufferHeader *) header;

	return &h->position[pg_atomic_read_u32(&h->current) & 1];
}

/* The same of this server's buffer. */
static inline const AudPosition *
aud_buffer_position(void)
{
	return aud_ring_position(aud_buffer_header);
}

/* Losses of this kind that no audit.gap on disk has reported. */
static inline uint64
aud_ring_unreported(const AudBufferHeader *header, AudLoss kind)
{
	return pg_atomic_read_u64(&((AudBufferHeader *) header)->lost[kind]) -
		   aud_ring_position(header)->reported[kind];
}

/* Is what a file's header says of head, tail and position possible? */
extern bool aud_ring_is_sane(const AudBufferHeader *header);

/* Make a new position hold, tail included; the writer, or start-up. */
extern void aud_ring_set_position(AudBufferHeader   *header,
								  const AudPosition *position);

/* The checksum that a position must have. */
extern pg_crc32c aud_ring_position_crc(const AudPosition *position);

/* Count lost records; unix_us: now. */
extern void aud_ring_count_lost(AudBufferHeader *header, AudLoss reason,
								uint64 records, uint64 unix_us);

/* Losses are reported: the next one is the first again.  The writer's. */
extern void aud_ring_reset_lost_from(AudBufferHeader *header);

/*
 * Find out from the chunks themselves where everything between tail and head
 * is; false if something is missing.  At start-up, when nobody else uses the
 * file; changes nothing in it if the answer is false.
 */
extern bool aud_ring_rebuild(AudBufferHeader *header);

/* The chunk with this number, which must be in use. */
extern AudChunk *aud_ring_chunk(AudBufferHeader *header, uint64 number);

/* The checksum of a record's bytes, to be completed by aud_ring_frame_crc. */
extern pg_crc32c aud_ring_bytes_crc(const char *bytes, size_t len);

/* The checksum that a frame at this position must have. */
extern pg_crc32c aud_ring_frame_crc(pg_crc32c bytes_crc, uint64 pos, uint32 len);

/*
 * Append a record, for which there must be room, and publish it by moving
 * head; under the buffer's lock.  bytes_crc is aud_ring_bytes_crc() of it.
 */
extern void aud_ring_append(AudBufferHeader *header, const char *line,
							size_t len, pg_crc32c bytes_crc);

/* Result of aud_ring_next(). */
typedef struct AudTaken
{
	uint64 next;    /* position after the record */
	size_t len;     /* bytes of the record in the caller's storage */
	uint64 damaged; /* bytes that were skipped before it */
} AudTaken;

/*
 * Copy the record at pos into storage[cap].  False if there is none before
 * head; a damaged stretch is skipped (taken->damaged, taken->next are valid
 * even then).  A record larger than cap counts as damaged.
 *
 * The writer's, without the lock: the bytes between tail and head are its own
 * until it moves tail.
 */
extern bool aud_ring_next(AudBufferHeader *header, uint64 pos, char *storage,
						  size_t cap, AudTaken *taken);

#endif /* AUD_BUFFER_RING_H */
