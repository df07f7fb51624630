/*-------------------------------------------------------------------------
 *
 * output.c
 *	  Records as they are printed: as a table, or for other programs.
 *
 * On a terminal, control characters of any format are shown escaped, since a
 * record's texts are written by those who are audited.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/output.h"

#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"
#include "core/nearest.h"

static const char *const format_names[] = {"table", "json", "csv", "logfmt"};

#define FORMATS (sizeof(format_names) / sizeof(format_names[0]))

/* Of CSV, where none are asked for. */
#define CSV_FIELDS                                                          \
	"seq,ts,event,class,command,outcome,sqlstate,error,user,current_user,"  \
	"login_user,db,client_addr,app,session,stmt,parent,objects,privileged," \
	"rows,duration_us,query"

bool
aud_output_set_format(AudOutput *output, const char *name)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, name, strlen(name));
	for (size_t i = 0; i < FORMATS; i++)
	{
		aud_nearest_try(&nearest, format_names[i]);
		if (strcmp(name, format_names[i]) == 0)
		{
			output->format = (AudFormat) i;
			return true;
		}
	}
	aud_ctl_complain("unknown format \"%s\"", name);
	aud_ctl_nearest(nearest.name);
	fprintf(stderr, "There are: table, json, csv, logfmt.\n");
	return false;
}

static bool
add_field(AudOutput *output, const char *name, size_t len)
{
	const AudKey *key = aud_key_find(name, len);
	const char   *nearest;

	if (key != NULL)
	{
		output->fields[output->n_fields++] = key;
		return true;
	}
	nearest = aud_key_nearest(name, len);
	aud_ctl_complain("a record has no key \"%.*s\"", (int) len, name);
	aud_ctl_nearest(nearest);
	fprintf(stderr, "\"--fields=help\" prints all keys.\n");
	return false;
}

bool
aud_output_set_fields(AudOutput *output, const char *list)
{
	free(output->fields);
	output->n_fields = 0;
	output->fields = calloc(strlen(list) + 1, sizeof(*output->fields));
	if (output->fields == NULL)
		return false;
	while (*list != '\0')
	{
		size_t len = strcspn(list, ",");

		if (len > 0 && !add_field(output, list, len))
			return false;
		list += len + (list[len] == ',');
	}
	if (output->n_fields == 0)
		aud_ctl_complain("no field is named");
	return output->n_fields > 0;
}

/* ---- lines ---------------------------------------------------------------------- */

static void
put_line(const AudOutput *output, const char *line, size_t len)
{
	if (output->term.tty)
		aud_term_put_raw(&output->term, line, len);
	else
		fwrite(line, 1, len, output->term.out);
	fputc('\n', output->term.out);
}

/* The name and access of one object: "public.card(select,update)". */
static void
add_object(AudStr *to, const json_t *object)
{
	const char   *type = json_string_value(json_object_get(object, "type"));
	const char   *name = json_string_value(json_object_get(object, "name"));
	const json_t *access = json_object_get(object, "access");

	if (to->len > 0)
		aud_str_add(to, " ");
	if (type != NULL && strcmp(type, "table") != 0)
		aud_str_printf(to, "%s ", type);
	aud_str_add(to, name != NULL ? name : "");
	for (size_t i = 0; i < json_array_size(access); i++)
	{
		const char *word = json_string_value(json_array_get(access, i));

		aud_str_printf(to, "%c%s", i == 0 ? '(' : ',', word != NULL ? word : "?");
	}
	if (json_array_size(access) > 0)
		aud_str_add(to, ")");
}

void
aud_output_add_objects(AudStr *to, const json_t *objects)
{
	for (size_t i = 0; i < json_array_size(objects); i++)
		add_object(to, json_array_get(objects, i));
}

/* Are its elements strings, all of them? */
static bool
is_list_of_words(const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
	{
		if (!json_is_string(json_array_get(value, i)))
			return false;
	}
	return json_array_size(value) > 0;
}

static void
add_words(AudStr *to, const json_t *words)
{
	for (size_t i = 0; i < json_array_size(words); i++)
	{
		if (i > 0)
			aud_str_add(to, ", ");
		aud_str_add(to, json_string_value(json_array_get(words, i)));
	}
}

