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

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/ctl.h"
#include "bin/row_text.h"
#include "bin/timearg.h"
#include "core/nearest.h"

/* Deeper statements are not indented further. */
#define DEPTH_MAX 6

/* Columns of each cell; 0 leaves it out. */
typedef struct Layout
{
	int  from; /* narrowest terminal for it */
	bool date;
	int  width[AUD_COLUMNS];
} Layout;

/* The widest comes first and serves files and pipes too. */
static const Layout layouts[] = {
	/* time seq - class command user db client session app objects rows duration */
	{210, true, {23, 0, 1, 11, 17, 16, 10, 15, 15, 0, 36, 8, 7, 1}},
	{175, true, {23, 0, 1, 11, 16, 14, 10, 15, 0, 0, 32, 8, 7, 1}},
	{150, true, {23, 0, 1, 9, 15, 14, 10, 0, 0, 0, 32, 8, 7, 1}},
	{100, false, {12, 0, 1, 8, 13, 12, 8, 0, 0, 0, 22, 6, 7, 1}},
	{80, false, {12, 0, 1, 7, 12, 10, 0, 0, 0, 0, 0, 0, 0, 1}},
	{0, false, {12, 0, 1, 0, 12, 8, 0, 0, 0, 0, 0, 0, 0, 1}},
};

/* A line being written. */
typedef struct Row
{
	const AudTerm       *t;
	const Layout        *layout;
	const AudRowOptions *options;
	AudRecord           *record;
	int                  depth;
	AudStr               text; /* of the cell that is put together */
	int                  used; /* columns, had every cell kept to its width */
} Row;

static const Layout *
choose_layout(int width)
{
	const Layout *layout = layouts;

	while (width > 0 && width < layout->from)
		layout++;
	return layout;
}

/* ---- cells ----------------------------------------------------------------------- */

static void
put_blank(Row *row)
{
	if (row->used == 0)
		return;
	putc_unlocked(' ', row->t->out);
	row->used++;
}

static void
put_cell(Row *row, const char *s, int width, bool right, AudColor color)
{
	put_blank(row);
	aud_term_cell(row->t, s, width, right, color);
	row->used += width;
}

/* Write s in what is left of the line; a stub of a few letters helps nobody. */
static void
put_rest(Row *row, const char *s, AudColor color)
{
	const AudTerm *t = row->t;
	int            room = t->width > 0 ? t->width - row->used - 1 : -1;

	if (*s == '\0' || (t->width > 0 && room < 4))
		return;
	putc_unlocked(' ', t->out);
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, color);
	row->used += 1 + aud_term_put(t, s, strlen(s), room);
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, AUD_COLOR_NONE);
}

bool
aud_row_elapsed(const char *from, const char *to, int64_t *us)
{
	const char *ts[2] = {from, to};
	int64_t     at[2];

	for (int i = 0; i < 2; i++)
	{
		struct tm   tm = {0};
		const char *rest = strptime(ts[i], "%Y-%m-%dT%H:%M:%S", &tm);
		int         scale = 100000;

		if (rest == NULL)
			return false;
		at[i] = (int64_t) timegm(&tm) * 1000000;
		for (rest += *rest == '.'; *rest >= '0' && *rest <= '9' && scale > 0;
			 rest++)
		{
			at[i] += (*rest - '0') * scale;
			scale /= 10;
		}
	}
	*us = at[1] - at[0];
	return true;
}

/* "+12.345", "+1:02:03.456" */
static void
put_elapsed(Row *row)
{
	int64_t us;
	int64_t ms;

	if (aud_row_elapsed(row->options->began,
						aud_record_text(row->record, "ts"),
						&us))
	{
		ms = (us < 0 ? -us : us) / 1000;
		aud_str_add(&row->text, us < 0 ? "-" : "+");
		if (ms >= 3600000)
			aud_str_printf(&row->text,
						   "%" PRId64 ":%02d:",
						   ms / 3600000,
						   (int) (ms / 60000 % 60));
		else if (ms >= 60000)
			aud_str_printf(&row->text, "%d:", (int) (ms / 60000));
		aud_str_printf(&row->text,
					   ms >= 60000 ? "%02d.%03d" : "%d.%03d",
					   (int) (ms / 1000 % 60),
					   (int) (ms % 1000));
	}
	put_cell(row, row->text.s, 12, true, AUD_COLOR_DIM);
}

