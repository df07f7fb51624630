/*-------------------------------------------------------------------------
 *
 * pgaudit.c
 *	  Records as the lines that pgaudit writes: sessions, what is held for
 *	  them, and its order.
 *
 * The number of a statement (stmt) is that of its beginning, so the order of
 * the numbers is the order in which a tree of statements is walked from its top.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/pgaudit.h"

#include <stdlib.h>
#include <string.h>

#include "core/convert/text.h"

/* A record that waits for what it ran inside of, or for the rest of its text. */
typedef struct Held
{
	struct Held *next;
	uint64_t     stmt;
	uint64_t     parent; /* 0: none */
	size_t       order;  /* in which it came */
	size_t       len;
	char         line[];
} Held;

#define KEY_SIZE 96

typedef struct Session
{
	struct Session   *chain; /* of its bucket */
	struct Session   *newer; /* in the order in which they were heard of */
	struct Session   *older;
	char              key[KEY_SIZE]; /* "log/session" */
	AudPgauditNumbers numbers;
	Held             *first;
	Held            **last;
	size_t            n_held;
} Session;

#define BUCKETS 16384

typedef struct AudPgaudit
{
	Session      *buckets[BUCKETS];
	Session      *newest;
	Session      *oldest;
	size_t        n_sessions;
	size_t        held; /* bytes */
	AudPgauditOut out;
	AudBuf        query;
	AudBuf        objects;
	AudFields     fields;
	AudFields     part;
} AudPgaudit;

/* ---- sessions ---------------------------------------------------------------------- */

static Session **
bucket_of(AudPgaudit *p, const char *key)
{
	uint64_t h = 14695981039346656037u;

	for (const char *c = key; *c != '\0'; c++)
		h = (h ^ (unsigned char) *c) * 1099511628211u;
	return &p->buckets[h % BUCKETS];
}

static void
unlink_session(AudPgaudit *p, Session *s)
{
	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		p->newest = s->older;
	if (s->older != NULL)
		s->older->newer = s->newer;
	else
		p->oldest = s->newer;
	s->newer = s->older = NULL;
}

static void
make_newest(AudPgaudit *p, Session *s)
{
	s->older = p->newest;
	if (p->newest != NULL)
		p->newest->newer = s;
	p->newest = s;
	if (p->oldest == NULL)
		p->oldest = s;
}

static void
forget_held(AudPgaudit *p, Session *s)
{
	while (s->first != NULL)
	{
		Held *held = s->first;

		s->first = held->next;
		p->held -= held->len;
		free(held);
	}
	s->last = &s->first;
	s->n_held = 0;
}

static void
forget_session(AudPgaudit *p, Session *s)
{
	Session **at = bucket_of(p, s->key);

	while (*at != s)
		at = &(*at)->chain;
	*at = s->chain;
	unlink_session(p, s);
	forget_held(p, s);
	p->n_sessions--;
	free(s);
}

/* The session of a record; NULL: no memory. */
static Session *
find_session(AudPgaudit *p, const AudFields *f)
{
	const AudJsonValue *log = &f->values[AUD_F_log];
	const AudJsonValue *session = &f->values[AUD_F_session];
	char                key[KEY_SIZE];
	size_t    len = session->len < KEY_SIZE - 18 ? session->len : KEY_SIZE - 18;
	Session **bucket;
	Session  *s;

	memcpy(key, log->text, 16);
	key[16] = '/';
	memcpy(key + 17, session->text, len);
	key[17 + len] = '\0';
	bucket = bucket_of(p, key);
	for (s = *bucket; s != NULL && strcmp(s->key, key) != 0;)
		s = s->chain;
	if (s != NULL)
		unlink_session(p, s);
	else
	{
		s = calloc(1, sizeof(*s));
		if (s == NULL)
			return NULL;
		memcpy(s->key, key, sizeof(key));
		s->last = &s->first;
		s->chain = *bucket;
		*bucket = s;
		p->n_sessions++;
	}
	make_newest(p, s);
	return s;
}

/* ---- one statement of those that are held -------------------------------------------- */

/* Read its records: the texts and objects of all parts as one. */
static bool
read_statement(AudConvert *c, Held **held, size_t n, AudPgauditStatement *s)
{
	AudPgaudit *p = c->pgaudit;

	p->query.len = p->objects.len = 0;
	p->query.data[0] = '\0';
	aud_buf_char(&p->objects, '[');
	for (size_t i = 0; i < n; i++)
	{
		AudFields *f = i == 0 ? &p->fields : &p->part;

		if (aud_fields_read(f, &c->index, held[i]->line, held[i]->len) != NULL)
			return false;
		if (f->has[AUD_F_query])
			(void) aud_json_unescape(&p->query,
									 f->values[AUD_F_query].text,
									 f->values[AUD_F_query].len);
		if (f->has[AUD_F_objects] && f->values[AUD_F_objects].len > 2)
		{
			if (p->objects.len > 1)
				aud_buf_char(&p->objects, ',');
			aud_buf_append(&p->objects,
						   f->values[AUD_F_objects].text + 1,
						   f->values[AUD_F_objects].len - 2);
		}
	}
	aud_buf_char(&p->objects, ']');
	s->f = &p->fields;
	s->query = p->query.data;
	s->query_len = p->query.len;
	s->objects = (AudJsonValue){AUD_JSON_ARRAY, p->objects.data, p->objects.len};
	return true;
}

