/*-------------------------------------------------------------------------
 *
 * classify.c
 *	  Command and access -> class: the one table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_init_privs.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_type.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"

#include "facts/classify.h"
#include "server/settings.h"

/*
 * Commands whose classes do not follow from PostgreSQL's own division into
 * ddl, mod and all (GetCommandLogLevel).
 */
static const struct
{
	CommandTag tag;
	int        classes;
} command_classes[] = {
	{CMDTAG_ALTER_DEFAULT_PRIVILEGES, AUD_CLASS_ROLE},
	{CMDTAG_ALTER_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_ALTER_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_ALTER_SYSTEM, AUD_CLASS_CONFIG},
	{CMDTAG_ANALYZE, AUD_CLASS_MISC},
	{CMDTAG_CALL, AUD_CLASS_FUNCTION},
	{CMDTAG_CLUSTER, AUD_CLASS_DDL},
	{CMDTAG_CREATE_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_CREATE_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_DO, AUD_CLASS_FUNCTION},
	{CMDTAG_DROP_OWNED, AUD_CLASS_ROLE | AUD_CLASS_DDL},
	{CMDTAG_DROP_POLICY, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_DROP_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_GRANT, AUD_CLASS_ROLE},
	{CMDTAG_GRANT_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_LOAD, AUD_CLASS_MISC | AUD_CLASS_CONFIG},
	{CMDTAG_REASSIGN_OWNED, AUD_CLASS_ROLE | AUD_CLASS_DDL},
	{CMDTAG_REINDEX, AUD_CLASS_DDL},
	{CMDTAG_RESET, AUD_CLASS_MISC_SET},
	{CMDTAG_REVOKE, AUD_CLASS_ROLE},
	{CMDTAG_REVOKE_ROLE, AUD_CLASS_ROLE},
	{CMDTAG_SECURITY_LABEL, AUD_CLASS_DDL | AUD_CLASS_ROLE},
	{CMDTAG_SET, AUD_CLASS_MISC_SET},
	{CMDTAG_VACUUM, AUD_CLASS_MISC},
};

/*
 * Catalogs that say who may do what: whole ones, or the columns that do, up
 * to the first 0.
 */
static const struct
{
	Oid        relid;
	int        classes;
	AttrNumber columns[4];
} catalog_classes[] = {
	{AuthIdRelationId, AUD_CLASS_ROLE, {0}},
	{AuthMemRelationId, AUD_CLASS_ROLE, {0}},
	{DbRoleSettingRelationId, AUD_CLASS_CONFIG, {0}},
	{DefaultAclRelationId, AUD_CLASS_ROLE, {0}},
	{InitPrivsRelationId, AUD_CLASS_ROLE, {0}},
	{ParameterAclRelationId, AUD_CLASS_ROLE, {0}},
	{PolicyRelationId, AUD_CLASS_ROLE, {0}},
	{SecLabelRelationId, AUD_CLASS_ROLE, {0}},
	{SharedSecLabelRelationId, AUD_CLASS_ROLE, {0}},
	{AttributeRelationId, AUD_CLASS_ROLE, {Anum_pg_attribute_attacl}},
	{DatabaseRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_database_datacl, Anum_pg_database_datdba}},
	{ForeignDataWrapperRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_foreign_data_wrapper_fdwacl, Anum_pg_foreign_data_wrapper_fdwowner}},
	{ForeignServerRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_foreign_server_srvacl, Anum_pg_foreign_server_srvowner}},
	{LanguageRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_language_lanacl,
	  Anum_pg_language_lanowner,
	  Anum_pg_language_lanpltrusted}},
	{LargeObjectMetadataRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_largeobject_metadata_lomacl, Anum_pg_largeobject_metadata_lomowner}},
	{NamespaceRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_namespace_nspacl, Anum_pg_namespace_nspowner}},
	{ProcedureRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_proc_proacl, Anum_pg_proc_proowner, Anum_pg_proc_prosecdef}},
	{RelationRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_class_relacl,
	  Anum_pg_class_relowner,
	  Anum_pg_class_relrowsecurity,
	  Anum_pg_class_relforcerowsecurity}},
	{TableSpaceRelationId,
	 AUD_CLASS_ROLE,
	 {Anum_pg_tablespace_spcacl, Anum_pg_tablespace_spcowner}},
	{TypeRelationId, AUD_CLASS_ROLE, {Anum_pg_type_typacl, Anum_pg_type_typowner}},
};

