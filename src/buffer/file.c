/*-------------------------------------------------------------------------
 *
 * file.c
 *	  The mapped file that holds the ring: how it is recognised and mapped.
 *	  How it is made is file_make.c's, what is in it ring.c's.
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
#include "miscadmin.h"
#include "storage/fd.h"

#include "buffer/buffer.h"
#include "buffer/check.h"
#include "buffer/deletions.h"
#include "buffer/file.h"
#include "buffer/file_make.h"
#include "buffer/inflight.h"
#include "server/guc.h"

#ifdef EXEC_BACKEND
#error "secaudit inherits a mapping from the postmaster; EXEC_BACKEND cannot"
#endif

static AudBufferFound found = AUD_BUFFER_NONE;
static char           set_aside[MAXPGPATH];

/* Not after a crash of a backend: what the processes were made with stays. */
static bool may_resize;

/* The file that is mapped; what is written in it may be anybody's by now. */
static AudFileIdentity mapped;

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

static bool
is_this_file(const AudBufferHeader *header, const AudFileIdentity *id)
{
	if (header->system_identifier != GetSystemIdentifier() ||
		header->inode != id->inode)
		return false;
	if (header->birth != 0 && id->birth != 0)
		return header->birth == id->birth;
	return header->device == id->device;
}

static bool
header_is_sane(const AudBufferHeader *header, uint64 size)
{
	return aud_buffer_make_is_layout(header, size) &&
		   strnlen(header->log_id, sizeof(header->log_id)) == AUD_LOG_NAME_LEN;
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
		aud_buffer_make_fail("open", AUD_BUFFER_FILE);
	aud_buffer_make_identify_open(fd, &mapped);
	*verdict = AUD_BUFFER_DAMAGED;
	if (mapped.size < sizeof(AudBufferHeader))
	{
		close(fd);
		return NULL;
	}
	header = aud_buffer_make_map(fd, mapped.size);
	close(fd);
	if (header_is_sane(header, mapped.size))
	{
		if (!is_this_file(header, &mapped))
			*verdict = AUD_BUFFER_FOREIGN;
		else if (aud_ring_is_sane(header) && aud_ring_rebuild(header))
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
		aud_buffer_make_fail("rename", AUD_BUFFER_FILE);

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
	const AudPosition *position = aud_ring_position(old);
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
	aud_deletions_take_over(new, old);
	(void) aud_ring_rebuild(new);
}

/* Make a file for these settings, with what is in the old one. */
static AudBufferHeader *
remake_file(AudBufferHeader *old, AudBufferSizes *wanted)
{
	uint64 used = old->head - aud_ring_tail(old);
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
	new = aud_buffer_make_new(wanted, &mapped);
	carry_over(old, new);
	if (msync(new, aud_buffer_make_size(wanted), MS_SYNC) != 0)
		aud_buffer_make_fail("fsync", AUD_BUFFER_FILE_NEW);
	aud_buffer_make_publish();
	return new;
}

/*
 * Write out what is mapped.  Where its file was cut short there is nothing to
 * read; then it ends there.
 */
static void
write_mapping(int fd)
{
	uint64 done = 0;
	uint64 n;

	do
	{
		n = aud_buffer_make_write(fd,
								  (char *) aud_buffer_header + done,
								  mapped.size - done);
		done += n;
	} while (n > 0 && done < mapped.size);
}

/*
 * The mapped file has lost its name, and what is in it would be lost with the
 * mapping: put a copy under the name, which is this server's buffer from now on.
 */
static void
put_back_under_name(void)
{
	int             fd = aud_buffer_make_create();
	AudBufferHeader header;
	AudFileIdentity id;

	write_mapping(fd);
	aud_buffer_make_identify_open(fd, &id);
	if (pread(fd, &header, sizeof(header), 0) == sizeof(header) &&
		is_this_file(&header, &mapped))
	{
		header.inode = id.inode;
		header.birth = id.birth;
		header.device = id.device;
		if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header))
			aud_buffer_make_fail("write", AUD_BUFFER_FILE_NEW);
	}
	if (fsync(fd) != 0)
		aud_buffer_make_fail("fsync", AUD_BUFFER_FILE_NEW);
	close(fd);
	aud_buffer_make_publish();
	ereport(LOG,
			errmsg("audit buffer file \"%s\" was removed or replaced; it was made anew",
				   AUD_BUFFER_FILE),
			errdetail("What the server had in it was kept."));
}

/* After a crash of a backend: nothing mapped, and its file under the name. */
static void
let_go(void)
{
	AudFileIdentity id;
	bool named = aud_buffer_make_identify(AT_FDCWD, AUD_BUFFER_FILE, &id);

	if (!named && errno != ENOENT)
		aud_buffer_make_fail("stat", AUD_BUFFER_FILE);
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

/* What the settings ask for. */
static AudBufferSizes
wanted_sizes(void)
{
	return (AudBufferSizes){
		.ring_size = TYPEALIGN(8, (uint64) aud_config->buffer_size_kb * 1024),
		.slot_size = aud_inflight_slot_size(),
		.slot_count = aud_inflight_slot_count(),
	};
}

void
aud_buffer_file_start(void)
{
	AudBufferSizes   wanted = wanted_sizes();
	bool             again = aud_buffer_header != NULL;
	AudBufferHeader *header;

	set_aside[0] = '\0';
	if (again)
	{
		aud_buffer_check_stop();
		let_go();
	}
	header = open_file(&found);
	/* This is the server's own file, whatever was written into it. */
	if (again && (found == AUD_BUFFER_FOREIGN ||
				  (found == AUD_BUFFER_OURS && !aud_buffer_check_fits(header))))
		found = AUD_BUFFER_DAMAGED;
	if (found != AUD_BUFFER_OURS)
	{
		if (header != NULL)
			munmap(header, mapped.size);
		header = aud_buffer_make_new(&wanted, &mapped);
	}
	aud_buffer_header = header;
	may_resize = !again;
}

void
aud_buffer_file_resize(void)
{
	AudBufferHeader *old = aud_buffer_header;
	AudBufferSizes   made = {old->ring_size, old->slot_size, old->slot_count};
	AudBufferSizes   wanted = wanted_sizes();

	if (!may_resize || (made.ring_size == wanted.ring_size &&
						made.slot_size == wanted.slot_size &&
						made.slot_count == wanted.slot_count))
		return;
	aud_buffer_header = remake_file(old, &wanted);
	munmap(old, aud_buffer_make_size(&made));
}

void
aud_buffer_file_set_log_id(const char *log_id)
{
	strlcpy(aud_buffer_header->log_id, log_id, sizeof(aud_buffer_header->log_id));
	if (found != AUD_BUFFER_NONE)
		put_aside(found);
	aud_buffer_make_publish();
}

const char *
aud_buffer_log_id(void)
{
	return aud_buffer_header->log_id;
}

bool
aud_buffer_file_sync_header(void)
{
	return msync(aud_ring_file(aud_buffer_header), AUD_BUFFER_PAGE, MS_SYNC) == 0;
}
