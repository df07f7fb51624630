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
#include "core/nearest.h"

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

const char *const aud_access_names[] = {
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
	NULL,
};

const char *const aud_event_names[] = {
	"statement",
	"error",
	"session",
	"session.auth",
	"session.start",
	"session.end",
	"role",
	"config",
	"transaction",
	"replication",
	"worker",
	"custom",
	"alert",
	"audit",
	"audit.start",
	"audit.stop",
	"audit.open",
	"audit.close",
	"audit.checkpoint",
	"audit.gap",
	"audit.expire",
	NULL,
};

const char *const aud_outcome_names[] = {
	"success",
	"failure",
	"partial",
	"unknown",
	NULL,
};

const char *const aud_origin_names[] = {
	"client",
	"function",
	"trigger",
	"referential",
	"rule",
	"extension",
	"worker",
	"fastpath",
	NULL,
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

const char *
aud_class_nearest(const char *word, size_t len)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, word, len);
	for (size_t i = 0; i < lengthof(class_names); i++)
		aud_nearest_try(&nearest, class_names[i].name);
	aud_nearest_try(&nearest, "all");
	aud_nearest_try(&nearest, "none");
	return nearest.name;
}

const char *
aud_class_names(void)
{
	return "read, write, function, role, ddl, misc, misc_set, session, "
		   "error, replication, transaction, config";
}

const char *
aud_class_name(int class)
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
			aud_buf_cstr(b, aud_class_name(primary_order[i]));
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
		aud_buf_cstr(b, aud_class_name(primary_order[i]));
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
		append_names(b, access, aud_access_names, lengthof(aud_access_names) - 1);
}
