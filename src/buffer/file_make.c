/*-------------------------------------------------------------------------
 *
 * file_make.c
 *	  Making a buffer file: its layout, and how it comes to be.
 *
 * The file is written in full before it is mapped: a hole in a mapped file
 * means SIGBUS for whoever touches it when the disk is full.  It is made
 * under another name and renamed when complete, so a crash in between leaves
 * no half-made buffer behind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/xlog.h"
#include "common/file_perm.h"
#include "storage/fd.h"

#include "buffer/file_make.h"

static uint64
slots_offset(void)
{
	return AUD_BUFFER_PAGE;
}

static uint64
table_offset(const AudBufferSizes *wanted)
{
	uint64 slots = (uint64) wanted->slot_size * wanted->slot_count;

	return TYPEALIGN(PG_CACHE_LINE_SIZE, slots_offset() + slots);
}

/* So many that ring_size bytes have room, wherever in a chunk they begin. */
static uint32
count_chunks(const AudBufferSizes *wanted)
{
	return (uint32) ((wanted->ring_size + AUD_CHUNK_ROOM - 1) / AUD_CHUNK_ROOM +
					 1);
}

static uint64
chunks_offset(const AudBufferSizes *wanted)
{
	uint64 table = 2 * sizeof(uint32) * (uint64) count_chunks(wanted);

	return TYPEALIGN(AUD_CHUNK_SIZE, table_offset(wanted) + table);
}

uint64
aud_buffer_make_size(const AudBufferSizes *wanted)
{
	return chunks_offset(wanted) + (uint64) AUD_CHUNK_SIZE * count_chunks(wanted);
}

/* All of it or FATAL: the server must not start with half a buffer. */
void
aud_buffer_make_fail(const char *what, const char *path)
{
	ereport(FATAL,
			errcode_for_file_access(),
			errmsg("could not %s audit buffer file \"%s\": %m", what, path),
			errhint(
				"The audit buffer lives in the data directory and takes the size of secaudit.buffer_size."));
}

uint64
aud_buffer_make_write(int fd, const void *bytes, uint64 size)
{
	ssize_t n;

	do
		n = write(fd, bytes, size);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = ENOSPC;
	if (n <= 0 && errno != EFAULT)
		aud_buffer_make_fail("write", AUD_BUFFER_FILE_NEW);
	return n > 0 ? (uint64) n : 0;
}

static void
write_zeros(int fd, uint64 size)
{
	static const char zeros[65536];

	for (uint64 done = 0; done < size;)
		done += aud_buffer_make_write(fd, zeros, Min(size - done, sizeof(zeros)));
}

/* Of the file under the name, or of the open one if the name is "". */
bool
aud_buffer_make_identify(int fd, const char *name, AudFileIdentity *id)
{
	struct statx st;
	int          flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;

	if (statx(fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &st) != 0)
		return false;
	id->size = st.stx_size;
	id->inode = st.stx_ino;
	id->device = (uint64) st.stx_dev_major << 32 | st.stx_dev_minor;
	id->birth = 0;
	if (st.stx_mask & STATX_BTIME)
		id->birth = (uint64) st.stx_btime.tv_sec * UINT64CONST(1000000000) +
					st.stx_btime.tv_nsec;
	return true;
}

void
aud_buffer_make_identify_open(int fd, AudFileIdentity *id)
{
	if (!aud_buffer_make_identify(fd, "", id))
		aud_buffer_make_fail("stat", AUD_BUFFER_FILE);
}

AudBufferHeader *
aud_buffer_make_map(int fd, uint64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		aud_buffer_make_fail("map", AUD_BUFFER_FILE);
	return p;
}

static void
init_header(AudBufferHeader *header, const AudBufferSizes *wanted,
			const AudFileIdentity *id)
{
	header->layout = AUD_BUFFER_LAYOUT;
	header->header_size = sizeof(AudBufferHeader);
	header->system_identifier = GetSystemIdentifier();
	header->inode = id->inode;
	header->birth = id->birth;
	header->device = id->device;
	header->slots_offset = slots_offset();
	header->slot_size = wanted->slot_size;
	header->slot_count = wanted->slot_count;
	header->ring_size = wanted->ring_size;
	header->table_offset = table_offset(wanted);
	header->chunks_offset = chunks_offset(wanted);
	header->chunks = count_chunks(wanted);
	pg_atomic_init_u64(&header->tail, 0);
	pg_atomic_init_u32(&header->current, 0);
	for (int i = 0; i < 2; i++)
		header->position[i].crc = aud_ring_position_crc(&header->position[i]);
	(void) aud_ring_rebuild(header);
	memcpy(header->magic, AUD_BUFFER_MAGIC, sizeof(header->magic));
}

int
aud_buffer_make_create(void)
{
	int fd;

	unlink(AUD_BUFFER_FILE_NEW);
	fd = BasicOpenFilePerm(AUD_BUFFER_FILE_NEW,
						   O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
						   0600);
	if (fd < 0)
		aud_buffer_make_fail("create", AUD_BUFFER_FILE_NEW);
	return fd;
}

/* Make a new, empty buffer under its temporary name and map it. */
AudBufferHeader *
aud_buffer_make_new(const AudBufferSizes *wanted, AudFileIdentity *id)
{
	uint64           size = aud_buffer_make_size(wanted);
	int              fd = aud_buffer_make_create();
	AudBufferHeader *header;

	write_zeros(fd, size);
	if (fsync(fd) != 0)
		aud_buffer_make_fail("fsync", AUD_BUFFER_FILE_NEW);
	aud_buffer_make_identify_open(fd, id);
	header = aud_buffer_make_map(fd, size);
	init_header(header, wanted, id);
	close(fd);
	return header;
}

void
aud_buffer_make_publish(void)
{
	if (rename(AUD_BUFFER_FILE_NEW, AUD_BUFFER_FILE) != 0)
		aud_buffer_make_fail("rename", AUD_BUFFER_FILE_NEW);
	fsync_fname(".", true);
}

bool
aud_buffer_make_is_layout(const AudBufferHeader *header, uint64 size)
{
	AudBufferSizes made = {header->ring_size,
						   header->slot_size,
						   header->slot_count};

	return memcmp(header->magic, AUD_BUFFER_MAGIC, sizeof(header->magic)) == 0 &&
		   header->layout == AUD_BUFFER_LAYOUT &&
		   header->header_size == sizeof(AudBufferHeader) &&
		   header->slots_offset == slots_offset() && header->ring_size > 0 &&
		   header->ring_size % 8 == 0 && header->ring_size < size &&
		   header->table_offset == table_offset(&made) &&
		   header->chunks_offset == chunks_offset(&made) &&
		   header->chunks == count_chunks(&made) && header->file_at == 0 &&
		   size == aud_buffer_make_size(&made);
}
