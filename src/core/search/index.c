/*-------------------------------------------------------------------------
 *
 * index.c
 *	  Using the index of a file.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/index.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/match/term.h"
#include "core/search/index_block.h"
#include "core/search/index_file.h"

/* An index of more is none of ours: it stands for 100 GB. */
#define BLOCKS_MAX 100000

/* ---- the file ------------------------------------------------------------------- */

bool
aud_index_name(char *name, size_t size, const char *path)
{
	const char *end = strstr(path, ".jsonl");
	const char *more;

	while (end != NULL && (more = strstr(end + 1, ".jsonl")) != NULL)
		end = more;
	return end != NULL && (size_t) snprintf(name,
											size,
											"%.*s" AUD_INDEX_SUFFIX,
											(int) (end - path),
											path) < size;
}

bool
aud_index_head(const char *line, size_t len, unsigned char *digest)
{
	AudSha256 *sha = aud_sha256_begin();

	aud_sha256_add(sha, line, len < AUD_INDEX_HEAD_MAX ? len : AUD_INDEX_HEAD_MAX);
	return sha != NULL && aud_sha256_end(sha, digest);
}

/* Is the file still the one that the index was made of? */
static bool
belongs_to(const AudIndexHeader *header, const char *path)
{
	unsigned char head[AUD_SHA256_BYTES];
	AudReader     r;
	AudLine       line;
	AudError      err = {0};
	uint64_t      bytes;
	bool          same;

	if (!aud_reader_open(&r, path, &err))
		return false;
	same = (!aud_source_size(&r.source, &bytes) || bytes == header->bytes) &&
		   aud_reader_next(&r, &line, &err) == AUD_READ_LINE &&
		   aud_index_head(line.data, line.len, head) &&
		   memcmp(head, header->head, sizeof(head)) == 0;
	aud_reader_close(&r);
	return same;
}

static bool
is_sound(const AudIndexHeader *header, const AudIndexBlock *blocks)
{
	size_t   len = header->n * sizeof(*blocks);
	uint64_t at = 0;

	if (crc32_z(crc32(0, NULL, 0), (const Bytef *) blocks, len) != header->crc)
		return false;
	for (uint64_t i = 0; i < header->n; i++)
	{
		if (blocks[i].from != at || blocks[i].to <= at)
			return false;
		at = blocks[i].to;
	}
	return at <= header->bytes;
}

static AudIndexBlock *
read_blocks(FILE *f, const AudIndexHeader *header)
{
	AudIndexBlock *blocks = NULL;

	if (header->magic == AUD_INDEX_MAGIC && header->n > 0 &&
		header->n <= BLOCKS_MAX)
		blocks = malloc(header->n * sizeof(*blocks));
	if (blocks != NULL &&
		fread(blocks, sizeof(*blocks), header->n, f) == header->n &&
		is_sound(header, blocks))
		return blocks;
	free(blocks);
	return NULL;
}

/* A FIFO in its place must not be waited for. */
static FILE *
open_index(const char *name)
{
	struct stat st;
	int         fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE       *f = NULL;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		f = fdopen(fd, "r");
	if (f == NULL && fd >= 0)
		close(fd);
	return f;
}

bool
aud_index_load(AudIndex *index, const char *path)
{
	AudIndexHeader header;
	char           name[4096];
	FILE          *f;

	*index = (AudIndex){0, NULL};
	if (!aud_index_name(name, sizeof(name), path) ||
		(f = open_index(name)) == NULL)
		return false;
	if (fread(&header, sizeof(header), 1, f) == 1 && belongs_to(&header, path))
		index->blocks = read_blocks(f, &header);
	fclose(f);
	index->n = index->blocks != NULL ? header.n : 0;
	return index->n > 0;
}

void
aud_index_free(AudIndex *index)
{
	free(index->blocks);
	*index = (AudIndex){0, NULL};
}

/* ---- what may match ----------------------------------------------------------------- */

/* The word of a value, hashed; false: it is none that an index has. */
static bool
word_of(const AudTerm *term, int i, uint64_t *hash)
{
	const AudTermValue *value = &term->values[i];
	char                kind;

	switch (term->key)
	{
		case AUD_MATCH_USER:
		case AUD_MATCH_CURRENT_USER:
		case AUD_MATCH_ANY_USER:
			kind = AUD_INDEX_USER;
			break;
		case AUD_MATCH_OBJECT:
			kind = AUD_INDEX_OBJECT;
			break;
		case AUD_MATCH_SESSION:
			kind = AUD_INDEX_SESSION;
			break;
		case AUD_MATCH_CLIENT:
			if (value->network.prefix != value->network.address.bits)
				return false;
			*hash = aud_bloom_hash(AUD_INDEX_CLIENT,
								   value->network.address.bytes,
								   (size_t) value->network.address.bits / 8);
			return true;
		default:
			return false;
	}
	if (value->pattern.kind != AUD_PATTERN_WORD)
		return false;
	*hash =
		aud_bloom_hash(kind, value->pattern.text, strlen(value->pattern.text));
	return true;
}

/* May the block have any of a term's values? */
static bool
may_have(const AudIndexBlock *block, const AudTerm *term)
{
	uint64_t hash;

	if (term->negated)
		return true;
	for (int i = 0; i < term->n; i++)
	{
		if (!word_of(term, i, &hash) || aud_bloom_may_have(&block->words, hash))
			return true;
	}
	return false;
}

static bool
may_match(const AudIndexBlock *block, const AudQuery *query)
{
	if (block->last_seq < query->first_seq ||
		(query->last_seq > 0 && block->first_seq > query->last_seq))
		return false;
	if ((query->since[0] != '\0' && strcmp(block->last_ts, query->since) < 0) ||
		(query->until[0] != '\0' && strcmp(block->first_ts, query->until) >= 0))
		return false;
	for (int i = 0; query->match != NULL && i < query->match->n; i++)
	{
		if (!may_have(block, &query->match->terms[i]))
			return false;
	}
	return true;
}

bool
aud_index_next(const AudIndex *index, const AudQuery *query, uint64_t *from,
			   uint64_t *to)
{
	size_t i = 0;

	/* few blocks of many are skipped one by one; there are 1,000 in a gigabyte */
	while (i < index->n && (index->blocks[i].from < *from ||
							!may_match(&index->blocks[i], query)))
		i++;
	if (i == index->n)
		return false;
	*from = index->blocks[i].from;
	while (i + 1 < index->n && may_match(&index->blocks[i + 1], query))
		i++;
	*to = index->blocks[i].to;
	return true;
}
