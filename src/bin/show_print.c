/*-------------------------------------------------------------------------
 *
 * show_print.c
 *	  A record in long form: each key on a line, with what it means.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <string.h>

#include "bin/keys.h"
#include "bin/row.h"
#include "bin/row_text.h"
#include "bin/show.h"
#include "bin/show_keys.h"
#include "bin/timearg.h"

#define KEY_WIDTH   18
#define VALUE_WIDTH 34

/* A list that is longer has a line for each element. */
#define LIST_WIDTH 60

typedef struct Print
{
	const AudTerm *t;
	AudShown      *shown;
	bool           utc;
	AudStr         text;
	AudRowOptions  row;
	AudRecord      record; /* of a line that belongs to it */
	bool           inside; /* was anything that ran inside of it printed? */
} Print;

static void
put_title(const Print *p, const char *title)
{
	fputc('\n', p->t->out);
	aud_term_color(p->t, AUD_COLOR_BOLD);
	fputs(title, p->t->out);
	aud_term_color(p->t, AUD_COLOR_NONE);
	fputc('\n', p->t->out);
}

/* ---- keys ------------------------------------------------------------------------- */

/* What stands out in the table does so here, too. */
static AudColor
color_of(const Print *p, const char *key)
{
	static const char *const bright[] = {
		"privileged",
		"gains_superuser",
		"target_role",
		"attributes",
		"privileges",
		"grantees",
		"old_value",
		"new_value",
		"to_role",
		"to_user",
		"members",
		"security",
		"rule",
		"superuser",
	};

	if (strcmp(key, "sqlstate") == 0 || strcmp(key, "error") == 0 ||
		(strcmp(key, "outcome") == 0 &&
		 !aud_record_is(&p->shown->record, "outcome", "success")))
		return AUD_COLOR_RED;
	for (size_t i = 0; i < sizeof(bright) / sizeof(bright[0]); i++)
		if (strcmp(bright[i], key) == 0)
			return AUD_COLOR_BRIGHT_YELLOW;
	return AUD_COLOR_NONE;
}

/* The key, its value in short, and what the key means, on one line. */
static void
put_line(const Print *p, const char *key, size_t len, const char *value,
		 const char *says)
{
	const AudTerm *t = p->t;
	char           name[KEY_WIDTH];
	AudColor       color;
	int            used;
	int            room;

	snprintf(name, sizeof(name), "%.*s", (int) len, key);
	color = color_of(p, name);
	aud_term_blanks(t, 2);
	used = 2 + aud_term_put_raw(t, key, len);
	aud_term_blanks(t, KEY_WIDTH + 2 - used);
	used = used > KEY_WIDTH + 2 ? used : KEY_WIDTH + 2;
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, color);
	room = aud_term_put_raw(t, value, strlen(value));
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, AUD_COLOR_NONE);
	if (says != NULL)
	{
		aud_term_blanks(t, VALUE_WIDTH - room);
		used += 2 + (room > VALUE_WIDTH ? room : VALUE_WIDTH);
		room = t->width > 0 ? t->width - used : -1;
		if (t->width == 0 || room > 8)
		{
			aud_term_blanks(t, 2);
			aud_term_color(t, AUD_COLOR_DIM);
			aud_term_put(t, says, strlen(says), room);
			aud_term_color(t, AUD_COLOR_NONE);
		}
	}
	fputc('\n', t->out);
}

/* "type name  access select,update  columns id,n": all that an object says. */
static void
put_object(Print *p, const AudJsonValue *object)
{
	AudJsonScan   scan;
	AudJsonMember member;

	aud_str_reset(&p->text);
	if (object->kind == AUD_JSON_OBJECT)
	{
		if (aud_record_add_member(&p->text, object, "type"))
			aud_str_add(&p->text, " ");
		aud_record_add_member(&p->text, object, "name");
		aud_json_scan_object(&scan, object->text, object->len);
		while (aud_json_scan_member(&scan, &member))
		{
			if (aud_json_key_is(&member, "type") ||
				aud_json_key_is(&member, "name"))
				continue;
			aud_str_add(&p->text, "  ");
			aud_str_put(&p->text, member.key, member.key_len);
			if (member.value.kind == AUD_JSON_BOOL && member.value.text[0] == 't')
				continue;
			aud_str_add(&p->text, " ");
			aud_record_add_value(&p->text, &member.value);
		}
	}
	else
		aud_record_add_value(&p->text, object);
	aud_term_blanks(p->t, 4);
	aud_term_put_raw(p->t, p->text.s, p->text.len);
	fputc('\n', p->t->out);
}

static void
put_elements(Print *p, const AudJsonValue *list)
{
	AudJsonScan  scan;
	AudJsonValue element;

	aud_json_scan_array(&scan, list->text, list->len);
	while (aud_json_scan_element(&scan, &element))
		put_object(p, &element);
}

