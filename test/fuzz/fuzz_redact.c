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
	size_t       cap = size + 12 * (size / 2) + 1;
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

/*
 * The other modes, patterns and places: what comes out fits, and is the same
 * with less room, up to there.
 */
static void
check_policy(Redactor redact, const AudRedactPolicy *policy, const char *sql,
			 size_t size, size_t small)
{
	size_t       cap = 16 * size + 64;
	char        *whole = malloc(cap);
	char        *part = malloc(small + 1);
	AudBuf       out;
	AudBuf       cut;
	unsigned int reasons;

	aud_buf_init(&out, whole, cap);
	reasons = redact(&out, policy, sql, size);
	CHECK(!out.truncated);
	if (redact == aud_redact_sql && !aud_redact_may_apply(policy, sql, size))
		CHECK(reasons == 0 && out.len == size && memcmp(whole, sql, size) == 0);
	aud_buf_init(&cut, part, small + 1);
	(void) redact(&cut, policy, sql, size);
	CHECK(cut.len <= out.len && memcmp(part, whole, cut.len) == 0);
	free(part);
	free(whole);
}

static void
check_policies(const char *sql, size_t size, size_t small)
{
	const size_t    at[] = {small / 3, small / 2, small};
	AudRedactPlaces places = {at, small > 5 ? 3 : 0, 0};
	unsigned char   hidden[9];
	uint16_t        named_by[9];

	for (unsigned int i = 0; i < 32; i++)
	{
		AudRedactPolicy policy = {
			.mode = (AudRedactMode) (i & 3),
			.patterns =
				i & 4 ? AUD_PATTERN_PAN | AUD_PATTERN_EMAIL | AUD_PATTERN_IBAN : 0,
			.all_literals = (i & 8) != 0,
			.places = i & 16 ? &places : NULL,
		};

		check_policy(aud_redact_sql, &policy, sql, size, small);
		policy.places = NULL;
		check_policy(aud_redact_text, &policy, sql, size, small);
		(void) aud_redact_params(&policy, sql, size, hidden, 9);
		(void) aud_redact_named_params(&policy, sql, size, named_by, 9);
	}
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

	check_policies(sql, size, small);

	/* the text as an error message about itself */
	aud_buf_init(&out, storage, cap);
	if (size < 1000)
		(void) aud_redact_message(&out, &secrets, sql, size, &source, 1);
	free(storage);
	return 0;
}
