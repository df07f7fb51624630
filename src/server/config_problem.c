/*-------------------------------------------------------------------------
 *
 * config_problem.c
 *	  A line of the configuration that cannot be in force.
 *
 * The server knows best what it accepts: a value is handed to it to try, as
 * pg_file_settings does, and its error is caught.  Its texts are kept, but for
 * the message, which does not always have the value in it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#include "core/nearest.h"
#include "core/redact/redact.h"
#include "server/compat.h"
#include "server/config_problem.h"
#include "server/guc_redact.h"
#include "server/settings.h"

#define PREFIX     "secaudit."
#define PREFIX_LEN (sizeof(PREFIX) - 1)

/* Bytes of a value that are shown. */
#define VALUE_MAX 256

static bool
has_prefix(const char *name)
{
	return pg_strncasecmp(name, PREFIX, PREFIX_LEN) == 0;
}

/* Our setting whose name after the prefix is spelled most like this; or NULL. */
static const char *
nearest_setting(const char *suffix)
{
	struct config_generic **all;
	AudNearest              nearest;
	int                     n;

	aud_nearest_begin(&nearest, suffix, strlen(suffix));
	all = aud_compat_settings(&n);
	for (int i = 0; i < n; i++)
	{
		if (!(all[i]->flags & GUC_CUSTOM_PLACEHOLDER) && has_prefix(all[i]->name))
			aud_nearest_try(&nearest, all[i]->name + PREFIX_LEN);
	}
	pfree(all);
	return nearest.name;
}

/*
 * "secadit.log": the server takes it for a setting of a library that is not
 * loaded yet.  It is ours if the rest is the name of one of our settings, and
 * what is before it a slip of "secaudit".
 */
static bool
is_slip_of_prefix(const char *name)
{
	const char *dot = strchr(name, '.');
	char       *meant;
	size_t      far;
	bool        known;

	if (dot == NULL)
		return false;
	far = aud_nearest_distance("secaudit", name, (size_t) (dot - name));
	if (far == 0 || far > AUD_NEAREST_FAR)
		return false;
	meant = psprintf(PREFIX "%s", dot + 1);
	known = aud_settings_find(meant) != NULL;
	pfree(meant);
	return known;
}

bool
aud_config_problem_is_ours(const char *name)
{
	return has_prefix(name) || is_slip_of_prefix(name);
}

