/*-------------------------------------------------------------------------
 *
 * show_gather.c
 *	  What of a session belongs to one of its records.
 *
 * What ran inside of a statement was written before it and began after it; what
 *it ran inside of, and the end of its transaction, come behind it.  So there
 *are two searches around the record, and one from the beginning of the session
 *for the login.  What runs at a commit is the exception: it comes behind the
 *statement that it belongs to.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/show.h"

#include <string.h>

/* An alert is written right behind what it is about. */
#define ALERT_DISTANCE 10000

typedef struct Gathering
{
	AudShown *shown;
	uint64_t  parent; /* of which statement the record is looked for; 0: none */
	bool      closed; /* no more of what ran inside */
	bool      committed; /* the transaction's end was found */
} Gathering;

/* ---- lines ------------------------------------------------------------------------ */

static void
add_line(AudShowLines *lines, const AudRecord *record)
{
	if (lines->n >= AUD_SHOW_OTHERS_MAX)
	{
		lines->omitted++;
		return;
	}
	aud_str_put(&lines->text, record->line, record->len);
	aud_str_char(&lines->text, '\n');
	lines->n++;
}

bool
aud_show_next(const AudShowLines *lines, size_t *at, const char **line,
			  size_t *len)
{
	if (*at >= lines->text.len)
		return false;
	*line = lines->text.s + *at;
	*len = strcspn(*line, "\n");
	*at += *len + 1;
	return true;
}

/* ---- what a record is to the one that is shown ------------------------------------------ */

static uint64_t
number_of(const AudRecord *record, const char *key)
{
	uint64_t n = 0;

	(void) aud_record_number(record, key, &n);
	return n;
}

static bool
is_statement(AudRecord *record)
{
	return aud_record_is(record, "event", "statement") ||
		   aud_record_is(record, "event", "error") ||
		   aud_record_is(record, "event", "replication");
}

/* Is it one of the other parts of a statement that was split? */
static bool
is_part(const AudShown *shown, AudRecord *record)
{
	return shown->stmt != 0 && aud_record_get(&shown->record, "part") != NULL &&
		   aud_record_get(record, "part") != NULL &&
		   number_of(record, "stmt") == shown->stmt && is_statement(record);
}

static void
add_inside(AudShown *shown, const AudRecord *record)
{
	if (shown->inside.n < AUD_SHOW_INSIDE_MAX)
		aud_nest_hold(&shown->inside, record);
	else
		shown->inside_omitted++;
}

/* Before the record. */
static bool
look_before(void *arg, AudRecord *record, const AudFound *found)
{
	Gathering *g = arg;
	AudShown  *shown = g->shown;

	if (found->damage != NULL)
		return true;
	if (is_part(shown, record))
		add_line(&shown->parts, record);
	else if (aud_record_get(record, "parent") != NULL &&
			 number_of(record, "stmt") > shown->stmt)
		add_inside(shown, record);
	return true;
}

/* Take it for an outer statement if it is the next one. */
static bool
is_parent(Gathering *g, AudRecord *record)
{
	uint64_t stmt = number_of(record, "stmt");
	uint64_t parent = number_of(record, "parent");

	if (g->parent == 0 || stmt != g->parent || !is_statement(record) ||
		number_of(record, "part") > 1)
		return false;
	add_line(&g->shown->parents, record);
	/* numbers rise inwards, unless somebody has written them by hand */
	g->parent = parent < stmt ? parent : 0;
	g->closed = true;
	return true;
}

/* Is it the end of the transaction, or of the part of it, that the statement was in? */
static bool
covers(AudShown *shown, AudRecord *record)
{
	return aud_record_is(record, "event", "transaction") && shown->stmt != 0 &&
		   number_of(record, "first_stmt") <= shown->stmt &&
		   number_of(record, "last_stmt") >= shown->stmt;
}

/* Behind the record; false: there is nothing more to come. */
static bool
look_behind(void *arg, AudRecord *record, const AudFound *found)
{
	Gathering *g = arg;
	AudShown  *shown = g->shown;
	uint64_t   stmt;

	if (found->damage != NULL)
		return true;
	stmt = number_of(record, "stmt");
	if (is_part(shown, record))
		add_line(&shown->parts, record);
	else if (aud_record_is(record, "event", "alert"))
	{
		if (stmt == shown->stmt && stmt != 0)
			add_line(&shown->alerts, record);
	}
	else if (covers(shown, record))
	{
		if (!g->committed)
			add_line(&shown->transaction, record);
		g->committed = true;
	}
	else if (!is_parent(g, record) && is_statement(record))
	{
		if (aud_record_get(record, "parent") == NULL)
		{
			/* the session has gone on: nothing that is still looked for encloses it */
			g->closed = true;
			if (stmt > shown->stmt)
				g->parent = 0;
		}
		else if (!g->closed && number_of(record, "parent") >= shown->stmt)
			add_inside(shown, record);
	}
	return !(g->committed && g->parent == 0) &&
		   !aud_record_is(record, "event", "session.end");
}

