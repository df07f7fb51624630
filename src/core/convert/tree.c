/*-------------------------------------------------------------------------
 *
 * tree.c
 *	  Nested JSON from a table: rows say which key of a record becomes which
 *	  member of which object.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/tree.h"

#include <string.h>

#include "core/json_write.h"

/* ---- objects ---------------------------------------------------------------- */

static bool
is_within(const AudGroup *groups, int inner, int outer)
{
	while (inner != outer && inner > 0)
		inner = groups[inner].parent;
	return inner == outer;
}

static void
add_key(AudBuf *b, const char *name)
{
	if (b->len > 0 && b->data[b->len - 1] != '{')
		aud_buf_char(b, ',');
	aud_buf_char(b, '"');
	aud_buf_cstr(b, name);
	aud_buf_append(b, "\":", 2);
}

static void
open_group(AudTree *t, int group)
{
	if (group == t->open)
		return;
	open_group(t, t->groups[group].parent);
	add_key(t->b, t->groups[group].name);
	aud_buf_char(t->b, '{');
	t->open = group;
}

static void
go_to(AudTree *t, int group)
{
	while (!is_within(t->groups, group, t->open))
	{
		aud_buf_char(t->b, '}');
		t->open = t->groups[t->open].parent;
	}
	open_group(t, group);
}

void
aud_tree_key(AudTree *t, int group, const char *name)
{
	if (group != t->open)
		go_to(t, group);
	add_key(t->b, name);
}

void
aud_tree_word(AudTree *t, int group, const char *name, const char *word)
{
	aud_tree_key(t, group, name);
	aud_buf_char(t->b, '"');
	aud_buf_cstr(t->b, word);
	aud_buf_char(t->b, '"');
}

void
aud_tree_number(AudTree *t, int group, const char *name, int64_t n)
{
	aud_tree_key(t, group, name);
	aud_json_int(t->b, n);
}

/* ---- values ----------------------------------------------------------------- */

void
aud_tree_value(AudBuf *b, const AudJsonValue *value)
{
	if (value->kind == AUD_JSON_STRING)
	{
		char *at = aud_buf_reserve(b, value->len + 2);

		if (at == NULL)
			return;
		at[0] = '"';
		memcpy(at + 1, value->text, value->len);
		at[value->len + 1] = '"';
	}
	else
		aud_buf_append(b, value->text, value->len);
}

void
aud_tree_identity(AudTree *t, int group, const char *name, const AudFields *f)
{
	aud_tree_key(t, group, name);
	aud_buf_char(t->b, '"');
	aud_buf_append(t->b, f->values[AUD_F_log].text, f->values[AUD_F_log].len);
	aud_buf_char(t->b, ':');
	aud_json_uint(t->b, f->seq);
	aud_buf_char(t->b, '"');
}

void
aud_put_identity(AudTree *t, const AudFields *f, const AudRow *row)
{
	aud_tree_identity(t, row->group, row->name, f);
}

void
aud_put_service(AudTree *t, const AudFields *f, const AudRow *row)
{
	(void) f;
	aud_tree_word(t, row->group, row->name, "postgresql");
}

/* A value as a text, whatever it is: a store that takes numbers takes no word there. */
static void
add_as_text(AudBuf *b, const AudJsonValue *value)
{
	if (value->kind == AUD_JSON_STRING)
		aud_tree_value(b, value);
	else
		aud_json_string(b, value->text, value->len);
}

/* The list, with each "value" as a text. */
static void
add_params(AudBuf *b, const AudJsonValue *params)
{
	AudJsonScan  scan;
	AudJsonValue param;
	bool         first = true;

	aud_buf_char(b, '[');
	aud_json_scan_array(&scan, params->text, params->len);
	while (aud_json_scan_element(&scan, &param))
	{
		AudJsonScan   within;
		AudJsonMember member;

		if (!first)
			aud_buf_char(b, ',');
		first = false;
		aud_buf_char(b, '{');
		aud_json_scan_object(&within, param.text, param.len);
		while (aud_json_scan_member(&within, &member))
		{
			if (b->data[b->len - 1] != '{')
				aud_buf_char(b, ',');
			aud_buf_append(b, member.key - 1, member.key_len + 2);
			aud_buf_char(b, ':');
			if (member.key_len == 5 && memcmp(member.key, "value", 5) == 0)
				add_as_text(b, &member.value);
			else
				aud_tree_value(b, &member.value);
		}
		aud_buf_char(b, '}');
	}
	aud_buf_char(b, ']');
}

static bool
are_words(const AudJsonValue *value)
{
	AudJsonScan  scan;
	AudJsonValue element;

	aud_json_scan_array(&scan, value->text, value->len);
	while (aud_json_scan_element(&scan, &element))
		if (element.kind != AUD_JSON_STRING)
			return false;
	return true;
}

/* ---- a record --------------------------------------------------------------- */

static inline bool
is_for(const AudRow *row, int kind)
{
	return row->kinds == 0 || (row->kinds & kind) != 0;
}

void
aud_table_taken(const AudTable *table, int kind, AudTaken *taken)
{
	memset(taken, 0, sizeof(*taken));
	taken->field[AUD_F_v] = true;
	taken->field[AUD_F_log] = true;
	for (int i = 0; i < table->n; i++)
	{
		const AudRow *row = &table->rows[i];

		if (row->field < AUD_FIELD_COUNT && !row->keep && is_for(row, kind))
			taken->field[row->field] = true;
	}
}

static void
write_rest(AudTree *t, int group, const AudTaken *taken, const AudFields *f)
{
	for (int i = 0; i < f->n_present; i++)
	{
		AudField            field = f->present[i];
		const AudJsonValue *value = &f->values[field];

		if (taken->field[field])
			continue;
		aud_tree_key(t, group, aud_field_name(field));
		if (field == AUD_F_params)
			add_params(t->b, value);
		else if (field == AUD_F_custom_detail)
			add_as_text(t->b, value);
		else
			aud_tree_value(t->b, value);
	}
	for (int i = 0; i < f->n_others; i++)
	{
		const AudJsonMember *other = &f->others[i];
		char                 name[64];

		if (other->value.kind == AUD_JSON_NULL)
			continue;
		memcpy(name, other->key, other->key_len);
		name[other->key_len] = '\0';
		aud_tree_key(t, group, name);
		if (other->value.kind == AUD_JSON_OBJECT ||
			(other->value.kind == AUD_JSON_ARRAY && !are_words(&other->value)))
			add_as_text(t->b, &other->value);
		else
			aud_tree_value(t->b, &other->value);
	}
}

void
aud_table_write(const AudTable *table, int kind, const AudTaken *taken,
				const char *version, const AudFields *f, AudBuf *b)
{
	AudTree t = {b, table->groups, 0, kind, version};

	aud_buf_char(b, '{');
	for (int i = 0; i < table->n; i++)
	{
		const AudRow *row = &table->rows[i];

		if ((row->field < AUD_FIELD_COUNT && !f->has[row->field]) ||
			!is_for(row, kind))
			continue;
		if (row->put != NULL)
			row->put(&t, f, row);
		else
		{
			aud_tree_key(&t, row->group, row->name);
			aud_tree_value(b, &f->values[row->field]);
		}
	}
	write_rest(&t, table->rest, taken, f);
	go_to(&t, 0);
	aud_buf_char(b, '}');
}
