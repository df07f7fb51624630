/*-------------------------------------------------------------------------
 *
 * guc_redact_tags.c
 *	  secaudit.redact_tags: whose columns' values are hidden.
 *
 * The list is written like a label, and read by the same rules: what no label
 * can have is refused instead of hiding nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/label.h"
#include "server/compat.h"
#include "server/guc_redact_tags.h"

/* Tags are slices of the text behind it. */
typedef struct AudRedactTagsValue
{
	AudLabel label;
	char     text[FLEXIBLE_ARRAY_MEMBER];
} AudRedactTagsValue;

static AudConfig *config;
static char      *setting;
static bool (*source_is_allowed)(GucSource source);

static bool
check(char **newval, void **extra, GucSource source)
{
	size_t              size = strlen(*newval) + 1;
	AudError            error = {0};
	AudRedactTagsValue *value;

	if (!source_is_allowed(source))
		return false;
	if (strspn(*newval, " \t\r\n") + 1 == size)
		return true; /* none; *extra stays NULL */
	value = AUD_GUC_MALLOC(offsetof(AudRedactTagsValue, text) + size);
	if (value == NULL)
		return false;
	memcpy(value->text, *newval, size);
	*extra = value;
	if (aud_label_parse(&value->label, value->text, &error))
		return true;
	GUC_check_errdetail("%s", error.message);
	GUC_check_errhint("The list has up to %d tags as labels have them, like \"pci, pii\".",
					  AUD_LABEL_TAGS_MAX);
	return false;
}

static void
assign(const char *newval, void *extra)
{
	const AudRedactTagsValue *value = extra;

	config->redact_tags = value != NULL ? &value->label : NULL;
	config->redact_tags_changes++;
}

void
aud_guc_define_redact_tags(AudConfig *c, bool (*allowed)(GucSource source))
{
	config = c;
	source_is_allowed = allowed;
	DefineCustomStringVariable("secaudit.redact_tags",
							   "Tags of columns whose values are hidden in texts and parameters, whatever secaudit.redact says.",
							   "A list of tags, as SECURITY LABEL FOR secaudit gives them; empty means none.",
							   &setting,
							   "",
							   PGC_SUSET,
							   GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE,
							   check,
							   assign,
							   NULL);
}
