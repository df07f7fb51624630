/*-------------------------------------------------------------------------
 *
 * guc.c
 *	  Definitions of the secaudit.* settings, with the checks that explain
 *	  themselves.
 *
 * Assign hooks cannot fail, so every check hook does the parsing and hands
 * the result over in *extra.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>
#include <unistd.h>

#include "access/parallel.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "core/class.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/guc_context.h"
#include "server/guc_redact.h"
#include "server/guc_redact_tags.h"
#include "server/guc_role.h"
#include "server/guc_rules.h"
#include "server/guc_trail.h"
#include "server/log_list.h"

typedef enum AudLock
{
	AUD_LOCK_OFF,
	AUD_LOCK_SESSION,
	AUD_LOCK_CONFIG,
} AudLock;

static const struct config_enum_entry lock_options[] = {
	{"off", AUD_LOCK_OFF, false},
	{"session", AUD_LOCK_SESSION, false},
	{"config", AUD_LOCK_CONFIG, false},
	{NULL, 0, false},
};

static const struct config_enum_entry on_config_error_options[] = {
	{"refuse", AUD_ON_CONFIG_ERROR_REFUSE, false},
	{"start", AUD_ON_CONFIG_ERROR_START, false},
	{NULL, 0, false},
};

static AudConfig       config;
const AudConfig *const aud_config = &config;

static int   lock_level = AUD_LOCK_SESSION;
static bool  refused;
static char *log_string;
static char *log_tagged_string;
static char *audit_role_string;
static bool  may_have_labels = true;
static char *node_name_string;
static char  host_name[AUD_NODE_NAME_MAX + 1];

/*
 * secaudit.lock: may a value from this source be set at all?  Files are
 * always allowed, and so is what a parallel worker takes over from its
 * leader; PGC_S_TEST is ALTER ROLE or ALTER DATABASE trying a value out.
 */
static bool
source_is_allowed(GucSource source)
{
	if (InitializingParallelWorker)
		return true;

	switch (source)
	{
		case PGC_S_SESSION:
		case PGC_S_INTERACTIVE:
		case PGC_S_CLIENT:
			if (lock_level == AUD_LOCK_OFF)
				return true;
			break;
		case PGC_S_GLOBAL:
		case PGC_S_DATABASE:
		case PGC_S_USER:
		case PGC_S_DATABASE_USER:
		case PGC_S_TEST:
			if (lock_level != AUD_LOCK_CONFIG)
				return true;
			break;
		default:
			return true;
	}

	refused = source >= PGC_S_CLIENT; /* what is kept for a role is no attempt */
	GUC_check_errcode(ERRCODE_CANT_CHANGE_RUNTIME_PARAM);
	GUC_check_errmsg("secaudit settings cannot be changed here");
	GUC_check_errdetail("The parameter \"secaudit.lock\" is set to \"%s\".",
						lock_level == AUD_LOCK_CONFIG ? "config" : "session");
	if (lock_level == AUD_LOCK_CONFIG)
		GUC_check_errhint(
			"Change postgresql.conf, or use ALTER SYSTEM, and reload.");
	else
		GUC_check_errhint(
			"Use ALTER ROLE ... SET, ALTER DATABASE ... SET or ALTER SYSTEM.");
	return false;
}

bool
aud_guc_take_refused(void)
{
	bool was = refused;

	refused = false;
	return was;
}

/*
 * What hooks ask at each call, computed when something changes.  A label in a
 * database, or on a role, is something that no setting tells.
 */
static void
renew_flags(void)
{
	bool has_role = config.role != NULL && config.role[0] != '\0';

	config.marking = has_role || may_have_labels;
	config.watching = config.log_classes != 0 || config.log_commands != NULL ||
					  config.log_superuser || has_role || config.rules != NULL ||
					  (may_have_labels && config.log_tagged != 0);
}

void
aud_guc_set_labels(bool there_are)
{
	may_have_labels = there_are;
	renew_flags();
}

