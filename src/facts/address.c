/*-------------------------------------------------------------------------
 *
 * address.c
 *	  What object does a command mean?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_database.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/policy.h"
#include "commands/proclang.h"
#include "commands/tablespace.h"
#include "commands/trigger.h"
#include "foreign/foreign.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parse_type.h"
#include "rewrite/rewriteSupport.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "facts/address.h"

Oid
aud_address_relation(const RangeVar *name)
{
	Oid schema;

	if (name->catalogname != NULL)
		return InvalidOid;
	if (name->schemaname == NULL)
		return RelnameGetRelid(name->relname);
	schema = get_namespace_oid(name->schemaname, true);
	return OidIsValid(schema) ? get_relname_relid(name->relname, schema)
							  : InvalidOid;
}

static Oid
relation_by_list(List *names)
{
	return aud_address_relation(makeRangeVarFromNameList(names));
}

/*
 * "column%TYPE" is looked up with a NOTICE, which the user would get twice.
 */
static bool
is_copied_type(const TypeName *name)
{
	return name != NULL && name->pct_type;
}

static bool
has_copied_type(List *names)
{
	ListCell *lc;

	foreach (lc, names)
	{
		if (is_copied_type(lfirst(lc)))
			return true;
	}
	return false;
}

static Oid
type_by_name(const TypeName *name)
{
	if (is_copied_type(name))
		return InvalidOid;
	return LookupTypeNameOid(NULL, name, true);
}

/* A TypeName, or in GRANT a plain list of names. */
static Oid
find_type(Node *object)
{
	if (IsA(object, List))
		return type_by_name(makeTypeNameFromNameList((List *) object));
	return type_by_name(castNode(TypeName, object));
}

/* Split "schema.table.part" into the table and the part's name. */
static Oid
owner_of_part(List *names, const char **part)
{
	*part = strVal(llast(names));
	return relation_by_list(
		list_truncate(list_copy(names), list_length(names) - 1));
}

/* Parts of relations: columns, rules, triggers, constraints, policies. */
static bool
find_part(ObjectType type, List *names, ObjectAddress *out)
{
	const char *part;
	Oid         relid;

	if (list_length(names) < 2)
		return false;
	relid = owner_of_part(names, &part);
	if (!OidIsValid(relid))
		return false;
	switch (type)
	{
		case OBJECT_COLUMN:
		case OBJECT_ATTRIBUTE:
			ObjectAddressSubSet(*out,
								RelationRelationId,
								relid,
								get_attnum(relid, part));
			return out->objectSubId != InvalidAttrNumber;
		case OBJECT_RULE:
			ObjectAddressSet(*out,
							 RewriteRelationId,
							 get_rewrite_oid(relid, part, true));
			break;
		case OBJECT_TRIGGER:
			ObjectAddressSet(*out,
							 TriggerRelationId,
							 get_trigger_oid(relid, part, true));
			break;
		case OBJECT_TABCONSTRAINT:
			ObjectAddressSet(*out,
							 ConstraintRelationId,
							 get_relation_constraint_oid(relid, part, true));
			break;
		case OBJECT_POLICY:
			ObjectAddressSet(*out,
							 PolicyRelationId,
							 get_relation_policy_oid(relid, part, true));
			break;
		default:
			return false;
	}
	return OidIsValid(out->objectId);
}

/* Objects with a name of one word. */
static bool
find_simple(ObjectType type, const char *name, ObjectAddress *out)
{
#define SIMPLE(object_type, class, oid)       \
	case object_type:                         \
		ObjectAddressSet(*out, class, (oid)); \
		return OidIsValid(out->objectId)

	switch (type)
	{
		SIMPLE(OBJECT_ACCESS_METHOD,
			   AccessMethodRelationId,
			   get_am_oid(name, true));
		SIMPLE(OBJECT_DATABASE, DatabaseRelationId, get_database_oid(name, true));
		SIMPLE(OBJECT_EVENT_TRIGGER,
			   EventTriggerRelationId,
			   get_event_trigger_oid(name, true));
		SIMPLE(OBJECT_EXTENSION,
			   ExtensionRelationId,
			   get_extension_oid(name, true));
		SIMPLE(OBJECT_FDW,
			   ForeignDataWrapperRelationId,
			   get_foreign_data_wrapper_oid(name, true));
		SIMPLE(OBJECT_FOREIGN_SERVER,
			   ForeignServerRelationId,
			   get_foreign_server_oid(name, true));
		SIMPLE(OBJECT_LANGUAGE, LanguageRelationId, get_language_oid(name, true));
		SIMPLE(OBJECT_PUBLICATION,
			   PublicationRelationId,
			   get_publication_oid(name, true));
		SIMPLE(OBJECT_ROLE, AuthIdRelationId, get_role_oid(name, true));
		SIMPLE(OBJECT_SCHEMA, NamespaceRelationId, get_namespace_oid(name, true));
		SIMPLE(OBJECT_SUBSCRIPTION,
			   SubscriptionRelationId,
			   get_subscription_oid(name, true));
		SIMPLE(OBJECT_TABLESPACE,
			   TableSpaceRelationId,
			   get_tablespace_oid(name, true));
		default:
			return false;
	}
#undef SIMPLE
}

