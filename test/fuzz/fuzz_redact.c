/*-------------------------------------------------------------------------
 *
 * fuzz_redact.c
 *	  Redaction of any bytes stays within its bounds and its promises.
 *
 * Whether the right text is hidden is for the unit tests to say; this looks
 * for what must hold of every text: secrets are found in order, what is not
 * one is copied byte for byte, the quick test misses nothing, a short buffer
 * gets a beginning of the whole.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"
#include "core/redact/token_key.h"
#include "fuzz.h"

static const AudRedactPolicy secrets = {.mode = AUD_REDACT_SECRETS};
static const AudRedactPolicy backslash = {.backslash = true};

typedef struct Ranges
{
	AudRedactSink sink;
	size_t        size;
	size_t        last_end;
	size_t        count;
	size_t        hidden; /* bytes */
} Ranges;

static void
check_range(AudRedactSink *sink, size_t from, size_t to)
{
	Ranges *r = (Ranges *) sink;

	CHECK(from <= to && to <= r->size && from >= r->last_end);
	r->last_end = to;
	r->count++;
	r->hidden += to - from;
}

typedef unsigned int (*Redactor)(AudBuf *out, const AudRedactPolicy *policy,
								 const char *sql, size_t len);

static void
check_copy(Redactor redact, const AudRedactPolicy *policy, const char *sql,
		   size_t size, size_t small)
{
	size_t       cap = size + 12 * ((size + 1) / 2) + 1;
	char        *whole = malloc(cap);
	char        *part = malloc(small + 1);
	AudBuf       out;
	AudBuf       cut;
	unsigned int reasons;

	aud_buf_init(&out, whole, cap);
	reasons = redact(&out, policy, sql, size);
	CHECK(!out.truncated);
	if (reasons == 0)
		CHECK(out.len == size && memcmp(whole, sql, size) == 0);

	aud_buf_init(&cut, part, small + 1);
	CHECK(redact(&cut, policy, sql, size) == reasons);
	CHECK(cut.len <= out.len && memcmp(part, whole, cut.len) == 0);
	CHECK(cut.truncated == (out.len > small));
	free(part);
	free(whole);
}

/* A constant of one byte may become a token in 2^k quotes, k levels down. */
#define MODES_GROWTH 64

/* In the other modes a text grows by other rules. */
static void
check_modes(const char *sql, size_t size, size_t small)
{
	static AudTokenKey *key;
	static const char   key_text[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	AudRedactPolicy policies[] = {
		{.mode = AUD_REDACT_LITERALS},
		{.mode = AUD_REDACT_TOKENS},
		{.patterns = AUD_PATTERN_PAN | AUD_PATTERN_EMAIL | AUD_PATTERN_IBAN},
		{.all_literals = true},
		{.mode = AUD_REDACT_NONE},
	};
	size_t cap = MODES_GROWTH * size + 64;
	char  *whole = malloc(cap);
	char  *part = malloc(small + 1);

	if (key == NULL)
		key = aud_token_key_read(key_text, strlen(key_text), NULL);
	policies[1].key = key;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
	{
		AudRedactSource source = {sql, size};
		AudBuf          out;
		AudBuf          cut;
		unsigned int    reasons;

		aud_buf_init(&out, whole, cap);
		reasons = aud_redact_sql(&out, &policies[i], sql, size);
		CHECK(!out.truncated);
		if (!aud_redact_may_apply(&policies[i], sql, size))
			CHECK(reasons == 0 && out.len == size &&
				  memcmp(whole, sql, size) == 0);
		aud_buf_init(&cut, part, small + 1);
		CHECK(aud_redact_sql(&cut, &policies[i], sql, size) == reasons);
		CHECK(cut.len <= out.len && memcmp(part, whole, cut.len) == 0);
		aud_buf_init(&out, whole, cap);
		(void) aud_redact_text(&out, &policies[i], sql, size);
		CHECK(!out.truncated);
		aud_buf_init(&out, whole, cap);
		if (size < 1000)
			(void) aud_redact_message(&out, &policies[i], sql, size, &source, 1);
	}
	free(part);
	free(whole);
}

/* Places, wherever they are, and what is asked about parameters. */
static void
check_places(const char *sql, size_t size, size_t small)
{
	const size_t    at[] = {small / 3, small / 2, small};
	AudRedactPlaces places = {.at = at, .count = 3};
	AudRedactPolicy policy = {.places = &places};
	unsigned char   hidden[9];
	uint16_t        named_by[9];

	check_copy(aud_redact_sql, &policy, sql, size, small);
	policy.places = NULL;
	(void) aud_redact_params(&policy, sql, size, hidden, 9);
	(void) aud_redact_named_params(&policy, sql, size, named_by, 9);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char     *sql = (const char *) data;
	size_t          small = size > 0 ? data[0] % (size + 1) : 0;
	Ranges          ranges = {.sink = {.policy = &secrets, .hide = check_range},
							  .size = size};
	AudRedactSource source = {sql, size};
	AudLevel        level;
	AudBuf          out;
	size_t          cap = size + 12 * (size / 2) + 1;
	char           *storage = malloc(cap);

	aud_lex_source(&level, sql, size);
	aud_scan_text(&ranges.sink, &level);
	aud_buf_init(&out, storage, cap);
	if (aud_redact_may_apply(&secrets, sql, size))
		CHECK((aud_redact_sql(&out, &secrets, sql, size) != 0) ==
			  (ranges.count > 0));
	else
		CHECK(aud_redact_sql(&out, &secrets, sql, size) == 0);
	CHECK(aud_redact_sql(&out, &secrets, sql, 0) == 0);

	check_copy(aud_redact_sql, &secrets, sql, size, small);
	check_copy(aud_redact_sql, &backslash, sql, size, small);
	check_copy(aud_redact_text, &secrets, sql, size, small);
	check_modes(sql, size, small);

	check_places(sql, size, small);

	/* the text as an error message about itself */
	aud_buf_init(&out, storage, cap);
	if (size < 1000)
		(void) aud_redact_message(&out, &secrets, sql, size, &source, 1);
	free(storage);
	return 0;
}