static bool
check_log(char **newval, void **extra, GucSource source)
{
	AudLogList list;

	if (!source_is_allowed(source) || !aud_log_list_read(*newval, &list))
		return false;
	*extra = AUD_GUC_MALLOC(sizeof(list));
	if (*extra == NULL)
		return false;
	memcpy(*extra, &list, sizeof(list));
	return true;
}

static void
assign_log(const char *newval, void *extra)
{
	const AudLogList *list = extra;

	config.log_classes = list != NULL ? list->classes : 0;
	config.log_commands =
		list != NULL && list->has_commands ? &list->commands : NULL;
	renew_flags();
}

/* Commands are named where a class is too coarse; a label is fine as it is. */
static bool
check_log_tagged(char **newval, void **extra, GucSource source)
{
	AudLogList *list;

	if (!check_log(newval, extra, source))
		return false;
	list = *extra;
	if (!list->has_commands)
		return true;
	GUC_check_errdetail("The list names a command.");
	GUC_check_errhint("Valid are classes only: all, none, %s.",
					  aud_class_names());
	return false;
}

static void
assign_log_tagged(const char *newval, void *extra)
{
	const AudLogList *list = extra;

	config.log_tagged = list != NULL ? list->classes : 0;
	renew_flags();
}

/* The server sets the variable itself only after this. */
static void
assign_log_superuser(bool newval, void *extra)
{
	config.log_superuser = newval;
	renew_flags();
}

static bool
check_role(char **newval, void **extra, GucSource source)
{
	return source_is_allowed(source) && aud_guc_role_is_there(*newval, source);
}

static void
assign_role(const char *newval, void *extra)
{
	config.role = newval != NULL ? newval : "";
	config.role_changes++;
	renew_flags();
}

static bool
check_bool(bool *newval, void **extra, GucSource source)
{
	return source_is_allowed(source);
}

static bool
check_int(int *newval, void **extra, GucSource source)
{
	return source_is_allowed(source);
}

static bool
check_node_name(char **newval, void **extra, GucSource source)
{
	if (strlen(*newval) > AUD_NODE_NAME_MAX)
	{
		GUC_check_errdetail("The node name may have up to %d bytes.",
							AUD_NODE_NAME_MAX);
		return false;
	}
	return true;
}

static void
assign_node_name(const char *newval, void *extra)
{
	config.node_name = newval != NULL && *newval != '\0' ? newval : host_name;
}