static bool
look_for_login(void *arg, AudRecord *record, const AudFound *found)
{
	Gathering *g = arg;

	if (found->damage != NULL)
		return true;
	add_line(&g->shown->login, record);
	return false;
}

/* What a statement belongs to that runs at a commit. */
static bool
look_for_parent(void *arg, AudRecord *record, const AudFound *found)
{
	Gathering *g = arg;

	if (found->damage == NULL)
		(void) is_parent(g, record);
	return g->parent != 0;
}

static bool
look_for_subject(void *arg, AudRecord *record, const AudFound *found)
{
	Gathering *g = arg;

	if (found->damage != NULL || !is_statement(record) ||
		number_of(record, "stmt") != g->shown->stmt)
		return true;
	add_line(&g->shown->about, record);
	return false;
}

/* ---- searches ------------------------------------------------------------------------ */

typedef bool (*Look)(void *arg, AudRecord *record, const AudFound *found);

/* Search the session's records with numbers from first to last (0: no end). */
static void
search(Gathering *g, const AudReaderList *list, Look look, const char *event,
	   const char *since, uint64_t first, uint64_t last)
{
	AudShown *shown = g->shown;
	AudStr    condition = {0};
	AudAround around = {
		.list = list,
		.log = shown->target.log,
		.first_seq = first,
		.last_seq = last,
		.found = look,
		.arg = g,
	};

	if (last != 0 && last < first)
		return;
	aud_around_condition(&condition, shown->target.session, event);
	around.condition = condition.s;
	strncpy(around.since, since, sizeof(around.since) - 1);
	aud_around_search(&around);
	shown->trouble |= around.trouble;
	aud_around_free(&around);
	aud_str_free(&condition);
}

static void
gather_statement(Gathering *g, const AudReaderList *list, const char *since)
{
	AudShown   *shown = g->shown;
	const char *ts = aud_record_text(&shown->record, "ts");

	if (aud_record_get(&shown->record, "part") != NULL)
		add_line(&shown->parts, &shown->record);
	g->parent = number_of(&shown->record, "parent");
	search(g,
		   list,
		   look_before,
		   NULL,
		   strlen(ts) == AUD_TS_SIZE - 1 ? ts : since,
		   1,
		   shown->seq - 1);
	search(g, list, look_behind, NULL, since, shown->seq + 1, 0);
	g->parent = shown->parents.n == 0 ? number_of(&shown->record, "parent") : 0;
	if (g->parent != 0)
		search(g, list, look_for_parent, NULL, since, 1, shown->seq - 1);
}

bool
aud_show_gather(AudShown *shown, const AudReaderList *list)
{
	Gathering g = {.shown = shown};
	char      since[AUD_TS_SIZE];

	if (!aud_record_read(&shown->record, shown->line.s, shown->line.len))
		return false;
	shown->in_session = aud_target_of(&shown->target, &shown->record);
	shown->seq = number_of(&shown->record, "seq");
	shown->stmt = number_of(&shown->record, "stmt");
	if (!shown->in_session || shown->seq == 0)
		return true;
	aud_target_since(&shown->target, AUD_TARGET_MARGIN_S, since);
	if (!aud_record_is(&shown->record, "event", "session.start"))
		search(&g, list, look_for_login, "session.start", since, 1, shown->seq - 1);
	if (shown->stmt == 0)
		return true;
	if (aud_record_is(&shown->record, "event", "alert"))
		search(&g,
			   list,
			   look_for_subject,
			   NULL,
			   since,
			   shown->seq > ALERT_DISTANCE ? shown->seq - ALERT_DISTANCE : 1,
			   shown->seq - 1);
	else
		gather_statement(&g, list, since);
	return true;
}

static void
free_lines(AudShowLines *lines)
{
	aud_str_free(&lines->text);
	lines->n = 0;
}

void
aud_show_free(AudShown *shown)
{
	free_lines(&shown->login);
	free_lines(&shown->transaction);
	free_lines(&shown->parents);
	free_lines(&shown->about);
	free_lines(&shown->alerts);
	free_lines(&shown->parts);
	aud_nest_free(&shown->inside);
	aud_record_free(&shown->record);
	aud_str_free(&shown->line);
}
