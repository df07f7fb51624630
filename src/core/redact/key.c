/*-------------------------------------------------------------------------
 *
 * key.c
 *	  Texts that are the name of a secret, and make one of what stands beside
 *	  them: keys of JSON, names of options and attributes.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"

static bool
is_secret_text(const AudRedactPolicy *policy, const AudLevel *level, size_t pos)
{
	char   name[AUD_LEX_WORD_MAX + 1];
	size_t len;

	if (!aud_lex_copy(level, pos, name, sizeof(name)))
		return false;
	len = strlen(name);
	for (size_t i = 0; i < len; i++)
		if (!aud_lex_is_word_char((unsigned char) name[i]) &&
			strchr(".-{},", name[i]) == NULL)
			return false;
	if (len > 0 && name[len - 1] == '}') /* '{a,password}': a path in JSON */
		len--;
	return aud_redact_secrecy(policy, name, len) != AUD_SECRECY_NONE ||
		   strcmp(name, "authorization") == 0;
}

bool
aud_scan_is_secret_text(const AudScan *s, const AudLevel *level, size_t pos)
{
	return is_secret_text(s->sink->policy, level, pos);
}

bool
aud_redact_is_secret_key(const AudRedactPolicy *policy, const char *text,
						 size_t len)
{
	AudLevel level;

	/* --password: an option of a command */
	for (int dashes = 0; dashes < 2 && len > 0 && *text == '-'; dashes++)
	{
		text++;
		len--;
	}
	if (len == 0 || policy->mode == AUD_REDACT_NONE ||
		!aud_redact_may_have_secrets(policy, text, len))
		return false;
	aud_lex_source(&level, text, len);
	return is_secret_text(policy, &level, 0);
}
