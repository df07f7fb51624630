/*-------------------------------------------------------------------------
 *
 * shape.c
 *	  Secrets that are known by what they look like.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

static bool
is_verifier_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		   aud_lex_is_digit(c) || (c > 0 && strchr("+/=:$", c) != NULL);
}

/*
 * If the current token, a word, begins a stored password ("md5" and 32 hex
 * digits, or SCRAM-SHA-256$...): where that ends.  Otherwise 0.
 */
size_t
aud_scan_verifier_end(const AudScan *s)
{
	const AudToken *tok = &s->token;
	size_t          pos;

	if (tok->len == 35 && !tok->cut && memcmp(tok->text, "md5", 3) == 0)
		return strspn(tok->text + 3, "0123456789abcdef") == 32 ? tok->end : 0;
	if (tok->len != 5 || memcmp(tok->text, "scram", 5) != 0)
		return 0;
	pos = aud_scan_skip_text(s->level, tok->end, "-sha-256$");
	if (pos == tok->end)
		return 0;
	while (is_verifier_char(aud_lex_peek(s->level, pos)))
		(void) aud_lex_char(s->level, &pos);
	return pos;
}
