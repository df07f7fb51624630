/*-------------------------------------------------------------------------
 *
 * label.h
 *	  The text of a security label: tags, separated by commas.
 *
 * A tag begins with a letter from a to z and goes on with these, digits, _ and
 * -; up to AUD_TAG_MAX of them.  White space around a tag does not count.  The
 * syntax is closed, so that a tag needs no escapes wherever it is written, and
 * a misspelled label is refused instead of marking nothing.
 *
 * Core layer: no postgres.h, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_LABEL_H
#define AUD_CORE_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/* Its name, for SECURITY LABEL FOR. */
#define AUD_LABEL_PROVIDER "secaudit"

#define AUD_TAG_MAX        63 /* bytes of one */
#define AUD_LABEL_TAGS_MAX 16 /* tags of a label */

typedef struct AudLabel
{
	int n;
	struct
	{
		const char *name; /* a slice of the text */
		size_t      len;
	} tags[AUD_LABEL_TAGS_MAX];
} AudLabel;

/*
 * Read a label.  False: *error says what is wrong and where, counted in
 * characters from 1, as a sentence.
 */
extern bool aud_label_parse(AudLabel *label, const char *text, AudError *error);

#endif /* AUD_CORE_LABEL_H */
