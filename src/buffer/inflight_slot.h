/*-------------------------------------------------------------------------
 *
 * inflight_slot.h
 *	  What a slot is made of; for inflight*.c, and for tests.
 *
 * While the server runs there are two of each: the owner's, in shared memory
 * that no file backs (see check.h), and the one in the buffer file.  The owner
 * writes to both and reads its own.  After a crash of a backend the owner's are
 * still there, and what the file says is replaced by them; when the postmaster
 * has died, the file is all there is.
 *
 * A part of a slot is valid while its flag is set.  The flag is cleared
 * before the part is filled and set afterwards, so whatever instruction the
 * owner dies at, nobody finds half a text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_INFLIGHT_SLOT_H
#define AUD_BUFFER_INFLIGHT_SLOT_H

#include "buffer/ring.h"

#define AUD_INFLIGHT_SLOT_SIZE     2112
#define AUD_INFLIGHT_SESSION_MAX   840
#define AUD_INFLIGHT_STATEMENT_MAX 1176

/* What each part begins with. */
typedef struct AudInflightPart
{
	uint32    valid; /* 0 or 1 */
	pg_crc32c crc;   /* of all behind it that is in use */
} AudInflightPart;

typedef struct AudInflightSessionPart
{
	AudInflightPart part;
	int64           opened_us;
	uint16          who_len;
	uint16          name_len;
	uint16          client_len;
	uint16          wants_end;           /* 0 or 1 */
	char text[AUD_INFLIGHT_SESSION_MAX]; /* in the order of their lengths */
} AudInflightSessionPart;

typedef struct AudInflightStatementPart
{
	AudInflightPart part;
	uint64          stmt;
	int64           began_us;
	uint32          query_full_len;
	uint16          event_len;
	uint16          class_len;
	uint16          command_len;
	uint16          who_len;   /* 0: it is the session's */
	uint16          query_len; /* bytes kept */
	uint16          redacted;  /* AUD_REDACTED_* of the query */
	char            text[AUD_INFLIGHT_STATEMENT_MAX];
} AudInflightStatementPart;

typedef struct AudInflightSlot
{
	uint64 ssn; /* of the last record in the ring */

	/* At the next start: which record is put where, see put_once */
	uint64 putting;

	/* The owner's only; what the file has here means nothing */
	uint64 ssn_taken; /* for the record being made */
	uint32 started;   /* when the owner started, seconds since 1970 */
	uint16 on_append; /* what the next append does, see Ending */
	uint16 busy;      /* is the owner about to write the same to the file? */

	AudInflightSessionPart   session;
	AudInflightStatementPart statement;
} AudInflightSlot;

StaticAssertDecl(sizeof(AudInflightSlot) == AUD_INFLIGHT_SLOT_SIZE,
				 "a slot must have the size that the documents say");

/* What is over once the next record is in the ring. */
enum AudInflightEnding
{
	AUD_ENDS_NOTHING,
	AUD_ENDS_STATEMENT,
	AUD_ENDS_SESSION
};

static inline AudInflightSlot *
aud_inflight_slot(const AudBufferHeader *header, uint32 n)
{
	return (AudInflightSlot *) ((char *) header + header->slots_offset +
								(uint64) n * header->slot_size);
}

/* Bytes of a part that are in use, by its lengths. */
static inline size_t
aud_inflight_session_bytes(const AudInflightSessionPart *session)
{
	return offsetof(AudInflightSessionPart, text) + session->who_len +
		   session->name_len + session->client_len;
}

static inline size_t
aud_inflight_statement_bytes(const AudInflightStatementPart *statement)
{
	return offsetof(AudInflightStatementPart, text) + statement->event_len +
		   statement->class_len + statement->command_len + statement->who_len +
		   statement->query_len;
}

static inline pg_crc32c
aud_inflight_part_crc(const AudInflightPart *part, size_t bytes)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, part + 1, bytes - sizeof(*part));
	FIN_CRC32C(crc);
	return crc;
}

#endif /* AUD_BUFFER_INFLIGHT_SLOT_H */
