/*-------------------------------------------------------------------------
 *
 * file.h
 *	  The mapped file that holds the ring: its layout, how to get at what is
 *	  in it (buffer_ring.c), and how it is made, recognised and mapped
 *	  (buffer_file.c).
 *
 * Only the buffer and the writer look in here.  The file is mapped by the
 * postmaster and inherited; nothing in it has a pointer.
 *
 *	  header | in-flight slots | table of chunks | chunks
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
#ifndef AUD_BUFFER_FILE_H
#define AUD_BUFFER_FILE_H

#include "buffer/buffer.h"
#include "core/chain.h"
#include "port/atomics.h"
#include "port/pg_crc32c.h"

#define AUD_BUFFER_FILE   "secaudit.buf"
#define AUD_BUFFER_MAGIC  "SECAUDIT"
#define AUD_BUFFER_LAYOUT 2

#define AUD_LOG_ID_CHARS   16
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
	uint64    told[AUD_LOSS_KINDS]; /* of the header's lost: in audit.gap */
	pg_crc32c crc;                  /* of all before it */
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
	char   log_id[AUD_LOG_ID_CHARS + 1];

	/* Protected by the buffer's lock */
	uint64 head pg_attribute_aligned(PG_CACHE_LINE_SIZE);
	uint64      first_chunk; /* those before this number have been given back */
	uint32      free_chunks; /* how many are in nobody's use */

	/* Losses since the file was made: added to by anyone */
	pg_atomic_uint64 lost[AUD_LOSS_KINDS];
	pg_atomic_uint64 lost_from; /* us since 1970: first untold one; 0: none */
	pg_atomic_uint64 lost_to;   /* last one */

	/* Written by the writer alone, read by anyone */
	pg_atomic_uint64 tail pg_attribute_aligned(PG_CACHE_LINE_SIZE);
	pg_atomic_uint32      current; /* which of position[] holds */
	AudPosition           position[2];
} AudBufferHeader;

/* What became of a buffer file that was found at start. */
typedef enum AudBufferFound
{
	AUD_BUFFER_NONE,    /* there was none */
	AUD_BUFFER_OURS,    /* ours: goes on */
	AUD_BUFFER_FOREIGN, /* a copy, or another cluster's: set aside */
	AUD_BUFFER_DAMAGED, /* unreadable: set aside */
} AudBufferFound;

/* The mapping; NULL before aud_buffer_file_map(). */
extern AudBufferHeader *aud_buffer_header;

/* ---- buffer_ring.c: what is in the file -------------------------------- */

/* The position that holds. */
extern const AudPosition *aud_buffer_position(void);

/* Losses of this kind that no audit.gap on disk has told of. */
static inline uint64
aud_buffer_untold(AudLoss kind)
{
	return pg_atomic_read_u64(&aud_buffer_header->lost[kind]) -
		   aud_buffer_position()->told[kind];
}

/* Make a new position hold, tail included; the writer, or start-up. */
extern void aud_buffer_set_position(const AudPosition *position);

/*
 * Find out from the chunks themselves where everything between tail and head
 * is; false if something is missing.  At start-up, when nobody else uses the
 * file; changes nothing in it if the answer is false.
 */
extern bool aud_ring_rebuild(AudBufferHeader *header);

/* The chunk with this number, which must be in use. */
extern AudChunk *aud_ring_chunk(AudBufferHeader *header, uint64 number);

/*
 * Have chunks for len bytes from head on, for which there must be room.
 * Before they are copied in, under the buffer's lock.
 */
extern void aud_ring_extend(uint64 len);

/* Copy a frame and its bytes to where it says, between head and what the ring was extended to. */
extern void aud_ring_put(const AudFrame *frame, const char *bytes);

/* Copy bytes out that lie between tail and head. */
extern void aud_ring_copy_out(uint64 pos, void *dst, size_t len);

/* The checksum of a record's bytes, to be completed by aud_frame_crc. */
extern pg_crc32c aud_bytes_crc(const char *bytes, size_t len);

/* The checksum that a frame at this position must have. */
extern pg_crc32c aud_frame_crc(pg_crc32c bytes_crc, uint64 pos, uint32 len);

/* The checksum that a position must have. */
extern pg_crc32c aud_position_crc(const AudPosition *position);

/*
 * Give the trail its name; only after a new file was made, when it is "".
 */
extern void aud_buffer_set_log_id(const char *log_id);

/* ---- buffer_file.c: the file itself ------------------------------------ */

/*
 * Map the buffer file, making it for these sizes where there is none that can
 * be used.  Postmaster or single-user process, at shared-memory start-up;
 * FATAL if the file cannot be had.  A second call, after a crash of a backend,
 * looks at the file anew, as the crash may come of what was done to it, keeps
 * its sizes, and returns false.
 */
extern bool aud_buffer_file_open(uint64 ring_size, uint32 slot_size,
								 uint32 slot_count);

/*
 * If the file was made for other sizes, make a new one and take the ring over.
 * The slots are not: whatever they hold must be in the ring by then.  The ring
 * stays as large as it was while what is in it does not fit into a smaller one.
 */
extern void aud_buffer_file_resize(uint64 ring_size, uint32 slot_size,
								   uint32 slot_count);

/*
 * Save what can be saved out of a damaged file that was set aside.  At
 * start-up, when the log has its name.
 */
extern void aud_buffer_salvage(void);

/*
 * What the last call found; the name it set a file aside under, or ""; how
 * many records were found in that.
 */
extern int            aud_buffer_file_salvaged(void);
extern AudBufferFound aud_buffer_file_found(void);
extern const char    *aud_buffer_file_set_aside(void);

#endif /* AUD_BUFFER_FILE_H */