static void
put_time(Row *row, int width)
{
	static char last_date[16];
	char        date[16];
	char        time_of_day[64];

	if (row->options->began != NULL)
	{
		put_elapsed(row);
		return;
	}
	aud_timearg_show(aud_record_text(row->record, "ts"),
					 row->options->utc,
					 date,
					 sizeof(date),
					 time_of_day,
					 sizeof(time_of_day));
	if (row->layout->date)
	{
		aud_str_add(&row->text, date);
		aud_str_add(&row->text, " ");
	}
	else if (strcmp(date, last_date) != 0 && row->used == 0)
	{
		aud_term_cell(row->t, date, 10, false, AUD_COLOR_BOLD);
		fputc('\n', row->t->out);
		strcpy(last_date, date);
	}
	aud_str_add(&row->text, time_of_day);
	put_cell(row, row->text.s, width, false, AUD_COLOR_DIM);
}

static void
put_seq(Row *row, int width)
{
	const AudJsonValue *seq = aud_record_get(row->record, "seq");

	if (seq != NULL)
		aud_record_add_value(&row->text, seq);
	put_cell(row, row->text.s, width, true, AUD_COLOR_DIM);
}

static void
put_outcome(Row *row, int width)
{
	static const struct
	{
		const char *outcome;
		const char *utf8;
		const char *ascii;
		AudColor    color;
	} marks[] = {
		{"success", "\xE2\x9C\x93", "+", AUD_COLOR_GREEN},
		{"failure", "\xE2\x9C\x97", "x", AUD_COLOR_RED},
		{"partial", "\xE2\x89\x88", "~", AUD_COLOR_YELLOW},
		{"unknown", "?", "?", AUD_COLOR_YELLOW},
		{"", " ", " ", AUD_COLOR_NONE},
	};
	const char *outcome = aud_record_text(row->record, "outcome");
	size_t      i = 0;

	while (*marks[i].outcome && strcmp(marks[i].outcome, outcome) != 0)
		i++;
	put_cell(row,
			 row->t->signs ? marks[i].utf8 : marks[i].ascii,
			 width,
			 false,
			 marks[i].color);
}

/* Those that say least are dim: what an auditor looks for stands out. */
static AudColor
color_of_class(const char *class)
{
	static const struct
	{
		const char *class;
		AudColor color;
	} colors[] = {
		{"read", AUD_COLOR_BLUE},
		{"write", AUD_COLOR_CYAN},
		{"ddl", AUD_COLOR_YELLOW},
		{"role", AUD_COLOR_BRIGHT_MAGENTA},
		{"config", AUD_COLOR_MAGENTA},
		{"function", AUD_COLOR_GREEN},
		{"session", AUD_COLOR_BOLD},
		{"replication", AUD_COLOR_BRIGHT_BLUE},
		{"error", AUD_COLOR_RED},
		{"alert", AUD_COLOR_BRIGHT_RED},
	};

	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
		if (strcmp(colors[i].class, class) == 0)
			return colors[i].color;
	return AUD_COLOR_DIM;
}

static void
put_class(Row *row, int width)
{
	const char *class = aud_record_text(row->record, "class");

	put_cell(row, class, width, false, color_of_class(class));
}

/* The command, indented under that of its parent. */
static void
put_command(Row *row, int width)
{
	const AudTerm *t = row->t;
	bool           gone = aud_record_is(row->record, "event", "transaction") &&
				!aud_record_is(row->record, "command", "COMMIT");
	int indent = 0;

	put_blank(row);
	if (row->depth == AUD_ROW_ORPHAN)
		indent = 2;
	else if (row->depth > 0)
		indent = 2 * (row->depth < DEPTH_MAX ? row->depth : DEPTH_MAX);
	/* of a narrow column half is for the command itself */
	if (t->width > 0 && indent > width / 2)
		indent = width / 4 * 2;
	if (indent > 0)
	{
		aud_term_blanks(t, indent - 2);
		fputs_unlocked(row->depth == AUD_ROW_ORPHAN
						   ? (t->signs ? "\xE2\x86\x91 " : "^ ")
						   : (t->signs ? "\xE2\x94\x94 " : "- "),
					   t->out);
	}
	aud_row_command(&row->text, row->record);
	aud_term_cell(t,
				  row->text.s,
				  width - indent,
				  false,
				  gone ? AUD_COLOR_YELLOW : AUD_COLOR_NONE);
	row->used += width;
}

