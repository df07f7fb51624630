/*-------------------------------------------------------------------------
 *
 * bloom.h
 *	  A Bloom filter: which of many words may be in a set, in little room.
 *
 * Core layer: no postgres.h, no I/O, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_BLOOM_H
#define AUD_CORE_SEARCH_BLOOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * 4 kB with 4 bits a word: of 3,000 words, as a megabyte of a busy trail has
 * sessions and clients, fewer than one of a hundred others is taken for a member.
 */
#define AUD_BLOOM_BYTES 4096

typedef struct AudBloom
{
	unsigned char bits[AUD_BLOOM_BYTES];
} AudBloom;

/* A word of some kind: "alice" as a user is another than as an object. */
extern uint64_t aud_bloom_hash(char kind, const void *word, size_t len);

extern void aud_bloom_add(AudBloom *bloom, uint64_t hash);
extern bool aud_bloom_may_have(const AudBloom *bloom, uint64_t hash);

#endif /* AUD_CORE_SEARCH_BLOOM_H */
