/*-------------------------------------------------------------------------
 *
 * check_chain.c
 *	  The hash chain: what it writes, and that it notices every change.
 *
 *-------------------------------------------------------------------------
 */
#include "core/chain.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static AudHasher *hasher;

static void
setup(void)
{
	hasher = aud_hasher_new(NULL);
	ck_assert_ptr_nonnull(hasher);
}

static void
teardown(void)
{
	aud_hasher_free(hasher);
}

/* Seal a body into line[cap] as the chain's next; the newline is cut off. */
static size_t
seal(AudChain *chain, const char *body, char *line, size_t cap)
{
	AudBuf out;

	aud_buf_init(&out, line, cap);
	ck_assert(aud_chain_seal(hasher, chain, &out, body, strlen(body), true));
	ck_assert_int_eq(line[out.len - 1], '\n');
	line[out.len - 1] = '\0';
	return out.len - 1;
}

/* The expected hashes were computed with another implementation. */
START_TEST(a_known_record_has_the_published_hash)
{
	AudChain chain = {0};
	char     line[256];

	seal(&chain, "{\"a\":1}", line, sizeof(line));
	ck_assert_str_eq(line,
					 "{\"a\":1,\"seq\":1,\"h\":\"qG5YKm0OokuLqNLFPdSsWi0IvW-cZUHN\"}");
	seal(&chain, "{\"a\":2}", line, sizeof(line));
	ck_assert_str_eq(line,
					 "{\"a\":2,\"seq\":2,\"h\":\"lVJhoAu_sl-5bKxFHHBogvqrDAqpuXaQ\"}");
}
END_TEST

START_TEST(reader_follows_writer)
{
	AudChain writer = {0};
	AudChain reader = {0};
	char     line[256];

	for (uint64_t i = 1; i <= 1000; i++)
	{
		size_t len = seal(&writer, "{\"user\":\"alice\"}", line, sizeof(line));

		ck_assert_int_eq(aud_chain_check(hasher, &reader, line, len),
						 AUD_CHAIN_SOUND);
		ck_assert_uint_eq(reader.seq, i);
	}
	ck_assert_mem_eq(&writer, &reader, sizeof(writer));
}
END_TEST

/* One run per byte and bit: any flip must be noticed. */
START_TEST(any_flipped_bit_is_noticed)
{
	AudChain writer = {0};
	AudChain reader = {0};
	AudChain before;
	char     line[256];
	size_t   len;

	len = seal(&writer, "{\"user\":\"alice\"}", line, sizeof(line));
	ck_assert_int_eq(aud_chain_check(hasher, &reader, line, len),
					 AUD_CHAIN_SOUND);
	len = seal(&writer, "{\"user\":\"bob\"}", line, sizeof(line));
	before = reader;
	for (size_t i = 0; i < len; i++)
	{
		for (int bit = 0; bit < 8; bit++)
		{
			line[i] = (char) (line[i] ^ 1 << bit);
			ck_assert_int_ne(aud_chain_check(hasher, &reader, line, len),
							 AUD_CHAIN_SOUND);
			ck_assert_mem_eq(&reader, &before, sizeof(before));
			line[i] = (char) (line[i] ^ 1 << bit);
		}
	}
	ck_assert_int_eq(aud_chain_check(hasher, &reader, line, len),
					 AUD_CHAIN_SOUND);
}
END_TEST

START_TEST(every_cut_line_is_malformed)
{
	AudChain        writer = {0};
	AudChainTrailer t;
	char            line[256];
	size_t          len;

	len = seal(&writer, "{\"user\":\"alice\"}", line, sizeof(line));
	ck_assert(aud_chain_split(line, len, &t));
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!aud_chain_split(line, cut, &t));
}
END_TEST

START_TEST(skipped_and_repeated_numbers_are_told_from_altered_lines)
{
	AudChain writer = {0};
	AudChain reader = {0};
	char     one[256];
	char     two[256];
	char     three[256];
	size_t   len1 = seal(&writer, "{\"n\":1}", one, sizeof(one));
	size_t   len2 = seal(&writer, "{\"n\":2}", two, sizeof(two));
	size_t   len3 = seal(&writer, "{\"n\":3}", three, sizeof(three));

	ck_assert_int_eq(aud_chain_check(hasher, &reader, one, len1),
					 AUD_CHAIN_SOUND);
	ck_assert_int_eq(aud_chain_check(hasher, &reader, three, len3),
					 AUD_CHAIN_SEQ);
	ck_assert_int_eq(aud_chain_check(hasher, &reader, one, len1), AUD_CHAIN_SEQ);
	two[5] = '9';
	ck_assert_int_eq(aud_chain_check(hasher, &reader, two, len2), AUD_CHAIN_HASH);
}
END_TEST