static void
put_user(Row *row, int width)
{
	const char *effective = aud_record_text(row->record, "current_user");

	aud_str_add(&row->text, aud_record_text(row->record, "user"));
	if (*effective)
		aud_str_printf(&row->text,
					   "%s%s",
					   row->t->signs ? "\xE2\x86\x92" : "->",
					   effective);
	put_cell(row, row->text.s, width, false, AUD_COLOR_BOLD);
}

static void
put_db(Row *row, int width)
{
	put_cell(row, aud_record_text(row->record, "db"), width, false, AUD_COLOR_NONE);
}

/* Clients without an address use the Unix-domain socket. */
static void
put_client(Row *row, int width)
{
	const char *addr = aud_record_text(row->record, "client_addr");

	if (*addr == '\0' && aud_record_get(row->record, "session") != NULL &&
		aud_record_get(row->record, "backend") == NULL)
		addr = "[local]";
	put_cell(row, addr, width, false, AUD_COLOR_NONE);
}

static void
put_session(Row *row, int width)
{
	put_cell(row,
			 aud_record_text(row->record, "session"),
			 width,
			 false,
			 AUD_COLOR_DIM);
}

static void
put_app(Row *row, int width)
{
	put_cell(row, aud_record_text(row->record, "app"), width, false, AUD_COLOR_NONE);
}

/* Where a session came from takes the place of objects. */
static void
put_objects(Row *row, int width)
{
	aud_row_objects(&row->text, row->record, row->t->width > 0 ? width : 0);
	if (row->text.len == 0)
		aud_row_login(&row->text, row->record);
	if (width > 0)
		put_cell(row, row->text.s, width, false, AUD_COLOR_CYAN);
	else
		put_rest(row, row->text.s, AUD_COLOR_CYAN);
}

static void
put_rows(Row *row, int width)
{
	uint64_t rows;

	if (aud_record_number(row->record, "rows", &rows))
		aud_str_printf(&row->text, "%" PRIu64 "r", rows);
	put_cell(row, row->text.s, width, true, AUD_COLOR_NONE);
}

static void
put_duration(Row *row, int width)
{
	uint64_t us;

	if (aud_record_number(row->record, "duration_us", &us))
		aud_row_duration(&row->text, us);
	put_cell(row, row->text.s, width, true, AUD_COLOR_NONE);
}

/* Parameters may be long, and the query behind them is to be seen as well. */
static void
put_params(Row *row)
{
	Row     part = *row;
	AudTerm narrow = *row->t;

	aud_str_reset(&row->text);
	aud_row_params(&row->text, row->record);
	if (row->text.len == 0)
		return;
	if (narrow.width > 0)
		narrow.width = row->used + (narrow.width - row->used) / 2;
	part.t = &narrow;
	put_rest(&part, row->text.s, AUD_COLOR_BOLD);
	row->used = part.used;
}

static bool
has_column(const Row *row, AudColumn column)
{
	for (int i = 0; i < row->options->n_columns; i++)
		if (row->options->columns[i] == column)
			return true;
	return row->options->n_columns == 0 && row->layout->width[column] > 0;
}

/* Error, what stands out, and the text: whatever is left of the line. */
static void
put_text(Row *row, int width)
{
	(void) width;
	aud_row_error(&row->text, row->record);
	put_rest(row, row->text.s, AUD_COLOR_RED);
	aud_str_reset(&row->text);
	aud_row_notable(&row->text, row->record, row->t->signs ? "\xE2\x86\x92" : "->");
	put_rest(row, row->text.s, AUD_COLOR_BRIGHT_YELLOW);
	if (row->options->n_columns == 0 && !has_column(row, AUD_COLUMN_OBJECTS))
	{
		aud_str_reset(&row->text);
		put_objects(row, 0);
	}
	put_params(row);
	aud_str_reset(&row->text);
	aud_row_text(&row->text, row->record);
	put_rest(row, row->text.s, AUD_COLOR_NONE);
}

