/*-------------------------------------------------------------------------
 *
 * classify.c
 *	  Command and access -> class: the vocabulary and the one table.
 *
 * A statement has as many classes as it does different things; the primary
 * one is the gravest of them, so that a reader who looks at one word only
 * never takes a write for a read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "tcop/utility.h"

#include "classify.h"
#include "settings.h"

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

/*
 * Commands whose classes do not follow from PostgreSQL's own division into
 * ddl, mod and all (GetCommandLogLevel).
 */
static const struct
{
	CommandTag tag;
	int        classes;
} command_classes[] = {
	{CMDTAG_ALTER_DEFAULT_PRIVILEGES, AUD_CLASS_ROLE},
	{CMDTAG_ALTER_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_ALTER_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_ALTER_SYSTEM, AUD_CLASS_CONFIG},
	{CMDTAG_ANALYZE, AUD_CLASS_MISC},
	{CMDTAG_CALL, AUD_CLASS_FUNCTION},
	{CMDTAG_CLUSTER, AUD_CLASS_DDL},
	{CMDTAG_CREATE_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_CREATE_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_DO, AUD_CLASS_FUNCTION},
	{CMDTAG_DROP_OWNED, AUD_CLASS_ROLE | AUD_CLASS_DDL},
	{CMDTAG_DROP_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_DROP_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_GRANT, AUD_CLASS_ROLE},
	{CMDTAG_GRANT_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_LOAD, AUD_CLASS_MISC | AUD_CLASS_CONFIG},
	{CMDTAG_REASSIGN_OWNED, AUD_CLASS_ROLE | AUD_CLASS_DDL},
	{CMDTAG_REINDEX, AUD_CLASS_DDL},
	{CMDTAG_RESET, AUD_CLASS_MISC_SET},
	{CMDTAG_REVOKE, AUD_CLASS_ROLE},
	{CMDTAG_REVOKE_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_SECURITY_LABEL, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_SET, AUD_CLASS_MISC_SET},
	{CMDTAG_VACUUM, AUD_CLASS_MISC},
};

int
aud_class_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < lengthof(class_names); i++)
	{
		if (strlen(class_names[i].name) == len &&
			pg_strncasecmp(class_names[i].name, name, len) == 0)
			return class_names[i].class;
	}
	return 0;
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

int
aud_class_of_access(int access)
{
	int classes = 0;

	if (access & (AUD_ACCESS_SELECT | AUD_ACCESS_COPY_TO))
		classes |= AUD_CLASS_READ;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
		classes |= AUD_CLASS_WRITE;
	if (access & AUD_ACCESS_EXECUTE)
		classes |= AUD_CLASS_FUNCTION;
	return classes;
}

/*
 * SET ROLE and its relatives change who acts, and SET secaudit.* or log_*
 * what is recorded of it: both are more than another MISC_SET.
 */
static int
class_of_variable_set(VariableSetStmt *stmt)
{
	return stmt->name != NULL ? aud_settings_class(stmt->name)
							  : AUD_CLASS_MISC_SET;
}

int
aud_class_of_utility(Node *parsetree, CommandTag tag)
{
	if (IsA(parsetree, VariableSetStmt))
		return class_of_variable_set((VariableSetStmt *) parsetree);
	if (IsA(parsetree, AlterRoleSetStmt))
		return AUD_CLASS_ROLE | AUD_CLASS_CONFIG;
	if (IsA(parsetree, AlterDatabaseSetStmt))
		return AUD_CLASS_DDL | AUD_CLASS_CONFIG;

	for (size_t i = 0; i < lengthof(command_classes); i++)
	{
		if (command_classes[i].tag == tag)
			return command_classes[i].classes;
	}

	/*
	 * EXPLAIN, EXECUTE, DECLARE and COPY get read and write from the objects
	 * they really touch; asking GetCommandLogLevel about them would look
	 * into the statement they wrap and may even miss.
	 */
	switch (nodeTag(parsetree))
	{
		case T_ExplainStmt:
		case T_PrepareStmt:
		case T_ExecuteStmt:
		case T_DeclareCursorStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
			return 0;
		case T_CopyStmt:
			/* that of a query is known from what the query touches */
			if (((CopyStmt *) parsetree)->query != NULL)
				return 0;
			return ((CopyStmt *) parsetree)->is_from ? AUD_CLASS_WRITE
													 : AUD_CLASS_READ;
		default:
			break;
	}

	switch (GetCommandLogLevel(parsetree))
	{
		case LOGSTMT_DDL:
			return AUD_CLASS_DDL;
		case LOGSTMT_MOD:
			return AUD_CLASS_WRITE;
		default:
			return AUD_CLASS_MISC;
	}
}
