/*-------------------------------------------------------------------------
 *
 * row.c
 *	  One record as one line of aligned columns.
 *
 * The columns have fixed widths: a follower cannot know what is still to
 * come, and rows that jump about are harder to read than shortened ones.  On
 * a narrow terminal the date goes to a line of its own, printed when it
 * changes, and the columns shrink; the narrowest go without some.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/row.h"

#include <stdlib.h>
#include <string.h>

#include "bin/str.h"
#include "bin/timearg.h"

/* Columns of each cell; 0 leaves it out. */
typedef struct Layout
{
	int  from; /* narrowest terminal for it */
	bool date;
	int  class_width;
	int  command;
	int  user;
	int  db;
	int  objects;
	int  rows;
	int  duration;
} Layout;

/* The widest comes first and serves files and pipes too. */
static const Layout layouts[] = {
	{150, true, 9, 15, 14, 10, 32, 8, 7},
	{100, false, 8, 13, 12, 8, 22, 6, 7},
	{80, false, 7, 12, 10, 0, 0, 0, 0},
	{0, false, 0, 12, 8, 0, 0, 0, 0},
};

/* A line being written. */
typedef struct Row
{
	const AudTerm *t;
	const Layout  *layout;
	const json_t  *record;
	int            used; /* columns, had every cell kept to its width */
} Row;

static const Layout *
choose_layout(int width)
{
	const Layout *layout = layouts;

	while (width > 0 && width < layout->from)
		layout++;
	return layout;
}

static void
put_cell(Row *row, const char *s, int width, bool right, AudColor color)
{
	if (width == 0)
		return;
	if (row->used > 0)
	{
		fputc(' ', row->t->out);
		row->used++;
	}
	aud_term_cell(row->t, s, width, right, color);
	row->used += width;
}

static const char *
text_of(const json_t *record, const char *key)
{
	const char *s = json_string_value(json_object_get(record, key));

	return s ? s : "";
}

/* "table public.card" is shown as name and access: public.card(select,update) */
static void
add_object(AudStr *out, const json_t *object)
{
	const json_t *access = json_object_get(object, "access");
	const char   *type = text_of(object, "type");

	if (out->len > 0)
		aud_str_add(out, " ");
	if (strcmp(type, "table") != 0 && *type)
		aud_str_printf(out, "%s ", type);
	aud_str_add(out, text_of(object, "name"));
	if (json_array_size(access) == 0)
		return;
	for (size_t i = 0; i < json_array_size(access); i++)
	{
		const char *word = json_string_value(json_array_get(access, i));

		aud_str_printf(out, "%c%s", i == 0 ? '(' : ',', word ? word : "?");
	}
	aud_str_add(out, ")");
}

static void
add_objects(AudStr *out, const json_t *record)
{
	const json_t *objects = json_object_get(record, "objects");
	const json_t *omitted = json_object_get(record, "objects_omitted");

	for (size_t i = 0; i < json_array_size(objects); i++)
		add_object(out, json_array_get(objects, i));
	if (json_is_integer(omitted))
		aud_str_printf(out,
					   " +%" JSON_INTEGER_FORMAT,
					   json_integer_value(omitted));
}

/* Where a session came from takes the place of objects. */
static void
add_client(AudStr *out, const json_t *record)
{
	const char *addr = text_of(record, "client_addr");
	const char *method = text_of(record, "auth_method");
	const char *app = text_of(record, "app");

	aud_str_printf(out, "from %s", *addr ? addr : "[local]");
	if (*method)
		aud_str_printf(out, " %s", method);
	if (*app)
		aud_str_printf(out, " %s", app);
}

