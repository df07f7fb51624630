/*-------------------------------------------------------------------------
 *
 * command_common.c
 *	  Entry points and common parts of the facts that commands tell about
 *	  themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/builtins.h"

#include "core/class.h"
#include "core/json_write.h"
#include "facts/facts_ddl.h"
#include "facts/objects.h"
#include "record/session.h"
#include "server/safely.h"

typedef struct AudFactsCall
{
	AudStmt *stmt;
	Node    *parsetree;
} AudFactsCall;

static void
collect(void *arg)
{
	AudFactsCall *call = arg;

	(void) (aud_facts_of_setting(call->stmt, call->parsetree) ||
			aud_facts_of_grant(call->stmt, call->parsetree) ||
			aud_facts_of_role(call->stmt, call->parsetree) ||
			aud_facts_of_extension(call->stmt, call->parsetree) ||
			aud_facts_of_ddl(call->stmt, call->parsetree));
}

void
aud_facts_before(AudStmt *stmt, Node *parsetree)
{
	AudFactsCall call = {stmt, parsetree};

	aud_safely(collect, &call);
}

static void
complete(void *arg)
{
	AudStmt *stmt = arg;

	stmt->target.after(stmt);
}

void
aud_facts_after(AudStmt *stmt)
{
	if (stmt->target.after != NULL)
		aud_safely(complete, stmt);
}

/*
 * Returns what was found, for those who want to know.  It is looked for by
 * one name, and if it is not there shown by the one that was written.
 */
static bool
add(AudStmt *stmt, ObjectType type, Node *object, Node *written, int access,
	ObjectAddress *address)
{
	if (!aud_address_find(type, object, address))
	{
		aud_objects_add_named(stmt,
							  aud_address_type(type),
							  aud_address_written(written),
							  access,
							  true);
		return false;
	}
	if (address->classId == RelationRelationId)
		aud_objects_add_relation(stmt, address->objectId, access, NULL);
	else
		aud_objects_add_address(stmt, address->classId, address->objectId, 0, access);
	return true;
}

void
aud_facts_add(AudStmt *stmt, ObjectType type, Node *object, int access)
{
	ObjectAddress address;

	(void) add(stmt, type, object, object, access, &address);
}

void
aud_facts_add_root(AudStmt *stmt, ObjectType type, Node *object, int access)
{
	ObjectAddress address;
	int           before = stmt->objects.n;

	if (add(stmt, type, object, object, access, &address) &&
		stmt->target.named == 0)
	{
		stmt->target.classid = address.classId;
		stmt->target.objid = address.objectId;
		stmt->target.objsubid = address.objectSubId;
	}
	if (stmt->objects.n > before)
	{
		stmt->objects.items[before].root = access == AUD_ACCESS_DROP;
		stmt->target.named = stmt->objects.n;
	}
}

/*
 * What is there already is named in case that it is in the way.  If it was
 * not, the command made or replaced something, and the object access hook
 * says what.
 */
void
aud_facts_add_created(AudStmt *stmt, const Node *tree, ObjectType type,
					  Node *object)
{
	ObjectAddress address;
	int           before = stmt->objects.n;

	(void) add(stmt,
			   type,
			   aud_address_to_create(tree, type, object),
			   object,
			   AUD_ACCESS_CREATE,
			   &address);
	if (stmt->objects.n > before)
	{
		stmt->objects.items[before].tentative = true;
		stmt->target.named = stmt->objects.n;
	}
}

/* Append one string, from the database's encoding. */
static void
put_string(AudBuf *b, const char *text)
{
	size_t      len = strlen(text);
	const char *utf8 = aud_session_to_utf8(text, &len);

	aud_json_string(b, utf8, len);
	if (utf8 != text)
		pfree(unconstify(char *, utf8));
}

void
aud_facts_strings(AudStmt *stmt, const char *key, const List *strings)
{
	size_t    room = 3;
	ListCell *lc;
	AudBuf    b;

	if (strings == NIL)
		return;
	/* four bytes of UTF-8 for a byte, or six of an escape */
	foreach (lc, strings)
		room += 6 * strlen(lfirst(lc)) + 3;
	aud_buf_init(&b, palloc(room), room);
	foreach (lc, strings)
	{
		aud_buf_char(&b, b.len == 0 ? '[' : ',');
		put_string(&b, lfirst(lc));
	}
	aud_buf_char(&b, ']');
	if (!b.truncated)
		aud_stmt_detail_json(stmt, key, b.data, b.len);
	pfree(b.data);
}

void
aud_facts_flag(AudStmt *stmt, const char *key)
{
	aud_stmt_detail_json(stmt, key, "true", 4);
}

void
aud_facts_number(AudStmt *stmt, const char *key, uint64 value)
{
	char text[24];
	int  len = snprintf(text, sizeof(text), UINT64_FORMAT, value);

	aud_stmt_detail_json(stmt, key, text, len);
}

List *
aud_facts_roles(const List *roles)
{
	List     *names = NIL;
	ListCell *lc;

	foreach (lc, roles)
		names = lappend(names, unconstify(char *, aud_address_role(lfirst(lc))));
	return names;
}

void
aud_facts_security(AudStmt *stmt, List *aspects)
{
	if (aspects == NIL)
		return;
	stmt->what.classes |= AUD_CLASS_ROLE;
	aud_facts_strings(stmt, "security", aspects);
}

char *
aud_facts_identity(const ObjectAddress *address)
{
	return OidIsValid(address->objectId) ? getObjectIdentity(address, true)
										 : NULL;
}
