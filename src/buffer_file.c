/*-------------------------------------------------------------------------
 *
 * buffer_file.c
 *	  The mapped file that holds the ring: how it is made, recognised and
 *	  mapped.  What is in it is buffer_ring.c's.
 *
 * The file is written in full before it is mapped: a hole in a mapped file
 * means SIGBUS for whoever touches it when the disk is full.  It is made
 * under another name and renamed when complete, so a crash in between leaves
 * no half-made buffer behind.
 *
 * It is recognised by the cluster's system identifier and by its own inode
 * and time of birth, which it stores.  A base backup or a copied data
 * directory brings the content along but not these; replaying that would put
 * records of another server into the trail.  The device number decides only
 * where the file system knows no time of birth: a restart of the machine may
 * give the same disk another number.
 *
 * A crash of a backend may come of what was done to the file while it was
 * mapped, so nothing is believed then either: the file is let go and opened
 * again, as at any start.  Reading a mapping past the end of a file that was
 * cut short would kill the postmaster, so the old one is not looked into.
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
#include "miscadmin.h"
#include "storage/fd.h"

#include "buffer_file.h"

#ifdef EXEC_BACKEND
#error "secaudit inherits a mapping from the postmaster; EXEC_BACKEND cannot"
#endif

#define AUD_BUFFER_FILE_NEW AUD_BUFFER_FILE ".new"

AudBufferHeader *aud_buffer_header;

static AudBufferFound found = AUD_BUFFER_NONE;
static char           set_aside[MAXPGPATH];

/* What the file ought to look like. */
typedef struct Wanted
{
	uint64 ring_size;
	uint32 slot_size;
	uint32 slot_count;
} Wanted;

/* Which file this is, whatever it is called. */
typedef struct Identity
{
	uint64 size;
	uint64 inode;
	uint64 birth;
	uint64 device;
} Identity;

/* The file that is mapped; what is written in it may be anybody's by now. */
static Identity mapped;

static uint64
slots_offset(void)
{
	return TYPEALIGN(4096, sizeof(AudBufferHeader));
}

static uint64
table_offset(const Wanted *wanted)
{
	uint64 slots = (uint64) wanted->slot_size * wanted->slot_count;

	return TYPEALIGN(PG_CACHE_LINE_SIZE, slots_offset() + slots);
}

/* So many that ring_size bytes have room, wherever in a chunk they begin. */
static uint32
count_chunks(const Wanted *wanted)
{
	return (uint32) ((wanted->ring_size + AUD_CHUNK_ROOM - 1) / AUD_CHUNK_ROOM +
					 1);
}

static uint64
chunks_offset(const Wanted *wanted)
{
	uint64 table = 2 * sizeof(uint32) * (uint64) count_chunks(wanted);

	return TYPEALIGN(AUD_CHUNK_SIZE, table_offset(wanted) + table);
}

static uint64
file_size(const Wanted *wanted)
{
	return chunks_offset(wanted) + (uint64) AUD_CHUNK_SIZE * count_chunks(wanted);
}

AudBufferFound
aud_buffer_file_found(void)
{
	return found;
}

const char *
aud_buffer_file_set_aside(void)
{
	return set_aside;
}

/* All of it or FATAL: the server must not start with half a buffer. */
static void
fail(const char *what, const char *path)
{
	ereport(FATAL,
			errcode_for_file_access(),
			errmsg("could not %s audit buffer file \"%s\": %m", what, path),
			errhint(
				"The audit buffer lives in the data directory and takes the size of secaudit.buffer_size."));
}

static void
write_zeros(int fd, uint64 size)
{
	static const char zeros[65536];
	uint64            done = 0;

	while (done < size)
	{
		size_t  chunk = Min(size - done, sizeof(zeros));
		ssize_t n = write(fd, zeros, chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			if (n == 0)
				errno = ENOSPC;
			fail("write", AUD_BUFFER_FILE_NEW);
		}
		done += (uint64) n;
	}
}

/* Of the file under the name, or of the open one if the name is "". */
static bool
try_identify(int fd, const char *name, Identity *id)
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

static void
identify(int fd, Identity *id)
{
	if (!try_identify(fd, "", id))
		fail("stat", AUD_BUFFER_FILE);
}

static bool
is_this_file(const AudBufferHeader *header, const Identity *id)
{
	if (header->system_identifier != GetSystemIdentifier() ||
		header->inode != id->inode)
		return false;
	if (header->birth != 0 && id->birth != 0)
		return header->birth == id->birth;
	return header->device == id->device;
}

static AudBufferHeader *
map_fd(int fd, uint64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		fail("map", AUD_BUFFER_FILE);
	return p;
}

static void
init_header(AudBufferHeader *header, const Wanted *wanted, const Identity *id)
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
		header->position[i].crc = aud_position_crc(&header->position[i]);
	(void) aud_ring_rebuild(header);
	memcpy(header->magic, AUD_BUFFER_MAGIC, sizeof(header->magic));
}

