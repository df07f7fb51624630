/*-------------------------------------------------------------------------
 *
 * settings_digest.c
 *	  One digest of all settings that concern auditing and logging.
 *
 * It goes into the trail, so whoever audits can hold the configuration that
 * he was told of against the one that was in force, and see when it changed.
 * The text under the digest is what pg_settings shows, so that one line of SQL
 * makes the same; docs/trail.md has it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#include "record/text.h"
#include "server/compat.h"
#include "server/settings.h"

/* A value as pg_settings.setting has it: no units, hooks asked. */
static void
append_value(StringInfo out, struct config_generic *setting)
{
	switch (setting->vartype)
	{
		case PGC_BOOL:
		{
			struct config_bool *s = (struct config_bool *) setting;

			appendStringInfoString(out,
								   s->show_hook   ? s->show_hook()
								   : *s->variable ? "on"
												  : "off");
			break;
		}
		case PGC_INT:
		{
			struct config_int *s = (struct config_int *) setting;

			if (s->show_hook)
				appendStringInfoString(out, s->show_hook());
			else
				appendStringInfo(out, "%d", *s->variable);
			break;
		}
		case PGC_REAL:
		{
			struct config_real *s = (struct config_real *) setting;

			if (s->show_hook)
				appendStringInfoString(out, s->show_hook());
			else
				appendStringInfo(out, "%g", *s->variable);
			break;
		}
		case PGC_STRING:
		{
			struct config_string *s = (struct config_string *) setting;
			const char *text = s->show_hook ? s->show_hook() : *s->variable;

			appendStringInfoString(out, text != NULL ? text : "");
			break;
		}
		case PGC_ENUM:
		{
			struct config_enum *s = (struct config_enum *) setting;

			appendStringInfoString(out,
								   s->show_hook
									   ? s->show_hook()
									   : config_enum_lookup_by_value(s,
																	 *s->variable));
			break;
		}
	}
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(struct config_generic *const *) a)->name,
				  (*(struct config_generic *const *) b)->name);
}

/* Those that pg_settings shows, in the order of their names' bytes. */
static struct config_generic **
find_settings(int *n)
{
	struct config_generic **all;
	struct config_generic **found;
	int                     n_all;

	all = aud_all_settings(&n_all);
	found = palloc(n_all * sizeof(*found));
	*n = 0;
	for (int i = 0; i < n_all; i++)
		if (aud_settings_is_watched(all[i]->name) &&
			!(all[i]->flags & GUC_NO_SHOW_ALL))
			found[(*n)++] = all[i];
	qsort(found, *n, sizeof(*found), compare_names);
	return found;
}

bool
aud_settings_digest(char *hex)
{
	struct config_generic **settings;
	StringInfoData          text;
	AudText                 hashed = {0};
	int                     n;

	initStringInfo(&text);
	settings = find_settings(&n);
	for (int i = 0; i < n; i++)
	{
		appendStringInfo(&text, "%s=", settings[i]->name);
		append_value(&text, settings[i]);
		appendStringInfoChar(&text, '\n');
	}
	hashed.full = text.data;
	hashed.full_len = (size_t) text.len;
	strlcpy(hex, aud_text_sha256(&hashed), AUD_SETTINGS_DIGEST_CHARS + 1);
	pfree(settings);
	pfree(text.data);
	return hex[0] != '\0';
}
