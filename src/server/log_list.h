/*-------------------------------------------------------------------------
 *
 * log_list.h
 *	  What secaudit.log names: classes, and single commands.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_LOG_LIST_H
#define AUD_SERVER_LOG_LIST_H

#include "postgres.h"

#include "tcop/cmdtag.h"

/* How many tags there are; the server's own name for that has gone in 18. */
enum
{
	AUD_COMMAND_TAGS = 0
#define PG_CMDTAG(tag, name, evtrgok, rwrok, rowcnt) +1
#include "tcop/cmdtaglist.h"
#undef PG_CMDTAG
};

#define AUD_LOG_TAG_WORDS ((AUD_COMMAND_TAGS + 63) / 64)

/* The commands that are named: set and, behind a "-", taken away. */
typedef struct AudLogCommands
{
	uint64 with[AUD_LOG_TAG_WORDS];
	uint64 without[AUD_LOG_TAG_WORDS];
	int    set_role; /* SET ROLE and SET SESSION AUTHORIZATION: 1, -1, 0 */
} AudLogCommands;

typedef struct AudLogList
{
	int            classes; /* bits of AudClass */
	bool           has_commands;
	AudLogCommands commands;
} AudLogList;

/*
 * Read a list like "ddl, role, -misc, truncate" from left to right: "all" and
 * "none" are there, and "-" takes a class or a command away.  Where a command
 * is named, that decides, whatever is said of its classes.  False, with detail
 * and hint for the error of a check hook, where it cannot be read.
 */
extern bool aud_log_list_read(const char *list, AudLogList *out);

/*
 * What the list says of a command by its name: 1 recorded, -1 not recorded, 0
 * nothing.  is_role: SET or RESET of a role.
 */
static inline int
aud_log_list_command(const AudLogCommands *commands, CommandTag tag, bool is_role)
{
	uint64 bit = UINT64CONST(1) << (tag % 64);

	if (is_role && commands->set_role != 0)
		return commands->set_role;
	if (commands->with[tag / 64] & bit)
		return 1;
	return commands->without[tag / 64] & bit ? -1 : 0;
}

#endif /* AUD_SERVER_LOG_LIST_H */
