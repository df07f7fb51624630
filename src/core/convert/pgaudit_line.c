/*-------------------------------------------------------------------------
 *
 * pgaudit_line.c
 *	  One line as pgaudit 1.7 writes it:
 *
 *	  AUDIT: SESSION,<n>,<m>,<class>,<command>,<type>,<name>,<statement>,<parameters>
 *
 * Fields are quoted as pgaudit quotes them, and a line break is followed by a
 * tab, as in the server's log.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/convert/pgaudit_line.h"
#include "core/convert/text.h"
#include "core/json_write.h"

/* ---- fields -------------------------------------------------------------------- */

/* As pgaudit makes a field of CSV. */
static void
add_field(AudBuf *b, const char *s, size_t len)
{
	aud_text_cell(b, s, len, false);
}

/* pgaudit hides all behind the word in what makes and changes roles. */
static void
add_statement(AudPgauditOut *o, const AudPgauditStatement *s)
{
	static const char *const commands[] = {"CREATE ROLE",
										   "ALTER ROLE",
										   "CREATE USER MAPPING",
										   "ALTER USER MAPPING"};
	bool hides = aud_field_is_one_of(s->f, AUD_F_command, commands, 4);

	for (size_t i = 0; hides && i + 8 <= s->query_len; i++)
	{
		if (!aud_pgaudit_begins(s->query + i, s->query_len - i, "password"))
			continue;
		o->params.len = 0;
		aud_buf_append(&o->params, s->query, i + 8);
		aud_buf_lit(&o->params, " <REDACTED>");
		add_field(&o->line, o->params.data, o->params.len);
		return;
	}
	add_field(&o->line, s->query, s->query_len);
}

/* One parameter, as its type's output function has it. */
static void
add_param(AudPgauditOut *o, const AudJsonValue *param)
{
	AudJsonValue value;
	size_t       len;
	const char  *s;

	if (!aud_json_find(param->text, param->len, "value", &value))
	{
		if (aud_json_find(param->text, param->len, "bytes", &value))
			aud_buf_lit(&o->params, "<not logged>");
		return;
	}
	if (value.kind == AUD_JSON_BOOL)
	{
		aud_buf_char(&o->params, value.text[0]);
		return;
	}
	s = aud_text_of(&o->text, &value, &len);
	add_field(&o->params, s, len);
}

static void
add_params(AudPgauditOut *o, const AudFields *f)
{
	AudJsonScan  scan;
	AudJsonValue param;
	bool         first = true;

	if (!o->c->options.log_parameter)
	{
		aud_buf_lit(&o->line, "<not logged>");
		return;
	}
	if (!f->has[AUD_F_params])
	{
		aud_buf_lit(&o->line, "<none>");
		return;
	}
	o->params.len = 0;
	o->params.data[0] = '\0';
	aud_json_scan_array(&scan,
						f->values[AUD_F_params].text,
						f->values[AUD_F_params].len);
	while (aud_json_scan_element(&scan, &param))
	{
		if (!first)
			aud_buf_char(&o->params, ',');
		first = false;
		add_param(o, &param);
	}
	add_field(&o->line, o->params.data, o->params.len);
}

/* ---- a line --------------------------------------------------------------------- */

static void
put_line(AudPgauditOut *o)
{
	const char *from = o->line.data;
	const char *end = from + o->line.len;
	const char *newline;

	while ((newline = memchr(from, '\n', (size_t) (end - from))) != NULL)
	{
		o->c->sink(o->c->arg, from, (size_t) (newline + 1 - from));
		o->c->sink(o->c->arg, "\t", 1);
		from = newline + 1;
	}
	o->c->sink(o->c->arg, from, (size_t) (end - from));
	o->c->sink(o->c->arg, "\n", 1);
}

uint64_t
aud_pgaudit_next(AudPgauditOut *o)
{
	if (!o->numbers->begun)
	{
		o->numbers->begun = true;
		o->numbers->statement++;
		o->numbers->sub = 0;
	}
	return ++o->numbers->sub;
}

void
aud_pgaudit_add(AudPgauditOut *o, const AudPgauditStatement *s,
				const AudPgauditLine *line, const AudJsonValue *statement,
				bool params)
{
	AudBuf *b = &o->line;

	b->len = 0;
	if (o->c->options.log_line_prefix != NULL)
		aud_pgaudit_prefix(o, s->f);
	aud_buf_lit(b, "AUDIT: SESSION,");
	aud_json_uint(b, o->numbers->statement);
	aud_buf_char(b, ',');
	aud_json_uint(b, line->sub);
	aud_buf_char(b, ',');
	aud_buf_cstr(b, line->class);
	aud_buf_char(b, ',');
	add_field(b, line->command, line->command_len);
	aud_buf_char(b, ',');
	if (line->type != NULL)
	{
		size_t from = b->len;

		add_field(b, line->type, line->type_len);
		for (size_t i = from; i < b->len; i++)
			if (b->data[i] >= 'a' && b->data[i] <= 'z')
				b->data[i] = (char) (b->data[i] - 'a' + 'A');
	}
	aud_buf_char(b, ',');
	if (line->name != NULL)
		add_field(b, line->name, line->name_len);
	aud_buf_char(b, ',');
	if (statement != NULL)
	{
		size_t      len;
		const char *text = aud_text_of(&o->text, statement, &len);

		add_field(b, text, len);
	}
	else
		add_statement(o, s);
	aud_buf_char(b, ',');
	if (params || !o->c->options.log_parameter)
		add_params(o, s->f);
	else
		aud_buf_lit(b, "<none>");
	put_line(o);
}
