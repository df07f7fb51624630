/*-------------------------------------------------------------------------
 *
 * replication.c
 *	  The commands of a walsender, which no hook of the server tells of.
 *
 * While one runs, debug_query_string holds it, and everything it does ends in
 * messages to the client: its results, a stream, CommandComplete with its
 * name, or an error.  The first of them opens its frame, the last ends it,
 * whatever the server log shows.  A stream may go on for months, so its
 * beginning is a record as well.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "replication/walsender.h"
#include "tcop/tcopprot.h"

#include "core/class.h"
#include "core/lex.h"
#include "hooks/hooks.h"
#include "server/wire.h"
#include "statement/policy.h"
#include "statement/request.h"
#include "statement/statement.h"

/* The words that make a walsender take a text for a command of its own. */
typedef struct ReplicationCommand
{
	const char *name;
	int         slot_access; /* what is done to a slot; 0: it has none */
	bool privileged; /* copies what is in the server, or decides who may */
} ReplicationCommand;

static const ReplicationCommand commands[] = {
	{"IDENTIFY_SYSTEM", 0, false},
	{"BASE_BACKUP", 0, true},
	{"START_REPLICATION", AUD_ACCESS_SELECT, true},
	{"CREATE_REPLICATION_SLOT", AUD_ACCESS_CREATE, true},
	{"ALTER_REPLICATION_SLOT", AUD_ACCESS_ALTER, true},
	{"DROP_REPLICATION_SLOT", AUD_ACCESS_DROP, true},
	{"READ_REPLICATION_SLOT", AUD_ACCESS_SELECT, false},
	{"TIMELINE_HISTORY", 0, false},
	{"UPLOAD_MANIFEST", 0, false},
	{"SHOW", 0, false},
};

/*
 * The next word of a text, at most as long as an identifier; returns what
 * follows it.  The commands know no comments: with one in front a text is SQL.
 */
static const char *
next_word(const char *text, char *word)
{
	AudLevel level;
	AudLevel name;
	AudToken tok;
	size_t   pos = 0;
	int      len = 0;
	int      c;

	aud_lex_source(&level, text, strlen(text));
	level.data = true;
	do
		aud_lex_token(&level, &pos, &tok);
	while (tok.kind == AUD_TOK_PUNCT && tok.text[0] == '(');
	if (tok.kind == AUD_TOK_QUOTED_NAME)
	{
		aud_lex_inside(&name, &level, &tok);
		pos = tok.body;
		while (len < NAMEDATALEN - 1 &&
			   (c = aud_lex_char(&name, &pos)) != AUD_LEX_END)
			word[len++] = (char) c;
	}
	else if (tok.kind == AUD_TOK_WORD)
	{
		len = Min(tok.end - tok.start, NAMEDATALEN - 1);
		memcpy(word, text + tok.start, len);
	}
	word[len] = '\0';
	return text + tok.end;
}

/* The running command, or NULL; *rest is what follows its name. */
static const ReplicationCommand *
running_command(const char **rest)
{
	char word[NAMEDATALEN];

	if (debug_query_string == NULL)
		return NULL;
	*rest = next_word(debug_query_string, word);
	for (size_t i = 0; i < lengthof(commands); i++)
	{
		if (pg_strcasecmp(word, commands[i].name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* The slot that a command is about, in word; false: none. */
static bool
find_slot(const ReplicationCommand *command, const char *rest, char *word)
{
	if (command->slot_access == 0)
		return false;
	rest = next_word(rest, word);
	if (command->name[0] == 'S')
	{
		/* START_REPLICATION [SLOT name] ... */
		if (pg_strcasecmp(word, "SLOT") != 0)
			return false;
		next_word(rest, word);
	}
	return word[0] != '\0';
}

static void
open_command(bool in_error)
{
	const char               *rest;
	const ReplicationCommand *command = running_command(&rest);
	char                      slot[NAMEDATALEN];

	if (command == NULL || !aud_policy_watching() ||
		aud_statement_active() != NULL)
		return;
	aud_request_begin_command(&(AudWalsenderCommand){
		.name = command->name,
		.slot = find_slot(command, rest, slot) ? slot : NULL,
		.slot_access = command->slot_access,
		.privileged = command->privileged,
		.in_error = in_error,
	});
}

static void
answered(char type, const char *body, size_t len)
{
	const char *command;

	if (type == 'd')
	{
		aud_request_command_sent(len);
		return;
	}
	if (type == 'Z')
		aud_request_at_rest();
	if (aud_request_command() == NULL && strchr("TWHC", type) != NULL)
		open_command(false);
	command = aud_request_command();
	if (command == NULL)
		return;

	if (type == 'E')
		aud_request_command_failed();
	else if (type == 'C' && strcmp(body, command) == 0)
		aud_request_end_command();
	else if (type == 'W' || type == 'H')
		aud_request_command_streams();
}

void
aud_replication_failing(void)
{
	if (am_walsender && aud_request_command() == NULL)
		open_command(true);
}

void
aud_replication_start(void)
{
	if (am_walsender)
		aud_wire_listen(answered);
}
