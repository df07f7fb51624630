/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  One batch: the lines that go to the file with one write and one sync.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/shape.h"
#include "writer/batch.h"

void
aud_batch_init(AudBatch *batch, char *storage, size_t room, char *record)
{
	memset(batch, 0, sizeof(*batch));
	batch->storage = storage;
	batch->record = record;
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

bool
aud_batch_add(AudBatch *batch, AudHasher *hasher, const char *body, size_t len)
{
	if (!aud_chain_seal(hasher, &batch->sealed, &batch->out, body, len, batch->hashed))
		return false;
	batch->after.chain = batch->sealed;
	batch->lines++;
	return true;
}

/*
 * The ring lies in a file that others may write to.  What they do to it while
 * the server runs they must do within a flush_interval; so only what was found
 * at the start is read as a whole, and each record costs no more than it must.
 */
static bool
is_record(const AudBatch *batch, const AudBufferHeader *header,
		  const AudTaken *taken)
{
	if (taken->next <= batch->found_to)
		return aud_shape_is_record(batch->record, taken->len, header->log_id);
	return aud_shape_begins_record(batch->record, taken->len, header->log_id);
}

void
aud_batch_fill(AudBatch *batch, AudBufferHeader *header, AudHasher *hasher,
			   size_t limit)
{
	uint64   from = batch->after.tail;
	AudTaken taken;

	while (batch->after.tail - from < limit &&
		   aud_buf_room(&batch->out) > AUD_RECORD_MAX + AUD_RECORD_TRAILER_MAX)
	{
		bool more = aud_ring_next(header,
								  batch->after.tail,
								  batch->record,
								  AUD_RECORD_MAX,
								  &taken);

		batch->damaged += taken.damaged > 0 ? 1 : 0;
		batch->after.tail = taken.next;
		if (!more)
			break;
		if (is_record(batch, header, &taken) &&
			aud_batch_add(batch, hasher, batch->record, taken.len))
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
