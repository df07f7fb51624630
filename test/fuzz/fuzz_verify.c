/*-------------------------------------------------------------------------
 *
 * fuzz_verify.c
 *	  Verification of a damaged trail ends, and finds that it is damaged.
 *
 * A sound trail of three files is made, the last of them closed; the input says
 * what is done to it, step by step.  With its last record known from elsewhere,
 * such a trail has no faults only if all records are there as they were written.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/verify/verify.h"
#include "fuzz.h"
#include "fuzz_files.h"

#define FILES    3
#define RECORDS  5
#define LOG      "00112233aabbccdd"
#define FILE_MAX 16384

typedef struct File
{
	char   name[64];
	char   data[FILE_MAX];
	size_t len;
	bool   gone;
} File;

static AudHasher  *hasher;
static AudChain    chain;
static File        written[FILES];
static File        files[FILES];
static AudExpected last;

/* ---- the trail --------------------------------------------------------- */

static void
add(File *f, const char *event, const char *rest)
{
	char   body[1024];
	AudBuf out;
	int    n = snprintf(body,
                     sizeof(body),
                     "{\"v\":1,\"log\":\"" LOG "\",\"ts\":\"2026-01-31T23:59:%02d"
						".000000Z\",\"event\":\"%s\"%s}",
                     (int) (chain.seq % 60),
                     event,
                     rest);

	aud_buf_init(&out, f->data + f->len, sizeof(f->data) - f->len);
	CHECK(aud_chain_seal(hasher, &chain, &out, body, (size_t) n, true));
	f->len += out.len;
}

static void
add_file(File *f, const File *prev, int number)
{
	char rest[512];
	char h[AUD_CHAIN_HASH_CHARS + 1];
	int  n;

	snprintf(f->name,
			 sizeof(f->name),
			 "secaudit-20260131T2359%02dZ-%06d.jsonl",
			 number,
			 number);
	n = snprintf(rest,
				 sizeof(rest),
				 ",\"class\":\"audit\",\"integrity\":\"chain\",\"file\":\"%s\"",
				 f->name);
	aud_chain_hash_encode(chain.h, h);
	if (prev != NULL)
		snprintf(rest + n,
				 sizeof(rest) - (size_t) n,
				 ",\"prev_file\":\"%s\",\"prev_bytes\":%zu,\"prev_seq\":%llu,"
				 "\"prev_h\":\"%s\"",
				 prev->name,
				 prev->len,
				 (unsigned long long) chain.seq,
				 h);
	add(f, "audit.open", rest);
	for (int i = 0; i < RECORDS; i++)
	{
		snprintf(rest,
				 sizeof(rest),
				 ",\"query\":\"SELECT %.*s\"",
				 i * 3,
				 "111111111111");
		add(f, "statement", rest);
	}
	add(f, "audit.close", ",\"reason\":\"rotation\"");
}

static void
build(void)
{
	hasher = aud_hasher_new(NULL);
	CHECK(hasher != NULL);
	for (int i = 0; i < FILES; i++)
		add_file(&written[i], i > 0 ? &written[i - 1] : NULL, i + 1);
	strcpy(last.log, LOG);
	last.seq = chain.seq;
	memcpy(last.h, chain.h, sizeof(last.h));
}

/* ---- what is done to it ------------------------------------------------ */

typedef struct Input
{
	const uint8_t *data;
	size_t         left;
} Input;

static size_t
number(Input *in, size_t below)
{
	size_t n = 0;

	for (int i = 0; i < 2 && in->left > 0; i++, in->left--)
		n = n << 8 | *in->data++;
	return below > 0 ? n % below : 0;
}

/* Start and length, newline included, of the n-th line or what is left. */
static size_t
line_at(const File *f, size_t n, size_t *len)
{
	size_t start = 0;
	char  *nl;

	while ((nl = memchr(f->data + start, '\n', f->len - start)) != NULL && n-- > 0)
		start = (size_t) (nl - f->data) + 1;
	*len = nl != NULL ? (size_t) (nl - f->data) + 1 - start : f->len - start;
	return start;
}

static void
replace(File *f, size_t at, size_t len, const char *with, size_t with_len)
{
	if (f->len - len + with_len > sizeof(f->data))
		return;
	memmove(f->data + at + with_len, f->data + at + len, f->len - at - len);
	memcpy(f->data + at, with, with_len);
	f->len = f->len - len + with_len;
}

/* A line of one file, or its last bytes, at some place of another. */
static void
copy_line(Input *in, bool move)
{
	File  *from = &files[number(in, FILES)];
	File  *to = &files[number(in, FILES)];
	char   line[2048];
	size_t len, target_len;
	size_t start = line_at(from, number(in, RECORDS + 4), &len);
	size_t target;

	if (len > sizeof(line))
		return;
	memcpy(line, from->data + start, len);
	if (move)
		replace(from, start, len, "", 0);
	target = line_at(to, number(in, RECORDS + 4), &target_len);
	replace(to, target, 0, line, len);
}

