/*-------------------------------------------------------------------------
 *
 * check.c
 *	  The header that the server believes, and whether the file's is still the
 *	  same.
 *
 *	  page | table of chunks | slots
 *
 * In the copy the offset of the chunks leads into the file's mapping, wherever
 * that is from there: whoever uses them need not know which header it has.  So
 * the constant part has a copy of its own, to be compared with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/mman.h>

#include "buffer/check.h"
#include "buffer/inflight_recover.h"
#include "buffer/wait.h"

#define CONSTANT_BYTES offsetof(AudBufferHeader, head)

/* The counters of losses and their times. */
#define LOSS_FIELDS (AUD_LOSS_KINDS + 2)

StaticAssertDecl(offsetof(AudBufferHeader, lost_to) ==
					 offsetof(AudBufferHeader, lost) +
						 (LOSS_FIELDS - 1) * sizeof(pg_atomic_uint64),
				 "the losses must be followed by their times");

/* Made by the postmaster, inherited by its children */
static AudBufferHeader *file;
static AudBufferHeader *copy;
static size_t           copy_bytes;
static char             constant[CONSTANT_BYTES];

static size_t
table_bytes(const AudBufferHeader *header)
{
	return 2 * sizeof(uint32) * (size_t) header->chunks;
}

static size_t
slots_offset(const AudBufferHeader *header)
{
	return TYPEALIGN(PG_CACHE_LINE_SIZE, AUD_BUFFER_PAGE + table_bytes(header));
}

static void
set_offsets(void)
{
	uint64 distance = (uint64) ((uintptr_t) file - (uintptr_t) copy);

	copy->file_at = distance;
	copy->chunks_offset += distance;
	copy->table_offset = AUD_BUFFER_PAGE;
	copy->slots_offset = slots_offset(file);
}

void
aud_buffer_check_start(void)
{
	void *p;

	file = aud_buffer_header;
	copy_bytes = slots_offset(file) + (size_t) file->slot_size * file->slot_count;
	p = mmap(NULL,
			 copy_bytes,
			 PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS,
			 -1,
			 0);
	if (p == MAP_FAILED)
		ereport(FATAL,
				errcode(ERRCODE_OUT_OF_MEMORY),
				errmsg(
					"could not map anonymous shared memory for the audit buffer: %m"));
	copy = p;
	memcpy(constant, file, CONSTANT_BYTES);
	memcpy(copy, file, AUD_BUFFER_PAGE);
	memcpy((char *) copy + AUD_BUFFER_PAGE,
		   (char *) file + file->table_offset,
		   table_bytes(file));
	set_offsets();
	aud_buffer_header = copy;
}

void
aud_buffer_check_stop(void)
{
	if (copy != NULL)
		aud_buffer_header = file;
}

bool
aud_buffer_check_fits(const AudBufferHeader *header)
{
	return copy == NULL || (header->slot_size == copy->slot_size &&
							header->slot_count == copy->slot_count);
}

int
aud_buffer_check_restore_slots(void)
{
	int changed;

	if (copy == NULL)
		return 0;
	changed = aud_inflight_restore(aud_buffer_header, copy);
	munmap(copy, copy_bytes);
	copy = NULL;
	return changed;
}

const char *
aud_buffer_part_name(AudBufferPart part)
{
	switch (part)
	{
		case AUD_BUFFER_IDENTITY:
			return "identity";
		case AUD_BUFFER_HEAD:
			return "head";
		case AUD_BUFFER_POSITION:
			return "position";
		case AUD_BUFFER_LOSSES:
			return "losses";
		case AUD_BUFFER_DELETIONS:
			return "deletions";
		default:
			return "";
	}
}

/* Bytes that nobody but the writer changes. */
static bool
restore(void *there, const void *right, size_t len)
{
	if (memcmp(there, right, len) == 0)
		return false;
	memcpy(there, right, len);
	return true;
}

/*
 * Appenders move it, first in the file, and note if it was not what it had to
 * be.  Without the lock a difference means little; if somebody has the lock,
 * the next round will look.
 */
static bool
restore_head(void)
{
	bool changed;

	if (copy->head_changed != 0)
	{
		copy->head_changed = 0;
		return true;
	}
	if (*(volatile uint64 *) &file->head == *(volatile uint64 *) &copy->head)
		return false;
	if (!LWLockConditionalAcquire(aud_buffer_shared->lock, LW_EXCLUSIVE))
		return false;
	changed = file->head != copy->head;
	file->head = copy->head;
	LWLockRelease(aud_buffer_shared->lock);
	return changed;
}

static void
read_losses(AudBufferHeader *header, uint64 *values)
{
	for (int i = 0; i < LOSS_FIELDS; i++)
		values[i] = pg_atomic_read_u64(&header->lost[0] + i);
}

/*
 * Anybody counts, without a lock, first in the file.  So a difference is one
 * if nothing has moved since the round before; and what is counted while it is
 * put right must not get lost.
 */
static bool
restore_losses(void)
{
	static uint64 seen_right[LOSS_FIELDS];
	static uint64 seen_there[LOSS_FIELDS];
	uint64        right[LOSS_FIELDS];
	uint64        there[LOSS_FIELDS];
	bool          still;

	read_losses(copy, right);
	read_losses(file, there);
	if (memcmp(there, right, sizeof(right)) == 0)
		return false;
	still = memcmp(right, seen_right, sizeof(right)) == 0 &&
			memcmp(there, seen_there, sizeof(there)) == 0;
	memcpy(seen_right, right, sizeof(right));
	memcpy(seen_there, there, sizeof(there));
	if (!still)
		return false;
	for (int i = 0; i < LOSS_FIELDS; i++)
		pg_atomic_fetch_add_u64(&file->lost[0] + i,
								(int64) (right[i] - there[i]));
	return true;
}

unsigned
aud_buffer_check(void)
{
	unsigned changed = 0;

	if (restore(file, constant, CONSTANT_BYTES))
		changed |= AUD_BUFFER_IDENTITY;
	if (restore_head())
		changed |= AUD_BUFFER_HEAD;
	if (restore(&file->tail,
				&copy->tail,
				sizeof(AudBufferHeader) - offsetof(AudBufferHeader, tail)))
		changed |= AUD_BUFFER_POSITION;
	if (restore_losses())
		changed |= AUD_BUFFER_LOSSES;
	if (restore(file + 1, copy + 1, AUD_BUFFER_PAGE - sizeof(AudBufferHeader)))
		changed |= AUD_BUFFER_DELETIONS;
	return changed;
}
