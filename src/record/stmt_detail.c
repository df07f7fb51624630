/*-------------------------------------------------------------------------
 *
 * stmt_detail.c
 *	  The details of a statement: what is special to its command, as members
 *	  of its record, ,"key":value one after the other in the frame's arena.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/json_scan.h"
#include "core/json_write.h"
#include "record/stmt.h"

/* Bytes of a text among the details. */
#define TEXT_MAX 1024

/* The digits of an unsigned number of 64 bits. */
#define UINT_ROOM 20

/*
 * Details are kept in one piece; if something else went into the arena
 * since, the piece is moved to the end first.
 */
static char *
room_at_end(AudStmt *stmt, size_t n)
{
	char *room = aud_stmt_arena(stmt, stmt->detail.len + n);

	if (room == NULL)
		return NULL;
	if (stmt->detail.len == 0)
		stmt->detail.off = stmt->arena.len;
	else if (stmt->detail.off + stmt->detail.len != stmt->arena.len)
	{
		memcpy(room, stmt->arena.data + stmt->detail.off, stmt->detail.len);
		stmt->detail.off = stmt->arena.len;
		stmt->arena.len += stmt->detail.len;
	}
	return stmt->arena.data + stmt->arena.len;
}

/*
 * Begin ,"key": with room for the value; false if memory is short, or if there
 * is such a member already: a command that is refused for naming something
 * twice would otherwise leave a key twice.
 */
static bool
begin(AudStmt *stmt, AudBuf *b, const char *key, size_t value_room)
{
	size_t       room = strlen(key) + value_room + sizeof(",\"\":");
	char        *at = room_at_end(stmt, room);
	AudJsonValue there;

	if (at == NULL)
		return false;
	aud_buf_init(b, at, room);
	aud_json_key(b, key);
	return stmt->detail.len == 0 ||
		   !aud_json_find_member(stmt->arena.data + stmt->detail.off,
								 stmt->detail.len,
								 key,
								 &there);
}

/* The value is written. */
static void
end(AudStmt *stmt, const AudBuf *b)
{
	if (b->truncated)
		return;
	stmt->detail.len += b->len;
	stmt->arena.len += b->len;
}

void
aud_stmt_detail(AudStmt *stmt, const char *key, const char *value)
{
	AudBuf b;

	if (!begin(stmt, &b, key, aud_text_name_room(value)))
		return;
	aud_text_append_name(&b, value);
	end(stmt, &b);
}

/* In the scope of the text, which is cut where it is long. */
static void
put_prepared(AudStmt *stmt, const char *key, AudText *text)
{
	AudBuf b;

	stmt->detail_redacted |= text->redacted;
	aud_text_limit(text, TEXT_MAX);
	if (!begin(stmt, &b, key, 6 * text->len + sizeof("\"\"")))
		return;
	aud_json_string(&b, text->data, text->len);
	end(stmt, &b);
}

void
aud_stmt_detail_text(AudStmt *stmt, const char *key, const char *value, size_t len)
{
	const AudTextHidden none = {0};

	aud_stmt_detail_hidden(stmt, key, value, len, &none);
}

void
aud_stmt_detail_hidden(AudStmt *stmt, const char *key, const char *value,
					   size_t len, const AudTextHidden *hidden)
{
	AudTextScope scope;
	AudText      text;

	aud_text_begin(&scope);
	aud_text_prepare_hidden(&text, value, len, hidden);
	put_prepared(stmt, key, &text);
	aud_text_end(&scope);
}

void
aud_stmt_detail_value(AudStmt *stmt, const char *key, const char *value)
{
	AudTextScope scope;
	AudText      text;

	aud_text_begin(&scope);
	aud_text_prepare_value(&text, value, strlen(value));
	put_prepared(stmt, key, &text);
	aud_text_end(&scope);
}

void
aud_stmt_detail_plain(AudStmt *stmt, const char *key, const char *value)
{
	AudTextScope scope;
	AudText      text;

	aud_text_begin(&scope);
	aud_text_prepare_plain(&text, value, strlen(value));
	put_prepared(stmt, key, &text);
	aud_text_end(&scope);
}

void
aud_stmt_detail_strings(AudStmt *stmt, const char *key, const List *strings)
{
	size_t    room = sizeof("[]");
	ListCell *lc;
	AudBuf    b;

	foreach (lc, strings)
		room += aud_text_name_room(lfirst(lc)) + 1;
	if (strings == NIL || !begin(stmt, &b, key, room))
		return;
	foreach (lc, strings)
	{
		aud_buf_char(&b, foreach_current_index(lc) == 0 ? '[' : ',');
		aud_text_append_name(&b, lfirst(lc));
	}
	aud_buf_char(&b, ']');
	end(stmt, &b);
}

void
aud_stmt_detail_uint(AudStmt *stmt, const char *key, uint64 value)
{
	AudBuf b;

	if (!begin(stmt, &b, key, UINT_ROOM))
		return;
	aud_json_uint(&b, value);
	end(stmt, &b);
}

void
aud_stmt_detail_flag(AudStmt *stmt, const char *key)
{
	aud_stmt_detail_bool(stmt, key, true);
}

void
aud_stmt_detail_bool(AudStmt *stmt, const char *key, bool value)
{
	const char *json = value ? "true" : "false";

	aud_stmt_detail_json(stmt, key, json, strlen(json));
}

void
aud_stmt_detail_json(AudStmt *stmt, const char *key, const char *json, size_t len)
{
	AudBuf b;

	if (!begin(stmt, &b, key, len))
		return;
	aud_buf_append(&b, json, len);
	end(stmt, &b);
}
