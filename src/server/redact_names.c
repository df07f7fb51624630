/*-------------------------------------------------------------------------
 *
 * redact_names.c
 *	  The lists of secaudit.redact_functions and secaudit.redact_options.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/guc.h"
#include "utils/varlena.h"

#include "server/compat.h"
#include "server/redact_names.h"

/* Each is looked for in every text. */
#define NAMES_MAX 64

/* Of a function's arguments; those behind share the last bit. */
#define ARGUMENTS_MAX 63

#define FUNCTION_HINT \
	"Write function, schema.function, or either with :n for its argument n alone, from 1 to 63."

static bool
explain(const char *item, bool functions)
{
	GUC_check_errdetail("\"%s\" is no name of %s.",
						item,
						functions ? "a function"
								  : "an option, a setting or a column");
	if (functions)
		GUC_check_errhint(FUNCTION_HINT);
	else
		GUC_check_errhint(
			"Write the last part of the name, without a schema or table, of up to 63 bytes.");
	return false;
}

/* Cut ":n" off an item; 0 if it is none, all bits where there is nothing. */
static uint64
cut_argument(char *item)
{
	char *colon = strchr(item, ':');
	int   n;

	if (colon == NULL)
		return ~UINT64CONST(0);
	*colon++ = '\0';
	n = atoi(colon);
	if (n < 1 || n > ARGUMENTS_MAX ||
		strspn(colon, "0123456789") != strlen(colon))
		return 0;
	return UINT64CONST(1) << (n - 1);
}

/* The item is cut into its parts where it stands. */
static bool
read_item(char *item, bool functions, AudRedactName *name)
{
	char *whole = pstrdup(item);
	char *dot;

	for (char *p = item; *p != '\0'; p++)
		*p = pg_ascii_tolower((unsigned char) *p);
	name->args = functions ? cut_argument(item) : ~UINT64CONST(0);
	dot = strrchr(item, '.');
	name->schema = NULL;
	name->name = item;
	if (dot != NULL)
	{
		*dot = '\0';
		name->schema = item;
		name->name = dot + 1;
	}
	name->len = strlen(name->name);
	if (name->args == 0 || name->len == 0 || name->len >= NAMEDATALEN ||
		(dot != NULL && (dot == item || !functions)))
		return explain(whole, functions);
	pfree(whole);
	return true;
}

/* text: room for all of them, each with its NUL. */
static bool
read_items(List *items, bool functions, AudRedactNames *names, char *text)
{
	AudRedactName *name = (AudRedactName *) names->items;
	size_t         used = 0;
	ListCell      *lc;

	foreach (lc, items)
	{
		const char *item = lfirst(lc);

		strcpy(text + used, item);
		if (!read_item(text + used, functions, name++))
			return false;
		used += strlen(item) + 1;
	}
	return true;
}

bool
aud_redact_names_read(const char *list, bool functions, AudRedactNames **names)
{
	char           *raw = pstrdup(list);
	List           *items;
	size_t          count;
	AudRedactNames *read;

	*names = NULL;
	if (!SplitGUCList(raw, ',', &items))
	{
		GUC_check_errdetail(
			"The list has a name that is empty, or a quote too few.");
		return false;
	}
	count = list_length(items);
	if (count > NAMES_MAX)
	{
		GUC_check_errdetail("The list may have up to %d names, this has %zu.",
							NAMES_MAX,
							count);
		return false;
	}
	if (count == 0)
		return true;
	read = AUD_GUC_MALLOC(sizeof(*read) + count * sizeof(AudRedactName) +
						  strlen(list) + count);
	if (read == NULL)
		return false;
	read->count = count;
	read->items = (AudRedactName *) (read + 1);
	if (!read_items(items,
					functions,
					read,
					(char *) (read + 1) + count * sizeof(AudRedactName)))
	{
		AUD_GUC_FREE(read);
		return false;
	}
	*names = read;
	list_free(items);
	pfree(raw);
	return true;
}
