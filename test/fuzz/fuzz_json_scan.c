/*-------------------------------------------------------------------------
 *
 * fuzz_json_scan.c
 *	  The scanner and a whole strict reader agree on what an object holds.
 *
 * A key that is found lies within its text.  Wherever jansson accepts the
 * text, the scan comes to its end and finds the same values; wherever the scan
 * comes to its end, all that jansson can object to is what is in strings.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "fuzz.h"

static const char *const keys[] = {"v", "log", "ts", "event", "seq", "a", ""};

static void
check_value(const json_t *expected, const AudJsonValue *value)
{
	json_t *got;
	char   *plain;
	AudBuf  b;

	if (!json_is_string(expected))
	{
		got = json_loadb(value->text, value->len, JSON_DECODE_ANY, NULL);
		CHECK(got != NULL && json_equal(got, expected));
		json_decref(got);
		return;
	}
	CHECK(value->kind == AUD_JSON_STRING);
	plain = malloc(value->len + 1);
	aud_buf_init(&b, plain, value->len + 1);
	CHECK(aud_json_unescape(&b, value->text, value->len));
	CHECK(strcmp(plain, json_string_value(expected)) == 0);
	free(plain);
}

static void
check_keys(const char *text, size_t len, const json_t *object)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
	{
		AudJsonValue value;
		uint64_t     number;
		char         copy[16];
		bool         found = aud_json_find(text, len, keys[i], &value);

		if (found)
			CHECK(value.text >= text && value.text + value.len <= text + len);
		if (aud_json_find_copy(text, len, keys[i], copy, sizeof(copy)))
			CHECK(found && value.len < sizeof(copy) &&
				  memcmp(copy, value.text, value.len) == 0 &&
				  copy[value.len] == '\0');
		if (aud_json_find_uint(text, len, keys[i], &number))
			CHECK(found && number <= INT64_MAX && value.kind == AUD_JSON_NUMBER);
		if (aud_json_find_id(text, len, keys[i], &number))
			CHECK(found && value.kind == AUD_JSON_STRING);
		(void) aud_json_find_damaged(text, len, keys[i], copy, sizeof(copy));
		(void) aud_json_find_member(text, len, keys[i], &value);
		if (object == NULL)
			continue;
		CHECK(found == (json_object_get(object, keys[i]) != NULL));
		if (found)
			check_value(json_object_get(object, keys[i]), &value);
	}
}

/* All members in turn, and the elements of those that are arrays. */
static bool
scan(const char *text, size_t len, size_t *count)
{
	AudJsonScan   s;
	AudJsonMember m;

	*count = 0;
	aud_json_scan_object(&s, text, len);
	while (aud_json_scan_member(&s, &m))
	{
		AudJsonScan  inner;
		AudJsonValue value;

		CHECK(m.start >= text && m.end <= text + len && m.start < m.end);
		aud_json_scan_array(&inner, m.value.text, m.value.len);
		while (m.value.kind == AUD_JSON_ARRAY &&
			   aud_json_scan_element(&inner, &value))
			CHECK(value.text + value.len < m.end);
		CHECK(m.value.kind != AUD_JSON_ARRAY || inner.ended);
		++*count;
	}
	return s.ended;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char        *text = malloc(size ? size : 1);
	json_t      *object;
	json_error_t error;
	size_t       count;
	bool         ended;

	memcpy(text, data, size);
	object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	/* jansson overlooks a NUL behind a number */
	if (!json_is_object(object) || memchr(text, '\0', size) != NULL)
	{
		json_decref(object);
		object = NULL;
	}
	ended = scan(text, size, &count);
	if (object != NULL)
		CHECK(ended && count == json_object_size(object));
	check_keys(text, size, object);
	json_decref(object);
	free(text);
	return 0;
}
