/*-------------------------------------------------------------------------
 *
 * bloom.c
 *	  A Bloom filter.
 *
 * The bits of a word follow from two halves of one hash (Kirsch, Mitzenmacher:
 * Less Hashing, Same Performance, 2006).  The hash is FNV-1a, 64 bits, with the
 * finalizer of MurmurHash3, since FNV's upper bits depend little on the last bytes.
 * It is a part of the format: another one needs another version of the index.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/bloom.h"

#define BITS_A_WORD 4

uint64_t
aud_bloom_hash(char kind, const void *word, size_t len)
{
	const unsigned char *p = word;
	uint64_t             hash = UINT64_C(0xcbf29ce484222325);

	hash = (hash ^ (unsigned char) kind) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ (hash >> 33);
}

static uint32_t
bit_of(uint64_t hash, uint32_t i)
{
	/* an odd step reaches every bit */
	return ((uint32_t) hash + i * ((uint32_t) (hash >> 32) | 1)) %
		   (8 * AUD_BLOOM_BYTES);
}

void
aud_bloom_add(AudBloom *bloom, uint64_t hash)
{
	for (uint32_t i = 0; i < BITS_A_WORD; i++)
	{
		uint32_t bit = bit_of(hash, i);

		bloom->bits[bit / 8] |= (unsigned char) (1 << bit % 8);
	}
}

bool
aud_bloom_may_have(const AudBloom *bloom, uint64_t hash)
{
	for (uint32_t i = 0; i < BITS_A_WORD; i++)
	{
		uint32_t bit = bit_of(hash, i);

		if (!(bloom->bits[bit / 8] & (1 << bit % 8)))
			return false;
	}
	return true;
}
