/*-------------------------------------------------------------------------
 *
 * nest.c
 *	  Statements under those that they ran inside of.
 *
 * A session does one thing at a time.  So when a statement at its top level has
 * ended, all that is held of the session is inside of that statement or has an
 * outer one that will not come.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/nest.h"

#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/row.h"

struct AudNestItem
{
	char     session[AUD_NEST_SESSION];
	uint64_t stmt; /* 0: no statement; nothing is inside of it */
	uint64_t parent;
	char    *line;
	size_t   len;
	bool     shown;
	bool     inside;     /* of the statement that is about to be shown */
	bool     has_parent; /* among those that are held */
	char walked; /* of the first inside of a statement: a Walk that was there */
};

/* What a walk does; the second one comes behind the first. */
typedef enum Walk
{
	WALK_NOTE = 1,
	WALK_SHOW,
} Walk;

/* Where a walk is at one level. */
typedef struct Level
{
	size_t   at;
	uint64_t parent;
} Level;

/* The session as it stands in the record; "" if it has none. */
static void
copy_session(const AudRecord *record, char *session)
{
	const AudJsonValue *value = aud_record_get(record, "session");
	size_t              len = value != NULL ? value->len : 0;

	memset(session, 0, AUD_NEST_SESSION);
	if (len > 0)
		memcpy(session,
			   value->text,
			   len < AUD_NEST_SESSION ? len : AUD_NEST_SESSION - 1);
}

static bool
is_of(const AudNestItem *item, const char *session)
{
	return memcmp(item->session, session, AUD_NEST_SESSION) == 0;
}

/* ---- holding ----------------------------------------------------------------------- */

static void
hold(AudNest *nest, const AudRecord *record, const char *session, uint64_t stmt,
	 uint64_t parent)
{
	AudNestItem *item;

	if (nest->n == nest->cap)
	{
		nest->cap = nest->cap > 0 ? 2 * nest->cap : 64;
		nest->items = aud_ctl_grow(nest->items, nest->cap * sizeof(*nest->items));
	}
	item = &nest->items[nest->n++];
	memset(item, 0, sizeof(*item));
	memcpy(item->session, session, AUD_NEST_SESSION);
	item->stmt = stmt;
	item->parent = parent;
	item->line = aud_ctl_grow(NULL, record->len + 1);
	memcpy(item->line, record->line, record->len);
	item->len = record->len;
	nest->bytes += item->len;
}

/* The one of the session that came last; NULL: nothing of it is held. */
static const AudNestItem *
last_held(const AudNest *nest, const char *session)
{
	for (size_t i = nest->n; i > 0; i--)
		if (is_of(&nest->items[i - 1], session))
			return &nest->items[i - 1];
	return NULL;
}

/* Let go of what was shown. */
static void
drop_shown(AudNest *nest)
{
	size_t kept = 0;

	for (size_t i = 0; i < nest->n; i++)
	{
		AudNestItem *item = &nest->items[i];

		if (item->shown)
		{
			nest->bytes -= item->len;
			free(item->line);
		}
		else
			nest->items[kept++] = *item;
	}
	nest->n = kept;
}

/* ---- the order by parent -------------------------------------------------------------- */

static int
compare_parents(const void *a, const void *b, void *arg)
{
	const AudNestItem *items = arg;
	size_t             i = *(const size_t *) a;
	size_t             k = *(const size_t *) b;

	if (items[i].parent != items[k].parent)
		return items[i].parent < items[k].parent ? -1 : 1;
	return i < k ? -1 : i > k;
}