/* The server's error if it does not take the value, else NULL. */
static ErrorData *
try_value(const char *name, const char *value, bool stored)
{
	MemoryContext         caller = CurrentMemoryContext;
	ErrorContextCallback *callbacks = error_context_stack;
	ErrorData *volatile error = NULL;

	error_context_stack = NULL; /* it is nobody's error */
	PG_TRY();
	{
		(void) set_config_option(name,
								 value,
								 stored ? PGC_SUSET : PGC_POSTMASTER,
								 stored ? PGC_S_DATABASE_USER : PGC_S_FILE,
								 GUC_ACTION_SET,
								 false,
								 ERROR,
								 false);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	error_context_stack = callbacks;
	return error;
}

static const char *
enum_values(const struct config_enum *setting)
{
	StringInfoData text;

	initStringInfo(&text);
	for (const struct config_enum_entry *e = setting->options; e->name != NULL;
		 e++)
	{
		if (!e->hidden)
			appendStringInfo(&text,
							 "%s%s",
							 text.len == 0 ? "Valid values are " : ", ",
							 e->name);
	}
	appendStringInfoChar(&text, '.');
	return text.data;
}

/* What values there are, as a sentence; NULL where none can be said. */
static const char *
valid_values(const struct config_generic *setting)
{
	const struct config_int *number;
	const char              *unit;

	switch (setting->vartype)
	{
		case PGC_BOOL:
			return "Valid values are on and off.";
		case PGC_ENUM:
			return enum_values(AUD_SETTING_ENUM(setting));
		case PGC_INT:
			number = AUD_SETTING_INT(setting);
			unit = aud_settings_unit(setting->flags);
			return psprintf("Valid values are %d%s to %d%s.",
							number->min,
							unit,
							number->max,
							unit);
		default:
			return NULL;
	}
}

static const char *
shown_value(const char *name, const char *value)
{
	if (aud_redact_is_secret_setting(aud_guc_redact_plain(), name))
		return AUD_REDACTED;
	if (strlen(value) <= VALUE_MAX)
		return pstrdup(value);
	return psprintf("%.*s...", pg_mbcliplen(value, VALUE_MAX, VALUE_MAX), value);
}

static AudConfigProblem *
make_problem(const char *name, const char *value, const AudConfigSource *source)
{
	AudConfigProblem *problem = palloc0(sizeof(AudConfigProblem));

	problem->name = pstrdup(name);
	problem->value = shown_value(name, value);
	problem->source = *source;
	if (source->file != NULL)
		problem->source.file = pstrdup(source->file);
	return problem;
}

static AudConfigProblem *
unknown(const char *name, const char *value, const AudConfigSource *source)
{
	AudConfigProblem *problem = make_problem(name, value, source);
	const char       *dot = strchr(name, '.');
	const char       *nearest = NULL;

	if (dot != NULL)
		nearest = nearest_setting(dot + 1);
	problem->sqlstate = ERRCODE_UNDEFINED_OBJECT;
	problem->message =
		psprintf("unrecognized configuration parameter \"%s\"", name);
	if (nearest != NULL)
		problem->hint = psprintf("Perhaps you meant \"" PREFIX "%s\".", nearest);
	else
		problem->hint =
			"SELECT name FROM pg_settings WHERE name LIKE 'secaudit.%' lists the parameters that exist.";
	return problem;
}

/* The value may do, but not for single roles and databases. */
static void
not_settable(AudConfigProblem *problem, const char *name, const ErrorData *error)
{
	problem->message =
		psprintf("parameter \"%s\" cannot be set for a role or a database", name);
	problem->detail = error->detail;
}

AudConfigProblem *
aud_config_problem_judge(const char *name, const char *value,
						 const AudConfigSource *source)
{
	const struct config_generic *setting = aud_settings_find(name);
	AudConfigProblem            *problem;
	ErrorData                   *error;

	if (setting == NULL)
		return unknown(name, value, source);
	error = try_value(name, value, source->stored);
	if (error == NULL)
		return NULL;
	problem = make_problem(name, value, source);
	problem->sqlstate = error->sqlerrcode;
	problem->message = psprintf("invalid value for parameter \"%s\": \"%s\"",
								setting->name,
								problem->value);
	problem->detail =
		error->detail != NULL ? error->detail : valid_values(setting);
	/* the server's hint repeats the values of an enum */
	problem->hint = setting->vartype == PGC_ENUM ? NULL : error->hint;
	if (!source->stored)
		problem->in_force = aud_settings_value(setting->name);
	else if (error->sqlerrcode == ERRCODE_CANT_CHANGE_RUNTIME_PARAM)
		not_settable(problem, setting->name, error);
	return problem;
}

AudConfigProblem *
aud_config_problem_unreadable(const char *message, const AudConfigSource *source)
{
	AudConfigProblem *problem = palloc0(sizeof(AudConfigProblem));

	problem->sqlstate = ERRCODE_CONFIG_FILE_ERROR;
	problem->message =
		psprintf("the configuration could not be read: %s", message);
	problem->source = *source;
	if (source->file != NULL)
		problem->source.file = pstrdup(source->file);
	return problem;
}

/* Add a sentence. */
static void
add(StringInfo text, const char *sentence)
{
	if (sentence == NULL)
		return;
	if (text->len > 0)
		appendStringInfoChar(text, ' ');
	appendStringInfoString(text, sentence);
}

static void
add_source(StringInfo text, const AudConfigSource *source)
{
	if (source->file != NULL)
		appendStringInfo(text,
						 "It is in file \"%s\", line %d.",
						 source->file,
						 source->line);
	else
		add(text, source->other);
}

void
aud_config_problem_report(const AudConfigProblem *problem, int elevel,
						  const char *way_out)
{
	StringInfoData detail;
	StringInfoData hint;

	initStringInfo(&detail);
	initStringInfo(&hint);
	add_source(&detail, &problem->source);
	add(&detail, problem->detail);
	if (problem->in_force != NULL && elevel < ERROR)
		add(&detail,
			psprintf("The value \"%s\" is in force instead.", problem->in_force));
	add(&hint, problem->hint);
	add(&hint, way_out);
	ereport(elevel,
			errcode(problem->sqlstate),
			errmsg("%s", problem->message),
			detail.len > 0 ? errdetail("%s", detail.data) : 0,
			hint.len > 0 ? errhint("%s", hint.data) : 0);
}
