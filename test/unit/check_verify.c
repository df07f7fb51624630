/*-------------------------------------------------------------------------
 *
 * check_verify.c
 *	  Verification: a trail is built as the writer builds it, damaged in one
 *	  way, and must be found damaged in that way and at that place.
 *
 *-------------------------------------------------------------------------
 */
#include "core/verify/verify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define MAX_FILES 8
#define FILES     4
#define RECORDS   40 /* per file, between audit.open and audit.close */

#define LOG_A "00112233aabbccdd"
#define LOG_B "ffeeddccbbaa9988"

/* One file in memory. */
typedef struct File
{
	char   name[64];
	char  *data;
	size_t len;
} File;

static AudHasher       *hasher;
static char             dir[64];
static File             files[MAX_FILES];
static int              n_files;
static AudChain         chain;
static AudVerifyResult  result;
static AudVerifyOptions options;

/* ---- building ---------------------------------------------------------- */

static void
add_bytes(File *f, const char *bytes, size_t len)
{
	f->data = realloc(f->data, f->len + len + 1);
	ck_assert_ptr_nonnull(f->data);
	memcpy(f->data + f->len, bytes, len);
	f->len += len;
}

static void
seal_body(File *f, const char *body, bool hashed)
{
	static char line[8192];
	AudBuf      out;

	aud_buf_init(&out, line, sizeof(line));
	ck_assert(aud_chain_seal(hasher, &chain, &out, body, strlen(body), hashed));
	add_bytes(f, out.data, out.len);
}

static void
start_body(char *body, size_t size, const char *log, const char *event,
		   const char *rest)
{
	snprintf(body,
			 size,
			 "{\"v\":1,\"log\":\"%s\",\"ts\":\"2026-01-31T23:59:%02d.%06dZ\","
			 "\"event\":\"%s\"%s}",
			 log,
			 (int) (chain.seq % 60),
			 (int) (chain.seq % 1000000),
			 event,
			 rest);
}

static void
add_event(File *f, const char *log, const char *event, const char *rest,
		  bool hashed)
{
	char body[4096];

	start_body(body, sizeof(body), log, event, rest);
	seal_body(f, body, hashed);
}

/* Records of different lengths, one with text that looks like a trailer. */
static void
add_record(File *f, const char *log, bool hashed)
{
	char rest[1024];
	int  n = (int) (chain.seq * 37 % 300);

	snprintf(rest,
			 sizeof(rest),
			 ",\"class\":\"read\",\"user\":\"u%d\",\"query\":\"%.*s"
			 "\\\"seq\\\":7,\\\"h\\\":\\\"}{\"",
			 n,
			 n,
			 "SELECT 1 FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND "
			 "SELECT 1 FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND "
			 "SELECT 1 FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND "
			 "SELECT 1 FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND "
			 "SELECT 1 FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4 AND ");
	add_event(f, log, "statement", rest, hashed);
}

static File *
begin_file(int number)
{
	File *f = &files[n_files++];

	memset(f, 0, sizeof(*f));
	snprintf(f->name,
			 sizeof(f->name),
			 "secaudit-20260131T2359%02dZ-%06d.jsonl",
			 number,
			 number);
	return f;
}

/* The open record of a file; prev: NULL, or the file before it. */
static void
add_open(File *f, const char *log, const File *prev, size_t prev_bytes,
		 const AudChain *before, const char *more, bool hashed)
{
	char rest[1024];
	char h[AUD_CHAIN_HASH_CHARS + 1];
	int  n;

	aud_chain_hash_encode(before->h, h);
	n = snprintf(rest,
				 sizeof(rest),
				 ",\"class\":\"audit\",\"integrity\":\"%s\",\"file\":\"%s\"",
				 hashed ? "chain" : "off",
				 f->name);
	if (prev != NULL)
		n += snprintf(rest + n,
					  sizeof(rest) - (size_t) n,
					  ",\"prev_file\":\"%s\",\"prev_bytes\":%zu,"
					  "\"prev_seq\":%llu,\"prev_h\":\"%s\"",
					  prev->name,
					  prev_bytes,
					  (unsigned long long) before->seq,
					  h);
	snprintf(rest + n, sizeof(rest) - (size_t) n, "%s%40s", more, "");
	add_event(f, log, "audit.open", rest, hashed);
}

static void
add_file(const char *log, const File *prev, int number, bool hashed)
{
	File    *f = begin_file(number);
	AudChain before = chain;

	add_open(f, log, prev, prev ? prev->len : 0, &before, "", hashed);
	for (int i = 0; i < RECORDS; i++)
		add_record(f, log, hashed);
	add_event(f, log, "audit.close", ",\"reason\":\"rotation\"", hashed);
}

static void
build(void)
{
	for (int i = 0; i < FILES; i++)
		add_file(LOG_A, i ? &files[i - 1] : NULL, i + 1, true);
}

/* ---- files, lines ------------------------------------------------------ */

