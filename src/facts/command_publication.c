/*-------------------------------------------------------------------------
 *
 * command_publication.c
 *	  CREATE and ALTER PUBLICATION: what leaves the database by it.
 *
 * A publication is a way out for data, so its tables are named like those of
 * a trigger or a policy, with the labels of the columns that it takes.  Those
 * of a whole schema or database are named if they have labels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "core/class.h"
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "facts/objects_whole.h"
#include "facts/topics.h"
#include "server/compat.h"

static char *
table_name(const RangeVar *table)
{
	Oid relid = aud_address_relation(table);

	if (!OidIsValid(relid))
		return aud_address_written((Node *) unconstify(RangeVar *, table));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

/* A publication of all tables may leave some out; returns which, as oids. */
static List *
put_excepted(AudStmt *stmt, const Node *tree)
{
	List     *names = NIL;
	List     *tables = NIL;
	ListCell *lc;

	foreach (lc, aud_compat_excepted_tables(tree))
	{
		names = lappend(names, table_name(lfirst(lc)));
		tables = lappend_oid(tables, aud_address_relation(lfirst(lc)));
	}
	aud_stmt_detail_strings(stmt, "except_tables", names);
	return tables;
}

static void
add_table(AudStmt *stmt, const PublicationTable *table)
{
	Oid    relid = aud_address_relation(table->relation);
	AudUse use = {.all = table->columns == NIL};

	if (!OidIsValid(relid))
	{
		aud_command_add_relation(stmt, table->relation, "table", AUD_ACCESS_ALTER);
		return;
	}
	use.read = aud_names_add_columns(NULL, relid, table->columns);
	aud_objects_add_used(stmt, relid, AUD_ACCESS_ALTER, &use);
	aud_objects_add_whole(stmt, RelationRelationId, relid);
	if (aud_config->marking && has_subclass(relid))
		aud_objects_add_tagged_children(stmt, relid, AUD_ACCESS_ALTER, &use);
}

static void
add_schema(AudStmt *stmt, const char *name)
{
	Oid schema;

	aud_command_add_object(stmt,
						   OBJECT_SCHEMA,
						   (Node *) makeString(unconstify(char *, name)),
						   AUD_ACCESS_ALTER);
	schema = get_namespace_oid(name, true);
	if (OidIsValid(schema))
		aud_objects_add_published(stmt, schema, NIL);
}

static void
add_current_schema(AudStmt *stmt)
{
	List *path = fetch_search_path(false);

	if (path != NIL && get_namespace_name(linitial_oid(path)) != NULL)
		add_schema(stmt, get_namespace_name(linitial_oid(path)));
}

static void
add_objects(AudStmt *stmt, const List *objects)
{
	ListCell *lc;

	foreach (lc, objects)
	{
		const PublicationObjSpec *object = lfirst(lc);

		switch (object->pubobjtype)
		{
			case PUBLICATIONOBJ_TABLE:
				add_table(stmt, object->pubtable);
				break;
			case PUBLICATIONOBJ_TABLES_IN_SCHEMA:
				add_schema(stmt, object->name);
				break;
			case PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA:
				add_current_schema(stmt);
				break;
			default:
				break;
		}
	}
}

void
aud_command_publication(AudStmt *stmt, const Node *tree)
{
	List *excepted = put_excepted(stmt, tree);
	bool  all;

	if (IsA(tree, CreatePublicationStmt))
	{
		add_objects(stmt, ((const CreatePublicationStmt *) tree)->pubobjects);
		all = ((const CreatePublicationStmt *) tree)->for_all_tables;
	}
	else
	{
		add_objects(stmt, ((const AlterPublicationStmt *) tree)->pubobjects);
		all = ((const AlterPublicationStmt *) tree)->for_all_tables;
	}
	if (all)
		aud_objects_add_published(stmt, InvalidOid, excepted);
}