/* A value as plain text; what has more structure as JSON. */
static void
value_text(AudStr *to, const char *key, const json_t *value)
{
	char *dump;

	aud_str_reset(to);
	if (json_is_string(value))
		aud_str_add(to, json_string_value(value));
	else if (strcmp(key, "objects") == 0)
		aud_output_add_objects(to, value);
	else if (is_list_of_words(value))
		add_words(to, value);
	else if (value != NULL)
	{
		dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		aud_str_add(to, dump != NULL ? dump : "");
		free(dump);
	}
}

/* ---- csv ------------------------------------------------------------------------ */

/*
 * RFC 4180.  A text that a spreadsheet would take for a formula gets an
 * apostrophe before it: it may be an intruder's, and who opens it an auditor.
 */
static void
add_csv(AudStr *to, const char *text, bool is_text)
{
	bool formula = is_text && *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
	bool quoted = formula || strpbrk(text, ",\"\r\n") != NULL;

	if (!quoted)
	{
		aud_str_add(to, text);
		return;
	}
	aud_str_add(to, formula ? "\"'" : "\"");
	for (const char *p = text; *p != '\0'; p++)
	{
		if (*p == '"')
			aud_str_char(to, '"');
		aud_str_char(to, *p);
	}
	aud_str_add(to, "\"");
}

static void
print_csv(AudOutput *output, const json_t *record)
{
	AudStr value = {0};

	aud_str_reset(&output->text);
	for (size_t i = 0; i < output->n_fields; i++)
	{
		const char   *name = output->fields[i]->name;
		const json_t *member = json_object_get(record, name);

		if (i > 0)
			aud_str_add(&output->text, ",");
		value_text(&value, name, member);
		add_csv(&output->text, value.s, !json_is_number(member));
	}
	put_line(output, output->text.s, output->text.len);
	aud_str_free(&value);
}

/* ---- logfmt --------------------------------------------------------------------- */

static void
add_logfmt(AudStr *to, const char *name, const char *text)
{
	bool quoted = *text == '\0';

	for (const char *p = text; *p != '\0' && !quoted; p++)
		quoted = (unsigned char) *p <= ' ' || strchr("=\"\\", *p) != NULL;
	aud_str_printf(to, "%s%s=%s", to->len > 0 ? " " : "", name, quoted ? "\"" : "");
	for (const char *p = text; *p != '\0'; p++)
	{
		unsigned char c = (unsigned char) *p;

		if (c == '"' || c == '\\')
			aud_str_printf(to, "\\%c", c);
		else if (c == '\n')
			aud_str_add(to, "\\n");
		else if (c == '\t')
			aud_str_add(to, "\\t");
		else if (c < ' ')
			aud_str_printf(to, "\\u%04x", c);
		else
			aud_str_char(to, *p);
	}
	if (quoted)
		aud_str_add(to, "\"");
}

static void
print_logfmt(AudOutput *output, const json_t *record)
{
	AudStr      value = {0};
	const char *key;
	json_t     *member;

	aud_str_reset(&output->text);
	if (output->fields == NULL)
	{
		json_object_foreach((json_t *) record, key, member)
		{
			value_text(&value, key, member);
			add_logfmt(&output->text, key, value.s);
		}
	}
	for (size_t i = 0; i < output->n_fields; i++)
	{
		key = output->fields[i]->name;
		member = json_object_get(record, key);
		if (member == NULL)
			continue;
		value_text(&value, key, member);
		add_logfmt(&output->text, key, value.s);
	}
	put_line(output, output->text.s, output->text.len);
	aud_str_free(&value);
}

/* ---- json ------------------------------------------------------------------------ */

/* Only the fields that are asked for. */
static void
print_fields(AudOutput *output, const json_t *record)
{
	json_t *some = json_object();
	char   *text;

	for (size_t i = 0; i < output->n_fields; i++)
	{
		const char *name = output->fields[i]->name;
		json_t     *member = json_object_get(record, name);

		if (member != NULL)
			json_object_set(some, name, member);
	}
	text = json_dumps(some, JSON_COMPACT);
	if (text != NULL)
		put_line(output, text, strlen(text));
	free(text);
	json_decref(some);
}

