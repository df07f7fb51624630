/*-------------------------------------------------------------------------
 *
 * label.c
 *	  SECURITY LABEL FOR secaudit: which labels there may be, and who may set
 *	  them.
 *
 * The server asks before it writes the label.  The owner of a table must not
 * take a label away that somebody else has put there to watch him: superusers
 * alone set labels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "utils/inval.h"

#include "core/label.h"
#include "hooks/hooks.h"

static void
check_rights(void)
{
	if (superuser())
		return;
	ereport(ERROR,
			errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			errmsg("permission denied to set a label of \"%s\"",
				   AUD_LABEL_PROVIDER),
			errdetail(
				"Labels decide what is audited: only superusers may set and remove them, not the owners of the objects."));
}

static void
check_kind(const ObjectAddress *object)
{
	switch (object->classId)
	{
		case RelationRelationId:
		case ProcedureRelationId:
		case NamespaceRelationId:
		case DatabaseRelationId:
		case AuthIdRelationId:
			return;
		default:
			break;
	}
	ereport(ERROR,
			errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			errmsg("labels of \"%s\" are not supported for objects of type \"%s\"",
				   AUD_LABEL_PROVIDER,
				   getObjectTypeDescription(object, false)),
			errdetail(
				"Labels are for tables, columns, views, sequences, functions, procedures, schemas, databases and roles."),
			errhint("Label the schema that the object is in."));
}

static void
check_text(const char *text)
{
	AudLabel label;
	AudError error = {0};

	if (text == NULL || aud_label_parse(&label, text, &error))
		return;
	ereport(ERROR,
			errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("invalid label for \"%s\": \"%s\"", AUD_LABEL_PROVIDER, text),
			errdetail_internal("%s", error.message),
			errhint("A label has 1 to %d tags, separated by commas, like \"pci, pii\"; a tag has up to %d of a-z, 0-9, \"_\" and \"-\", and begins with a letter. IS NULL removes the label.",
					AUD_LABEL_TAGS_MAX,
					AUD_TAG_MAX));
}

/*
 * The change is announced with the transaction: here at the end of the command,
 * elsewhere at its commit, and never if it rolls back.
 */
static void
aud_check_label(const ObjectAddress *object, const char *seclabel)
{
	check_rights();
	check_kind(object);
	check_text(seclabel);
	CacheInvalidateRelcacheByRelid(IsSharedRelation(object->classId)
									   ? SharedSecLabelRelationId
									   : SecLabelRelationId);
	/* statements that were prepared for it are analyzed again */
	if (object->classId == RelationRelationId)
		CacheInvalidateRelcacheByRelid(object->objectId);
}

void
aud_hooks_label_install(void)
{
	register_label_provider(AUD_LABEL_PROVIDER, aud_check_label);
}