/* Keys that have a column of their own, or say nothing to a reader. */
static bool
is_shown_elsewhere(const char *key)
{
	static const char *const keys[] = {
		"v",           "log",          "ts",
		"event",       "class",        "classes",
		"command",     "outcome",      "sqlstate",
		"error",       "node",         "db",
		"user",        "current_user", "session",
		"ssn",         "pid",          "client_addr",
		"client_port", "auth_method",  "app",
		"stmt",        "objects",      "objects_omitted",
		"rows",        "duration_us",  "query",
		"query_len",   "query_sha256", "seq",
		"h",           "pad",          "part",
		"parts",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

/* key=value of whatever else the record says: what an event without text has */
static void
add_details(AudStr *out, const json_t *record)
{
	const char *key;
	json_t     *value;

	json_object_foreach((json_t *) record, key, value)
	{
		char *text;

		if (is_shown_elsewhere(key))
			continue;
		if (out->len > 0)
			aud_str_add(out, " ");
		if (json_is_string(value))
		{
			aud_str_printf(out, "%s=%s", key, json_string_value(value));
			continue;
		}
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		aud_str_printf(out, "%s=%s", key, text ? text : "?");
		free(text);
	}
}

static void
add_duration(AudStr *out, const json_t *record)
{
	const json_t *v = json_object_get(record, "duration_us");
	double        us = (double) json_integer_value(v);

	if (!json_is_integer(v))
		return;
	if (us < 1000)
		aud_str_printf(out, "%.0fus", us);
	else if (us < 100e3)
		aud_str_printf(out, "%.1fms", us / 1e3);
	else if (us < 60e6)
		aud_str_printf(out, "%.2fs", us / 1e6);
	else
		aud_str_printf(out, "%.1fmin", us / 60e6);
}

typedef struct Mark
{
	const char *outcome;
	const char *utf8;
	const char *ascii;
	AudColor    color;
} Mark;

static const Mark *
mark_of(const json_t *record)
{
	static const Mark marks[] = {
		{"success", "\xE2\x9C\x93", "+", AUD_COLOR_GREEN},
		{"failure", "\xE2\x9C\x97", "x", AUD_COLOR_RED},
		{"partial", "\xE2\x89\x88", "~", AUD_COLOR_YELLOW},
		{"unknown", "?", "?", AUD_COLOR_YELLOW},
		{"", " ", " ", AUD_COLOR_NONE},
	};
	const char *outcome = text_of(record, "outcome");
	size_t      i = 0;

	while (*marks[i].outcome && strcmp(marks[i].outcome, outcome) != 0)
		i++;
	return &marks[i];
}

static void
put_time(Row *row, const AudRowOptions *options)
{
	static char last_date[16];
	char        date[16];
	char        time_of_day[64];
	AudStr      shown = {0};

	aud_str_reset(&shown);
	aud_timearg_show(text_of(row->record, "ts"),
					 options->utc,
					 date,
					 sizeof(date),
					 time_of_day,
					 sizeof(time_of_day));
	if (row->layout->date)
		aud_str_printf(&shown, "%s ", date);
	else if (strcmp(date, last_date) != 0)
	{
		aud_term_cell(row->t, date, 10, false, AUD_COLOR_BOLD);
		fputc('\n', row->t->out);
		strcpy(last_date, date);
	}
	aud_str_add(&shown, time_of_day);
	put_cell(row, shown.s, row->layout->date ? 23 : 12, false, AUD_COLOR_DIM);
	aud_str_free(&shown);
}

/* What stands in the command column: the event itself, unless a statement. */
static const char *
command_of(const json_t *record)
{
	const char *command = text_of(record, "command");
	const char *event = text_of(record, "event");

	return strcmp(event, "statement") == 0 || *event == '\0' ? command : event;
}

static void
put_who(Row *row)
{
	const char *effective = text_of(row->record, "current_user");
	AudStr      who = {0};

	aud_str_reset(&who);
	aud_str_add(&who, text_of(row->record, "user"));
	if (*effective)
		aud_str_printf(&who,
					   "%s%s",
					   row->t->signs ? "\xE2\x86\x92" : "->",
					   effective);
	put_cell(row, who.s, row->layout->user, false, AUD_COLOR_BOLD);
	put_cell(row, text_of(row->record, "db"), row->layout->db, false, AUD_COLOR_NONE);
	aud_str_free(&who);
}

/* Write s in what is left of the line; a stub of a few letters helps nobody. */
static void
put_rest(Row *row, const char *s, AudColor color)
{
	const AudTerm *t = row->t;
	int            room = t->width > 0 ? t->width - row->used - 1 : -1;

	if (*s == '\0' || (t->width > 0 && room < 4))
		return;
	fputc(' ', t->out);
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, color);
	row->used += 1 + aud_term_put(t, s, strlen(s), room);
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, AUD_COLOR_NONE);
}

