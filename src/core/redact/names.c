/*-------------------------------------------------------------------------
 *
 * names.c
 *	  The names that an administrator has listed.
 *
 * They are looked for wherever the built-in ones are: as a whole, not by their
 * end, because nobody but who has listed them knows what else ends so.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/names.h"

#include <string.h>

#include "core/lex.h"

bool
aud_redact_is_listed(const AudRedactNames *names, const char *name, size_t len)
{
	if (names == NULL)
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (names->items[i].len == len &&
			memcmp(names->items[i].name, name, len) == 0)
			return true;
	return false;
}

bool
aud_redact_listed_args(const AudRedactNames *names, const char *schema,
					   const char *name, size_t len, uint64_t *args)
{
	bool any = false;

	for (size_t i = 0; i < names->count; i++)
	{
		const AudRedactName *item = &names->items[i];

		if (item->len != len || memcmp(item->name, name, len) != 0 ||
			(schema != NULL && item->schema != NULL &&
			 strcmp(schema, item->schema) != 0))
			continue;
		*args |= item->args;
		any = true;
	}
	return any;
}

static bool
mentions(const char *sql, size_t len, const AudRedactName *name)
{
	for (size_t at = 0; at + name->len <= len; at++)
	{
		size_t n = 0;

		while (n < name->len && aud_lex_lower((unsigned char) sql[at + n]) ==
									(unsigned char) name->name[n])
			n++;
		if (n == name->len)
			return true;
	}
	return false;
}

static bool
mentions_any(const char *sql, size_t len, const AudRedactNames *names)
{
	if (names == NULL)
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (mentions(sql, len, &names->items[i]))
			return true;
	return false;
}

bool
aud_redact_mentions_listed(const AudRedactPolicy *policy, const char *sql,
						   size_t len)
{
	return mentions_any(sql, len, policy->functions) ||
		   mentions_any(sql, len, policy->options);
}
