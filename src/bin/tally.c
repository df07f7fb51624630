/*-------------------------------------------------------------------------
 *
 * tally.c
 *	  Counting by key: an open hash table over rows that lie in one array.
 *
 * Keys are written by those who are audited.  The hash begins with a number
 * that they do not know, so that they cannot make up keys that all fall into
 * one place.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/sha256.h"
#include "core/utf8.h"

#define CHUNK 65536

/* Begin of a chunk of keys. */
typedef struct Chunk
{
	struct Chunk *before;
} Chunk;

static void *
must_have(void *memory)
{
	if (memory == NULL)
	{
		fputs("secauditctl: out of memory\n", stderr);
		exit(2);
	}
	return memory;
}

/* ---- sums -------------------------------------------------------------------- */

static uint64_t
plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void
aud_sums_add(AudSums *sums, const AudSums *more)
{
	sums->records = plus(sums->records, more->records);
	sums->failed = plus(sums->failed, more->failed);
	sums->rows = plus(sums->rows, more->rows);
	sums->timed = plus(sums->timed, more->timed);
	sums->duration_us = plus(sums->duration_us, more->duration_us);
}

/* ---- keys -------------------------------------------------------------------- */

static uint64_t
hash_of(const AudTally *tally, const char *key, size_t len)
{
	uint64_t h = tally->seed ^ len;

	while (len > 0)
	{
		uint64_t piece = 0;
		size_t   n = len < sizeof(piece) ? len : sizeof(piece);

		memcpy(&piece, key, n);
		h = (h ^ piece) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 32;
		key += n;
		len -= n;
	}
	return h;
}

/* Room for len bytes that stay where they are. */
static char *
keep(AudTally *tally, size_t len)
{
	char *at;

	if (len > tally->room)
	{
		Chunk *chunk = must_have(malloc(CHUNK));

		chunk->before = (Chunk *) (void *) tally->chunk;
		tally->chunk = (char *) chunk;
		tally->room = CHUNK - sizeof(Chunk);
	}
	at = tally->chunk + CHUNK - tally->room;
	tally->room -= len;
	return at;
}

/* ---- rows -------------------------------------------------------------------- */

/* The slot of a key, or the free one where it would be. */
static uint32_t *
find_slot(const AudTally *tally, uint64_t hash, const char *key, size_t stored)
{
	size_t i = hash & (tally->n_slots - 1);

	while (tally->slots[i] != 0)
	{
		const AudTallyRow *row = &tally->rows[tally->slots[i] - 1];

		if (row->hash == hash && row->stored == stored &&
			memcmp(row->key, key, stored) == 0)
			break;
		i = (i + 1) & (tally->n_slots - 1);
	}
	return &tally->slots[i];
}

static void
begin(AudTally *tally)
{
	if (getrandom(&tally->seed, sizeof(tally->seed), GRND_NONBLOCK) < 0)
		tally->seed = (uint64_t) (uintptr_t) tally;
}

/* At most half of the slots are taken. */
static void
grow(AudTally *tally)
{
	if (tally->slots == NULL)
		begin(tally);
	tally->cap = tally->cap > 0 ? 4 * tally->cap : 64;
	tally->rows =
		must_have(realloc(tally->rows, tally->cap * sizeof(*tally->rows)));
	free(tally->slots);
	tally->n_slots = 2 * tally->cap;
	tally->slots = must_have(calloc(tally->n_slots, sizeof(*tally->slots)));
	for (size_t i = 0; i < tally->n; i++)
	{
		const AudTallyRow *row = &tally->rows[i];

		*find_slot(tally, row->hash, row->key, row->stored) = (uint32_t) i + 1;
	}
}

static AudTallyRow *
new_row(AudTally *tally, uint32_t *slot, uint64_t hash, const char *key,
		size_t stored)
{
	AudTallyRow *row = &tally->rows[tally->n++];
	char        *copy = keep(tally, stored + 1);

	memcpy(copy, key, stored);
	copy[stored] = '\0';
	*row =
		(AudTallyRow){.key = copy, .len = stored, .stored = stored, .hash = hash};
	*slot = (uint32_t) tally->n;
	return row;
}