static const char *
path_of(const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
store_as(const char *name, const char *data, size_t len)
{
	FILE *out = fopen(path_of(name), "wb");

	ck_assert_ptr_nonnull(out);
	if (len > 0)
		ck_assert_uint_eq(fwrite(data, 1, len, out), len);
	ck_assert_int_eq(fclose(out), 0);
}

static void
store(const File *f)
{
	store_as(f->name, f->data, f->len);
}

static void
store_all(void)
{
	for (int i = 0; i < n_files; i++)
		store(&files[i]);
}

/* Start of a line (from 1) and its length with the newline. */
static size_t
line_at(const File *f, int line, size_t *len)
{
	size_t start = 0;
	char  *nl;

	for (int i = 1; i < line; i++)
		start = (size_t) ((char *) memchr(f->data + start, '\n', f->len - start) -
						  f->data) +
				1;
	nl = memchr(f->data + start, '\n', f->len - start);
	ck_assert_ptr_nonnull(nl);
	*len = (size_t) (nl - f->data) + 1 - start;
	return start;
}

static uint64_t
seq_of(const File *f, int line)
{
	size_t          len;
	size_t          start = line_at(f, line, &len);
	AudChainTrailer t;

	ck_assert(aud_chain_split(f->data + start, len - 1, &t));
	return t.seq;
}

/* ---- verifying --------------------------------------------------------- */

static AudReaderList list;

static void
verify(void)
{
	AudError err = {0};

	aud_verify_free(&result);
	aud_reader_list_free(&list);
	ck_assert(aud_reader_list_add(&list, dir, &err));
	ck_assert_msg(aud_verify(&list, &options, &result, &err), "%s", err.message);
}

static void
dump_faults(const char *what)
{
	fprintf(stderr, "%s: %zu faults\n", what, result.n_faults);
	for (size_t i = 0; i < result.n_faults && i < 10; i++)
		fprintf(stderr,
				"  %s:%llu %s seq %llu-%llu %s\n",
				list.files[result.faults[i].file].name,
				(unsigned long long) result.faults[i].line,
				aud_fault_name(result.faults[i].kind),
				(unsigned long long) result.faults[i].seq,
				(unsigned long long) result.faults[i].last_seq,
				result.faults[i].detail ? result.faults[i].detail : "");
}

static void
expect_sound(void)
{
	verify();
	if (result.all_faults != 0)
		dump_faults("expected sound");
	ck_assert_uint_eq(result.all_faults, 0);
}

/* Exactly one fault, of this kind, there; seq 0: whatever it says. */
static void
expect_one(const char *what, AudFaultKind kind, const char *name, int line,
		   uint64_t seq, uint64_t last_seq)
{
	const AudFault *f = result.faults;

	verify();
	f = result.faults;
	if (result.n_faults != 1 || f->kind != kind || f->line != (uint64_t) line ||
		strcmp(list.files[f->file].name, name) != 0 ||
		(seq != 0 && (f->seq != seq || f->last_seq != last_seq)))
	{
		dump_faults(what);
		ck_abort_msg("%s: expected one fault, %s, %s:%d, seq %llu-%llu",
					 what,
					 aud_fault_name(kind),
					 name,
					 line,
					 (unsigned long long) seq,
					 (unsigned long long) last_seq);
	}
}

/* The first fault of this kind, or NULL. */
static const AudFault *
find_fault(AudFaultKind kind)
{
	for (size_t i = 0; i < result.n_faults; i++)
		if (result.faults[i].kind == kind)
			return &result.faults[i];
	return NULL;
}

static void
setup(void)
{
	hasher = aud_hasher_new(NULL);
	memset(&chain, 0, sizeof(chain));
	memset(&options, 0, sizeof(options));
	n_files = 0;
	/* thousands of small files: in memory where that is possible */
	strcpy(dir,
		   access("/dev/shm", W_OK) == 0 ? "/dev/shm/secaudit-verify-XXXXXX"
										 : "/tmp/secaudit-verify-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
setup_trail(void)
{
	setup();
	build();
	store_all();
}

static void
teardown(void)
{
	char command[128];

	aud_verify_free(&result);
	aud_reader_list_free(&list);
	aud_hasher_free(hasher);
	for (int i = 0; i < n_files; i++)
		free(files[i].data);
	n_files = 0;
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- tests: sound trails ----------------------------------------------- */

START_TEST(an_untouched_trail_is_sound)
{
	expect_sound();
	ck_assert_uint_eq(result.n_logs, 1);
	ck_assert_uint_eq(result.logs[0].files, FILES);
	ck_assert_uint_eq(result.logs[0].records, FILES * (RECORDS + 2));
	ck_assert_uint_eq(result.logs[0].first_seq, 1);
	ck_assert_uint_eq(result.logs[0].last_seq, FILES * (RECORDS + 2));
	ck_assert_str_eq(result.logs[0].log, LOG_A);
	ck_assert_str_eq(result.logs[0].first_ts, "2026-01-31T23:59:00.000000Z");
	ck_assert(result.logs[0].closed);
	ck_assert_uint_eq(result.logs[0].unhashed, 0);
	options.must_be_closed = true;
	expect_sound();
}
END_TEST

/* Whatever of the last line has been written so far. */
START_TEST(a_live_file_may_end_anywhere_in_its_last_line)
{
	File  *last = &files[FILES - 1];
	size_t len;
	size_t start = line_at(last, RECORDS + 2, &len);

	for (size_t n = start; n < last->len; n++)
	{
		store_as(last->name, last->data, n);
		expect_sound();
		ck_assert_uint_eq(result.logs[0].last_seq, chain.seq - 1);
		ck_assert(!result.logs[0].closed);
	}
	store_as(last->name, "", 0);
	expect_sound();
}
END_TEST

START_TEST(a_file_that_must_be_closed_is_truncated_otherwise)
{
	File  *last = &files[FILES - 1];
	size_t len;
	size_t start = line_at(last, RECORDS + 2, &len);

	options.must_be_closed = true;
	store_as(last->name, last->data, start);
	expect_one("line gone",
			   AUD_FAULT_TRUNCATED,
			   last->name,
			   RECORDS + 1,
			   chain.seq,
			   chain.seq);
	store_as(last->name, last->data, start + 10);
	expect_one("half a line",
			   AUD_FAULT_TRUNCATED,
			   last->name,
			   RECORDS + 2,
			   chain.seq,
			   chain.seq);
}
END_TEST

START_TEST(trails_in_one_directory_are_judged_apart)
{
	size_t len, start;

	memset(&chain, 0, sizeof(chain));
	add_file(LOG_B, NULL, 11, true);
	add_file(LOG_B, &files[FILES], 12, true);
	store_all();
	expect_sound();
	ck_assert_uint_eq(result.n_logs, 2);
	ck_assert_uint_eq(result.logs[1].last_seq, 2 * (RECORDS + 2));

	start = line_at(&files[FILES], 7, &len);
	files[FILES].data[start + 50] ^= 1;
	store(&files[FILES]);
	expect_one("other trail", AUD_FAULT_ALTERED, files[FILES].name, 7, 7, 7);
	ck_assert_uint_eq(result.logs[0].faults, 0);
	ck_assert_uint_eq(result.logs[1].faults, 1);
}
END_TEST

/* ---- tests: flipped bytes ---------------------------------------------- */

static int
line_of(const File *f, size_t offset)
{
	int n = 1;

	for (size_t i = 0; i < offset; i++)
		n += f->data[i] == '\n';
	return n;
}

static void
expect_flip_noticed(File *f, size_t offset, unsigned char bits)
{
	char what[160];
	int  line = line_of(f, offset);

	snprintf(what,
			 sizeof(what),
			 "%s: byte %zu of line %d ^ 0x%02x, behind %.12s",
			 f->name,
			 offset,
			 line,
			 bits,
			 f->data + (offset > 12 ? offset - 12 : 0));
	f->data[offset] = (char) (f->data[offset] ^ bits);
	store(f);
	f->data[offset] = (char) (f->data[offset] ^ bits);
	expect_one(what, AUD_FAULT_ALTERED, f->name, line, 0, 0);
}

/* Line breaks, too: one written into the line, and its own overwritten? */
static void
flip_every_byte_of(File *f, int line, bool breaks)
{
	size_t len;
	size_t start = line_at(f, line, &len);

	for (size_t i = start; i < start + len; i += unit_step())
	{
		if (!breaks && f->data[i] == '\n')
			continue;
		expect_flip_noticed(f, i, 0x01);
		expect_flip_noticed(f, i, 0x80);
		if (breaks && f->data[i] != '\n')
			expect_flip_noticed(f, i, (unsigned char) (f->data[i] ^ '\n'));
	}
	store(f);
}

START_TEST(every_flipped_byte_of_a_record_is_one_altered_line)
{
	flip_every_byte_of(&files[1], 17, true);
}
END_TEST

START_TEST(every_flipped_byte_of_an_open_record_is_one_altered_line)
{
	flip_every_byte_of(&files[0], 1, true);
	flip_every_byte_of(&files[2], 1, true);
}
END_TEST

START_TEST(every_flipped_byte_of_a_close_record_is_one_altered_line)
{
	flip_every_byte_of(&files[1], RECORDS + 2, true);
	flip_every_byte_of(&files[FILES - 1], RECORDS + 2, true);
}
END_TEST

START_TEST(a_thousand_random_changes_are_found_where_they_are)
{
	srandom(20260131);
	for (int i = 0; i < 1000; i += (int) unit_step())
	{
		File *f = &files[random() % FILES];

		expect_flip_noticed(f,
							(size_t) random() % f->len,
							(unsigned char) (1 + random() % 255));
		store(f);
	}
}
END_TEST

START_TEST(several_altered_lines_are_several_faults)
{
	static const int lines[] = {3, 4, 9, 20, 21, 22, 40};
	size_t           n = sizeof(lines) / sizeof(lines[0]);

	for (size_t i = 0; i < n; i++)
	{
		size_t len;

		files[1].data[line_at(&files[1], lines[i], &len) + 60] ^= 2;
	}
	store(&files[1]);
	verify();
	if (result.n_faults != n)
		dump_faults("several");
	ck_assert_uint_eq(result.n_faults, n);
	for (size_t i = 0; i < n; i++)
	{
		ck_assert_int_eq(result.faults[i].kind, AUD_FAULT_ALTERED);
		ck_assert_uint_eq(result.faults[i].line, lines[i]);
		ck_assert_uint_eq(result.faults[i].seq, seq_of(&files[1], lines[i]));
	}
}
END_TEST

/* More runs than are kept, more faults than are kept. */
START_TEST(a_trail_altered_in_every_line_is_reported_in_bounded_memory)
{
	File    *f = &files[FILES - 1];
	uint64_t lines = 12000;
	char    *p;

	f->len = 0;
	chain.seq = seq_of(&files[FILES - 2], RECORDS + 2);
	for (uint64_t i = 0; i < lines; i++)
		add_record(f, LOG_A, true);
	for (p = f->data; p < f->data + f->len; p = strchr(p, '\n') + 1)
	{
		p[50] ^= 1;
		f->data[f->len] = '\0';
	}
	store(f);
	verify();
	ck_assert_uint_ge(result.all_faults, lines - 1);
	ck_assert_uint_eq(result.n_faults, AUD_VERIFY_FAULTS_MAX);
	for (size_t i = 2; i < result.n_faults; i++)
		ck_assert_int_eq(result.faults[i].kind, AUD_FAULT_ALTERED);
}
END_TEST

/* ---- tests: lines ------------------------------------------------------ */

/* Store a file with the bytes [from, to) replaced. */
static void
store_replaced(const File *f, size_t from, size_t to, const char *with,
			   size_t with_len)
{
	size_t len = f->len - (to - from) + with_len;
	char  *data = malloc(len + 1);

	memcpy(data, f->data, from);
	if (with_len > 0)
		memcpy(data + from, with, with_len);
	memcpy(data + from + with_len, f->data + to, f->len - to);
	store_as(f->name, data, len);
	free(data);
}

START_TEST(every_deleted_line_is_missing_there)
{
	for (int i = 0; i < FILES; i++)
		for (int line = 1; line <= RECORDS + 2; line++)
		{
			File    *f = &files[i];
			size_t   len;
			size_t   start = line_at(f, line, &len);
			uint64_t seq = seq_of(f, line);

			store_replaced(f, start, start + len, NULL, 0);
			if (line <= RECORDS + 1)
				expect_one("deleted", AUD_FAULT_MISSING, f->name, line, seq, seq);
			else if (i < FILES - 1)
				expect_one("end deleted",
						   AUD_FAULT_TRUNCATED,
						   f->name,
						   line - 1,
						   seq,
						   seq);
			else
				expect_sound(); /* looks like a live file: --closed tells */
			store(f);
		}
}
END_TEST

START_TEST(deleted_stretches_are_missing_with_their_range)
{
	for (int first = 1; first < RECORDS; first += 5)
		for (int last = first + 1; last <= RECORDS + 1; last += 7)
		{
			File  *f = &files[1];
			size_t len;
			size_t start = line_at(f, first, &len);
			size_t end = line_at(f, last, &len) + len;

			store_replaced(f, start, end, NULL, 0);
			expect_one("stretch",
					   AUD_FAULT_MISSING,
					   f->name,
					   first,
					   seq_of(f, first),
					   seq_of(f, last));
		}
}
END_TEST

START_TEST(every_line_that_is_there_twice_is_duplicated)
{
	for (int i = 0; i < FILES; i++)
		for (int line = 1; line <= RECORDS + 2; line++)
		{
			File    *f = &files[i];
			size_t   len;
			size_t   start = line_at(f, line, &len);
			uint64_t seq = seq_of(f, line);

			store_replaced(f, start + len, start + len, f->data + start, len);
			expect_one("twice", AUD_FAULT_DUPLICATED, f->name, line + 1, seq, seq);
			store(f);
		}
}
END_TEST

START_TEST(a_copied_block_is_one_duplicate_wherever_it_stands)
{
	File  *f = &files[1];
	size_t len;
	size_t start = line_at(f, 10, &len);
	size_t end = line_at(f, 15, &len);

	for (int line = 15; line <= RECORDS + 2; line += 3)
	{
		size_t at = line_at(f, line, &len);

		store_replaced(f, at, at, f->data + start, end - start);
		expect_one("block",
				   AUD_FAULT_DUPLICATED,
				   f->name,
				   line,
				   seq_of(f, 10),
				   seq_of(f, 14));
	}
	for (int line = 2; line <= 9; line++)
	{
		size_t at = line_at(f, line, &len);

		store_replaced(f, at, at, f->data + start, end - start);
		expect_one("block before",
				   AUD_FAULT_DUPLICATED,
				   f->name,
				   line,
				   seq_of(f, 10),
				   seq_of(f, 14));
	}
}
END_TEST

START_TEST(every_two_lines_that_changed_places_are_reordered)
{
	File *f = &files[2];

	for (int line = 1; line <= RECORDS + 1; line++)
	{
		size_t len, next_len;
		size_t start = line_at(f, line, &len);
		char  *swapped;

		line_at(f, line + 1, &next_len);
		swapped = malloc(len + next_len);
		memcpy(swapped, f->data + start + len, next_len);
		memcpy(swapped + next_len, f->data + start, len);
		store_replaced(f, start, start + len + next_len, swapped, len + next_len);
		free(swapped);
		expect_one("swapped",
				   AUD_FAULT_REORDERED,
				   f->name,
				   line,
				   seq_of(f, line + 1),
				   seq_of(f, line + 1));
	}
}
END_TEST

/* Take a line out and put it in before another one. */
START_TEST(a_moved_line_is_reordered_where_it_stands)
{
	File *f = &files[2];

	for (int from = 2; from <= RECORDS; from += 3)
		for (int to = 2; to <= RECORDS; to += 4)
		{
			size_t len, to_len;
			size_t start = line_at(f, from, &len);
			size_t at = line_at(f, to, &to_len);
			char  *data = malloc(f->len);
			size_t rest_from = start < at ? start : at;

			if (to >= from - 1 && to <= from + 2) /* that is a swap */
			{
				free(data);
				continue;
			}
			memcpy(data, f->data, rest_from);
			if (start < at)
			{
				memcpy(data + start, f->data + start + len, at - start - len);
				memcpy(data + at - len, f->data + start, len);
				memcpy(data + at, f->data + at, f->len - at);
			}
			else
			{
				memcpy(data + at, f->data + start, len);
				memcpy(data + at + len, f->data + at, start - at);
				memcpy(data + start + len,
					   f->data + start + len,
					   f->len - start - len);
			}
			store_as(f->name, data, f->len);
			free(data);
			expect_one("moved",
					   AUD_FAULT_REORDERED,
					   f->name,
					   start < at ? to - 1 : to,
					   seq_of(f, from),
					   seq_of(f, from));
		}
}
END_TEST

START_TEST(every_inserted_line_is_inserted)
{
	static const char *const texts[] = {
		"garbage\n",
		"\n",
		"{\"v\":1,\"event\":\"statement\"}\n",
		"{\"v\":1,\"log\":\"" LOG_A "\",\"event\":\"statement\",\"seq\":60,"
		"\"h\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}\n",
	};
	File *f = &files[1];

	for (int line = 2; line <= RECORDS + 2; line++)
	{
		size_t len;
		size_t at = line_at(f, line, &len);

		store_replaced(f, at, at, texts[_i], strlen(texts[_i]));
		expect_one(texts[_i], AUD_FAULT_INSERTED, f->name, line, 0, 0);
	}
	store_replaced(f, f->len, f->len, texts[_i], strlen(texts[_i]));
	expect_one(texts[_i], AUD_FAULT_INSERTED, f->name, RECORDS + 3, 0, 0);
}
END_TEST

/* With the number that is due there, and a hash that looks like one. */
START_TEST(a_forged_record_is_inserted_before_the_real_one)
{
	File *f = &files[1];

	for (int line = 2; line <= RECORDS + 2; line++)
	{
		char   forged[512];
		size_t len;
		size_t at = line_at(f, line, &len);
		int    n = snprintf(forged,
                         sizeof(forged),
                         "{\"v\":1,\"log\":\"" LOG_A
                         "\",\"event\":\"statement\",\"seq\":%llu,"
							"\"h\":\"abcdefghijklmnopqrstuvwxyzABCDEF\"}\n",
                         (unsigned long long) seq_of(f, line));

		store_replaced(f, at, at, forged, (size_t) n);
		expect_one("forged", AUD_FAULT_INSERTED, f->name, line, 0, 0);
	}
}
END_TEST

START_TEST(bytes_behind_the_close_record_are_inserted)
{
	store_replaced(&files[1], files[1].len, files[1].len, "half", 4);
	expect_one("half a line", AUD_FAULT_INSERTED, files[1].name, RECORDS + 3, 0, 0);
}
END_TEST

/* ---- tests: files ------------------------------------------------------ */

START_TEST(a_deleted_file_is_missing_by_name)
{
	uint64_t per_file = RECORDS + 2;

	for (int i = 0; i < FILES - 1; i++)
	{
		ck_assert_int_eq(unlink(path_of(files[i].name)), 0);
		expect_one("file",
				   AUD_FAULT_FILE_MISSING,
				   files[i + 1].name,
				   1,
				   (uint64_t) i * per_file + 1,
				   (uint64_t) (i + 1) * per_file);
		ck_assert_str_eq(result.faults[0].missing_file, files[i].name);
		store(&files[i]);
	}
}
END_TEST

/* Neither under the name of the one that is gone nor behind an empty one. */
START_TEST(a_deleted_file_is_missing_whatever_has_its_name)
{
	size_t len;

	ck_assert_int_eq(unlink(path_of(files[1].name)), 0);
	store_as(files[0].name, files[1].data, files[1].len);
	verify();
	ck_assert_uint_eq(result.n_faults, 2);
	ck_assert_str_eq(find_fault(AUD_FAULT_FILE_MISSING)->missing_file,
					 files[0].name);
	ck_assert_uint_eq(find_fault(AUD_FAULT_FILE_MISSING)->last_seq, RECORDS + 2);
	ck_assert_str_eq(find_fault(AUD_FAULT_RENAMED)->missing_file, files[1].name);

	line_at(&files[1], 1, &len);
	store_as("secaudit-20260131T235900Z-000000.jsonl", files[1].data, len);
	store_as(files[0].name, "", 0);
	store_as(files[1].name, files[1].data + len, files[1].len - len);
	verify();
	ck_assert_uint_eq(result.n_faults, 3);
	ck_assert_str_eq(find_fault(AUD_FAULT_FILE_MISSING)->missing_file,
					 files[0].name);
	ck_assert_uint_eq(find_fault(AUD_FAULT_FILE_MISSING)->last_seq, RECORDS + 2);
	ck_assert_str_eq(find_fault(AUD_FAULT_RENAMED)->missing_file, files[1].name);
	/* what now begins in its second line */
	ck_assert_ptr_nonnull(find_fault(AUD_FAULT_INSERTED));
}
END_TEST

/* Another time, another number: what the file's audit.open says is its name. */
START_TEST(a_file_under_another_name_is_renamed)
{
	static const char *const names[] = {
		"secaudit-20260131T125900Z-%06d.jsonl",
		"secaudit-20270131T235900Z-%06d.jsonl",
		"secaudit-20260131T2359%02dZ-000000.jsonl",
		"secaudit-20260131T2359%02dZ-000099.jsonl",
	};
	/* the first one may get a lower number, the last one a higher one */
	int  which = _i % 4 == 2 ? 0 : _i % 4 == 3 ? FILES - 1 : _i / 4;
	char name[64];

	snprintf(name, sizeof(name), names[_i % 4], which + 1);
	ck_assert_int_eq(unlink(path_of(files[which].name)), 0);
	store_as(name, files[which].data, files[which].len);
	expect_one("renamed", AUD_FAULT_RENAMED, name, 1, 0, 0);
	ck_assert_str_eq(result.faults[0].missing_file, files[which].name);

	/* an empty file in its place changes nothing */
	store_as(files[which].name, "", 0);
	verify();
	ck_assert_ptr_nonnull(find_fault(AUD_FAULT_RENAMED));
}
END_TEST

/* The chain goes on over the seam. */
START_TEST(a_file_appended_to_the_one_before_is_missing)
{
	for (int i = 1; i < FILES; i++)
	{
		uint64_t seq = seq_of(&files[i], 1);

		store_replaced(&files[i - 1],
					   files[i - 1].len,
					   files[i - 1].len,
					   files[i].data,
					   files[i].len);
		ck_assert_int_eq(unlink(path_of(files[i].name)), 0);
		expect_one("appended",
				   AUD_FAULT_FILE_MISSING,
				   files[i - 1].name,
				   RECORDS + 3,
				   seq,
				   seq);
		ck_assert_str_eq(result.faults[0].missing_file, files[i].name);
		store(&files[i - 1]);
		store(&files[i]);
	}
}
END_TEST

START_TEST(a_file_split_in_two_is_noticed)
{
	File *f = &files[FILES - 1];

	for (int line = 2; line <= RECORDS + 2; line++)
	{
		size_t len;
		size_t start = line_at(f, line, &len);

		store_as(f->name, f->data, start);
		store_as("secaudit-20260131T235930Z-000030.jsonl",
				 f->data + start,
				 f->len - start);
		expect_one("split",
				   AUD_FAULT_INSERTED,
				   "secaudit-20260131T235930Z-000030.jsonl",
				   1,
				   seq_of(f, line),
				   seq_of(f, line));
	}
}
END_TEST

START_TEST(a_record_behind_the_close_record_is_inserted)
{
	add_record(&files[FILES - 1], LOG_A, true);
	store_all();
	expect_one("behind",
			   AUD_FAULT_INSERTED,
			   files[FILES - 1].name,
			   RECORDS + 3,
			   chain.seq,
			   chain.seq);
}
END_TEST

/* A batch that failed as a whole begins with the open record of its file. */
START_TEST(an_open_record_among_the_repeated_ones_is_sound)
{
	AudChain before;
	File    *failed, *f;

	add_file(LOG_A, NULL, 1, true);
	before = chain;
	failed = begin_file(2);
	add_open(failed, LOG_A, &files[0], files[0].len, &before, "", true);
	add_record(failed, LOG_A, true);
	f = begin_file(3);
	add_open(f, LOG_A, &files[0], files[0].len, &before, ",\"repeats\":2", true);
	add_bytes(f, failed->data, failed->len);
	add_record(f, LOG_A, true);
	add_event(f, LOG_A, "audit.close", "", true);
	store(&files[0]);
	store(f);
	expect_sound();
}
END_TEST

START_TEST(files_before_a_selection_are_not_missed)
{
	unlink(path_of(files[0].name));
	unlink(path_of(files[1].name));
	options.selection = true;
	expect_sound();
	ck_assert_uint_eq(result.logs[0].first_seq, 2 * (RECORDS + 2) + 1);
}
END_TEST

START_TEST(files_that_changed_places_are_reordered)
{
	for (int i = 0; i < FILES - 1; i++)
	{
		store_as(files[i].name, files[i + 1].data, files[i + 1].len);
		store_as(files[i + 1].name, files[i].data, files[i].len);
		verify();
		ck_assert_uint_eq(result.n_faults, 1);
		ck_assert_int_eq(result.faults[0].kind, AUD_FAULT_REORDERED);
		ck_assert_uint_eq(result.faults[0].line, 1);
		ck_assert_str_eq(list.files[result.faults[0].file].name, files[i].name);
		store(&files[i]);
		store(&files[i + 1]);
	}
}
END_TEST

START_TEST(a_copied_file_is_duplicated)
{
	store_as("secaudit-20260131T235930Z-000030.jsonl", files[1].data, files[1].len);
	expect_one("copy",
			   AUD_FAULT_DUPLICATED,
			   "secaudit-20260131T235930Z-000030.jsonl",
			   1,
			   seq_of(&files[1], 1),
			   seq_of(&files[1], RECORDS + 2));
}
END_TEST

START_TEST(a_file_cut_anywhere_is_truncated)
{
	File *f = &files[1];

	srandom(7);
	for (int i = 0; i < 200; i++)
	{
		size_t   len, start;
		size_t   n = i == 0   ? 0
					 : i == 1 ? f->len - 1
							  : (size_t) random() % f->len;
		int      line = line_of(f, n);
		uint64_t seq = seq_of(f, line);

		/* cut at a line break, the line before is the last one */
		start = line_at(f, line, &len);
		store_as(f->name, f->data, n);
		expect_one("cut",
				   AUD_FAULT_TRUNCATED,
				   f->name,
				   n == start ? line - 1 : line,
				   seq,
				   seq_of(f, RECORDS + 2));
	}
}
END_TEST

/* ---- tests: what is lawful --------------------------------------------- */

/*
 * The second file ends in the middle of its records; the third one begins
 * with "repeats" of them again, "tail" says why.
 */
static void
build_fault(const char *tail, int repeats)
{
	char     more[64];
	File    *f;
	AudChain before, after_open;
	size_t   prev_bytes, len, start;

	add_file(LOG_A, NULL, 1, true);
	add_file(LOG_A, &files[0], 2, true);

	/* the last records of file 2 are doubtful */
	prev_bytes = line_at(&files[1], RECORDS - 4, &len);
	chain.seq = seq_of(&files[1], RECORDS - 5);
	start = line_at(&files[1], RECORDS - 5, &len);
	{
		AudChainTrailer t;

		ck_assert(aud_chain_split(files[1].data + start, len - 1, &t));
		memcpy(chain.h, t.h, sizeof(chain.h));
	}
	before = chain;

	/* the records repeated are those of file 2, byte for byte */
	f = begin_file(3);
	start = prev_bytes;
	for (int i = 0; i < repeats; i++)
	{
		AudChainTrailer t;

		line_at(&files[1], RECORDS - 4 + i, &len);
		ck_assert(aud_chain_split(files[1].data + start, len - 1, &t));
		chain.seq = t.seq;
		memcpy(chain.h, t.h, sizeof(chain.h));
		start += len;
	}
	snprintf(more, sizeof(more), ",\"prev_tail\":\"%s\"", tail);
	if (repeats > 0)
		snprintf(more + strlen(more),
				 sizeof(more) - strlen(more),
				 ",\"repeats\":%d",
				 repeats);
	add_open(f, LOG_A, &files[1], prev_bytes, &before, more, true);
	after_open = chain;
	add_bytes(f, files[1].data + prev_bytes, start - prev_bytes);
	chain = after_open;
	for (int i = 0; i < RECORDS; i++)
		add_record(f, LOG_A, true);
	add_event(f, LOG_A, "audit.close", "", true);

	/* file 2 keeps what had reached it: two records and a half */
	start = line_at(&files[1], RECORDS - 2, &len);
	files[1].len = strcmp(tail, "torn") == 0 ? prev_bytes + 20 : start + 20;
	add_file(LOG_A, f, 4, true);
	store_all();
}

START_TEST(repeated_records_are_sound_and_counted_once)
{
	build_fault("repeated", 3);
	expect_sound();
	ck_assert_uint_eq(result.logs[0].records, chain.seq);
	ck_assert_uint_eq(result.logs[0].last_seq, chain.seq);
}
END_TEST

START_TEST(every_flipped_byte_among_repeated_records_is_noticed)
{
	size_t len;

	build_fault("repeated", 3);
	flip_every_byte_of(&files[2], 1, false);

	/* where its first line ends elsewhere the file's order is lost with it */
	for (size_t i = 0; i < line_at(&files[2], 2, &len); i += unit_step())
	{
		char   byte = files[2].data[i];
		size_t there = 0;

		files[2].data[i] = byte == '\n' ? 'x' : '\n';
		store(&files[2]);
		files[2].data[i] = byte;
		verify();
		for (size_t k = 0; k < result.n_faults; k++)
			there += result.faults[k].line == 1 &&
					 strcmp(list.files[result.faults[k].file].name,
							files[2].name) == 0;
		ck_assert_uint_ge(there, 1);
	}
	for (int line = 2; line <= 5; line++)
	{
		size_t start = line_at(&files[2], line, &len);

		for (size_t i = start; i < start + len; i += 5 * unit_step())
		{
			files[2].data[i] ^= 1;
			store(&files[2]);
			files[2].data[i] ^= 1;
			verify();
			ck_assert_uint_ge(result.n_faults, 1);
			ck_assert_int_eq(result.faults[result.n_faults - 1].kind,
							 AUD_FAULT_ALTERED);
			ck_assert_uint_eq(result.faults[result.n_faults - 1].line, line);
		}
	}
	store(&files[2]);

	/* the other copy of them */
	for (size_t i = line_at(&files[1], RECORDS - 4, &len); i < files[1].len;
		 i += unit_step())
		expect_flip_noticed(&files[1], i, 1);
}
END_TEST

START_TEST(torn_unsynced_and_foreign_ends_are_sound)
{
	static const struct
	{
		const char *tail;
		int         repeats;
	} cases[] = {{"torn", 0}, {"unsynced", 3}, {"foreign", 3}, {"foreign", 0}};

	build_fault(cases[_i].tail, cases[_i].repeats);
	expect_sound();
	if (strcmp(cases[_i].tail, "torn") != 0)
	{
		store_replaced(&files[1], files[1].len, files[1].len, "any\nthing\n\x80", 11);
		expect_sound();
	}
}
END_TEST

START_TEST(a_torn_end_is_only_a_piece_of_a_line)
{
	build_fault("torn", 0);
	store_replaced(&files[1], files[1].len, files[1].len, "\nmore\n", 6);
	expect_one("torn and more", AUD_FAULT_INSERTED, files[1].name, RECORDS - 4, 0, 0);
}
END_TEST

/* A trail whose third file says that the first two were deleted. */
static void
build_expired(void)
{
	char     rest[1024];
	char     h[AUD_CHAIN_HASH_CHARS + 1];
	AudChain ends[2];
	File    *f;
	AudChain before;

	for (int i = 0; i < 2; i++)
	{
		add_file(LOG_A, i ? &files[i - 1] : NULL, i + 1, true);
		ends[i] = chain;
	}
	f = begin_file(3);
	before = chain;
	add_open(f, LOG_A, &files[1], files[1].len, &before, "", true);
	for (int i = 0; i < 2; i++)
	{
		aud_chain_hash_encode(ends[i].h, h);
		snprintf(rest,
				 sizeof(rest),
				 ",\"class\":\"audit\",\"file\":\"%s\",\"last_seq\":%llu,"
				 "\"last_h\":\"%s\"",
				 files[i].name,
				 (unsigned long long) ends[i].seq,
				 h);
		add_event(f, LOG_A, "audit.expire", rest, true);
	}
	add_record(f, LOG_A, true);
	add_event(f, LOG_A, "audit.close", "", true);
	store_all();
}

START_TEST(what_retention_deleted_is_not_missing)
{
	build_expired();
	expect_sound();
	unlink(path_of(files[0].name));
	expect_sound();
	unlink(path_of(files[1].name));
	expect_sound();
	ck_assert_uint_eq(result.logs[0].first_seq, 2 * (RECORDS + 2) + 1);
}
END_TEST

START_TEST(deletion_is_theft_where_the_expire_record_is_altered)
{
	size_t len;

	build_expired();
	unlink(path_of(files[0].name));
	unlink(path_of(files[1].name));
	files[2].data[line_at(&files[2], 3, &len) + 60] ^= 1;
	store(&files[2]);
	verify();
	ck_assert_uint_eq(result.n_faults, 2);
	ck_assert_int_eq(result.faults[0].kind, AUD_FAULT_FILE_MISSING);
	ck_assert_str_eq(result.faults[0].missing_file, files[1].name);
	ck_assert_int_eq(result.faults[1].kind, AUD_FAULT_ALTERED);
	ck_assert_uint_eq(result.faults[1].line, 3);
}
END_TEST

START_TEST(files_without_hashes_are_judged_by_number)
{
	size_t len, start;

	add_file(LOG_A, NULL, 1, true);
	add_file(LOG_A, &files[0], 2, false);
	add_file(LOG_A, &files[1], 3, true);
	store_all();
	expect_sound();
	ck_assert_uint_eq(result.logs[0].unhashed, RECORDS + 2);

	start = line_at(&files[1], 9, &len);
	store_replaced(&files[1], start, start + len, NULL, 0);
	expect_one("deleted",
			   AUD_FAULT_MISSING,
			   files[1].name,
			   9,
			   seq_of(&files[1], 9),
			   seq_of(&files[1], 9));
}
END_TEST

START_TEST(hashes_cannot_be_stripped_from_a_file_that_has_them)
{
	size_t len;
	size_t start = line_at(&files[1], 9, &len);

	/* ,"h":"..." without the brace and the newline */
	store_replaced(&files[1], start + len - 2 - 39, start + len - 2, NULL, 0);
	expect_one("stripped", AUD_FAULT_ALTERED, files[1].name, 9, 0, 0);
}
END_TEST

/* Everything computed anew: only somebody who noted a hash down can tell. */
START_TEST(a_rewritten_trail_is_found_by_what_was_noted_down)
{
	AudExpected expected[2] = {{.log = LOG_A, .seq = 30}, {.log = LOG_A}};
	size_t      len;
	size_t      start = line_at(&files[0], 30, &len);

	AudChainTrailer t;

	ck_assert(aud_chain_split(files[0].data + start, len - 1, &t));
	memcpy(expected[0].h, t.h, sizeof(t.h));
	expected[1].seq = chain.seq + 5;
	options.expected = expected;
	options.n_expected = 1;
	expect_sound();

	for (int i = 0; i < n_files; i++)
		free(files[i].data);
	n_files = 0;
	memset(&chain, 0, sizeof(chain));
	chain.h[0] = 0;
	{
		File    *f = begin_file(1);
		AudChain before = chain;

		add_open(f, LOG_A, NULL, 0, &before, ",\"node\":\"x\"", true);
		for (int i = 0; i < RECORDS; i++)
			add_record(f, LOG_A, true);
		add_event(f, LOG_A, "audit.close", "", true);
		for (int i = 1; i < FILES; i++)
			add_file(LOG_A, &files[i - 1], i + 1, true);
	}
	store_all();
	expect_one("rewritten", AUD_FAULT_REWRITTEN, files[0].name, 30, 30, 30);

	options.expected = expected + 1;
	expect_one("shortened",
			   AUD_FAULT_TRUNCATED,
			   files[FILES - 1].name,
			   RECORDS + 2,
			   chain.seq + 1,
			   chain.seq + 5);
}
END_TEST

/*
 * Another trail in the directory, which names the record that ended the first
 * one in file "end"; flip: with another hash.
 */
static File *
add_follower(int end, bool flip)
{
	AudChain        before = {0};
	AudChainTrailer t;
	size_t          len;
	size_t          start;
	char            h[AUD_CHAIN_HASH_CHARS + 1];
	char            more[1024];
	File           *f;

	start = line_at(&files[end], RECORDS + 2, &len);
	ck_assert(aud_chain_split(files[end].data + start, len - 1, &t));
	t.h[0] ^= flip;
	aud_chain_hash_encode(t.h, h);
	snprintf(more,
			 sizeof(more),
			 ",\"prev_log\":\"" LOG_A "\",\"prev_log_file\":\"%s\","
			 "\"prev_log_seq\":%llu,\"prev_log_h\":\"%s\"",
			 files[end].name,
			 (unsigned long long) t.seq,
			 h);
	memset(&chain, 0, sizeof(chain));
	f = begin_file(FILES + 1);
	add_open(f, LOG_B, NULL, 0, &before, more, true);
	add_record(f, LOG_B, true);
	return f;
}

START_TEST(a_trail_is_a_witness_of_the_one_that_it_follows)
{
	uint64_t seq = chain.seq;
	size_t   len;
	size_t   start = line_at(&files[FILES - 1], RECORDS + 2, &len);
	File    *f = add_follower(FILES - 1, false);

	store(f);
	expect_sound();
	ck_assert_uint_eq(result.n_logs, 2);
	ck_assert_str_eq(result.logs[0].follows.log, "");
	ck_assert_str_eq(result.logs[1].follows.log, LOG_A);
	ck_assert_str_eq(result.logs[1].follows.file, files[FILES - 1].name);
	ck_assert_uint_eq(result.logs[1].follows.seq, seq);

	store_as(files[FILES - 1].name, files[FILES - 1].data, start);
	expect_one("cut",
			   AUD_FAULT_TRUNCATED,
			   files[FILES - 1].name,
			   RECORDS + 1,
			   seq,
			   seq);
	for (int i = 0; i < FILES; i++)
		ck_assert_int_eq(unlink(path_of(files[i].name)), 0);
	expect_one("gone", AUD_FAULT_FILE_MISSING, f->name, 1, 1, seq);
	ck_assert_str_eq(result.faults[0].missing_file, files[FILES - 1].name);
	options.selection = true;
	expect_sound();
}
END_TEST

START_TEST(a_trail_that_is_followed_cannot_be_rewritten)
{
	uint64_t seq = chain.seq;

	store(add_follower(FILES - 1, true));
	expect_one("rewritten",
			   AUD_FAULT_REWRITTEN,
			   files[FILES - 1].name,
			   RECORDS + 2,
			   seq,
			   seq);
}
END_TEST

/* A cluster that is started once more after its upgrade. */
START_TEST(a_trail_may_go_on_after_another_has_followed_it)
{
	uint64_t seq = seq_of(&files[0], RECORDS + 2);

	store(add_follower(0, false));
	expect_sound();
	ck_assert_uint_eq(result.logs[1].follows.seq, seq);
}
END_TEST

/* The server that deletes the older trail's files records that in its own. */
START_TEST(what_the_following_trail_s_retention_deleted_is_not_missing)
{
	char            rest[1024];
	char            h[AUD_CHAIN_HASH_CHARS + 1];
	AudChainTrailer t;
	size_t          len;
	File           *f = add_follower(FILES - 1, false);

	for (int i = 0; i < FILES; i++)
	{
		size_t start = line_at(&files[i], RECORDS + 2, &len);

		ck_assert(aud_chain_split(files[i].data + start, len - 1, &t));
		aud_chain_hash_encode(t.h, h);
		snprintf(rest,
				 sizeof(rest),
				 ",\"file\":\"%s\",\"last_seq\":%llu,\"last_h\":\"%s\"",
				 files[i].name,
				 (unsigned long long) t.seq,
				 h);
		add_event(f, LOG_B, "audit.expire", rest, true);
		store(f);
		ck_assert_int_eq(unlink(path_of(files[i].name)), 0);
		expect_sound();
		ck_assert_uint_eq(result.logs[0].faults, 0);
	}
	ck_assert_uint_eq(result.n_logs, 1);
}
END_TEST

static Suite *
verify_suite(void)
{
	Suite *s = suite_create("verify");
	TCase *tc = tcase_create("trail");
	TCase *own = tcase_create("own trail");

	tcase_add_checked_fixture(tc, setup_trail, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, an_untouched_trail_is_sound);
	tcase_add_test(tc, a_live_file_may_end_anywhere_in_its_last_line);
	tcase_add_test(tc, a_file_that_must_be_closed_is_truncated_otherwise);
	tcase_add_test(tc, trails_in_one_directory_are_judged_apart);
	tcase_add_test(tc, every_flipped_byte_of_a_record_is_one_altered_line);
	tcase_add_test(tc, every_flipped_byte_of_an_open_record_is_one_altered_line);
	tcase_add_test(tc, every_flipped_byte_of_a_close_record_is_one_altered_line);
	tcase_add_test(tc, a_thousand_random_changes_are_found_where_they_are);
	tcase_add_test(tc, several_altered_lines_are_several_faults);
	tcase_add_test(tc,
				   a_trail_altered_in_every_line_is_reported_in_bounded_memory);
	tcase_add_test(tc, every_deleted_line_is_missing_there);
	tcase_add_test(tc, deleted_stretches_are_missing_with_their_range);
	tcase_add_test(tc, every_line_that_is_there_twice_is_duplicated);
	tcase_add_test(tc, a_copied_block_is_one_duplicate_wherever_it_stands);
	tcase_add_test(tc, every_two_lines_that_changed_places_are_reordered);
	tcase_add_test(tc, a_moved_line_is_reordered_where_it_stands);
	tcase_add_loop_test(tc, every_inserted_line_is_inserted, 0, 4);
	tcase_add_test(tc, a_forged_record_is_inserted_before_the_real_one);
	tcase_add_test(tc, bytes_behind_the_close_record_are_inserted);
	tcase_add_test(tc, a_deleted_file_is_missing_by_name);
	tcase_add_test(tc, a_deleted_file_is_missing_whatever_has_its_name);
	tcase_add_loop_test(tc, a_file_under_another_name_is_renamed, 0, 4 * FILES);
	tcase_add_test(tc, a_file_appended_to_the_one_before_is_missing);
	tcase_add_test(tc, a_file_split_in_two_is_noticed);
	tcase_add_test(tc, a_record_behind_the_close_record_is_inserted);
	tcase_add_test(tc, files_before_a_selection_are_not_missed);
	tcase_add_test(tc, files_that_changed_places_are_reordered);
	tcase_add_test(tc, a_copied_file_is_duplicated);
	tcase_add_test(tc, a_file_cut_anywhere_is_truncated);
	tcase_add_test(tc, hashes_cannot_be_stripped_from_a_file_that_has_them);
	tcase_add_test(tc, a_rewritten_trail_is_found_by_what_was_noted_down);
	tcase_add_test(tc, a_trail_is_a_witness_of_the_one_that_it_follows);
	tcase_add_test(tc, a_trail_that_is_followed_cannot_be_rewritten);
	tcase_add_test(tc, a_trail_may_go_on_after_another_has_followed_it);
	tcase_add_test(tc,
				   what_the_following_trail_s_retention_deleted_is_not_missing);
	suite_add_tcase(s, tc);

	tcase_add_checked_fixture(own, setup, teardown);
	tcase_set_timeout(own, 120);
	tcase_add_test(own, repeated_records_are_sound_and_counted_once);
	tcase_add_test(own, every_flipped_byte_among_repeated_records_is_noticed);
	tcase_add_loop_test(own, torn_unsynced_and_foreign_ends_are_sound, 0, 4);
	tcase_add_test(own, a_torn_end_is_only_a_piece_of_a_line);
	tcase_add_test(own, an_open_record_among_the_repeated_ones_is_sound);
	tcase_add_test(own, what_retention_deleted_is_not_missing);
	tcase_add_test(own, deletion_is_theft_where_the_expire_record_is_altered);
	tcase_add_test(own, files_without_hashes_are_judged_by_number);
	suite_add_tcase(s, own);
	return s;
}

UNIT_SUITE(verify);