/* A line with another text and number, and the hash that follows from "prev". */
static void
forge(Input *in)
{
	File           *f = &files[number(in, FILES)];
	char            text[2048];
	char            line[1024];
	size_t          len;
	size_t          start = line_at(f, number(in, RECORDS + 3), &len);
	AudChainTrailer t;
	AudChain        before;
	AudBuf          out;

	if (len < 2 || len > sizeof(line) - 2 ||
		!aud_chain_split(f->data + start, len - 1, &t))
		return;
	memcpy(line, f->data + start, t.body_len);
	line[t.body_len] = '}';
	line[number(in, t.body_len)] ^= (char) number(in, 64);
	before.seq = t.seq - 1 + number(in, 3);
	memcpy(before.h, chain.h, sizeof(before.h));
	if (start > 0)
	{
		AudChainTrailer p;
		size_t          at = start - 1;

		while (at > 0 && f->data[at - 1] != '\n')
			at--;
		if (aud_chain_split(f->data + at, start - 1 - at, &p))
			memcpy(before.h, p.h, sizeof(before.h));
	}
	aud_buf_init(&out, text, sizeof(text));
	if (aud_chain_seal(hasher, &before, &out, line, t.body_len + 1, true))
		replace(f, start, len, out.data, out.len);
}

static void
step(Input *in)
{
	size_t what = number(in, 9);
	File  *f = &files[number(in, FILES)];
	size_t at = number(in, f->len);
	size_t len;
	char   text[8];

	switch (what)
	{
		case 0:
			if (f->len > 0)
				f->data[at] ^= (char) number(in, 256);
			break;
		case 1:
			at = line_at(f, at % (RECORDS + 3), &len);
			replace(f, at, len, "", 0);
			break;
		case 2:
			copy_line(in, false);
			break;
		case 3:
			copy_line(in, true);
			break;
		case 4:
			for (len = 0; len < sizeof(text) && in->left > 0; len++, in->left--)
				text[len] = (char) *in->data++;
			replace(f, at, 0, text, len);
			break;
		case 5:
			replace(f, at, number(in, f->len - at), "", 0);
			break;
		case 6:
			f->len = at;
			break;
		case 7:
			f->gone = !f->gone;
			break;
		default:
			forge(in);
			break;
	}
}

/* ---- what must hold ---------------------------------------------------- */

static bool
is_untouched(void)
{
	for (int i = 0; i < FILES; i++)
		if (files[i].gone || files[i].len != written[i].len ||
			memcmp(files[i].data, written[i].data, files[i].len) != 0)
			return false;
	return true;
}

/*
 * All records, as they were and in their order?  A line that moved to the next
 * file is still where it was between its neighbours.
 */
static bool
holds_all(void)
{
	static char before[FILES * FILE_MAX];
	static char after[FILES * FILE_MAX];
	size_t      before_len = 0;
	size_t      after_len = 0;

	for (int i = 0; i < FILES; i++)
	{
		memcpy(before + before_len, written[i].data, written[i].len);
		before_len += written[i].len;
		if (files[i].gone)
			continue;
		memcpy(after + after_len, files[i].data, files[i].len);
		after_len += files[i].len;
	}
	return before_len == after_len && memcmp(before, after, before_len) == 0;
}

static void
check_result(const AudReaderList *list, const AudVerifyResult *result)
{
	uint64_t in_logs = 0;
	size_t   in_files = 0;

	CHECK(result->n_faults <= AUD_VERIFY_FAULTS_MAX);
	CHECK(result->n_faults <= result->all_faults);
	for (size_t i = 0; i < result->n_faults; i++)
	{
		const AudFault *f = &result->faults[i];

		CHECK(f->file < list->count);
		CHECK(aud_fault_name(f->kind) != NULL);
		if (i > 0)
			CHECK(f[-1].file < f->file ||
				  (f[-1].file == f->file && f[-1].line <= f->line));
	}
	for (size_t i = 0; i < result->n_logs; i++)
	{
		in_logs += result->logs[i].faults;
		in_files += result->logs[i].files;
		CHECK(result->logs[i].records >= result->logs[i].unhashed);
	}
	CHECK(in_logs == result->all_faults);
	CHECK(in_files == list->count);
}

static void
verify(bool must_be_closed)
{
	AudVerifyOptions options = {.must_be_closed = must_be_closed,
								.expected = &last,
								.n_expected = must_be_closed};
	AudVerifyResult  result = {0};
	AudReaderList    list = {0};
	AudError         err = {0};

	CHECK(aud_reader_list_add(&list, fuzz_files_dir(), &err));
	CHECK(aud_verify(&list, &options, &result, &err));
	check_result(&list, &result);
	if (is_untouched())
		CHECK(result.all_faults == 0);
	if (must_be_closed && list.count > 0 && result.all_faults == 0)
		CHECK(holds_all());
	aud_verify_free(&result);
	aud_reader_list_free(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, size};

	if (hasher == NULL)
		build();
	memcpy(files, written, sizeof(files));
	for (int i = 0; i < 6 && in.left > 0; i++)
		step(&in);
	fuzz_files_dir();
	fuzz_files_remove();
	for (int i = 0; i < FILES; i++)
		if (!files[i].gone)
			fuzz_files_write(files[i].name, files[i].data, files[i].len);
	verify(false);
	verify(true);
	return 0;
}
