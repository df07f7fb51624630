/*-------------------------------------------------------------------------
 *
 * buffer_file.h
 *	  The mapped file that holds the ring: its layout, how to get at what is
 *	  in it (buffer_ring.c), and how it is made, recognised and mapped
 *	  (buffer_file.c).
 *
 * Only the buffer and the writer look in here.  The file is mapped by the
 * postmaster and inherited; nothing in it has a pointer.
 *
 *	  header | in-flight slots | ring
 *
 * The ring carries frames, one per record, each 8-byte aligned.  Positions
 * count bytes since the file was made and never wrap; position modulo
 * ring_size is the place.  A frame may wrap around the end.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_FILE_H
#define AUD_BUFFER_FILE_H

#include "buffer.h"
#include "core/chain.h"
#include "port/atomics.h"
#include "port/pg_crc32c.h"

#define AUD_BUFFER_FILE   "secaudit.buf"
#define AUD_BUFFER_MAGIC  "SECAUDIT"
#define AUD_BUFFER_LAYOUT 1

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
	pg_crc32c crc; /* of all before it */
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
	uint64 ring_offset;
	uint64 ring_size;
	char   log_id[AUD_LOG_ID_CHARS + 1];

	/* Protected by the buffer's lock */
	uint64 head pg_attribute_aligned(PG_CACHE_LINE_SIZE);

	/* Losses not yet told by an audit.gap: added to by anyone */
	pg_atomic_uint64 lost[AUD_LOSS_KINDS];
	pg_atomic_uint64 lost_from; /* us since 1970: first loss, 0 if none */
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

static inline char *
aud_buffer_ring(void)
{
	return (char *) aud_buffer_header + aud_buffer_header->ring_offset;
}

/* ---- buffer_ring.c: what is in the file -------------------------------- */

/* The position that holds. */
extern const AudPosition *aud_buffer_position(void);

/* Make a new position hold, tail included; the writer, or start-up. */
extern void aud_buffer_set_position(const AudPosition *position);

/*
 * The same for a batch that has come home.  If that emptied the ring, head and
 * tail go on at the ring's beginning: so a server that is not busy uses the
 * same few pages again and again.  Every process has to have each page mapped
 * in by the kernel before it can write to it, which costs a record several
 * times what the append does.  In buffer.c, which has the lock.
 */
extern void aud_buffer_settle(const AudPosition *position);

/* Copy bytes in and out of the ring; they may wrap. */
extern void aud_ring_copy_in(uint64 pos, const void *src, size_t len);
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
 * Map the buffer file, making it first where there is none that can be used.
 * Postmaster or single-user process, at shared-memory start-up; FATAL if the
 * file cannot be had.  A second call, after a crash of a backend, keeps the
 * mapping and its content.
 */
extern void aud_buffer_file_map(uint64 ring_size, uint32 slot_size,
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
