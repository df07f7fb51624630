/*-------------------------------------------------------------------------
 *
 * deletions.c
 *	  Files of the trail that retention is deleting.
 *
 * The list takes room that every buffer file of this layout has, between the
 * header and the slots, and that was zero before there was a list.
 *
 * An entry counts when its checksum is right, so neither a process that died
 * while it filled one nor a page of which the disk has half leaves a wrong
 * one.  Entries are not moved, for the same reason: the list is filled from
 * its start again when all of it is free.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "buffer/deletions.h"

#define LIST_OFFSET 1024

StaticAssertDecl(sizeof(AudBufferHeader) <= LIST_OFFSET,
				 "the header must end before the list of deletions");
StaticAssertDecl(LIST_OFFSET + AUD_EXPIRY_MAX * sizeof(AudExpiry) <=
					 AUD_BUFFER_PAGE,
				 "the list of deletions must end before the slots");

static AudExpiry *
entry_at(const void *header, int i)
{
	return (AudExpiry *) ((char *) header + LIST_OFFSET) + i;
}

/* The same entry in the file, which may be this one. */
static AudExpiry *
in_file(AudBufferHeader *header, AudExpiry *entry)
{
	return (AudExpiry *) ((char *) entry + header->file_at);
}

static pg_crc32c
entry_crc(const AudExpiry *entry, const char *log_id)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, log_id, AUD_LOG_NAME_LEN);
	COMP_CRC32C(crc, entry, offsetof(AudExpiry, crc));
	FIN_CRC32C(crc);
	return crc;
}

static bool
is_whole(const AudExpiry *entry, const char *log_id)
{
	return entry->name[0] != '\0' && entry->crc == entry_crc(entry, log_id);
}

/* The first entry behind all that count; AUD_EXPIRY_MAX: there is none. */
static int
first_free(AudBufferHeader *header)
{
	int i = AUD_EXPIRY_MAX;

	while (i > 0 && !is_whole(entry_at(header, i - 1), header->log_id))
		i--;
	return i;
}

bool
aud_deletions_has_room(AudBufferHeader *header)
{
	return first_free(header) < AUD_EXPIRY_MAX;
}

static void
fill(AudExpiry *entry, const AudExpiry *facts)
{
	entry->name[0] = '\0';
	pg_write_barrier();
	memcpy(entry, facts, sizeof(*entry));
	pg_write_barrier();
}

AudExpiry *
aud_deletions_add(AudBufferHeader *header, const AudExpiry *facts)
{
	int        i = first_free(header);
	AudExpiry  whole = *facts;
	AudExpiry *entry;

	if (i >= AUD_EXPIRY_MAX)
		return NULL;
	entry = entry_at(header, i);
	whole.seq = 0;
	whole.crc = entry_crc(&whole, header->log_id);
	fill(in_file(header, entry), &whole);
	fill(entry, &whole);
	return entry;
}

AudExpiry *
aud_deletions_next(AudBufferHeader *header, AudExpiry *entry)
{
	int i = entry == NULL ? 0 : (int) (entry - entry_at(header, 0)) + 1;

	for (; i < AUD_EXPIRY_MAX; i++)
		if (is_whole(entry_at(header, i), header->log_id))
			return entry_at(header, i);
	return NULL;
}

void
aud_deletions_remove(AudBufferHeader *header, AudExpiry *entry)
{
	in_file(header, entry)->name[0] = '\0';
	entry->name[0] = '\0';
}

void
aud_deletions_set_seq(AudBufferHeader *header, AudExpiry *entry, uint64 seq)
{
	in_file(header, entry)->seq = seq;
	entry->seq = seq;
}

void
aud_deletions_remove_recorded(AudBufferHeader *header, uint64 seq)
{
	AudExpiry *entry = NULL;

	while ((entry = aud_deletions_next(header, entry)) != NULL)
		if (entry->seq != 0 && entry->seq <= seq)
			aud_deletions_remove(header, entry);
}

void
aud_deletions_restart(AudBufferHeader *header)
{
	AudExpiry *entry = NULL;

	while ((entry = aud_deletions_next(header, entry)) != NULL)
		aud_deletions_set_seq(header, entry, 0);
}

void
aud_deletions_take_over(AudBufferHeader *to, const void *from)
{
	for (int i = 0; i < AUD_EXPIRY_MAX; i++)
	{
		const AudExpiry *entry = entry_at(from, i);

		if (is_whole(entry, to->log_id))
			memcpy(entry_at(to, i), entry, sizeof(*entry));
	}
}
