/*-------------------------------------------------------------------------
 *
 * label.c
 *	  The text of a security label: tags, separated by commas.
 *
 * Whatever stands before a fault is ASCII, so that bytes and characters are
 * the same there.
 *
 *-------------------------------------------------------------------------
 */
#include "core/label.h"

#include <string.h>

#define SPACE "\t\n\r "

/* The characters of a tag; only the first of these lists may begin one. */
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define OTHERS  "0123456789_-"

/* What is wrong with the character at this place, which no tag has there. */
static bool
refuse_character(const char *text, const char *at, bool first, AudError *error)
{
	int         place = (int) (at - text) + 1;
	const char *rest = at + strspn(at, SPACE);

	if (*at >= 'A' && *at <= 'Z')
		aud_error_set(error,
					  0,
					  "Tags are written in lower case: \"%c\" at character %d.",
					  *at,
					  place);
	else if (rest > at)
		aud_error_set(error,
					  0,
					  "A comma is missing at character %d.",
					  (int) (rest - text) + 1);
	else if (*at <= ' ' || *at >= 0x7f)
		aud_error_set(error,
					  0,
					  "The character at position %d cannot be in a tag.",
					  place);
	else
		aud_error_set(error,
					  0,
					  first ? "A tag cannot begin with \"%c\", at character %d."
							: "\"%c\" cannot be in a tag, at character %d.",
					  *at,
					  place);
	return false;
}

static bool
has_tag(const AudLabel *label, const char *name, size_t len)
{
	for (int i = 0; i < label->n; i++)
	{
		if (label->tags[i].len == len &&
			memcmp(label->tags[i].name, name, len) == 0)
			return true;
	}
	return false;
}

static bool
add_tag(AudLabel *label, const char *text, const char *name, size_t len,
		AudError *error)
{
	int place = (int) (name - text) + 1;

	if (len > AUD_TAG_MAX)
		aud_error_set(error,
					  0,
					  "The tag at character %d has %zu characters, more than %d.",
					  place,
					  len,
					  AUD_TAG_MAX);
	else if (has_tag(label, name, len))
		aud_error_set(error,
					  0,
					  "The tag \"%.*s\" is there twice, again at character %d.",
					  (int) len,
					  name,
					  place);
	else if (label->n == AUD_LABEL_TAGS_MAX)
		aud_error_set(error,
					  0,
					  "There are more than %d tags, the next one at character %d.",
					  AUD_LABEL_TAGS_MAX,
					  place);
	else
	{
		label->tags[label->n].name = name;
		label->tags[label->n++].len = len;
		return true;
	}
	return false;
}

bool
aud_label_parse(AudLabel *label, const char *text, AudError *error)
{
	const char *p = text;

	label->n = 0;
	do
	{
		const char *name = p + strspn(p, SPACE);
		size_t      len = strspn(name, LETTERS OTHERS);
		const char *end = name + len + strspn(name + len, SPACE);

		if (len == 0 && (*end == ',' || *end == '\0'))
		{
			aud_error_set(error,
						  0,
						  "A tag is missing at character %d.",
						  (int) (end - text) + 1);
			return false;
		}
		if (strspn(name, LETTERS) == 0)
			return refuse_character(text, name, true, error);
		if (*end != ',' && *end != '\0')
			return refuse_character(text, name + len, false, error);
		if (!add_tag(label, text, name, len, error))
			return false;
		p = end + 1;
		if (*end == '\0')
			return true;
	} while (true);
}
