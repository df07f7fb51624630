/*-------------------------------------------------------------------------
 *
 * index_block.h
 *	  Inside of an index: what it is made of.
 *
 * The file is the header and the blocks as they are here, in the byte order of
 * the machine that made it; another machine's is not used, since its magic then
 * reads otherwise.
 *
 * Core layer: no postgres.h, no I/O.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_INDEX_BLOCK_H
#define AUD_CORE_SEARCH_INDEX_BLOCK_H

#include "core/search/bloom.h"
#include "core/search/search.h"
#include "core/sha256.h"

/* "SAIX", and the version; the order of its bytes tells the machine's. */
#define AUD_INDEX_MAGIC UINT64_C(0x0000000153414958)

/* A block ends with the line that reaches this. */
#define AUD_INDEX_BLOCK_BYTES (1024 * 1024)

/* Longest line that head covers; it is the audit.open of the file. */
#define AUD_INDEX_HEAD_MAX 65536

typedef struct AudIndexHeader
{
	uint64_t      magic;
	uint64_t      n;                      /* blocks */
	uint64_t      bytes;                  /* of the file, uncompressed */
	unsigned char head[AUD_SHA256_BYTES]; /* SHA-256 of the file's first line */
	uint64_t      crc;                    /* CRC-32 of the blocks */
} AudIndexHeader;

typedef struct AudIndexBlock
{
	uint64_t from; /* bytes of the file, whole lines */
	uint64_t to;
	uint64_t first_seq; /* least; 0 where a line has none */
	uint64_t last_seq;
	char     first_ts[AUD_TS_SIZE + 4]; /* least; "" where a line has none */
	char     last_ts[AUD_TS_SIZE + 4];
	AudBloom words;
} AudIndexBlock;

/* What words are of. */
#define AUD_INDEX_USER    'u'
#define AUD_INDEX_OBJECT  'o'
#define AUD_INDEX_CLIENT  'c' /* the bytes of the address */
#define AUD_INDEX_SESSION 's'

#endif /* AUD_CORE_SEARCH_INDEX_BLOCK_H */
