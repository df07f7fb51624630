/*-------------------------------------------------------------------------
 *
 * json_member.c
 *	  Members of a JSON object: comma, key, value.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_write.h"

#include <string.h>

void
aud_json_key(AudBuf *b, const char *key)
{
	aud_buf_lit(b, ",\"");
	aud_buf_cstr(b, key);
	aud_buf_lit(b, "\":");
}

bool
aud_json_member(AudBuf *b, const char *key, const char *s, size_t len)
{
	aud_json_key(b, key);
	return aud_json_string(b, s, len);
}

void
aud_json_member_word(AudBuf *b, const char *key, const char *word)
{
	aud_json_key(b, key);
	aud_buf_char(b, '"');
	aud_buf_cstr(b, word);
	aud_buf_char(b, '"');
}

void
aud_json_member_uint(AudBuf *b, const char *key, uint64_t value)
{
	aud_json_key(b, key);
	aud_json_uint(b, value);
}

void
aud_json_member_int(AudBuf *b, const char *key, int64_t value)
{
	aud_json_key(b, key);
	aud_json_int(b, value);
}

void
aud_json_member_bool(AudBuf *b, const char *key, bool value)
{
	aud_json_key(b, key);
	aud_buf_cstr(b, value ? "true" : "false");
}

void
aud_json_member_id(AudBuf *b, const char *key, uint64_t value)
{
	aud_json_key(b, key);
	aud_buf_char(b, '"');
	aud_json_uint(b, value);
	aud_buf_char(b, '"');
}

void
aud_json_member_raw(AudBuf *b, const char *key, const char *json, size_t len)
{
	aud_json_key(b, key);
	aud_buf_append(b, json, len);
}
