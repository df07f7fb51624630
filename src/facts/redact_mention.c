/*-------------------------------------------------------------------------
 *
 * redact_mention.c
 *	  Does a text mention what has tags of secaudit.redact_tags?
 *
 * This is for texts that nobody has analyzed: bodies of functions, conditions
 * and defaults of tables.  Names are looked for as words, wherever they stand,
 * also in literals, since code is in those.  A table is named by all that ever
 * uses its columns, if not by way of a view; so those are looked for, too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_rewrite.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "core/lex.h"
#include "facts/labels.h"
#include "facts/marks.h"
#include "facts/redact_tags.h"
#include "server/safely.h"

typedef struct AudMentionName
{
	char name[NAMEDATALEN]; /* the key: a word, in lower case */
} AudMentionName;

typedef struct AudMentionNames
{
	MemoryContext context;    /* NULL: not known */
	HTAB         *words;      /* AudMentionName */
	bool          everything; /* any table may be one */
	uint64        as_of;      /* aud_marks_epoch() */
	unsigned      setting;
} AudMentionNames;

static AudMentionNames names;

/* ---- the names ----------------------------------------------------------- */

/* '$' is a quote more often than a part of a name. */
static bool
is_in_word(char c)
{
	return aud_lex_is_word_start((unsigned char) c) ||
		   aud_lex_is_digit((unsigned char) c);
}

/* The word that begins at text[at], in lower case; its length. */
static size_t
read_word(const char *text, size_t len, size_t at, char *word)
{
	size_t n = 0;

	while (at + n < len && is_in_word(text[at + n]))
	{
		if (n < NAMEDATALEN - 1)
			word[n] = (char) aud_lex_lower((unsigned char) text[at + n]);
		n++;
	}
	word[Min(n, NAMEDATALEN - 1)] = '\0';
	return n;
}

/* Of a name with other characters than a word has, its longest word. */
static void
add_name(const char *name)
{
	size_t len = strlen(name);
	char   longest[NAMEDATALEN] = "";
	size_t longest_len = 0;

	for (size_t at = 0; at < len;)
	{
		char   word[NAMEDATALEN];
		size_t n = read_word(name, len, at, word);

		if (n > longest_len)
		{
			strcpy(longest, word);
			longest_len = n;
		}
		at += n > 0 ? n : 1;
	}
	if (longest_len == 0)
		names.everything = true;
	else
		(void) hash_search(names.words, longest, HASH_ENTER, NULL);
}

/* The view whose query that rule is, or InvalidOid. */
static Oid
view_of_rule(Oid rule)
{
	Relation    rel = table_open(RewriteRelationId, AccessShareLock);
	Oid         view = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple   tuple;

	ScanKeyInit(&key,
				Anum_pg_rewrite_oid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(rule));
	scan = systable_beginscan(rel, RewriteOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		view = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return view;
}

/* The views that show something of a relation. */
static List *
views_of(Oid relid)
{
	Relation    rel = table_open(DependRelationId, AccessShareLock);
	List       *views = NIL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple   tuple;

	ScanKeyInit(&keys[0],
				Anum_pg_depend_refclassid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1],
				Anum_pg_depend_refobjid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);

		if (depend->classid == RewriteRelationId)
			views = list_append_unique_oid(views, view_of_rule(depend->objid));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return views;
}

/* The tables whose names count, and those by whose names theirs are used. */
static void
add_relations(List *relids)
{
	/* the list grows while it is gone through */
	for (int i = 0; i < list_length(relids); i++)
	{
		Oid   relid = list_nth_oid(relids, i);
		char *name = get_rel_name(relid);

		CHECK_FOR_INTERRUPTS();
		if (name == NULL)
			continue;
		add_name(name);
		relids = list_concat_unique_oid(relids, views_of(relid));
		relids = list_concat_unique_oid(relids, aud_redact_tags_ancestors(relid));
		if (has_subclass(relid))
			relids =
				list_concat_unique_oid(relids,
									   find_inheritance_children(relid, NoLock));
	}
}

/* A label on a schema: its tables come and go, so all count. */
static void
add_labelled(void *arg, Oid classid, Oid objid, const AudLabelFound *found)
{
	List **relids = arg;

	if (!aud_redact_tags_meet(found->tags))
		return;
	if (classid == NamespaceRelationId)
		names.everything = true;
	else if (classid == RelationRelationId)
	{
		char *column = found->subid != 0
						   ? get_attname(objid, (AttrNumber) found->subid, true)
						   : NULL;

		if (column != NULL)
			add_name(column);
		*relids = list_append_unique_oid(*relids, objid);
	}
}

static void
look_up(void *arg)
{
	List *relids = NIL;

	if (aud_redact_tags_meet(aud_marks_of(DatabaseRelationId, MyDatabaseId)->tags))
		names.everything = true;
	aud_labels_visit(add_labelled, &relids);
	add_relations(relids);
}

static void
forget(void)
{
	if (names.context != NULL)
		MemoryContextDelete(names.context);
	memset(&names, 0, sizeof(names));
}

/* False where they cannot be found out. */
static bool
learn(void)
{
	HASHCTL       control = {.keysize = NAMEDATALEN,
							 .entrysize = sizeof(AudMentionName)};
	MemoryContext scratch;
	MemoryContext outer;
	bool          known;

	if (names.context != NULL && names.as_of == aud_marks_epoch() &&
		names.setting == aud_config->redact_tags_changes)
		return true;
	forget();
	names.context = AllocSetContextCreate(TopMemoryContext,
										  "secaudit tagged names",
										  ALLOCSET_SMALL_SIZES);
	control.hcxt = names.context;
	names.words = hash_create("secaudit tagged names",
							  64,
							  &control,
							  HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	names.setting = aud_config->redact_tags_changes;
	names.as_of = aud_marks_epoch();
	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"secaudit look-up",
									ALLOCSET_SMALL_SIZES);
	outer = MemoryContextSwitchTo(scratch);
	known = aud_safely(look_up, NULL);
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(scratch);
	if (!known)
		forget();
	return known;
}

/* ---- the text ------------------------------------------------------------ */

/* A name may be written in escapes: U&"\0070atients" */
static bool
may_be_escaped(const char *text, size_t len, size_t at, size_t n)
{
	return n == 1 && (text[at] == 'u' || text[at] == 'U') && at + 2 < len &&
		   text[at + 1] == '&' && text[at + 2] == '"';
}

static bool
is_name(const char *word)
{
	return hash_search(names.words, word, HASH_FIND, NULL) != NULL;
}

bool
aud_redact_tags_mentioned(const char *text, size_t len)
{
	if (!learn() || names.everything)
		return true;
	for (size_t at = 0; at < len;)
	{
		char   word[NAMEDATALEN];
		size_t n = read_word(text, len, at, word);

		if (n > 0 && (is_name(word) || may_be_escaped(text, len, at, n)))
			return true;
		/* its first letter may be of an escape: E'\nSELECT' */
		if (n > 1 && at > 0 && text[at - 1] == '\\' && is_name(word + 1))
			return true;
		at += n > 0 ? n : 1;
	}
	return false;
}
