/*-------------------------------------------------------------------------
 *
 * config_start.c
 *	  What the configuration that the server starts with says of our settings
 *	  and cannot be in force.
 *
 * Before a library is loaded, the server keeps what files and command line say
 * of its settings in placeholders, as text.  When the library defines the
 * setting, the text is tried: if it is invalid, the server warns and goes on
 * with the default.  Placeholders of which nothing has become in the end are
 * dropped, with a warning as well.  So an audit that is to be more would be
 * less, for a slip of the keyboard.
 *
 * What the placeholders hold is remembered before the first setting is
 * defined.  A setting that has taken its text over has the text's source; one
 * that has refused it still has its default.  That is asked of each setting
 * alike, and holds for postgresql.conf, what it includes, postgresql.auto.conf
 * and the command line, for the postmaster and in single-user mode.  A value
 * that another line replaces is not in force anyway and never gets here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

#include "server/compat.h"
#include "server/config_start.h"
#include "server/guc.h"
#include "server/settings.h"

#define COMMAND_LINE "It is on the command line."

#define WAY_OUT \
	"To start the server all the same, set secaudit.on_config_error to \"start\"."

/* Something that was given for a setting, whatever its name. */
typedef struct AudGiven
{
	char           *name;
	char           *value;
	AudConfigSource source;
} AudGiven;

/* Both are the postmaster's, for as long as it lives, and its children's. */
static List *given;    /* AudGiven */
static List *problems; /* AudConfigProblem */

static AudGiven *
remember(const struct config_generic *placeholder)
{
	AudGiven   *g = palloc0(sizeof(AudGiven));
	const char *value = GetConfigOption(placeholder->name, true, false);

	g->name = pstrdup(placeholder->name);
	g->value = pstrdup(value != NULL ? value : "");
	/* a line that it replaces may have left its place */
	if (placeholder->source == PGC_S_ARGV)
		g->source.other = COMMAND_LINE;
	else if (placeholder->sourcefile != NULL)
	{
		g->source.file = pstrdup(placeholder->sourcefile);
		g->source.line = placeholder->sourceline;
	}
	else
		g->source.other = "It is in the server's environment.";
	return g;
}

void
aud_config_start_remember(void)
{
	MemoryContext           old = MemoryContextSwitchTo(TopMemoryContext);
	struct config_generic **all;
	int                     n;

	all = aud_compat_settings(&n);
	for (int i = 0; i < n; i++)
	{
		if (all[i]->flags & GUC_CUSTOM_PLACEHOLDER)
			given = lappend(given, remember(all[i]));
	}
	pfree(all);
	MemoryContextSwitchTo(old);
}

/* Is a setting of this name defined, and has it another value than its default? */
static bool
was_taken(const char *name)
{
	const struct config_generic *setting = aud_settings_find(name);

	return setting != NULL && setting->source != PGC_S_DEFAULT;
}

/* In the order of the lines of a file; the server has its settings by name. */
static int
compare_places(const ListCell *a, const ListCell *b)
{
	const AudConfigSource *x = &((const AudConfigProblem *) lfirst(a))->source;
	const AudConfigSource *y = &((const AudConfigProblem *) lfirst(b))->source;
	int by_file = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	return by_file != 0 ? by_file : x->line - y->line;
}

static void
find_problems(void)
{
	ListCell *lc;

	foreach (lc, given)
	{
		const AudGiven   *g = lfirst(lc);
		AudConfigProblem *problem;

		if (!aud_config_problem_is_ours(g->name) || was_taken(g->name))
			continue;
		problem = aud_config_problem_judge(g->name, g->value, &g->source);
		if (problem != NULL)
			problems = lappend(problems, problem);
	}
	list_sort(problems, compare_places);
}

/* All of them, so that one attempt tells everything; the last one ends it. */
static void
report_problems(void)
{
	bool refuse = aud_config->on_config_error == AUD_ON_CONFIG_ERROR_REFUSE;
	/* an invalid directory stops the start in any case, see trail/dir.c */
	bool      way_out = aud_config_start_problem("secaudit.directory") == NULL;
	ListCell *lc;

	foreach (lc, problems)
	{
		bool last = lnext(problems, lc) == NULL;

		if (!refuse)
			aud_config_problem_report(lfirst(lc), WARNING, NULL);
		else
			aud_config_problem_report(lfirst(lc),
									  last ? FATAL : LOG,
									  last && way_out ? WAY_OUT : NULL);
	}
}

void
aud_config_start_check(void)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	find_problems();
	MemoryContextSwitchTo(old);
	report_problems();
	MarkGUCPrefixReserved("secaudit");
}

List *
aud_config_start_problems(void)
{
	List     *still = NIL;
	ListCell *lc;

	foreach (lc, problems)
	{
		AudConfigProblem *problem = lfirst(lc);

		if (!was_taken(problem->name))
			still = lappend(still, problem);
	}
	return still;
}

const AudConfigProblem *
aud_config_start_problem(const char *name)
{
	ListCell *lc;

	foreach (lc, problems)
	{
		const AudConfigProblem *problem = lfirst(lc);

		if (pg_strcasecmp(problem->name, name) == 0)
			return problem;
	}
	return NULL;
}