static uint64_t
count_elements(const AudJsonValue *list)
{
	AudJsonScan  scan;
	AudJsonValue element;
	uint64_t     n = 0;

	aud_json_scan_array(&scan, list->text, list->len);
	while (aud_json_scan_element(&scan, &element))
		n++;
	return n;
}

/* A value in words: times as of here, durations as people say them. */
static void
add_value(Print *p, const char *key, const AudJsonValue *value)
{
	char     here[2][80];
	char     utc[2][80];
	uint64_t n;

	aud_str_reset(&p->text);
	if (value->kind == AUD_JSON_BOOL)
		aud_str_add(&p->text, value->text[0] == 't' ? "yes" : "no");
	else
		aud_record_add_value(&p->text, value);
	if (strcmp(key, "duration_us") == 0 && aud_json_read_uint(value, &n))
	{
		aud_str_add(&p->text, " (");
		aud_row_duration(&p->text, n);
		aud_str_add(&p->text, ")");
	}
	else if (strcmp(key, "ts") == 0 && !p->utc &&
			 aud_timearg_show(p->text.s,
							  true,
							  utc[0],
							  sizeof(utc[0]),
							  utc[1],
							  sizeof(utc[1])) &&
			 aud_timearg_show(p->text.s,
							  false,
							  here[0],
							  sizeof(here[0]),
							  here[1],
							  sizeof(here[1])) &&
			 strcmp(utc[1], here[1]) != 0)
		aud_str_printf(&p->text, " (%s %s)", here[0], here[1]);
}

/* Add the text of one part; false: it is not there.  *all: how many there are. */
static bool
add_part(Print *p, uint64_t wanted, uint64_t *all, AudStr *text)
{
	size_t      at = 0;
	const char *line;
	size_t      len;
	uint64_t    part;

	while (aud_show_next(&p->shown->parts, &at, &line, &len))
	{
		if (!aud_record_read(&p->record, line, len) ||
			!aud_record_number(&p->record, "part", &part) || part != wanted ||
			!aud_record_number(&p->record, "parts", all))
			continue;
		aud_str_add(text, aud_record_text(&p->record, "query"));
		return true;
	}
	return false;
}

/* The text of all parts, where all of them are there. */
static bool
join_parts(Print *p, AudStr *text)
{
	uint64_t all = 0;
	uint64_t part = 1;

	if (p->shown->parts.n < 2)
		return false;
	aud_str_reset(text);
	while (add_part(p, part, &all, text) && part < all)
		part++;
	return part == all;
}

static void
put_text(Print *p, const char *key, size_t key_len, const AudJsonValue *value,
		 const char *says)
{
	AudStr joined = {0};

	put_line(p, key, key_len, "", says);
	aud_str_reset(&p->text);
	aud_record_add_value(&p->text, value);
	if (key_len == strlen("query") && memcmp(key, "query", key_len) == 0 &&
		join_parts(p, &joined))
		aud_term_put_lines(p->t, joined.s, joined.len, 4);
	else
		aud_term_put_lines(p->t, p->text.s, p->text.len, 4);
	aud_str_free(&joined);
}

static bool
is_text(const char *key)
{
	return strcmp(key, "query") == 0 || strcmp(key, "prepared_query") == 0 ||
		   strcmp(key, "skipped_query") == 0;
}

static void
put_key(Print *p, const AudJsonMember *member)
{
	const AudJsonValue *value = &member->value;
	const AudKey       *key = aud_key_find(member->key, member->key_len);
	const char         *name = key != NULL ? key->name : "";
	const char         *says =
        key != NULL ? key->says : "Not a key that this version knows";
	char count[32];

	if (is_text(name) && value->kind == AUD_JSON_STRING)
	{
		put_text(p, member->key, member->key_len, value, says);
		return;
	}
	add_value(p, name, value);
	if (value->kind == AUD_JSON_ARRAY &&
		(p->text.len > LIST_WIDTH || strcmp(name, "objects") == 0 ||
		 strcmp(name, "params") == 0))
	{
		snprintf(count, sizeof(count), "%" PRIu64, count_elements(value));
		put_line(p, member->key, member->key_len, count, says);
		put_elements(p, value);
	}
	else
		put_line(p, member->key, member->key_len, p->text.s, says);
}

/* The keys of a group: in its order, or the order of the record for the others. */
static void
put_group(Print *p, size_t group)
{
	const AudRecord *record = &p->shown->record;
	const char      *keys = aud_key_groups[group].keys;
	bool             titled = false;
	const char      *word = NULL;
	size_t           len = 0;

	do
	{
		if (aud_key_groups[group].title != NULL &&
			(word = aud_key_group_next(&keys, &len)) == NULL)
			return;
		for (size_t i = 0; i < record->n; i++)
		{
			const AudJsonMember *member = &record->members[i].json;

			if (word != NULL
					? member->key_len != len || memcmp(member->key, word, len) != 0
					: aud_key_groups[aud_key_group(member->key, member->key_len)]
							  .title != NULL)
				continue;
			if (!titled)
				put_title(p,
						  aud_key_groups[group].title != NULL
							  ? aud_key_groups[group].title
							  : "Of this event");
			titled = true;
			put_key(p, member);
		}
	} while (word != NULL);
}

