/*-------------------------------------------------------------------------
 *
 * nearest.c
 *	  Which of the words that are valid is spelled most like one that is not?
 *
 *-------------------------------------------------------------------------
 */
#include "core/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "core/lex.h"

/* Longer words are near to none. */
#define WORD_MAX 32

/* Levenshtein's distance, with one row of its table at a time. */
size_t
aud_nearest_distance(const char *name, const char *word, size_t len)
{
	size_t row[WORD_MAX + 1];

	if (len > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; name[i - 1] != '\0'; i++)
	{
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++)
		{
			bool same = name[i - 1] == aud_lex_lower((unsigned char) word[j - 1]);
			size_t best = diagonal + (same ? 0 : 1);

			diagonal = row[j];
			if (best > row[j] + 1)
				best = row[j] + 1;
			if (best > row[j - 1] + 1)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[len];
}

void
aud_nearest_begin(AudNearest *nearest, const char *word, size_t len)
{
	nearest->word = word;
	nearest->len = len;
	nearest->name = NULL;
	nearest->far = AUD_NEAREST_FAR + 1;
}

void
aud_nearest_try(AudNearest *nearest, const char *name)
{
	size_t far = aud_nearest_distance(name, nearest->word, nearest->len);

	/* more than half of it is another word */
	if (far >= nearest->far || 2 * far > strlen(name))
		return;
	nearest->name = name;
	nearest->far = far;
}