static int
create_file(void)
{
	int fd;

	unlink(AUD_BUFFER_FILE_NEW);
	fd = BasicOpenFilePerm(AUD_BUFFER_FILE_NEW,
						   O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
						   0600);
	if (fd < 0)
		fail("create", AUD_BUFFER_FILE_NEW);
	return fd;
}

/* Make a new, empty buffer under its temporary name and map it. */
static AudBufferHeader *
make_file(const Wanted *wanted)
{
	uint64           size = file_size(wanted);
	int              fd = create_file();
	AudBufferHeader *header;

	write_zeros(fd, size);
	if (fsync(fd) != 0)
		fail("fsync", AUD_BUFFER_FILE_NEW);
	identify(fd, &mapped);
	header = map_fd(fd, size);
	init_header(header, wanted, &mapped);
	close(fd);
	return header;
}

static void
publish_file(void)
{
	if (rename(AUD_BUFFER_FILE_NEW, AUD_BUFFER_FILE) != 0)
		fail("rename", AUD_BUFFER_FILE_NEW);
	fsync_fname(".", true);
}

static bool
header_is_sane(const AudBufferHeader *header, uint64 size)
{
	Wanted made = {header->ring_size, header->slot_size, header->slot_count};

	return memcmp(header->magic, AUD_BUFFER_MAGIC, sizeof(header->magic)) == 0 &&
		   header->layout == AUD_BUFFER_LAYOUT &&
		   header->header_size == sizeof(AudBufferHeader) &&
		   header->slots_offset == slots_offset() && header->ring_size > 0 &&
		   header->ring_size % 8 == 0 && header->ring_size < size &&
		   header->table_offset == table_offset(&made) &&
		   header->chunks_offset == chunks_offset(&made) &&
		   header->chunks == count_chunks(&made) && size == file_size(&made) &&
		   strnlen(header->log_id, sizeof(header->log_id)) == AUD_LOG_ID_CHARS;
}

static bool
content_is_sane(const AudBufferHeader *header)
{
	uint32             current = header->current.value & 1;
	const AudPosition *position = &header->position[current];

	return position->crc == aud_position_crc(position) &&
		   header->head % 8 == 0 && position->tail % 8 == 0 &&
		   header->head - position->tail <= header->ring_size;
}

/*
 * Open and map what is there.  NULL if there is nothing; *verdict says
 * whether it may be used.
 */
static AudBufferHeader *
open_file(AudBufferFound *verdict)
{
	AudBufferHeader *header;
	int              fd;

	*verdict = AUD_BUFFER_NONE;
	fd = BasicOpenFilePerm(AUD_BUFFER_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0)
		fail("open", AUD_BUFFER_FILE);
	identify(fd, &mapped);
	*verdict = AUD_BUFFER_DAMAGED;
	if (mapped.size < sizeof(AudBufferHeader))
	{
		close(fd);
		return NULL;
	}
	header = map_fd(fd, mapped.size);
	close(fd);
	if (header_is_sane(header, mapped.size))
	{
		if (!is_this_file(header, &mapped))
			*verdict = AUD_BUFFER_FOREIGN;
		else if (content_is_sane(header) && aud_ring_rebuild(header))
			*verdict = AUD_BUFFER_OURS;
	}
	return header;
}

/* Move a file that cannot be used out of the way, never over another one. */
static void
put_aside(AudBufferFound verdict)
{
	for (int i = 1;; i++)
	{
		struct stat st;

		snprintf(set_aside,
				 sizeof(set_aside),
				 "%s.%s-%d",
				 AUD_BUFFER_FILE,
				 verdict == AUD_BUFFER_FOREIGN ? "foreign" : "damaged",
				 i);
		if (lstat(set_aside, &st) != 0 && errno == ENOENT)
			break;
	}
	if (rename(AUD_BUFFER_FILE, set_aside) != 0)
		fail("rename", AUD_BUFFER_FILE);

	ereport(LOG,
			errmsg("audit buffer file \"%s\" was set aside as \"%s\"",
				   AUD_BUFFER_FILE,
				   set_aside),
			verdict == AUD_BUFFER_FOREIGN
				? errdetail(
					  "It was made by another server, or is a copy; its records belong to that server's trail.")
				: errdetail("It is damaged."));
}

/*
 * Take everything that has not reached the trail over into a new buffer.
 * Positions stay what they were, and so do the checksums of the frames.
 */
