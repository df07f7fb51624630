/*-------------------------------------------------------------------------
 *
 * reasons.c
 *	  What was hidden in a record, as its key "redacted" says it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/redact.h"

void
aud_redact_append_reasons(AudBuf *b, unsigned int reasons)
{
	static const char *const words[] =
		{"secret", "literal", "token", "pan", "email", "iban", "tag", "syntax"};
	const char *opening = ",\"redacted\":[\"";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (!(reasons & (1u << i)))
			continue;
		aud_buf_cstr(b, opening);
		aud_buf_cstr(b, words[i]);
		aud_buf_char(b, '"');
		opening = ",\"";
	}
	if (opening[1] == '"' && opening[2] == '\0')
		aud_buf_char(b, ']');
}