/* A user's text that looks like a trailer is part of the body. */
START_TEST(a_trailer_inside_a_text_is_not_taken_for_one)
{
	AudChain        writer = {0};
	AudChainTrailer t;
	char            line[256];
	const char     *body = "{\"query\":\"x\",\"seq\":7}";
	size_t          len = seal(&writer, body, line, sizeof(line));

	ck_assert(aud_chain_split(line, len, &t));
	ck_assert_uint_eq(t.seq, 1);
	ck_assert_uint_eq(t.body_len, strlen(body) - 1);
}
END_TEST

START_TEST(numbers_past_64_bits_and_odd_spellings_are_malformed)
{
	AudChainTrailer    t;
	static const char *bad[] = {
		"{\"a\":1,\"seq\":18446744073709551616}",
		"{\"a\":1,\"seq\":01}",
		"{\"a\":1,\"seq\":-1}",
		"{\"a\":1,\"seq\":}",
		"{\"a\":1,\"seq\":0}",
		"{,\"seq\":1}",
		"\"a\":1,\"seq\":1}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!aud_chain_split(bad[i], strlen(bad[i]), &t),
					  "accepted %s",
					  bad[i]);
	ck_assert(aud_chain_split("{\"a\":1,\"seq\":18446744073709551615}",
							  strlen("{\"a\":1,\"seq\":18446744073709551615}"),
							  &t));
	ck_assert_uint_eq(t.seq, UINT64_MAX);
}
END_TEST

START_TEST(without_hashing_the_number_counts_on_and_the_hash_stays)
{
	AudChain chain = {0};
	AudChain reader = {0};
	char     storage[256];
	AudBuf   out;
	char     line[256];
	size_t   len = seal(&chain, "{\"a\":1}", line, sizeof(line));
	AudChain before;

	ck_assert_int_eq(aud_chain_check(hasher, &reader, line, len),
					 AUD_CHAIN_SOUND);
	before = chain;
	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert(aud_chain_seal(hasher, &chain, &out, "{\"a\":1}", 7, false));
	ck_assert_str_eq(storage, "{\"a\":1,\"seq\":2}\n");
	ck_assert_mem_eq(chain.h, before.h, sizeof(chain.h));
	ck_assert_int_eq(aud_chain_check(hasher, &reader, storage, out.len - 1),
					 AUD_CHAIN_SOUND);

	len = seal(&chain, "{\"a\":1}", line, sizeof(line));
	ck_assert_int_eq(aud_chain_check(hasher, &reader, line, len),
					 AUD_CHAIN_SOUND);
}
END_TEST

START_TEST(what_does_not_fit_changes_nothing)
{
	AudChain chain = {0};
	AudChain zero = {0};
	char     storage[64];
	AudBuf   out;

	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert(!aud_chain_seal(hasher, &chain, &out, "{\"a\":1}", 7, true));
	ck_assert_uint_eq(out.len, 0);
	ck_assert(!out.truncated);
	ck_assert_mem_eq(&chain, &zero, sizeof(zero));
}
END_TEST

START_TEST(no_object_no_line)
{
	AudChain chain = {0};
	char     storage[256];
	AudBuf   out;

	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert(!aud_chain_seal(hasher, &chain, &out, "", 0, true));
	ck_assert(!aud_chain_seal(hasher, &chain, &out, "{}", 2, true));
	ck_assert(!aud_chain_seal(hasher, &chain, &out, "{\"a\":1", 6, true));
	ck_assert_uint_eq(chain.seq, 0);
}
END_TEST

static Suite *
chain_suite(void)
{
	Suite *s = suite_create("chain");
	TCase *tc = tcase_create("chain");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_known_record_has_the_published_hash);
	tcase_add_test(tc, reader_follows_writer);
	tcase_add_test(tc, any_flipped_bit_is_noticed);
	tcase_add_test(tc, every_cut_line_is_malformed);
	tcase_add_test(tc, skipped_and_repeated_numbers_are_told_from_altered_lines);
	tcase_add_test(tc, a_trailer_inside_a_text_is_not_taken_for_one);
	tcase_add_test(tc, numbers_past_64_bits_and_odd_spellings_are_malformed);
	tcase_add_test(tc, without_hashing_the_number_counts_on_and_the_hash_stays);
	tcase_add_test(tc, what_does_not_fit_changes_nothing);
	tcase_add_test(tc, no_object_no_line);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(chain);
