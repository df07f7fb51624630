/*-------------------------------------------------------------------------
 *
 * fuzz_json.c
 *	  Any bytes become a JSON string that a strict reader accepts.
 *
 * The first byte chooses how the text is cut into parts; each part must be as
 * long as it may, and the parts together the whole.
 *
 *-------------------------------------------------------------------------
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_write.h"
#include "core/utf8.h"
#include "fuzz.h"

#define MAX_UNIT 6

/* What is read back has one U+FFFD for each unit that is damaged or NUL. */
static void
check_value(const json_t *value, const char *s, size_t len, bool valid)
{
	const char *got = json_string_value(value);
	size_t      got_len = json_string_length(value);
	bool        replaced = false;

	for (size_t pos = 0; pos < len;)
	{
		uint32_t    cp;
		int         n = aud_utf8_decode(s + pos, len - pos, &cp);
		bool        bad = n < 0 || cp == 0;
		const char *expected = bad ? "\xEF\xBF\xBD" : s + pos;
		size_t      expected_len = bad ? 3 : (size_t) n;

		CHECK(got_len >= expected_len && memcmp(got, expected, expected_len) == 0);
		got += expected_len;
		got_len -= expected_len;
		pos += (size_t) abs(n);
		replaced = replaced || bad;
	}
	CHECK(got_len == 0);
	CHECK(valid == !replaced);
}

static void
check_parts(const char *s, size_t len, size_t max_out, const AudBuf *whole)
{
	char  *storage = malloc(whole->len + 1);
	AudBuf parts;

	aud_buf_init(&parts, storage, whole->len + 1);
	for (size_t pos = 0; pos < len;)
	{
		size_t before = parts.len;
		size_t used =
			aud_json_escape_upto(&parts, s + pos, len - pos, max_out, NULL);

		CHECK(used > 0 && used <= len - pos);
		CHECK(parts.len - before <= max_out);
		CHECK(pos + used == len || parts.len - before > max_out - MAX_UNIT);
		pos += used;
	}
	CHECK(!parts.truncated);
	CHECK(parts.len == whole->len - 2);
	CHECK(memcmp(parts.data, whole->data + 1, parts.len) == 0);
	free(storage);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *) data;
	size_t      cap = size * MAX_UNIT + 3;
	char       *storage = malloc(cap);
	json_t     *value;
	AudBuf      out;
	bool        valid;

	aud_buf_init(&out, storage, cap);
	valid = aud_json_string(&out, s, size);
	CHECK(!out.truncated);
	CHECK(valid || !aud_utf8_valid(s, size) || memchr(s, 0, size) != NULL);
	value = json_loadb(out.data, out.len, JSON_DECODE_ANY, NULL);
	CHECK(value != NULL);
	check_value(value, s, size, valid);
	check_parts(s, size, MAX_UNIT + (size > 0 ? data[0] % 64 : 0), &out);
	json_decref(value);
	free(storage);
	return 0;
}
