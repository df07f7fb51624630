/*-------------------------------------------------------------------------
 *
 * marks_add.c
 *	  What the marks of an object mean for the statement that uses it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "utils/lsyscache.h"

#include "core/class.h"
#include "facts/classify.h"
#include "facts/marks.h"
#include "server/compat.h"

/* Is it one of these, or are all of them meant? */
static bool
has_column(const Bitmapset *columns, AttrNumber number)
{
	return bms_is_member(number - FirstLowInvalidHeapAttributeNumber, columns) ||
		   (number > 0 &&
			bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns));
}

const AudStmtTags *
aud_marks_tags(const AudMarks *marks, const AudUse *use)
{
	const AudStmtTags *tags = marks->tags;

	if (use == NULL)
		return tags;
	for (int i = 0; i < marks->n_columns; i++)
	{
		const AudColumnMarks *column = &marks->columns[i];

		if (column->tags != NULL &&
			(use->all || has_column(use->read, column->number) ||
			 has_column(use->inserted, column->number) ||
			 has_column(use->updated, column->number)))
			tags = tags == marks->tags ? column->tags
									   : aud_tags_union(tags, column->tags);
	}
	return tags;
}

/*
 * The privilege that is used; of a sequence, USAGE is enough, and of a row that
 * is locked it is that of UPDATE.
 */
static AclMode
privileges_of(int access)
{
	AclMode used = ACL_NO_RIGHTS;

	if (access & AUD_ACCESS_SELECT)
		used |= ACL_SELECT | ACL_USAGE;
	if (access & AUD_ACCESS_INSERT)
		used |= ACL_INSERT;
	if (access & AUD_ACCESS_UPDATE)
		used |= ACL_UPDATE | ACL_USAGE;
	if (access & AUD_ACCESS_LOCK)
		used |= ACL_UPDATE;
	if (access & AUD_ACCESS_DELETE)
		used |= ACL_DELETE;
	if (access & AUD_ACCESS_TRUNCATE)
		used |= ACL_TRUNCATE;
	if (access & AUD_ACCESS_EXECUTE)
		used |= ACL_EXECUTE;
	if (access & AUD_ACCESS_MAINTAIN)
		used |= AUD_ACL_MAINTAIN;
	return used;
}

static bool
is_audited(const AudMarks *marks, int access, const AudUse *use)
{
	AclMode used = privileges_of(access);

	if (marks->held & used)
		return true;
	for (int i = 0; use != NULL && i < marks->n_columns; i++)
	{
		const AudColumnMarks *column = &marks->columns[i];
		AclMode               held = column->held & used;

		if ((held & ACL_SELECT &&
			 (use->all || has_column(use->read, column->number))) ||
			(held & ACL_INSERT && has_column(use->inserted, column->number)) ||
			(held & ACL_UPDATE && has_column(use->updated, column->number)))
			return true;
	}
	return false;
}

/* What is done to something with tags; 0: it is named only. */
static int
class_of(int access)
{
	int classes = aud_classify_access(access);

	if (access & (AUD_ACCESS_CREATE | AUD_ACCESS_ALTER | AUD_ACCESS_DROP))
		classes |= AUD_CLASS_DDL;
	if (access & (AUD_ACCESS_GRANT | AUD_ACCESS_REVOKE))
		classes |= AUD_CLASS_ROLE;
	return classes;
}

void
aud_marks_add(AudStmt *stmt, AudObject *object, int access, const AudUse *use)
{
	const AudMarks    *marks = aud_marks_of(object->classid, object->objid);
	const AudStmtTags *tags = aud_marks_tags(marks, use);
	int                classes;

	if (access != 0 && is_audited(marks, access, use))
	{
		object->audited = true;
		stmt->what.audited = true;
	}
	if (tags == NULL)
		return;
	aud_stmt_tag_object(stmt, object, aud_tags_union(object->tags, tags));
	classes = class_of(access);
	stmt->what.tagged_classes |= classes;
	stmt->what.tagged |= classes == 0;
}

const Bitmapset *
aud_marks_translate(Oid from, const Bitmapset *columns, Oid to)
{
	Bitmapset *translated = NULL;
	int        member = -1;

	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber number = member + FirstLowInvalidHeapAttributeNumber;

		if (number > 0)
		{
			char *name = get_attname(from, number, true);

			number = name != NULL ? get_attnum(to, name) : InvalidAttrNumber;
			if (number == InvalidAttrNumber)
				continue;
		}
		translated = bms_add_member(translated,
									number - FirstLowInvalidHeapAttributeNumber);
	}
	return translated;
}