/* ---- table ------------------------------------------------------------------------- */

/* Held at a time, for records that wait for what they ran inside of. */
#define HELD_RECORDS 1000
#define HELD_BYTES   (8 * 1024 * 1024)

static void
show_row(void *arg, AudRecord *record, int depth)
{
	AudOutput *output = arg;

	aud_row_print(&output->term, record, depth, &output->row);
}

static bool
print_row(AudOutput *output, const char *line, size_t len)
{
	if (!aud_record_read(&output->record, line, len))
		return false;
	if (!output->follow)
		aud_nest_add(&output->nest, &output->record);
	else
		show_row(output,
				 &output->record,
				 aud_record_get(&output->record, "parent") != NULL ? AUD_ROW_ORPHAN
																   : 0);
	return true;
}

bool
aud_output_hides(const AudOutput *output, const char *line, size_t len)
{
	AudJsonValue event;

	if (!output->hide || output->format != AUD_FORMAT_TABLE ||
		!aud_json_find(line, len, "event", &event))
		return false;
	return event.kind == AUD_JSON_STRING && event.len > 6 &&
		   memcmp(event.text, "audit.", 6) == 0 &&
		   !(event.len == 9 && memcmp(event.text, "audit.gap", 9) == 0) &&
		   aud_json_find_is(line, len, "outcome", "success");
}

/* ---- all formats ------------------------------------------------------------------- */

/* Rows are many small writes. */
#define OUTPUT_BUFFER (64 * 1024)

void
aud_output_begin(AudOutput *output)
{
	output->nest.show = show_row;
	output->nest.arg = output;
	output->nest.max_records = HELD_RECORDS;
	output->nest.max_bytes = HELD_BYTES;
	if (!output->term.tty)
		setvbuf(output->term.out, NULL, _IOFBF, OUTPUT_BUFFER);
	if (output->format != AUD_FORMAT_CSV)
		return;
	if (output->fields == NULL && !aud_output_set_fields(output, CSV_FIELDS))
		abort();
	aud_str_reset(&output->text);
	for (size_t i = 0; i < output->n_fields; i++)
		aud_str_printf(&output->text,
					   "%s%s",
					   i > 0 ? "," : "",
					   output->fields[i]->name);
	put_line(output, output->text.s, output->text.len);
}

bool
aud_output_record(AudOutput *output, const char *line, size_t len)
{
	json_error_t error;
	json_t      *record;

	if (output->format == AUD_FORMAT_TABLE)
		return print_row(output, line, len);
	if (output->format == AUD_FORMAT_JSON && output->fields == NULL)
	{
		put_line(output, line, len);
		return true;
	}
	record = json_loadb(line, len, 0, &error);
	if (!json_is_object(record))
	{
		json_decref(record);
		return false;
	}
	switch (output->format)
	{
		case AUD_FORMAT_TABLE:
			break;
		case AUD_FORMAT_JSON:
			print_fields(output, record);
			break;
		case AUD_FORMAT_CSV:
			print_csv(output, record);
			break;
		case AUD_FORMAT_LOGFMT:
			print_logfmt(output, record);
			break;
	}
	json_decref(record);
	return true;
}

void
aud_output_end(AudOutput *output)
{
	aud_nest_flush(&output->nest);
}

void
aud_output_help(void)
{
	printf(
		"\nOutput:\n"
		"  --output=FORMAT          table (default), json, csv or logfmt\n"
		"  --fields=LIST            only these keys; \"help\" prints all keys\n"
		"  --columns=LIST           of the table: time, seq, outcome, class, command,\n"
		"                           user, db, client, session, app, objects, rows,\n"
		"                           duration, text\n"
		"  --all                    in the table also audit.* records that are no fault\n"
		"  --utc, --local           times in UTC, or local (default)\n"
		"  --color=WHEN             auto (default), always or never\n");
}

void
aud_output_free(AudOutput *output)
{
	aud_nest_free(&output->nest);
	aud_record_free(&output->record);
	free(output->fields);
	aud_str_free(&output->text);
}
