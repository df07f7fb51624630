/*-------------------------------------------------------------------------
 *
 * objects_function.c
 *	  The objects of a statement: the functions that it calls.
 *
 * Their names come through the name cache (names_function.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_proc.h"

#include "core/class.h"
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"

/* The function's name among the objects; NULL: it has none, or memory is short. */
static AudObject *
name_function(AudStmt *stmt, Oid funcid, const AudFunctionName *function)
{
	AudObject *object;

	if (function == NULL || (object = aud_stmt_add_object(stmt)) == NULL)
		return NULL;
	object->classid = ProcedureRelationId;
	object->objid = funcid;
	aud_stmt_set_head(stmt, object, function->head, function->head_len);
	return object;
}

/* One for which there is no room any more is marked all the same. */
static void
mark_function(AudStmt *stmt, AudObject *object, Oid funcid, int access)
{
	AudObject omitted = {.classid = ProcedureRelationId, .objid = funcid};

	if (aud_config->marking)
		aud_marks_add(stmt, object != NULL ? object : &omitted, access, NULL);
}

void
aud_objects_add_function(AudStmt *stmt, Oid funcid)
{
	AudObject             *object;
	const AudFunctionName *function;

	stmt->what.classes |= AUD_CLASS_FUNCTION;
	stmt->what.user_objects |= funcid >= FirstNormalObjectId;
	object = aud_stmt_find_object(stmt, ProcedureRelationId, funcid);
	if (object == NULL)
	{
		function = aud_names_function(funcid);
		if (function != NULL)
			stmt->what.privileged |= function->privileged;
		object = name_function(stmt, funcid, function);
	}
	if (object != NULL)
		object->access |= AUD_ACCESS_EXECUTE;
	mark_function(stmt, object, funcid, AUD_ACCESS_EXECUTE);
}

void
aud_objects_add_planned_function(AudStmt *stmt, Oid funcid)
{
	AudObject *object = aud_stmt_find_object(stmt, ProcedureRelationId, funcid);

	stmt->what.user_objects |= funcid >= FirstNormalObjectId;
	if (object == NULL)
		object = name_function(stmt, funcid, aud_names_function(funcid));
	if (object != NULL)
		object->planned = true;
	mark_function(stmt, object, funcid, 0);
}

AudObject *
aud_objects_repeat(AudStmt *stmt, const AudObject *of,
				   const AudFunctionName *function)
{
	AudObject  copy = *of;
	AudObject *object = aud_stmt_add_object(stmt);

	if (object == NULL)
		return NULL;
	*object = copy;
	aud_stmt_set_head(stmt, object, function->head, function->head_len);
	return object;
}
