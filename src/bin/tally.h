/*-------------------------------------------------------------------------
 *
 * tally.h
 *	  Counting by key, of which there may be any number: a table that stays
 *	  within bounds.
 *
 * The first AUD_TALLY_KEYS different keys have a row each, with exact counts;
 * what comes with another key after that is counted together.  So a trail in
 * which somebody makes up names by the million needs no more memory than one
 * with many.
 *
 * Memory running out ends the program, as in str.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_TALLY_H
#define AUD_BIN_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUD_TALLY_KEYS 100000

/* Of a longer key only the beginning is kept; its digest tells it from others. */
#define AUD_TALLY_KEY_MAX 500

/* What is added up; a sum that would overflow stays at the highest number. */
typedef struct AudSums
{
	uint64_t records;
	uint64_t failed;
	uint64_t rows;
	uint64_t timed; /* records that have a duration, ... */
	uint64_t duration_us;
} AudSums;

typedef struct AudTallyRow
{
	const char *key; /* NUL-terminated; may have NULs in it, between its parts */
	size_t      len;
	bool        cut;    /* key is the beginning of a longer one */
	size_t      stored; /* bytes that tell it from others */
	uint64_t    hash;
	AudSums     sums;

	/* For the caller; 0 in a new row */
	uint64_t first;
	uint64_t last;
	unsigned mark;
} AudTallyRow;

typedef enum AudTallyOrder
{
	AUD_TALLY_BY_RECORDS, /* highest first; then by key */
	AUD_TALLY_BY_FAILED,
	AUD_TALLY_BY_ROWS,
	AUD_TALLY_BY_DURATION,
	AUD_TALLY_BY_KEY, /* lowest first */
} AudTallyOrder;

/* Begin with {0}. */
typedef struct AudTally
{
	AudTallyRow *rows;
	size_t       n;
	size_t       cap;
	size_t       limit;  /* rows at most; 0: AUD_TALLY_KEYS */
	AudSums      others; /* of keys without a row */

	uint32_t *slots; /* number of a row, from 1; 0: free */
	size_t    n_slots;
	char     *chunk; /* where the next keys go; begins with the one before */
	size_t    room;
	uint64_t  seed;
} AudTally;

extern void aud_sums_add(AudSums *sums, const AudSums *more);

/*
 * Add to the sums of a key.  Its row, valid until the next call; NULL if it has
 * none.
 */
extern AudTallyRow *aud_tally_add(AudTally *tally, const char *key, size_t len,
								  const AudSums *sums);

/* Put the rows in order; afterwards nothing can be added. */
extern void aud_tally_sort(AudTally *tally, AudTallyOrder order);
extern void aud_tally_free(AudTally *tally);

/* The i-th part of a row's key, of those between NULs; "" if it has none. */
extern const char *aud_tally_part(const AudTallyRow *row, int i);

#endif /* AUD_BIN_TALLY_H */
