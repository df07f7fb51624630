/*-------------------------------------------------------------------------
 *
 * index_make.c
 *	  Making the index of a file.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/chain.h"
#include "core/search/index.h"
#include "core/search/index_block.h"
#include "core/search/index_file.h"

/* What the words are taken from. */
#define KEYS                                                               \
	(AUD_MATCH_BIT(AUD_MATCH_ANY_USER) | AUD_MATCH_BIT(AUD_MATCH_OBJECT) | \
	 AUD_MATCH_BIT(AUD_MATCH_CLIENT) | AUD_MATCH_BIT(AUD_MATCH_SESSION))

typedef struct Making
{
	AudIndexHeader header;
	uLong          crc;
	FILE          *out;
	AudIndexBlock  block;
	AudRecordFacts facts;
} Making;

static void
begin_block(Making *making, uint64_t from)
{
	memset(&making->block, 0, sizeof(making->block));
	making->block.from = making->block.to = from;
	making->block.first_seq = UINT64_MAX;
	memset(making->block.first_ts, '~', AUD_TS_SIZE - 1);
}

static bool
end_block(Making *making)
{
	AudIndexBlock *block = &making->block;

	if (block->to == block->from)
		return true;
	making->header.n++;
	making->crc = crc32(making->crc, (const Bytef *) block, sizeof(*block));
	return fwrite(block, sizeof(*block), 1, making->out) == 1;
}

static void
add_word(AudIndexBlock *block, char kind, const char *word)
{
	if (word != NULL)
		aud_bloom_add(&block->words, aud_bloom_hash(kind, word, strlen(word)));
}

static void
add_words(Making *making)
{
	const AudRecordFacts *record = &making->facts;
	const AudMatchFacts  *facts = &record->facts;
	AudIndexBlock        *block = &making->block;

	add_word(block, AUD_INDEX_USER, facts->user);
	add_word(block, AUD_INDEX_USER, facts->current_user);
	add_word(block, AUD_INDEX_USER, facts->login_user);
	add_word(block, AUD_INDEX_SESSION, facts->session);
	for (int i = 0; i < record->objects.n; i++)
		add_word(block, AUD_INDEX_OBJECT, record->objects.items[i]);
	if (facts->client.bits > 0)
		aud_bloom_add(&block->words,
					  aud_bloom_hash(AUD_INDEX_CLIENT,
									 facts->client.bytes,
									 (size_t) facts->client.bits / 8));
}

static void
widen_seq(AudIndexBlock *block, uint64_t seq)
{
	if (seq < block->first_seq)
		block->first_seq = seq;
	if (seq > block->last_seq)
		block->last_seq = seq;
}

static void
widen_ts(AudIndexBlock *block, const char *ts)
{
	if (strcmp(ts, block->first_ts) < 0)
		strcpy(block->first_ts, ts);
	if (strcmp(ts, block->last_ts) > 0)
		strcpy(block->last_ts, ts);
}

/*
 * Add a line.  One that is no record, or has no number or time, is in every
 * answer: it must not be passed over.
 */
static void
add_line(Making *making, const AudLine *line)
{
	AudIndexBlock  *block = &making->block;
	AudChainTrailer trailer;
	AudError        err = {0};
	char            ts[AUD_TS_SIZE];

	block->to = line->offset + line->len + 1;
	if (aud_chain_split(line->data, line->len, &trailer))
		widen_seq(block, trailer.seq);
	else
		block->first_seq = 0, block->last_seq = UINT64_MAX;
	if (aud_json_find_copy(line->data, line->len, "ts", ts, sizeof(ts)))
		widen_ts(block, ts);
	else
		strcpy(block->first_ts, ""), memset(block->last_ts, '~', AUD_TS_SIZE - 1);
	if (!line->oversized &&
		aud_record_facts_read(&making->facts, KEYS, line->data, line->len, &err))
		add_words(making);
	else
		memset(&block->words, 0xFF, sizeof(block->words));
}

static bool
add_lines(Making *making, AudReader *r, AudError *err)
{
	AudLine       line;
	AudReadStatus status;

	begin_block(making, 0);
	while ((status = aud_reader_next(r, &line, err)) == AUD_READ_LINE)
	{
		if (line.number == 1 &&
			!aud_index_head(line.data, line.len, making->header.head))
			return aud_error_set(err, 0, "could not compute a SHA-256"), false;
		add_line(making, &line);
		if (making->block.to - making->block.from < AUD_INDEX_BLOCK_BYTES)
			continue;
		if (!end_block(making))
			break;
		begin_block(making, making->block.to);
	}
	making->header.bytes =
		r->offset + (aud_reader_partial(r, &line) ? line.len : 0);
	if (status == AUD_READ_ERROR)
		return false;
	if (status != AUD_READ_END || !end_block(making))
		return aud_error_set(err, errno, "could not write the index"), false;
	return true;
}

/* The header comes last: without it the file is none. */
static bool
finish(Making *making, AudError *err)
{
	making->header.magic = AUD_INDEX_MAGIC;
	making->header.crc = making->crc;
	if (fseek(making->out, 0, SEEK_SET) == 0 &&
		fwrite(&making->header, sizeof(making->header), 1, making->out) == 1 &&
		fflush(making->out) == 0 && fsync(fileno(making->out)) == 0)
		return true;
	aud_error_set(err, errno, "could not write the index");
	return false;
}

static bool
write_index(Making *making, const char *path, AudError *err)
{
	static const AudIndexHeader none;
	AudReader                   r;
	bool                        ok;

	making->crc = crc32(0, NULL, 0);
	if (fwrite(&none, sizeof(none), 1, making->out) != 1)
	{
		aud_error_set(err, errno, "could not write the index");
		return false;
	}
	if (!aud_reader_open(&r, path, err))
		return false;
	ok = add_lines(making, &r, err) && finish(making, err);
	aud_reader_close(&r);
	return ok;
}

/* An index tells nothing that its file does not: whoever reads that may read it. */
static FILE *
create(const char *path, const char *temporary, AudError *err)
{
	struct stat st;
	int         fd = -1;

	if (stat(path, &st) == 0)
		fd = open(temporary,
				  O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
				  st.st_mode & 0666);
	if (fd < 0)
	{
		aud_error_set(err, errno, "could not create file \"%s\"", temporary);
		return NULL;
	}
	return fdopen(fd, "w");
}

bool
aud_index_make(const char *path, AudError *err)
{
	Making making = {.out = NULL};
	char   name[4096];
	char   temporary[4096 + 8];
	bool   ok;

	if (!aud_index_name(name, sizeof(name), path))
	{
		aud_error_set(err, 0, "\"%s\" is no file of a trail", path);
		return false;
	}
	snprintf(temporary, sizeof(temporary), "%s.tmp", name);
	making.out = create(path, temporary, err);
	if (making.out == NULL)
		return false;
	ok = write_index(&making, path, err);
	if (fclose(making.out) != 0 && ok)
	{
		aud_error_set(err, errno, "could not write the index");
		ok = false;
	}
	if (ok && rename(temporary, name) != 0)
	{
		aud_error_set(err, errno, "could not rename file \"%s\"", temporary);
		ok = false;
	}
	if (!ok)
		unlink(temporary);
	aud_record_facts_free(&making.facts);
	return ok;
}