/* The first in the order that is inside of stmt, or of a later one. */
static size_t
first_inside(const AudNest *nest, uint64_t stmt)
{
	size_t low = 0;
	size_t high = nest->n_order;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (nest->items[nest->order[middle]].parent < stmt)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_inside(const AudNest *nest, size_t at, uint64_t stmt)
{
	return at < nest->n_order && nest->items[nest->order[at]].parent == stmt;
}

/* Put the items of a session in order; false if there are none. */
static bool
put_in_order(AudNest *nest, const char *session)
{
	nest->n_order = 0;
	if (nest->order_cap < nest->n)
	{
		nest->order_cap = nest->cap;
		free(nest->order);
		nest->order = aud_ctl_grow(NULL, nest->order_cap * sizeof(*nest->order));
	}
	for (size_t i = 0; i < nest->n; i++)
	{
		if (!is_of(&nest->items[i], session))
			continue;
		nest->items[i].has_parent = false;
		nest->items[i].walked = 0;
		nest->order[nest->n_order++] = i;
	}
	if (nest->n_order == 0)
		return false;
	qsort_r(nest->order,
			nest->n_order,
			sizeof(*nest->order),
			compare_parents,
			nest->items);
	for (size_t i = 0; i < nest->n_order; i++)
	{
		AudNestItem *item = &nest->items[nest->order[i]];
		size_t       at = first_inside(nest, item->stmt);

		if (item->stmt == 0 || item->stmt == item->parent)
			continue;
		/* others may have the same number, and have been here */
		for (; is_inside(nest, at, item->stmt) &&
			   !nest->items[nest->order[at]].has_parent;
			 at++)
			nest->items[nest->order[at]].has_parent = true;
	}
	return true;
}

/* ---- showing ------------------------------------------------------------------------ */

static void
show_item(AudNest *nest, AudNestItem *item, int depth)
{
	item->shown = true;
	if (aud_record_read(&nest->again, item->line, item->len))
		nest->show(nest->arg, &nest->again, depth);
}

/* Go down to what is inside of stmt, unless that was done. */
static void
enter(AudNest *nest, Level *levels, size_t *top, uint64_t stmt, Walk walk)
{
	size_t at = first_inside(nest, stmt);
	char  *walked;

	if (!is_inside(nest, at, stmt))
		return;
	walked = &nest->items[nest->order[at]].walked;
	if (*walked >= (char) walk)
		return;
	*walked = (char) walk;
	levels[(*top)++] = (Level){at, stmt};
}

/*
 * All that is inside of stmt, outer ones first.  A list of levels instead of
 * calls: the trail decides how deep it goes.  What is inside of a statement is
 * gone through once, so circles end.
 */
static void
walk_inside(AudNest *nest, uint64_t stmt, int depth, Walk walk)
{
	Level *levels = aud_ctl_grow(NULL, (nest->n_order + 1) * sizeof(*levels));
	size_t top = 0;

	enter(nest, levels, &top, stmt, walk);
	while (top > 0)
	{
		Level       *level = &levels[top - 1];
		AudNestItem *item;

		if (!is_inside(nest, level->at, level->parent))
		{
			top--;
			continue;
		}
		item = &nest->items[nest->order[level->at++]];
		if (item->shown)
			continue;
		item->inside = true;
		if (walk == WALK_SHOW)
			show_item(nest, item, depth + (int) top - 1);
		if (item->stmt != 0)
			enter(nest, levels, &top, item->stmt, walk);
	}
	free(levels);
}

/* Those in order whose outer statement will not come, with what is inside of them. */
static void
show_orphans(AudNest *nest, const char *session)
{
	/* first those that have nothing around them, then what circles are left */
	for (int circles = 0; circles < 2; circles++)
	{
		for (size_t i = 0; i < nest->n; i++)
		{
			AudNestItem *item = &nest->items[i];

			if (item->shown || item->inside || !is_of(item, session) ||
				(item->has_parent && circles == 0))
				continue;
			show_item(nest, item, AUD_ROW_ORPHAN);
			if (item->stmt != 0)
				walk_inside(nest, item->stmt, 2, WALK_SHOW);
		}
	}
}

/* Show a record behind which its session goes on, and what is inside of it. */
static void
show_with_inside(AudNest *nest, AudRecord *record, const char *session,
				 uint64_t stmt, int depth)
{
	if (nest->n == 0 || !put_in_order(nest, session))
	{
		nest->show(nest->arg, record, depth);
		return;
	}
	if (stmt != 0)
		walk_inside(nest, stmt, depth + 1, WALK_NOTE);
	show_orphans(nest, session);
	nest->show(nest->arg, record, depth);
	if (stmt != 0)
		walk_inside(nest, stmt, depth + 1, WALK_SHOW);
	drop_shown(nest);
}

/* Give up the session that has been held for longest. */
static void
give_up_oldest(AudNest *nest)
{
	char session[AUD_NEST_SESSION];

	memcpy(session, nest->items[0].session, sizeof(session));
	put_in_order(nest, session);
	show_orphans(nest, session);
	drop_shown(nest);
}

/* A statement, or the end of it all: then nothing of the session is under way. */
static bool
ends_statement(AudRecord *record, uint64_t stmt)
{
	const char *event = aud_record_text(record, "event");

	if (strcmp(event, "session.end") == 0)
		return true;
	return stmt != 0 &&
		   (strcmp(event, "statement") == 0 || strcmp(event, "error") == 0 ||
			strcmp(event, "replication") == 0);
}

void
aud_nest_add(AudNest *nest, AudRecord *record)
{
	char               session[AUD_NEST_SESSION];
	uint64_t           stmt = 0;
	uint64_t           parent;
	const AudNestItem *last;

	copy_session(record, session);
	(void) aud_record_number(record, "stmt", &stmt);
	if (aud_record_number(record, "parent", &parent))
	{
		/* what runs at a commit comes behind the statement that it belongs to */
		if (parent == nest->last_stmt && stmt != parent &&
			memcmp(session, nest->last_session, sizeof(session)) == 0)
			show_with_inside(nest, record, session, stmt, 1);
		else
			hold(nest, record, session, stmt, parent);
	}
	else if (ends_statement(record, stmt))
	{
		show_with_inside(nest, record, session, stmt, 0);
		memcpy(nest->last_session, session, sizeof(session));
		nest->last_stmt = stmt;
	}
	/* a transaction's end within a procedure, an alert about an inner statement */
	else if (nest->n > 0 && (last = last_held(nest, session)) != NULL)
		hold(nest, record, session, 0, last->parent);
	else
		nest->show(nest->arg, record, 0);

	if (nest->n > nest->max_records || nest->bytes > nest->max_bytes)
	{
		/* not one at a time: each time all that is held is looked through */
		while (nest->n > nest->max_records / 2 ||
			   nest->bytes > nest->max_bytes / 2)
			give_up_oldest(nest);
	}
}

void
aud_nest_hold(AudNest *nest, const AudRecord *record)
{
	char     session[AUD_NEST_SESSION];
	uint64_t stmt = 0;
	uint64_t parent = 0;

	copy_session(record, session);
	(void) aud_record_number(record, "stmt", &stmt);
	(void) aud_record_number(record, "parent", &parent);
	hold(nest, record, session, stmt, parent);
}

void
aud_nest_flush(AudNest *nest)
{
	while (nest->n > 0)
		give_up_oldest(nest);
}

void
aud_nest_show_inside(AudNest *nest, const char *session, uint64_t stmt, int depth)
{
	char key[AUD_NEST_SESSION];

	strncpy(key, session, sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	if (nest->n == 0 || !put_in_order(nest, key))
		return;
	walk_inside(nest, stmt, depth, WALK_SHOW);
	drop_shown(nest);
}

void
aud_nest_free(AudNest *nest)
{
	for (size_t i = 0; i < nest->n; i++)
		free(nest->items[i].line);
	free(nest->items);
	free(nest->order);
	aud_record_free(&nest->again);
	nest->items = NULL;
	nest->order = NULL;
	nest->n = nest->cap = nest->order_cap = 0;
}
