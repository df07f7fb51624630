/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  One batch: the lines that go to the file with one write and one sync.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "server/guc.h"
#include "writer/batch.h"

/* Room for an audit.open with the longest names. */
#define AUD_BATCH_HEADROOM 8192

void
aud_batch_init(AudBatch *batch, size_t room)
{
	memset(batch, 0, sizeof(*batch));
	batch->storage =
		MemoryContextAllocHuge(TopMemoryContext, AUD_BATCH_HEADROOM + room + 1);
	batch->out.cap = room + 1;
}

void
aud_batch_reset(AudBatch *batch, const AudPosition *position, bool hashed)
{
	batch->hashed = hashed;
	batch->start = batch->storage + AUD_BATCH_HEADROOM;
	aud_buf_init(&batch->out, batch->start, batch->out.cap);
	batch->after = *position;
	batch->sealed = position->chain;
	batch->records = 0;
	batch->lines = 0;
	batch->late_open = false;
	batch->damaged = 0;
}

/* Make body the next line. */
static bool
add_line(AudBatch *batch, AudHasher *hasher, const char *body, size_t len)
{
	if (!aud_chain_seal(hasher, &batch->sealed, &batch->out, body, len, batch->hashed))
		return false;
	batch->after.chain = batch->sealed;
	batch->lines++;
	return true;
}

bool
aud_batch_add(AudBatch *batch, AudHasher *hasher, const char *body, size_t len)
{
	return add_line(batch, hasher, body, len);
}

void
aud_batch_fill(AudBatch *batch, AudHasher *hasher, size_t limit)
{
	static char *storage;
	uint64       from = batch->after.tail;
	AudTaken     taken;

	if (storage == NULL)
		storage = MemoryContextAlloc(TopMemoryContext, AUD_RECORD_MAX);

	while (batch->after.tail - from < limit &&
		   aud_buf_room(&batch->out) > AUD_RECORD_MAX + AUD_RECORD_TRAILER_MAX)
	{
		bool more =
			aud_buffer_next(batch->after.tail, storage, AUD_RECORD_MAX, &taken);

		batch->damaged += taken.damaged > 0 ? 1 : 0;
		batch->after.tail = taken.next;
		if (!more)
			break;
		if (add_line(batch, hasher, storage, taken.len))
			batch->records++;
		else
			batch->damaged++;
	}
}

size_t
aud_batch_bytes(const AudBatch *batch)
{
	return batch->out.data + batch->out.len - batch->start;
}

void
aud_batch_set_late_open(AudBatch *batch, AudHasher *hasher, const char *body,
						size_t len)
{
	char     line[AUD_BATCH_HEADROOM];
	AudBuf   out;
	AudChain chain = batch->sealed;

	aud_buf_init(&out, line, sizeof(line));
	if (!aud_chain_seal(hasher, &chain, &out, body, len, batch->hashed))
		return; /* cannot be: the caller's body is shorter than the headroom */

	if (!batch->late_open)
		batch->lines++;
	batch->late_open = true;
	batch->start = batch->storage + AUD_BATCH_HEADROOM - out.len;
	memcpy(batch->start, line, out.len);
	batch->after.chain = chain;
}