/* ---- what belongs to it ---------------------------------------------------------------- */

static void
put_row(Print *p, const char *line, size_t len, int depth)
{
	if (aud_record_read(&p->record, line, len))
		aud_row_print(p->t, &p->record, depth, &p->row);
}

static void
put_lines(Print *p, const char *title, const AudShowLines *lines)
{
	size_t      at = 0;
	const char *line;
	size_t      len;

	if (lines->n == 0)
		return;
	put_title(p, title);
	while (aud_show_next(lines, &at, &line, &len))
		put_row(p, line, len, 0);
	if (lines->omitted > 0)
		fprintf(p->t->out, "  and %" PRIu64 " more\n", lines->omitted);
}

/* The outermost first. */
static void
put_parents(Print *p)
{
	const AudShowLines *parents = &p->shown->parents;

	if (aud_record_get(&p->shown->record, "parent") == NULL)
		return;
	put_title(p, "Inside of");
	if (parents->n == 0)
		fputs("  what it ran inside of is not in these files\n", p->t->out);
	for (size_t i = parents->n; i > 0; i--)
	{
		size_t      at = 0;
		const char *line = NULL;
		size_t      len = 0;

		for (size_t k = 0; k < i; k++)
			(void) aud_show_next(parents, &at, &line, &len);
		put_row(p, line, len, (int) (parents->n - i));
	}
}

static void
put_fate(Print *p)
{
	AudShown   *shown = p->shown;
	size_t      at = 0;
	const char *line;
	size_t      len;
	const char *command;
	bool        sub;

	if (shown->stmt == 0 || aud_record_is(&shown->record, "event", "alert"))
		return;
	put_title(p, "What became of it");
	if (!aud_show_next(&shown->transaction, &at, &line, &len) ||
		!aud_record_read(&p->record, line, len))
	{
		fputs("  The end of its transaction is not in these files: it has not ended, or class\n"
			  "  transaction is not recorded.\n",
			  p->t->out);
		return;
	}
	command = aud_record_text(&p->record, "command");
	sub = aud_record_is_true(&p->record, "subtransaction");
	fputs(strcmp(command, "COMMIT") == 0 ? "  committed:\n"
		  : strcmp(command, "ROLLBACK") != 0
			  ? "  prepared, to be committed or rolled back by its identifier:\n"
		  : sub ? "  rolled back, with a part of its transaction:\n"
				: "  rolled back:\n",
		  p->t->out);
	put_row(p, line, len, 0);
}

static void
show_inside(void *arg, AudRecord *record, int depth)
{
	Print *p = arg;

	/* what was held need not all be inside of it */
	if (!p->inside)
		put_title(p, "Ran inside of it");
	p->inside = true;
	aud_row_print(p->t, record, depth, &p->row);
}

static void
put_inside(Print *p)
{
	AudShown *shown = p->shown;

	if (shown->inside.n == 0)
		return;
	shown->inside.show = show_inside;
	shown->inside.arg = p;
	aud_nest_show_inside(&shown->inside, shown->target.session, shown->stmt, 0);
	if (shown->inside_omitted > 0)
		fprintf(p->t->out,
				"  and %" PRIu64 " more: see secauditctl session %s\n",
				shown->inside_omitted,
				shown->target.session);
}

static void
put_login(Print *p)
{
	const AudShown *shown = p->shown;

	if (!shown->in_session ||
		aud_record_is(&p->shown->record, "event", "session.start"))
		return;
	if (shown->login.n == 0)
	{
		put_title(p, "Login");
		fputs("  the beginning of its session is not in these files\n",
			  p->t->out);
		return;
	}
	put_lines(p, "Login", &shown->login);
}

void
aud_show_print(AudShown *shown, const AudTerm *t, bool utc)
{
	Print p = {.t = t, .shown = shown, .utc = utc};

	p.row.utc = utc;
	if (!aud_row_set_columns(&p.row,
							 "seq,time,outcome,command,user,objects,rows,duration,text"))
		return;
	aud_term_color(t, AUD_COLOR_BOLD);
	fputs("Record ", t->out);
	fprintf(t->out, "%" PRIu64 " of log ", shown->seq);
	aud_term_put_raw(t, shown->target.log, strlen(shown->target.log));
	aud_term_color(t, AUD_COLOR_NONE);
	fputc('\n', t->out);
	for (size_t group = 0;; group++)
	{
		put_group(&p, group);
		if (aud_key_groups[group].title == NULL)
			break;
	}
	put_login(&p);
	put_parents(&p);
	put_inside(&p);
	put_fate(&p);
	put_lines(&p, "About", &shown->about);
	put_lines(&p, "Alerts", &shown->alerts);
	aud_str_free(&p.text);
	aud_record_free(&p.record);
}