static bool
make_room(AudPgaudit *p, size_t len)
{
	return aud_text_room(&p->query, len + 64) &&
		   aud_text_room(&p->objects, len + 64) &&
		   aud_text_room(&p->out.text, len + 64) &&
		   aud_text_room(&p->out.name, len + 64) &&
		   aud_text_room(&p->out.params, 4 * len + 64) &&
		   aud_text_room(&p->out.line, 32 * len + 65536);
}

/* ---- a tree of statements --------------------------------------------------------------- */

static int
by_number(const void *a, const void *b)
{
	const Held *x = *(Held *const *) a;
	const Held *y = *(Held *const *) b;

	if (x->stmt != y->stmt)
		return x->stmt < y->stmt ? -1 : 1;
	/* parts of one, which come in their order */
	return x->order < y->order ? -1 : 1;
}

/* How many of them are parts of the first one's statement. */
static size_t
count_parts(Held **held, size_t n)
{
	size_t count = 1;

	while (count < n && held[count]->stmt == held[0]->stmt)
		count++;
	return count;
}

typedef void (*Lines)(AudPgauditOut *o, const AudPgauditStatement *s);

static void
write_lines(AudConvert *c, Held **held, size_t n, Lines lines)
{
	AudPgauditStatement s;
	size_t              len = 0;

	for (size_t i = 0; i < n; i++)
		len += held[i]->len;
	if (make_room(c->pgaudit, len) && read_statement(c, held, n, &s) &&
		aud_pgaudit_has(s.f))
		lines(&c->pgaudit->out, &s);
}

/* Everything that a session has held, in pgaudit's order. */
static void
write_held(AudConvert *c, Session *s)
{
	Held  **held = malloc((s->n_held + 1) * sizeof(*held));
	size_t *open = malloc((s->n_held + 1) * sizeof(*open));
	size_t  n = 0;
	size_t  depth = 0;

	if (held == NULL || open == NULL)
		s->n_held = 0;
	for (Held *h = s->first; h != NULL && s->n_held > 0; h = h->next)
		held[n++] = h;
	c->pgaudit->out.c = c;
	c->pgaudit->out.numbers = &s->numbers;
	if (n > 1)
		qsort(held, n, sizeof(*held), by_number);
	for (size_t i = 0; i < n; i += count_parts(held + i, n - i))
	{
		while (depth > 0 && held[open[depth - 1]]->stmt != held[i]->parent)
		{
			size_t at = open[--depth];

			write_lines(c,
						held + at,
						count_parts(held + at, n - at),
						aud_pgaudit_after);
		}
		if (depth == 0)
			s->numbers.begun = false;
		write_lines(c, held + i, count_parts(held + i, n - i), aud_pgaudit_before);
		open[depth++] = i;
	}
	while (depth > 0)
	{
		size_t at = open[--depth];

		write_lines(c, held + at, count_parts(held + at, n - at), aud_pgaudit_after);
	}
	free(held);
	free(open);
	forget_held(c->pgaudit, s);
}

/* ---- records ------------------------------------------------------------------------------ */

static bool
hold(AudPgaudit *p, Session *s, const AudFields *f, const char *line, size_t len)
{
	Held *held = malloc(sizeof(*held) + len);

	if (held == NULL)
		return false;
	held->next = NULL;
	held->stmt = aud_field_number(f, AUD_F_stmt);
	held->parent = aud_field_number(f, AUD_F_parent);
	held->order = s->n_held;
	held->len = len;
	memcpy(held->line, line, len);
	*s->last = held;
	s->last = &held->next;
	s->n_held++;
	p->held += len;
	return true;
}

/* Is something of the statement still to come: what it ran inside of, or its text? */
static bool
is_open(const AudFields *f)
{
	return f->has[AUD_F_parent] ||
		   aud_field_number(f, AUD_F_part) < aud_field_number(f, AUD_F_parts);
}

const char *
aud_pgaudit_take(AudConvert *c, const char *line, size_t len)
{
	const AudFields *f = &c->fields;
	AudPgaudit      *p = c->pgaudit;
	Session         *s;

	if (!f->has[AUD_F_session])
		return NULL;
	s = find_session(p, f);
	if (s == NULL)
		return "out of memory";
	if (f->event == AUD_EVENT_SESSION_END)
	{
		write_held(c, s);
		forget_session(p, s);
		return NULL;
	}
	if (f->event != AUD_EVENT_STATEMENT || !f->has[AUD_F_stmt])
		return NULL;
	if (!hold(p, s, f, line, len))
		return "out of memory";
	if (!is_open(f) || p->held > AUD_PGAUDIT_HELD)
		write_held(c, s);
	if (p->n_sessions > AUD_PGAUDIT_SESSIONS)
	{
		write_held(c, p->oldest);
		forget_session(p, p->oldest);
	}
	return NULL;
}

struct AudPgaudit *
aud_pgaudit_new(void)
{
	return calloc(1, sizeof(AudPgaudit));
}

void
aud_pgaudit_end(AudConvert *c)
{
	while (c->pgaudit->oldest != NULL)
	{
		write_held(c, c->pgaudit->oldest);
		forget_session(c->pgaudit, c->pgaudit->oldest);
	}
}

void
aud_pgaudit_free(struct AudPgaudit *p)
{
	if (p == NULL)
		return;
	while (p->oldest != NULL)
		forget_session(p, p->oldest);
	free(p->query.data);
	free(p->objects.data);
	free(p->out.line.data);
	free(p->out.params.data);
	free(p->out.name.data);
	free(p->out.text.data);
	free(p);
}