static Oid
user_mapping_oid(const char *role, const char *server)
{
	Oid userid = InvalidOid;
	Oid serverid = get_foreign_server_oid(server, true);

	if (strcmp(role, "public") != 0)
	{
		userid = get_role_oid(role, true);
		if (!OidIsValid(userid))
			return InvalidOid;
	}
	return GetSysCacheOid2(USERMAPPINGUSERSERVER,
						   Anum_pg_user_mapping_oid,
						   ObjectIdGetDatum(userid),
						   ObjectIdGetDatum(serverid));
}

/* Objects whose name is a list: of words, or of stranger things. */
static bool
find_list(ObjectType type, List *names, ObjectAddress *out)
{
#define LISTED(object_type, class, oid)       \
	case object_type:                         \
		ObjectAddressSet(*out, class, (oid)); \
		return OidIsValid(out->objectId)

	switch (type)
	{
		LISTED(OBJECT_COLLATION,
			   CollationRelationId,
			   get_collation_oid(names, true));
		LISTED(OBJECT_CONVERSION,
			   ConversionRelationId,
			   get_conversion_oid(names, true));
		LISTED(OBJECT_OPCLASS,
			   OperatorClassRelationId,
			   get_opclass_oid(get_am_oid(strVal(linitial(names)), true),
							   list_copy_tail(names, 1),
							   true));
		LISTED(OBJECT_OPFAMILY,
			   OperatorFamilyRelationId,
			   get_opfamily_oid(get_am_oid(strVal(linitial(names)), true),
								list_copy_tail(names, 1),
								true));
		LISTED(OBJECT_CAST,
			   CastRelationId,
			   get_cast_oid(type_by_name(linitial_node(TypeName, names)),
							type_by_name(lsecond_node(TypeName, names)),
							true));
		LISTED(OBJECT_TRANSFORM,
			   TransformRelationId,
			   get_transform_oid(type_by_name(linitial_node(TypeName, names)),
								 get_language_oid(strVal(lsecond(names)), true),
								 true));
		LISTED(OBJECT_USER_MAPPING,
			   UserMappingRelationId,
			   user_mapping_oid(strVal(linitial(names)), strVal(lsecond(names))));
		LISTED(OBJECT_DOMCONSTRAINT,
			   ConstraintRelationId,
			   get_domain_constraint_oid(type_by_name(
											 linitial_node(TypeName, names)),
										 strVal(lsecond(names)),
										 true));
		LISTED(OBJECT_TSPARSER,
			   TSParserRelationId,
			   get_ts_parser_oid(names, true));
		LISTED(OBJECT_TSDICTIONARY,
			   TSDictionaryRelationId,
			   get_ts_dict_oid(names, true));
		LISTED(OBJECT_TSTEMPLATE,
			   TSTemplateRelationId,
			   get_ts_template_oid(names, true));
		LISTED(OBJECT_TSCONFIGURATION,
			   TSConfigRelationId,
			   get_ts_config_oid(names, true));
		LISTED(OBJECT_STATISTIC_EXT,
			   StatisticExtRelationId,
			   get_statistics_object_oid(names, true));
		LISTED(OBJECT_TABLE, RelationRelationId, relation_by_list(names));
		default:
			return find_part(type, names, out);
	}
#undef LISTED
}

static bool
is_relation_type(ObjectType type)
{
	return type == OBJECT_TABLE || type == OBJECT_INDEX ||
		   type == OBJECT_SEQUENCE || type == OBJECT_VIEW ||
		   type == OBJECT_MATVIEW || type == OBJECT_FOREIGN_TABLE;
}

bool
aud_address_find(ObjectType type, Node *object, ObjectAddress *out)
{
	if (object == NULL)
		return false;
	switch (nodeTag(object))
	{
		case T_RangeVar:
			ObjectAddressSet(*out,
							 RelationRelationId,
							 aud_address_relation((RangeVar *) object));
			break;
		case T_TypeName:
			ObjectAddressSet(*out, TypeRelationId, find_type(object));
			break;
		case T_ObjectWithArgs:
			if (has_copied_type(((ObjectWithArgs *) object)->objargs))
				return false;
			if (type == OBJECT_OPERATOR)
				ObjectAddressSet(*out,
								 OperatorRelationId,
								 LookupOperWithArgs((ObjectWithArgs *) object,
													true));
			else
				ObjectAddressSet(*out,
								 ProcedureRelationId,
								 LookupFuncWithArgs(type,
													(ObjectWithArgs *) object,
													true));
			break;
		case T_Integer:
		case T_Float:
			ObjectAddressSet(*out, LargeObjectRelationId, oidparse(object));
			break;
		case T_String:
			return find_simple(type, strVal(object), out);
		case T_List:
			if (type == OBJECT_TYPE || type == OBJECT_DOMAIN)
				ObjectAddressSet(*out, TypeRelationId, find_type(object));
			else
				return find_list(is_relation_type(type) ? OBJECT_TABLE : type,
								 (List *) object,
								 out);
			break;
		default:
			return false;
	}
	return OidIsValid(out->objectId);
}