int
aud_classify_catalog_write(Oid relid, const Bitmapset *columns)
{
	size_t i = 0;

	while (i < lengthof(catalog_classes) && catalog_classes[i].relid != relid)
		i++;
	if (i == lengthof(catalog_classes))
		return 0;
	if (catalog_classes[i].columns[0] == 0)
		return catalog_classes[i].classes;
	for (size_t j = 0; j < lengthof(catalog_classes[i].columns) &&
					   catalog_classes[i].columns[j] != 0;
		 j++)
	{
		if (bms_is_member(catalog_classes[i].columns[j] -
							  FirstLowInvalidHeapAttributeNumber,
						  columns))
			return catalog_classes[i].classes;
	}
	return 0;
}

int
aud_classify_access(int access)
{
	int classes = 0;

	if (access & (AUD_ACCESS_SELECT | AUD_ACCESS_COPY_TO))
		classes |= AUD_CLASS_READ;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
		classes |= AUD_CLASS_WRITE;
	if (access & AUD_ACCESS_EXECUTE)
		classes |= AUD_CLASS_FUNCTION;
	return classes;
}

/*
 * SET ROLE and its relatives change who acts, and SET secaudit.* or log_*
 * what is recorded of it: both are more than another MISC_SET.
 */
static int
class_of_variable_set(VariableSetStmt *stmt)
{
	return stmt->name != NULL ? aud_settings_class(stmt->name)
							  : AUD_CLASS_MISC_SET;
}

/* The classes of a command in the table; 0: it is not there. */
static int
class_of_tag(CommandTag tag)
{
	for (size_t i = 0; i < lengthof(command_classes); i++)
	{
		if (command_classes[i].tag == tag)
			return command_classes[i].classes;
	}
	return 0;
}

static bool
begins_with(const char *name, const char *word)
{
	return strncmp(name, word, strlen(word)) == 0;
}

/* What a command does beside that, its objects tell. */
int
aud_classify_tag(CommandTag tag)
{
	const char *name = GetCommandTagName(tag);
	int         classes = class_of_tag(tag);

	if (classes != 0)
		return classes;
	switch (tag)
	{
		case CMDTAG_SELECT:
			return AUD_CLASS_READ;
		case CMDTAG_INSERT:
		case CMDTAG_UPDATE:
		case CMDTAG_DELETE:
		case CMDTAG_MERGE:
		case CMDTAG_TRUNCATE_TABLE:
			return AUD_CLASS_WRITE;
		case CMDTAG_COPY:
		case CMDTAG_EXECUTE:
		case CMDTAG_EXPLAIN:
		case CMDTAG_DECLARE_CURSOR:
		case CMDTAG_FETCH:
		case CMDTAG_MOVE:
		case CMDTAG_PREPARE:
			return 0;
		default:
			if (begins_with(name, "CREATE ") || begins_with(name, "ALTER ") ||
				begins_with(name, "DROP ") || command_tag_event_trigger_ok(tag))
				return AUD_CLASS_DDL;
			return AUD_CLASS_MISC;
	}
}

int
aud_classify_utility(Node *parsetree, CommandTag tag)
{
	int classes;

	if (IsA(parsetree, VariableSetStmt))
		return class_of_variable_set((VariableSetStmt *) parsetree);
	if (IsA(parsetree, AlterRoleSetStmt))
		return AUD_CLASS_ROLE | AUD_CLASS_CONFIG;
	if (IsA(parsetree, AlterDatabaseSetStmt))
		return AUD_CLASS_DDL | AUD_CLASS_CONFIG;

	classes = class_of_tag(tag);
	if (classes != 0)
		return classes;

	/*
	 * EXPLAIN, EXECUTE, DECLARE and COPY get read and write from the objects
	 * they really touch; asking GetCommandLogLevel about them would look
	 * into the statement they wrap and may even miss.
	 */
	switch (nodeTag(parsetree))
	{
		case T_ExplainStmt:
		case T_PrepareStmt:
		case T_ExecuteStmt:
		case T_DeclareCursorStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
			return 0;
		case T_CopyStmt:
			/* that of a query is known from what the query touches */
			if (((CopyStmt *) parsetree)->query != NULL)
				return 0;
			return ((CopyStmt *) parsetree)->is_from ? AUD_CLASS_WRITE
													 : AUD_CLASS_READ;
		default:
			break;
	}

	switch (GetCommandLogLevel(parsetree))
	{
		case LOGSTMT_DDL:
			return AUD_CLASS_DDL;
		case LOGSTMT_MOD:
			return AUD_CLASS_WRITE;
		default:
			return AUD_CLASS_MISC;
	}
}