/*
 * A long key as it is stored: its beginning, a NUL and its digest.  Returns the
 * length of the beginning.
 */
static size_t
shorten(const char *key, size_t len, char *stored)
{
	size_t kept = aud_utf8_align_down(key, len, AUD_TALLY_KEY_MAX);

	memcpy(stored, key, kept);
	stored[kept] = '\0';
	(void) aud_sha256_hex(stored + kept + 1, key, len);
	return kept;
}

AudTallyRow *
aud_tally_add(AudTally *tally, const char *key, size_t len, const AudSums *sums)
{
	char         longer[AUD_TALLY_KEY_MAX + AUD_SHA256_DIGITS + 2];
	bool         cut = len > AUD_TALLY_KEY_MAX;
	size_t       shown = cut ? shorten(key, len, longer) : len;
	const char  *stored = cut ? longer : key;
	size_t       stored_len = cut ? shown + 1 + AUD_SHA256_DIGITS : len;
	size_t       limit = tally->limit > 0 ? tally->limit : AUD_TALLY_KEYS;
	uint64_t     hash;
	uint32_t    *slot;
	AudTallyRow *row;

	if (tally->n == tally->cap)
		grow(tally);
	hash = hash_of(tally, stored, stored_len);
	slot = find_slot(tally, hash, stored, stored_len);
	if (*slot == 0 && tally->n >= limit)
	{
		aud_sums_add(&tally->others, sums);
		return NULL;
	}
	row = *slot != 0 ? &tally->rows[*slot - 1]
					 : new_row(tally, slot, hash, stored, stored_len);
	row->len = shown;
	row->cut = cut;
	aud_sums_add(&row->sums, sums);
	return row;
}

const char *
aud_tally_part(const AudTallyRow *row, int i)
{
	const char *part = row->key;
	const char *end = row->key + row->len;

	for (; i > 0 && part < end; i--)
		part += strlen(part) + 1;
	return part < end ? part : "";
}

/* ---- order ------------------------------------------------------------------- */

static int
compare_keys(const void *a, const void *b)
{
	const AudTallyRow *x = a;
	const AudTallyRow *y = b;
	size_t             n = x->stored < y->stored ? x->stored : y->stored;
	int                c = memcmp(x->key, y->key, n);

	return c != 0 ? c : (x->stored > y->stored) - (x->stored < y->stored);
}

/* Highest first. */
#define COMPARE(name, member)                                \
	static int name(const void *a, const void *b)            \
	{                                                        \
		const AudSums *x = &((const AudTallyRow *) a)->sums; \
		const AudSums *y = &((const AudTallyRow *) b)->sums; \
                                                             \
		if (x->member != y->member)                          \
			return x->member > y->member ? -1 : 1;           \
		if (x->records != y->records)                        \
			return x->records > y->records ? -1 : 1;         \
		return compare_keys(a, b);                           \
	}

COMPARE(compare_records, records)
COMPARE(compare_failed, failed)
COMPARE(compare_rows, rows)
COMPARE(compare_duration, duration_us)

void
aud_tally_sort(AudTally *tally, AudTallyOrder order)
{
	static int (*const compare[])(const void *, const void *) = {
		[AUD_TALLY_BY_RECORDS] = compare_records,
		[AUD_TALLY_BY_FAILED] = compare_failed,
		[AUD_TALLY_BY_ROWS] = compare_rows,
		[AUD_TALLY_BY_DURATION] = compare_duration,
		[AUD_TALLY_BY_KEY] = compare_keys,
	};

	if (tally->n > 0)
		qsort(tally->rows, tally->n, sizeof(*tally->rows), compare[order]);
}

void
aud_tally_free(AudTally *tally)
{
	Chunk *chunk = (Chunk *) (void *) tally->chunk;

	while (chunk != NULL)
	{
		Chunk *before = chunk->before;

		free(chunk);
		chunk = before;
	}
	free(tally->rows);
	free(tally->slots);
	*tally = (AudTally){0};
}
