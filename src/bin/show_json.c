/*-------------------------------------------------------------------------
 *
 * show_json.c
 *	  A record and what belongs to it as one JSON object.
 *
 * The records in it are the lines of the trail, byte for byte.
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>
#include <string.h>

#include "bin/show.h"

typedef struct Json
{
	const AudTerm *t;
	int            depth; /* of the statement that is open, within the tree */
} Json;

static void
put(const AudTerm *t, const char *s, size_t len)
{
	if (t->tty)
		aud_term_put_raw(t, s, len);
	else
		fwrite(s, 1, len, t->out);
}

/* ,"key":[...]; or where there can be only one, the record itself */
static void
put_lines(const AudTerm *t, const char *key, const AudShowLines *lines,
		  bool single)
{
	size_t      at = 0;
	const char *line;
	size_t      len;
	const char *comma = "";

	if (lines->n == 0)
		return;
	fprintf(t->out, ",\"%s\":%s", key, single ? "" : "[");
	while (aud_show_next(lines, &at, &line, &len))
	{
		fputs(comma, t->out);
		put(t, line, len);
		comma = ",";
		if (single)
			return;
	}
	fputs("]", t->out);
}

/* The statements of the tree down to this depth are complete. */
static void
close_to(Json *json, int depth)
{
	for (; json->depth >= depth; json->depth--)
		fputs("]}", json->t->out);
}

static void
show_inside(void *arg, AudRecord *record, int depth)
{
	Json *json = arg;
	bool  sibling = json->depth >= depth;

	close_to(json, depth);
	fputs(sibling ? ",{\"record\":" : "{\"record\":", json->t->out);
	put(json->t, record->line, record->len);
	fputs(",\"inside\":[", json->t->out);
	json->depth = depth;
}

static void
put_inside(AudShown *shown, const AudTerm *t)
{
	Json json = {.t = t, .depth = 0};

	if (shown->inside.n == 0)
		return;
	fputs(",\"inside\":[", t->out);
	shown->inside.show = show_inside;
	shown->inside.arg = &json;
	aud_nest_show_inside(&shown->inside, shown->target.session, shown->stmt, 1);
	close_to(&json, 1);
	fputs("]", t->out);
	if (shown->inside_omitted > 0)
		fprintf(t->out, ",\"inside_omitted\":%" PRIu64, shown->inside_omitted);
}

void
aud_show_json(AudShown *shown, const AudTerm *t)
{
	fputs("{\"record\":", t->out);
	put(t, shown->line.s, shown->line.len);
	put_lines(t, "login", &shown->login, true);
	put_lines(t, "parents", &shown->parents, false);
	put_inside(shown, t);
	put_lines(t, "transaction", &shown->transaction, true);
	put_lines(t, "about", &shown->about, true);
	put_lines(t, "alerts", &shown->alerts, false);
	put_lines(t, "parts", &shown->parts, false);
	fputs("}\n", t->out);
}
