/*-------------------------------------------------------------------------
 *
 * glob.c
 *	  Patterns with stars and question marks.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/glob.h"

#include "core/lex.h"

static inline bool
same(char a, char b, bool any_case)
{
	return a == b || (any_case && aud_lex_lower((unsigned char) a) ==
									  aud_lex_lower((unsigned char) b));
}

/* Behind the character at p, which is not the end. */
static const char *
next_letter(const char *p)
{
	bool is_lead = ((unsigned char) *p & 0xC0) == 0xC0;

	p++;
	while (is_lead && ((unsigned char) *p & 0xC0) == 0x80)
		p++;
	return p;
}

/*
 * Where something does not match, the last star takes one letter more, and
 * what is behind it is tried again.  Stars before that one need not be asked:
 * what they could take the last one can take as well.
 */
bool
aud_glob_match(const char *glob, const char *text, bool any_case)
{
	const char *behind_star = NULL;
	const char *again = NULL;

	while (*text != '\0')
	{
		if (*glob == '*')
		{
			behind_star = ++glob;
			again = text;
		}
		else if (*glob == '?')
		{
			glob++;
			text = next_letter(text);
		}
		else if (same(*glob, *text, any_case))
		{
			glob++;
			text++;
		}
		else if (behind_star != NULL)
		{
			glob = behind_star;
			again = next_letter(again);
			text = again;
		}
		else
			return false;
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}