static void
define_policy_settings(void)
{
	DefineCustomStringVariable("secaudit.log",
							   "Classes of statements and events, and commands, that are recorded.",
							   "A list of classes and commands; \"all\", \"none\", and \"-name\" to take one away.",
							   &log_string,
							   "ddl, role, session, error, config",
							   PGC_SUSET,
							   GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE,
							   check_log,
							   assign_log,
							   NULL);
	DefineCustomBoolVariable("secaudit.log_catalog",
							 "Records statements that read nothing but system catalogs.",
							 "Writes to catalogs and reads of credentials are always recorded.",
							 &config.log_catalog,
							 false,
							 PGC_SUSET,
							 GUC_NOT_IN_SAMPLE,
							 check_bool,
							 NULL,
							 NULL);
	DefineCustomBoolVariable("secaudit.log_nested",
							 "Records statements that run inside functions, triggers and other statements.",
							 NULL,
							 &config.log_nested,
							 true,
							 PGC_SUSET,
							 GUC_NOT_IN_SAMPLE,
							 check_bool,
							 NULL,
							 NULL);
	DefineCustomBoolVariable("secaudit.log_internal",
							 "Records the look-ups of referential integrity checks.",
							 "Rows that a foreign key deletes or changes are recorded in any case.",
							 &config.log_internal,
							 false,
							 PGC_SUSET,
							 GUC_NOT_IN_SAMPLE,
							 check_bool,
							 NULL,
							 NULL);
	DefineCustomBoolVariable("secaudit.log_superuser",
							 "Records everything that is done as a superuser.",
							 NULL,
							 &config.log_superuser,
							 true,
							 PGC_SUSET,
							 GUC_NOT_IN_SAMPLE,
							 check_bool,
							 assign_log_superuser,
							 NULL);
	DefineCustomEnumVariable("secaudit.lock",
							 "Who may change the secaudit settings.",
							 "\"off\": superusers with SET; \"session\": no SET; \"config\": configuration files only.",
							 &lock_level,
							 AUD_LOCK_SESSION,
							 lock_options,
							 PGC_SIGHUP,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomEnumVariable("secaudit.on_config_error",
							 "What happens at start when a secaudit setting has an invalid value or does not exist.",
							 "\"refuse\": the server does not start; \"start\": it starts with the default, a warning and an alert.",
							 &config.on_config_error,
							 AUD_ON_CONFIG_ERROR_REFUSE,
							 on_config_error_options,
							 PGC_POSTMASTER,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
}

static void
define_object_settings(void)
{
	DefineCustomStringVariable("secaudit.log_tagged",
							   "Classes that are recorded of what touches a labelled object, whatever secaudit.log says.",
							   "A list of classes; \"all\", \"none\", and \"-class\" to take one away.",
							   &log_tagged_string,
							   "all",
							   PGC_SUSET,
							   GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE,
							   check_log_tagged,
							   assign_log_tagged,
							   NULL);
	DefineCustomStringVariable("secaudit.role",
							   "Role of the object audit: what uses a privilege that it holds is recorded, whatever secaudit.log says.",
							   "Empty means that there is no object audit.",
							   &audit_role_string,
							   "",
							   PGC_SUSET,
							   GUC_NOT_IN_SAMPLE,
							   check_role,
							   assign_role,
							   NULL);
}

static void
define_record_settings(void)
{
	DefineCustomBoolVariable("secaudit.log_parameters",
							 "Records the values of bound parameters.",
							 NULL,
							 &config.log_parameters,
							 false,
							 PGC_SUSET,
							 GUC_NOT_IN_SAMPLE,
							 check_bool,
							 NULL,
							 NULL);
	/* a number or a date is whole */
	DefineCustomIntVariable("secaudit.parameter_max_bytes",
							"Longest value of a parameter that is recorded; a longer one is cut.",
							NULL,
							&config.parameter_max_bytes,
							1024,
							16,
							1024 * 1024,
							PGC_SUSET,
							GUC_UNIT_BYTE | GUC_NOT_IN_SAMPLE,
							check_int,
							NULL,
							NULL);
	/* head and tail still tell what it is */
	DefineCustomIntVariable("secaudit.query_max_bytes",
							"Longest query text that is recorded; the middle of a longer one is left out.",
							NULL,
							&config.query_max_bytes,
							64 * 1024,
							256,
							16 * 1024 * 1024,
							PGC_SUSET,
							GUC_UNIT_BYTE | GUC_NOT_IN_SAMPLE,
							check_int,
							NULL,
							NULL);
	/* all keys but the long ones have room in one line */
	DefineCustomIntVariable("secaudit.record_max_bytes",
							"Longest line in the trail; a longer record is split over several lines.",
							NULL,
							&config.record_max_bytes,
							8000,
							6144,
							1024 * 1024,
							PGC_SIGHUP,
							GUC_UNIT_BYTE | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
	DefineCustomStringVariable("secaudit.node_name",
							   "Name of this server in every record.",
							   "Empty means the name of the host.",
							   &node_name_string,
							   "",
							   PGC_POSTMASTER,
							   GUC_NOT_IN_SAMPLE,
							   check_node_name,
							   assign_node_name,
							   NULL);
}

void
aud_guc_init(void)
{
	if (gethostname(host_name, sizeof(host_name) - 1) < 0 || host_name[0] == '\0')
		strlcpy(host_name, "localhost", sizeof(host_name));

	define_policy_settings();
	define_object_settings();
	define_record_settings();
	aud_guc_define_redact(source_is_allowed);
	aud_guc_define_redact_tags(&config, source_is_allowed);
	aud_guc_define_context(&config);
	aud_guc_define_trail(&config);
	aud_guc_define_rules(&config, renew_flags);
}
