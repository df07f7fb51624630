/*-------------------------------------------------------------------------
 *
 * class.c
 *	  The vocabulary of classes and of access.
 *
 * A statement has as many classes as it does different things; the primary
 * one is the gravest of them, so that a reader who looks at one word only
 * never takes a write for a read.
 *
 *-------------------------------------------------------------------------
 */
#include "core/class.h"

#include <string.h>

#include "core/lex.h"

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

static const struct
{
	int class;
	const char *name;
} class_names[] = {
	{AUD_CLASS_READ, "read"},
	{AUD_CLASS_WRITE, "write"},
	{AUD_CLASS_FUNCTION, "function"},
	{AUD_CLASS_ROLE, "role"},
	{AUD_CLASS_DDL, "ddl"},
	{AUD_CLASS_MISC, "misc"},
	{AUD_CLASS_MISC_SET, "misc_set"},
	{AUD_CLASS_SESSION, "session"},
	{AUD_CLASS_ERROR, "error"},
	{AUD_CLASS_REPLICATION, "replication"},
	{AUD_CLASS_TRANSACTION, "transaction"},
	{AUD_CLASS_CONFIG, "config"},
};

/* Gravest first: this decides the primary class. */
static const int primary_order[] = {
	AUD_CLASS_ROLE,
	AUD_CLASS_CONFIG,
	AUD_CLASS_DDL,
	AUD_CLASS_WRITE,
	AUD_CLASS_READ,
	AUD_CLASS_FUNCTION,
	AUD_CLASS_MISC_SET,
	AUD_CLASS_MISC,
	AUD_CLASS_SESSION,
	AUD_CLASS_ERROR,
	AUD_CLASS_REPLICATION,
	AUD_CLASS_TRANSACTION,
};

static const char *const access_names[] = {
	"select",
	"insert",
	"update",
	"delete",
	"truncate",
	"lock",
	"execute",
	"create",
	"alter",
	"drop",
	"grant",
	"revoke",
	"copy_to",
	"copy_from",
	"maintain",
};

/* Is this lower-case word name[len], in any case? */
static bool
same_word(const char *word, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if (word[i] != aud_lex_lower((unsigned char) name[i]))
			return false;
	}
	return true;
}

int
aud_class_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < lengthof(class_names); i++)
	{
		if (strlen(class_names[i].name) == len &&
			same_word(class_names[i].name, name, len))
			return class_names[i].class;
	}
	return 0;
}

/* Longer words are near to no class. */
#define WORD_MAX 32

/*
 * How many letters have to be added, left out or replaced to make one of the
 * other (Levenshtein's distance); WORD_MAX if the word is too long.
 */
static size_t
distance(const char *name, const char *word, size_t len)
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

const char *
aud_class_nearest(const char *word, size_t len)
{
	const char *nearest = NULL;
	size_t      least = 3; /* as far as a slip of the keyboard goes */
	const char *others[] = {"all", "none"};

	for (size_t i = 0; i < lengthof(class_names) + lengthof(others); i++)
	{
		const char *name = i < lengthof(class_names)
							   ? class_names[i].name
							   : others[i - lengthof(class_names)];
		size_t      far = distance(name, word, len);

		/* more than half of it is another word */
		if (far < least && 2 * far <= strlen(name))
		{
			nearest = name;
			least = far;
		}
	}
	return nearest;
}

const char *
aud_class_names(void)
{
	return "read, write, function, role, ddl, misc, misc_set, session, "
		   "error, replication, transaction, config";
}

static const char *
class_name(int class)
{
	for (size_t i = 0; i < lengthof(class_names); i++)
	{
		if (class_names[i].class == class)
			return class_names[i].name;
	}
	return "misc";
}

void
aud_class_append_primary(AudBuf *b, int classes)
{
	for (size_t i = 0; i < lengthof(primary_order); i++)
	{
		if (classes & primary_order[i])
		{
			aud_buf_cstr(b, class_name(primary_order[i]));
			return;
		}
	}
	aud_buf_lit(b, "misc");
}

/* Append a JSON array of the names whose bit is set. */
static void
append_names(AudBuf *b, int bits, const char *const *names, size_t n)
{
	char separator = '[';

	for (size_t i = 0; i < n; i++)
	{
		if (!(bits & (1 << i)))
			continue;
		aud_buf_char(b, separator);
		aud_buf_char(b, '"');
		aud_buf_cstr(b, names[i]);
		aud_buf_char(b, '"');
		separator = ',';
	}
	if (separator == '[')
		aud_buf_char(b, '[');
	aud_buf_char(b, ']');
}

void
aud_class_append_all(AudBuf *b, int classes)
{
	char separator = '[';

	for (size_t i = 0; i < lengthof(primary_order); i++)
	{
		if (!(classes & primary_order[i]))
			continue;
		aud_buf_char(b, separator);
		aud_buf_char(b, '"');
		aud_buf_cstr(b, class_name(primary_order[i]));
		aud_buf_char(b, '"');
		separator = ',';
	}
	aud_buf_char(b, ']');
}

void
aud_access_append(AudBuf *b, int access)
{
	/* nearly every object of nearly every statement */
	if (access == AUD_ACCESS_SELECT)
		aud_buf_lit(b, "[\"select\"]");
	else
		append_names(b, access, access_names, lengthof(access_names));
}