/* What it was about: in a column, or where there is none, before the text. */
static void
put_objects(Row *row)
{
	AudStr text = {0};

	aud_str_reset(&text);
	add_objects(&text, row->record);
	if (text.len == 0 &&
		strncmp(text_of(row->record, "event"), "session.", 8) == 0)
		add_client(&text, row->record);
	if (row->layout->objects > 0)
		put_cell(row, text.s, row->layout->objects, false, AUD_COLOR_CYAN);
	else
		put_rest(row, text.s, AUD_COLOR_CYAN);
	aud_str_free(&text);
}

static void
put_counts(Row *row)
{
	const json_t *rows = json_object_get(row->record, "rows");
	AudStr        cell = {0};

	aud_str_reset(&cell);
	if (json_is_integer(rows))
		aud_str_printf(&cell,
					   "%" JSON_INTEGER_FORMAT "r",
					   json_integer_value(rows));
	put_cell(row, cell.s, row->layout->rows, true, AUD_COLOR_NONE);

	aud_str_reset(&cell);
	add_duration(&cell, row->record);
	put_cell(row, cell.s, row->layout->duration, true, AUD_COLOR_NONE);
	aud_str_free(&cell);
}

static void
put_error(Row *row)
{
	const char *sqlstate = text_of(row->record, "sqlstate");
	const char *message = text_of(row->record, "error");
	AudStr      text = {0};

	aud_str_reset(&text);
	aud_str_printf(&text,
				   "%s%s%s",
				   sqlstate,
				   *sqlstate && *message ? " " : "",
				   message);
	put_rest(row, text.s, AUD_COLOR_RED);
	aud_str_free(&text);
}

static void
put_text(Row *row)
{
	const json_t *part = json_object_get(row->record, "part");
	const json_t *parts = json_object_get(row->record, "parts");
	AudStr        text = {0};

	aud_str_reset(&text);
	if (json_is_integer(part) && json_is_integer(parts))
		aud_str_printf(&text,
					   "[%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT "] ",
					   json_integer_value(part),
					   json_integer_value(parts));
	if (json_is_string(json_object_get(row->record, "query")))
		aud_str_add(&text, text_of(row->record, "query"));
	else
		add_details(&text, row->record);
	put_rest(row, text.s, AUD_COLOR_NONE);
	aud_str_free(&text);
}

void
aud_row_print(const AudTerm *t, const json_t *record, const AudRowOptions *options)
{
	const Mark *mark = mark_of(record);
	Row         row = {t, choose_layout(t->width), record, 0};

	put_time(&row, options);
	put_cell(&row, t->signs ? mark->utf8 : mark->ascii, 1, false, mark->color);
	put_cell(&row,
			 text_of(record, "class"),
			 row.layout->class_width,
			 false,
			 AUD_COLOR_BLUE);
	put_cell(&row, command_of(record), row.layout->command, false, AUD_COLOR_NONE);
	put_who(&row);
	if (row.layout->objects > 0)
		put_objects(&row);
	put_counts(&row);
	put_error(&row);
	if (row.layout->objects == 0)
		put_objects(&row);
	put_text(&row);
	fputc('\n', t->out);
}