/* ---- rows ------------------------------------------------------------------------ */

/* The width is that where the layout has none. */
static const struct
{
	const char *name;
	int         width;
	void (*put)(Row *row, int width);
} all_columns[AUD_COLUMNS] = {
	{"time", 12, put_time},
	{"seq", 9, put_seq},
	{"outcome", 1, put_outcome},
	{"class", 8, put_class},
	{"command", 12, put_command},
	{"user", 8, put_user},
	{"db", 8, put_db},
	{"client", 15, put_client},
	{"session", 15, put_session},
	{"app", 12, put_app},
	{"objects", 22, put_objects},
	{"rows", 6, put_rows},
	{"duration", 7, put_duration},
	{"text", 0, put_text},
};

static void
put_column(Row *row, AudColumn column)
{
	int width = row->layout->width[column];

	aud_str_reset(&row->text);
	all_columns[column].put(row, width > 0 ? width : all_columns[column].width);
}

void
aud_row_print(const AudTerm *t, AudRecord *record, int depth,
			  const AudRowOptions *options)
{
	static AudStr text;
	Row row = {t, choose_layout(t->width), options, record, depth, text, 0};

	for (int i = 0; i < options->n_columns; i++)
		put_column(&row, options->columns[i]);
	for (int i = 0; i < AUD_COLUMNS && options->n_columns == 0; i++)
		if (row.layout->width[i] > 0)
			put_column(&row, (AudColumn) i);
	putc_unlocked('\n', t->out);
	text = row.text;
}

/* ---- options --------------------------------------------------------------------- */

static bool
add_column(AudRowOptions *options, const char *name, size_t len)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, name, len);
	for (int i = 0; i < AUD_COLUMNS; i++)
	{
		aud_nearest_try(&nearest, all_columns[i].name);
		if (strlen(all_columns[i].name) != len ||
			memcmp(all_columns[i].name, name, len) != 0)
			continue;
		for (int k = 0; k < options->n_columns; k++)
			if (options->columns[k] == (AudColumn) i)
				return true;
		options->columns[options->n_columns++] = (AudColumn) i;
		return true;
	}
	aud_ctl_complain("unknown column \"%.*s\"", (int) len, name);
	aud_ctl_nearest(nearest.name);
	fprintf(stderr, "There are:");
	for (int i = 0; i < AUD_COLUMNS; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "", all_columns[i].name);
	fprintf(stderr, ".\n");
	return false;
}

bool
aud_row_set_columns(AudRowOptions *options, const char *list)
{
	options->n_columns = 0;
	while (*list != '\0')
	{
		size_t len = strcspn(list, ",");

		if (len > 0 && !add_column(options, list, len))
			return false;
		list += len + (list[len] == ',');
	}
	/* the text takes what the others leave */
	for (int i = 0; i + 1 < options->n_columns; i++)
	{
		if (options->columns[i] != AUD_COLUMN_TEXT)
			continue;
		options->columns[i] = options->columns[i + 1];
		options->columns[i + 1] = AUD_COLUMN_TEXT;
	}
	if (options->n_columns == 0)
		aud_ctl_complain("no column is named");
	return options->n_columns > 0;
}

void
aud_row_legend(void)
{
	AudTerm t;

	aud_term_init(&t, stdout, AUD_COLOR_NEVER);
	if (t.signs)
		printf(
			"Signs: \xE2\x9C\x93 success, \xE2\x9C\x97 failure, \xE2\x89\x88 partial, "
			"? unknown, user\xE2\x86\x92"
			"effective user,\n"
			"\xE2\x94\x94 inside of the one above, \xE2\x86\x91 inside of one out of sight, "
			"+3 objects more.\n");
	else
		printf(
			"Signs: + success, x failure, ~ partial, ? unknown, user->effective user,\n"
			"- inside of the one above, ^ inside of one out of sight, +3 objects more.\n");
}
