/*-------------------------------------------------------------------------
 *
 * redact_known.c
 *	  What parse analysis has said of texts, for secaudit.redact_tags.
 *
 * There are two tables.  When the young one is full it becomes the old one, and
 * what was in that and has not been asked for meanwhile is forgotten.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/lex.h"
#include "facts/marks.h"
#include "facts/redact_known.h"
#include "facts/redact_tags.h"
#include "facts/redact_walk.h"
#include "server/safely.h"

/* Texts in one table, and places of all of them. */
#define TABLE_MAX 4096
#define TOTAL_MAX (256 * 1024)

/* Of more places than that, all constants are taken to be theirs. */
#define PLACES_MAX 16384

typedef struct AudKnownTable
{
	MemoryContext context; /* NULL: there is none */
	HTAB         *texts;
	int           places; /* of all of them */
} AudKnownTable;

static AudKnownTable young;
static AudKnownTable old;
static uint64        labels_as_of;
static unsigned      setting_as_of;

static void
drop(AudKnownTable *table)
{
	if (table->context != NULL)
		MemoryContextDelete(table->context);
	memset(table, 0, sizeof(*table));
}

static void
make_young(void)
{
	HASHCTL control = {.keysize = sizeof(uint64),
					   .entrysize = sizeof(AudKnownText)};

	drop(&old);
	old = young;
	memset(&young, 0, sizeof(young));
	young.context = AllocSetContextCreate(TopMemoryContext,
										  "secaudit known texts",
										  ALLOCSET_SMALL_SIZES);
	control.hcxt = young.context;
	young.texts = hash_create("secaudit known texts",
							  256,
							  &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* What was found with other labels, or for other tags, holds no more. */
static void
forget_stale(void)
{
	if (labels_as_of == aud_marks_label_changes() &&
		setting_as_of == aud_config->redact_tags_changes)
		return;
	drop(&young);
	drop(&old);
	labels_as_of = aud_marks_label_changes();
	setting_as_of = aud_config->redact_tags_changes;
}

/* The statement in text[len] without what is around it. */
static const char *
strip(const char *text, size_t *len)
{
	size_t start = aud_lex_statement_start(text, *len);

	text += start;
	*len -= start;
	while (*len > 0 && (aud_lex_is_space((unsigned char) text[*len - 1]) ||
						text[*len - 1] == ';'))
		(*len)--;
	return text;
}

static uint64
digest_of(const char *text, size_t len)
{
	return hash_bytes_extended((const unsigned char *) text, (int) len, 0);
}

static bool
is_full(const AudKnownTable *table)
{
	return hash_get_num_entries(table->texts) >= TABLE_MAX ||
		   table->places >= TOTAL_MAX;
}

static AudKnownText *
look(const AudKnownTable *table, uint64 digest, size_t len)
{
	AudKnownText *known =
		table->texts != NULL
			? hash_search(table->texts, &digest, HASH_FIND, NULL)
			: NULL;

	return known != NULL && known->len == len ? known : NULL;
}

/* An entry of the young table; what it has must be in that table's memory. */
static AudKnownText *
enter(uint64 digest, size_t len)
{
	AudKnownText *known;
	bool          found;

	if (young.texts == NULL || is_full(&young))
		make_young();
	known = hash_search(young.texts, &digest, HASH_ENTER, &found);
	if (!found || known->len != len)
	{
		memset(known, 0, sizeof(*known));
		known->digest = digest;
		known->len = (uint32) len;
	}
	return known;
}

/* All that one of them says, too: the same text may mean different tables. */
static void
merge(AudKnownText *known, bool touched, bool unclear, const int *at, int n,
	  const Bitmapset *params)
{
	MemoryContext outer = MemoryContextSwitchTo(young.context);
	int          *both;
	int           n_both = 0;
	int           i = 0;
	int           k = 0;

	known->touched |= touched;
	known->unclear |= unclear || n + known->n > PLACES_MAX;
	if (n > 0 && !known->unclear)
	{
		both = palloc((known->n + n) * sizeof(int));
		while (i < n || k < known->n)
		{
			int next = i == n          ? known->at[k]
					   : k == known->n ? at[i]
									   : Min(at[i], known->at[k]);

			both[n_both++] = next;
			i += i < n && at[i] == next;
			k += k < known->n && known->at[k] == next;
		}
		if (n_both == known->n)
			pfree(both); /* nothing new */
		else
		{
			if (known->at != NULL)
				pfree(known->at);
			young.places += n_both - known->n;
			known->at = both;
			known->n = n_both;
		}
	}
	known->params = bms_add_members(known->params, params);
	MemoryContextSwitchTo(outer);
}

static AudKnownText *
find(const char *text, size_t len, size_t *start, bool *is_old)
{
	size_t        stripped_len = len;
	const char   *stripped = strip(text, &stripped_len);
	uint64        digest = digest_of(stripped, stripped_len);
	AudKnownText *known;

	*start = stripped - text;
	forget_stale();
	known = look(&young, digest, stripped_len);
	*is_old = known == NULL;
	return known != NULL ? known : look(&old, digest, stripped_len);
}

const AudKnownText *
aud_redact_known_find(const char *text, size_t len, size_t *start)
{
	bool is_old;

	return find(text, len, start, &is_old);
}

const AudKnownText *
aud_redact_known_use(const char *text, size_t len, size_t *start)
{
	bool          is_old;
	AudKnownText *known = find(text, len, start, &is_old);
	AudKnownText *renewed;

	/* it would be dropped with the old table while it is copied */
	if (known == NULL || !is_old || is_full(&young))
		return known;
	renewed = enter(known->digest, known->len);
	merge(renewed, known->touched, known->unclear, known->at, known->n, known->params);
	return renewed;
}

/* ---- what analysis says -------------------------------------------------- */

typedef struct AudAnalyzed
{
	const Query    *query;
	AudTaggedPlaces places;
} AudAnalyzed;

static void
look_at(void *arg)
{
	AudAnalyzed *analyzed = arg;

	aud_redact_walk(analyzed->query, &analyzed->places);
}

/* A command whose query has been analyzed along with it, or no command. */
static bool
is_analyzed(const Query *query)
{
	const Node *command = query->utilityStmt;
	const Node *inner;

	if (query->commandType != CMD_UTILITY)
		return true;
	if (IsA(command, ExplainStmt))
		inner = ((const ExplainStmt *) command)->query;
	else if (IsA(command, CreateTableAsStmt))
		inner = ((const CreateTableAsStmt *) command)->query;
	else if (IsA(command, DeclareCursorStmt))
		inner = ((const DeclareCursorStmt *) command)->query;
	else
		return false;
	return inner != NULL && IsA(inner, Query) &&
		   is_analyzed((const Query *) inner);
}

/* Places in the statement alone; one that is not in it was made up. */
static int
cut_out(int *at, int n, int start, int len)
{
	int kept = 0;

	for (int i = 0; i < n; i++)
	{
		if (at[i] >= start && at[i] < start + len)
			at[kept++] = at[i] - start;
	}
	return kept;
}

void
aud_redact_known_note(const Query *query, const char *source)
{
	AudAnalyzed   analyzed = {.query = query};
	size_t        start = query->stmt_location > 0 ? query->stmt_location : 0;
	size_t        len;
	const char   *text;
	MemoryContext scratch;
	MemoryContext outer;

	if (source == NULL || !is_analyzed(query))
		return;
	len = query->stmt_len > 0 ? (size_t) query->stmt_len : strlen(source + start);
	text = strip(source + start, &len);

	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"secaudit tagged places",
									ALLOCSET_SMALL_SIZES);
	outer = MemoryContextSwitchTo(scratch);
	if (!aud_safely(look_at, &analyzed))
		analyzed.places.touched = analyzed.places.unclear = true;
	analyzed.places.n =
		cut_out(analyzed.places.at, analyzed.places.n, text - source, len);

	/* looking may have told of a change */
	forget_stale();
	merge(enter(digest_of(text, len), len),
		  analyzed.places.touched,
		  analyzed.places.unclear,
		  analyzed.places.at,
		  analyzed.places.n,
		  analyzed.places.params);
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(scratch);
}
