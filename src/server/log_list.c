/*-------------------------------------------------------------------------
 *
 * log_list.c
 *	  What secaudit.log names: classes, and single commands where a class is
 *	  too coarse.
 *
 * A command is written as its tag in lower case, with "_" for each space:
 * "create_table".  What a command's class says does not matter then, so
 * "write, -truncate" is all writes but one, and "none, truncate" one of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tcop/cmdtag.h"
#include "utils/guc.h"

#include "core/class.h"
#include "core/nearest.h"
#include "server/log_list.h"

#define SEPARATORS " \t\r\n,"

/* What everybody calls them; the tags are TRUNCATE TABLE and LOCK TABLE. */
static const struct
{
	const char *name;
	CommandTag  tag;
} short_names[] = {
	{"truncate", CMDTAG_TRUNCATE_TABLE},
	{"lock", CMDTAG_LOCK_TABLE},
};

/* A list while it is read. */
typedef struct Reading
{
	AudLogList *list;
	bool        says_none;
	bool        says_any; /* some command is recorded */
	bool        takes_from_nothing;
} Reading;

/* A tag as it is spelled here, or here as it is there: the same length. */
static void
respell(char *to, const char *from, size_t len, char search, char replace,
		unsigned char (*letter)(unsigned char))
{
	for (size_t i = 0; i < len; i++)
		to[i] = from[i] == search ? replace : letter((unsigned char) from[i]);
	to[len] = '\0';
}

static bool
is_word(const char *word, size_t len, const char *name)
{
	return len == strlen(name) && pg_strncasecmp(word, name, len) == 0;
}

/* "create_table" to the tag CREATE TABLE; CMDTAG_UNKNOWN if there is none. */
static CommandTag
tag_of(const char *word, size_t len)
{
	char name[NAMEDATALEN];

	for (size_t i = 0; i < lengthof(short_names); i++)
	{
		if (is_word(word, len, short_names[i].name))
			return short_names[i].tag;
	}
	if (len == 0 || len >= sizeof(name) || memchr(word, ' ', len) != NULL)
		return CMDTAG_UNKNOWN;
	respell(name, word, len, '_', ' ', pg_toupper);
	return GetCommandTagEnum(name);
}

static void
apply_command(Reading *reading, CommandTag tag, bool remove)
{
	AudLogCommands *commands = &reading->list->commands;
	uint64          bit = UINT64CONST(1) << (tag % 64);

	commands->with[tag / 64] &= ~bit;
	commands->without[tag / 64] &= ~bit;
	if (remove)
		commands->without[tag / 64] |= bit;
	else
		commands->with[tag / 64] |= bit;
}

/* False: the word is no command. */
static bool
apply_command_word(Reading *reading, const char *word, size_t len, bool remove)
{
	CommandTag tag = tag_of(word, len);

	if (is_word(word, len, "set_role"))
		reading->list->commands.set_role = remove ? -1 : 1;
	else if (tag != CMDTAG_UNKNOWN)
		apply_command(reading, tag, remove);
	else
		return false;
	reading->list->has_commands = true;
	reading->says_any |= !remove;
	return true;
}

/* One word of the list; false if it is neither class nor command. */
static bool
apply_word(Reading *reading, const char *word, size_t len)
{
	bool remove = len > 0 && word[0] == '-';
	int *classes = &reading->list->classes;
	int class;

	if (remove)
	{
		word++;
		len--;
	}
	if (is_word(word, len, "none") && !remove)
	{
		*classes = 0;
		reading->says_none = true;
		return true;
	}
	class = is_word(word, len, "all") ? AUD_CLASS_ALL
									  : aud_class_by_name(word, len);
	if (class == 0)
		return apply_command_word(reading, word, len, remove);
	reading->takes_from_nothing |= remove && *classes == 0;
	reading->says_none &= remove;
	*classes = remove ? *classes & ~class : *classes | class;
	return true;
}

/* Whoever means to record nothing has to say so. */
static bool
check_list(const Reading *reading)
{
	if (reading->takes_from_nothing)
		GUC_check_errdetail("The list takes classes away before it names any.");
	else if (reading->list->classes == 0 && !reading->says_none &&
			 !reading->says_any)
		GUC_check_errdetail(
			"The list names no class, so nothing would be recorded.");
	else
		return true;
	GUC_check_errhint(
		"Write \"none\" to record nothing, or \"all, -misc\" to record all classes but one.");
	return false;
}

/* The class or command that is spelled most like the word; NULL: none is near. */
static const char *
nearest_word(const char *word, size_t len)
{
	const char *name = aud_class_nearest(word, len);
	AudNearest  nearest;

	if (name != NULL)
		return name;
	aud_nearest_begin(&nearest, word, len);
	aud_nearest_try(&nearest, "set_role");
	for (size_t i = 0; i < lengthof(short_names); i++)
		aud_nearest_try(&nearest, short_names[i].name);
	for (int tag = 0; tag < AUD_COMMAND_TAGS; tag++)
	{
		const char *tag_name = GetCommandTagName(tag);
		char       *spelled = palloc(strlen(tag_name) + 1);

		respell(spelled, tag_name, strlen(tag_name), ' ', '_', pg_tolower);
		if (tag != CMDTAG_UNKNOWN)
			aud_nearest_try(&nearest, spelled);
	}
	return nearest.name;
}

static void
explain_unknown(const char *word, size_t len)
{
	const char *name;

	GUC_check_errdetail("Unrecognized class or command \"%.*s\".", (int) len, word);
	if (len > 0 && word[0] == '-')
	{
		word++;
		len--;
	}
	name = nearest_word(word, len);
	if (name != NULL)
		GUC_check_errhint("Perhaps you meant \"%s\". Valid classes are all, none, %s; commands are named like truncate, create_table or set_role; \"-\" before a name takes it away.",
						  name,
						  aud_class_names());
	else
		GUC_check_errhint("Valid classes are all, none, %s; commands are named like truncate, create_table or set_role; \"-\" before a name takes it away.",
						  aud_class_names());
}

bool
aud_log_list_read(const char *list, AudLogList *out)
{
	Reading     reading = {.list = out};
	const char *p = list;

	memset(out, 0, sizeof(*out));
	while (*p != '\0')
	{
		size_t len;

		p += strspn(p, SEPARATORS);
		len = strcspn(p, SEPARATORS);
		if (len == 0)
			break;
		if (!apply_word(&reading, p, len))
		{
			explain_unknown(p, len);
			return false;
		}
		p += len;
	}
	return check_list(&reading);
}