static void
carry_over(AudBufferHeader *old, AudBufferHeader *new)
{
	const AudPosition *position = &old->position[old->current.value & 1];
	AudChunk          *to = (AudChunk *) ((char *) new + new->chunks_offset);

	for (uint64 n = position->tail / AUD_CHUNK_ROOM;
		 n * AUD_CHUNK_ROOM < old->head;
		 n++)
		memcpy(to++, aud_ring_chunk(old, n), sizeof(AudChunk));

	new->head = old->head;
	memcpy(new->lost, old->lost, sizeof(new->lost));
	new->lost_from = old->lost_from;
	new->lost_to = old->lost_to;
	memcpy(&new->position[0], position, sizeof(*position));
	pg_atomic_write_u64(&new->tail, position->tail);
	memcpy(new->log_id, old->log_id, sizeof(new->log_id));
	(void) aud_ring_rebuild(new);
}

/* Make a file for these settings, with what is in the old one. */
static AudBufferHeader *
remake_file(AudBufferHeader *old, Wanted *wanted)
{
	uint64 used = old->head - pg_atomic_read_u64(&old->tail);
	AudBufferHeader *new;

	/* A smaller ring has to wait until what is in the old one fits. */
	if (used > wanted->ring_size)
	{
		ereport(LOG,
				errmsg("audit buffer stays at its former size until the next start"),
				errdetail("It holds " UINT64_FORMAT
						  " bytes that have not reached the audit trail yet.",
						  used));
		wanted->ring_size = old->ring_size;
	}
	new = make_file(wanted);
	carry_over(old, new);
	if (msync(new, file_size(wanted), MS_SYNC) != 0)
		fail("fsync", AUD_BUFFER_FILE_NEW);
	publish_file();
	return new;
}

/*
 * Write out what is mapped.  Where its file was cut short there is nothing to
 * read, which write() says without a signal; then it ends there.
 */
static void
write_mapping(int fd)
{
	uint64 done = 0;

	while (done < mapped.size)
	{
		ssize_t n =
			write(fd, (char *) aud_buffer_header + done, mapped.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EFAULT)
			return;
		if (n <= 0)
		{
			if (n == 0)
				errno = ENOSPC;
			fail("write", AUD_BUFFER_FILE_NEW);
		}
		done += (uint64) n;
	}
}

/*
 * The mapped file has lost its name, and what is in it would be lost with the
 * mapping: put a copy under the name, which is this server's buffer from now on.
 */
static void
put_back_under_name(void)
{
	int             fd = create_file();
	AudBufferHeader header;
	Identity        id;

	write_mapping(fd);
	identify(fd, &id);
	if (pread(fd, &header, sizeof(header), 0) == sizeof(header) &&
		is_this_file(&header, &mapped))
	{
		header.inode = id.inode;
		header.birth = id.birth;
		header.device = id.device;
		if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header))
			fail("write", AUD_BUFFER_FILE_NEW);
	}
	if (fsync(fd) != 0)
		fail("fsync", AUD_BUFFER_FILE_NEW);
	close(fd);
	publish_file();
	ereport(LOG,
			errmsg("audit buffer file \"%s\" was removed or replaced; it was made anew",
				   AUD_BUFFER_FILE),
			errdetail("What the server had in it was kept."));
}

/* After a crash of a backend: nothing mapped, and its file under the name. */
static void
let_go(void)
{
	Identity id;
	bool     named = try_identify(AT_FDCWD, AUD_BUFFER_FILE, &id);

	if (!named && errno != ENOENT)
		fail("stat", AUD_BUFFER_FILE);
	if (!named || id.inode != mapped.inode || id.birth != mapped.birth ||
		id.device != mapped.device)
	{
		if (named)
			put_aside(AUD_BUFFER_FOREIGN);
		put_back_under_name();
	}
	munmap(aud_buffer_header, mapped.size);
	aud_buffer_header = NULL;
}

bool
aud_buffer_file_open(uint64 ring_size, uint32 slot_size, uint32 slot_count)
{
	Wanted           wanted = {ring_size, slot_size, slot_count};
	bool             again = aud_buffer_header != NULL;
	AudBufferHeader *header;

	set_aside[0] = '\0';
	if (again)
		let_go();
	header = open_file(&found);
	/* This is the server's own file, whatever was written into it. */
	if (again && found == AUD_BUFFER_FOREIGN)
		found = AUD_BUFFER_DAMAGED;
	if (found != AUD_BUFFER_OURS)
	{
		if (header != NULL)
			munmap(header, mapped.size);
		if (found != AUD_BUFFER_NONE)
			put_aside(found);
		header = make_file(&wanted);
		publish_file();
	}
	aud_buffer_header = header;
	return !again;
}

void
aud_buffer_file_resize(uint64 ring_size, uint32 slot_size, uint32 slot_count)
{
	AudBufferHeader *old = aud_buffer_header;
	Wanted           made = {old->ring_size, old->slot_size, old->slot_count};
	Wanted           wanted = {ring_size, slot_size, slot_count};

	if (made.ring_size == ring_size && made.slot_size == slot_size &&
		made.slot_count == slot_count)
		return;
	aud_buffer_header = remake_file(old, &wanted);
	munmap(old, file_size(&made));
}
