/*-------------------------------------------------------------------------
 *
 * tags.c
 *	  Tags: names and sets of them that are there once, and the tags of a
 *	  statement, which are those of all its objects in one list.
 *
 * Names and sets are never freed.  There are as many names as labels in use
 * have, and as many sets as there are combinations of labels that statements
 * met: only who may label makes them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/label.h"
#include "record/stmt.h"

typedef struct AudTagName
{
	char name[AUD_TAG_MAX + 1]; /* the key */
} AudTagName;

/* The key is the set up to its last name: the same names are in no other. */
typedef struct AudTagSet
{
	AudStmtTags tags;
} AudTagSet;

static HTAB *all_names;
static HTAB *all_sets;

static void
start(void)
{
	HASHCTL names = {.keysize = AUD_TAG_MAX + 1,
					 .entrysize = sizeof(AudTagName),
					 .hcxt = TopMemoryContext};
	HASHCTL sets = {.keysize = sizeof(AudStmtTags),
					.entrysize = sizeof(AudTagSet),
					.hcxt = TopMemoryContext};

	if (all_names == NULL)
		all_names = hash_create("secaudit tag names",
								32,
								&names,
								HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	if (all_sets == NULL)
		all_sets = hash_create("secaudit tag sets",
							   32,
							   &sets,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The unused rest of "tags" must be zero. */
static const AudStmtTags *
intern(const AudStmtTags *tags)
{
	start();
	return hash_search(all_sets, tags, HASH_ENTER, NULL);
}

static const char *
intern_name(const char *name, size_t len)
{
	char key[AUD_TAG_MAX + 1];

	memcpy(key, name, len);
	key[len] = '\0';
	start();
	return hash_search(all_names, key, HASH_ENTER, NULL);
}

static int
take(const AudStmtTags *from, int at, AudStmtTags *to)
{
	if (to->n < AUD_TAGS_MAX)
		to->names[to->n++] = from->names[at];
	else
		to->omitted++;
	return at + 1;
}

void
aud_tags_merge(AudStmtTags *to, const AudStmtTags *from)
{
	AudStmtTags before;
	int         b = 0;
	int         f = 0;

	before.n = to->n;
	memcpy(before.names, to->names, to->n * sizeof(to->names[0]));
	to->n = 0;
	to->omitted += from->omitted;
	while (b < before.n || f < from->n)
	{
		int order = b == before.n  ? 1
					: f == from->n ? -1
								   : strcmp(before.names[b], from->names[f]);

		if (order == 0)
			f++; /* the same name is the same pointer */
		if (order <= 0)
			b = take(&before, b, to);
		else
			f = take(from, f, to);
	}
}

const AudStmtTags *
aud_tags_of(const AudLabel *label)
{
	AudStmtTags all = {0};

	for (int i = 0; i < label->n; i++)
	{
		AudStmtTags one = {.n = 1};

		one.names[0] = intern_name(label->tags[i].name, label->tags[i].len);
		aud_tags_merge(&all, &one);
	}
	return all.n > 0 ? intern(&all) : NULL;
}

const AudStmtTags *
aud_tags_union(const AudStmtTags *a, const AudStmtTags *b)
{
	AudStmtTags both;

	if (a == b || b == NULL)
		return a;
	if (a == NULL)
		return b;
	both = *a;
	aud_tags_merge(&both, b);
	return memcmp(&both, a, sizeof(both)) == 0 ? a : intern(&both);
}

void
aud_stmt_add_tags(AudStmt *stmt, const AudStmtTags *tags)
{
	if (tags->n > 0)
		aud_tags_merge(&stmt->tags, tags);
}

void
aud_stmt_tag_object(AudStmt *stmt, AudObject *object, const AudStmtTags *tags)
{
	object->tags = tags;
	aud_stmt_add_tags(stmt, tags);
}
