/*-------------------------------------------------------------------------
 *
 * guc_redact.c
 *	  secaudit.redact and its kin: what the settings say about redaction, as
 *	  core/redact takes it.
 *
 * Two policies are kept up to date, so that a statement costs no more than a
 * look at one of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "parser/parser.h"

#include "core/nearest.h"
#include "core/redact/token_key.h"
#include "server/compat.h"
#include "server/guc_redact.h"
#include "server/redact_names.h"
#include "server/token_key.h"

typedef struct Word
{
	const char *name;
	int         value;
} Word;

static const Word modes[] = {
	{"secrets", AUD_REDACT_SECRETS},
	{"literals", AUD_REDACT_LITERALS},
	{"tokens", AUD_REDACT_TOKENS},
	{"none", AUD_REDACT_NONE},
};

static const Word pattern_words[] = {
	{"pan", AUD_PATTERN_PAN},
	{"email", AUD_PATTERN_EMAIL},
	{"iban", AUD_PATTERN_IBAN},
};

#define PATTERN_SEPARATORS ", \t\n\r"

static AudRedactPolicy policy;
static AudRedactPolicy plain;

static bool (*source_is_allowed)(GucSource source);

static char *mode_string;
static char *functions_string;
static char *options_string;
static char *patterns_string;

const AudRedactPolicy *
aud_guc_redact(void)
{
	policy.backslash = !AUD_STANDARD_STRINGS;
	if (policy.mode == AUD_REDACT_TOKENS)
		policy.key = aud_token_key_get();
	return &policy;
}

const AudRedactPolicy *
aud_guc_redact_plain(void)
{
	plain.backslash = !AUD_STANDARD_STRINGS;
	return &plain;
}

const char *
aud_guc_redact_key_id(void)
{
	const AudTokenKey *key = aud_token_key_get();

	return key != NULL ? aud_token_key_id(key) : NULL;
}

static const Word *
find_word(const Word *words, size_t n, const char *word, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i].name) == len &&
			pg_strncasecmp(words[i].name, word, len) == 0)
			return &words[i];
	return NULL;
}

static void
hint_modes(const char *nearest)
{
	if (nearest != NULL)
		GUC_check_errhint("Perhaps you meant \"%s\". Valid modes are secrets, literals, tokens and none.",
						  nearest);
	else
		GUC_check_errhint("Valid modes are secrets, literals, tokens and none.");
}

static void
hint_patterns(const char *nearest)
{
	if (nearest != NULL)
		GUC_check_errhint("Perhaps you meant \"%s\". Valid patterns are pan, email and iban.",
						  nearest);
	else
		GUC_check_errhint("Valid patterns are pan, email and iban.");
}

/* hint: gives the hint, with the nearest word or NULL. */
static void
explain_unknown(const Word *words, size_t n, const char *what,
				void (*hint)(const char *nearest), const char *word, size_t len)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, word, len);
	for (size_t i = 0; i < n; i++)
		aud_nearest_try(&nearest, words[i].name);
	GUC_check_errdetail("Unrecognized %s \"%.*s\".", what, (int) len, word);
	hint(nearest.name);
}

/* An int for an assign hook. */
static bool
hand_over(void **extra, int value)
{
	int *copy = AUD_GUC_MALLOC(sizeof(int));

	if (copy == NULL)
		return false;
	*copy = value;
	*extra = copy;
	return true;
}

static bool
check_mode(char **newval, void **extra, GucSource source)
{
	const Word *word;

	if (!source_is_allowed(source))
		return false;
	word = find_word(modes, lengthof(modes), *newval, strlen(*newval));
	if (word == NULL)
	{
		explain_unknown(modes,
						lengthof(modes),
						"mode",
						hint_modes,
						*newval,
						strlen(*newval));
		return false;
	}
	if (word->value == AUD_REDACT_TOKENS && aud_token_key_get() == NULL)
	{
		GUC_check_errdetail(
			"Tokens need a key, and the server was started without one.");
		GUC_check_errhint(
			"Set secaudit.token_key_command and restart the server.");
		return false;
	}
	return hand_over(extra, word->value);
}

static void
assign_mode(const char *newval, void *extra)
{
	policy.mode = extra != NULL ? *(int *) extra : AUD_REDACT_SECRETS;
	plain.mode =
		policy.mode == AUD_REDACT_NONE ? AUD_REDACT_NONE : AUD_REDACT_SECRETS;
}

static bool
check_patterns(char **newval, void **extra, GucSource source)
{
	const char *p = *newval;
	int         patterns = 0;

	if (!source_is_allowed(source))
		return false;
	while (*(p += strspn(p, PATTERN_SEPARATORS)) != '\0')
	{
		size_t      len = strcspn(p, PATTERN_SEPARATORS);
		const Word *word =
			find_word(pattern_words, lengthof(pattern_words), p, len);

		if (word == NULL)
		{
			explain_unknown(pattern_words,
							lengthof(pattern_words),
							"pattern",
							hint_patterns,
							p,
							len);
			return false;
		}
		patterns |= word->value;
		p += len;
	}
	return hand_over(extra, patterns);
}

static void
assign_patterns(const char *newval, void *extra)
{
	policy.patterns = plain.patterns = extra != NULL ? *(int *) extra : 0;
}

static bool
check_functions(char **newval, void **extra, GucSource source)
{
	return source_is_allowed(source) &&
		   aud_redact_names_read(*newval, true, (AudRedactNames **) extra);
}

static void
assign_functions(const char *newval, void *extra)
{
	policy.functions = plain.functions = extra;
}

static bool
check_options(char **newval, void **extra, GucSource source)
{
	return source_is_allowed(source) &&
		   aud_redact_names_read(*newval, false, (AudRedactNames **) extra);
}

static void
assign_options(const char *newval, void *extra)
{
	policy.options = plain.options = extra;
}

void
aud_guc_define_redact(bool (*allowed)(GucSource source))
{
	source_is_allowed = allowed;

	/* first: whether there can be tokens depends on it */
	aud_token_key_define();
	DefineCustomStringVariable("secaudit.redact",
							   "What is hidden of statements, values and messages in the records.",
							   "\"secrets\": what is found to be one; \"literals\": every constant; \"tokens\": the same, with a keyed pseudonym in its place; \"none\": nothing.",
							   &mode_string,
							   "secrets",
							   PGC_SUSET,
							   GUC_NOT_IN_SAMPLE,
							   check_mode,
							   assign_mode,
							   NULL);
	DefineCustomStringVariable("secaudit.redact_functions",
							   "Functions whose constant arguments are secrets.",
							   "A list of function, schema.function, or either with :n for its argument n alone.",
							   &functions_string,
							   "",
							   PGC_SUSET,
							   GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE,
							   check_functions,
							   assign_functions,
							   NULL);
	DefineCustomStringVariable("secaudit.redact_options",
							   "Names of options, settings and columns whose values are secrets.",
							   NULL,
							   &options_string,
							   "",
							   PGC_SUSET,
							   GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE,
							   check_options,
							   assign_options,
							   NULL);
	DefineCustomStringVariable("secaudit.redact_patterns",
							   "What is hidden in constants, values and messages because of what it looks like.",
							   "A list of pan, email and iban.",
							   &patterns_string,
							   "",
							   PGC_SUSET,
							   GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE,
							   check_patterns,
							   assign_patterns,
							   NULL);
}
