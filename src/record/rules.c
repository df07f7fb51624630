/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  What rules have to do with a record: the names of those that chose it, the
 *	  names they look at, and the record of an alert.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/json_scan.h"
#include "record/fields.h"
#include "record/record.h"

/* Bytes of the names that a record lists. */
#define NAMES_MAX 1024

/* The list is kept in one piece, which moves to the end of the arena to grow. */
void
aud_stmt_add_rule(AudStmt *stmt, const char *name)
{
	AudSpan *names = &stmt->rules.names;
	size_t   room = names->len + strlen(name) + sizeof(",\"\"");
	char    *at;
	AudBuf   b;

	if (room > NAMES_MAX || (at = aud_stmt_arena(stmt, room)) == NULL)
	{
		stmt->rules.omitted++;
		return;
	}
	aud_buf_init(&b, at, room);
	if (names->len > 0)
	{
		aud_buf_append(&b, stmt->arena.data + names->off, names->len);
		aud_buf_char(&b, ',');
	}
	aud_buf_char(&b, '"');
	aud_buf_cstr(&b, name);
	aud_buf_char(&b, '"');
	names->off = stmt->arena.len;
	names->len = b.len;
	stmt->arena.len += b.len;
}

void
aud_record_append_rules(AudBuf *b, const AudStmt *stmt)
{
	const AudSpan *names = &stmt->rules.names;

	if (names->len == 0)
		return;
	aud_buf_lit(b, ",\"rules\":[");
	aud_buf_append(b, stmt->arena.data + names->off, names->len);
	aud_buf_char(b, ']');
	if (stmt->rules.omitted > 0)
		aud_json_lit_uint(b, "rules_omitted", stmt->rules.omitted);
}

/* Heads are ours, "type":"table","name":"public.card", and no type has a quote. */
bool
aud_stmt_object_name(const AudStmt *stmt, int i, char *text, size_t size)
{
	static const char key[] = "\"name\":\"";
	AudBuf            b;

	aud_buf_init(&b, text, size);
	for (int n = 0; n < stmt->objects.n; n++)
	{
		const AudObject *object = &stmt->objects.items[n];
		const char      *head = stmt->arena.data + object->head_off;
		const char      *from;
		const char      *end;

		if (object->head_len == 0 || i-- > 0)
			continue;
		from = memmem(head, object->head_len, key, sizeof(key) - 1);
		if (from == NULL)
			return true;
		from += sizeof(key) - 1;
		for (end = from; end < head + object->head_len && *end != '"'; end++)
			end += *end == '\\';
		if (!aud_json_unescape(&b, from, Min(end - from, size - 1)))
			aud_buf_append(&b, from, Min(end - from, size - 1));
		return true;
	}
	return false;
}

/* As many of the objects as the line has room for. */
static void
append_objects(AudBuf *b, const AudStmt *stmt)
{
	int    next = 0;
	uint64 left;

	aud_record_append_objects(b, stmt, &next, aud_record_line_room() / 2);
	left = stmt->objects.n - next + stmt->objects.omitted;
	if (left > 0)
		aud_json_lit_uint(b, "objects_omitted", left);
}

void
aud_record_rule_alert(const AudStmt *stmt, const char *rule,
					  const char *severity, const char *reason)
{
	AudTextScope scope;
	AudBuf       b;

	aud_record_line_begin(&scope);
	aud_record_line_init(&b, aud_record_line_room());
	aud_record_append_start(&b, GetCurrentTimestamp());
	aud_json_lit_word(&b, "event", "alert");
	aud_json_lit_word(&b, "class", "alert");
	if (!stmt->what.is_error)
		aud_json_lit_word(&b, "command", aud_record_command_name(stmt));
	aud_record_append_outcome(&b, AUD_OUTCOME_FAILURE); /* as of every alert */
	aud_record_append_failure(&b, &stmt->result.failure);
	aud_record_append_who(&b, stmt);
	aud_record_append_place(&b, stmt);
	aud_json_lit_word(&b, "reason", reason);
	aud_json_lit_word(&b, "rule", rule);
	aud_json_lit_word(&b, "severity", severity);
	append_objects(&b, stmt);
	aud_record_append_tags(&b, &stmt->tags);
	aud_buf_char(&b, '}');
	aud_buffer_append(b.data, b.len);
	aud_text_end(&scope);
}
