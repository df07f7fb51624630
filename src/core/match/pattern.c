/*-------------------------------------------------------------------------
 *
 * pattern.c
 *	  What a text may be matched against: a word, a glob, or "~" and a regular
 *	  expression.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/match/glob.h"

/* Steps back, depth and kilobytes of one match. */
#define MATCH_STEPS 20000
#define MATCH_DEPTH 2000
#define MATCH_HEAP  1024

static bool
compile_regex(AudPattern *pattern, const char *at, AudFaultAt *fault)
{
	PCRE2_SIZE  offset;
	int         code;
	PCRE2_UCHAR message[128];
	uint32_t    options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
					   (pattern->any_case ? PCRE2_CASELESS : 0);

	pattern->regex = pcre2_compile((PCRE2_SPTR) pattern->text + 1,
								   PCRE2_ZERO_TERMINATED,
								   options,
								   &code,
								   &offset,
								   NULL);
	if (pattern->regex == NULL)
	{
		pcre2_get_error_message(code, message, sizeof(message));
		return aud_fault_at(fault,
							at,
							"bad regular expression, %s at character %zu of it",
							(const char *) message,
							(size_t) offset + 1);
	}
	pattern->limits = pcre2_match_context_create(NULL);
	pattern->result = pcre2_match_data_create(1, NULL);
	if (pattern->limits == NULL || pattern->result == NULL)
		return aud_fault_no_memory(fault);
	pcre2_set_match_limit(pattern->limits, MATCH_STEPS);
	pcre2_set_depth_limit(pattern->limits, MATCH_DEPTH);
	pcre2_set_heap_limit(pattern->limits, MATCH_HEAP);
	return true;
}

bool
aud_pattern_compile(AudPattern *pattern, char *text, bool any_case,
					const char *at, AudFaultAt *fault)
{
	memset(pattern, 0, sizeof(*pattern));
	pattern->text = text;
	pattern->any_case = any_case;
	if (text[0] == '\0')
		return aud_fault_at(fault, at, "the pattern is empty");
	if (strlen(text) > AUD_PATTERN_MAX)
		return aud_fault_at(fault,
							at,
							"the pattern is longer than %d bytes",
							AUD_PATTERN_MAX);
	if (text[0] == '~')
	{
		pattern->kind = AUD_PATTERN_REGEX;
		return compile_regex(pattern, at, fault);
	}
	pattern->literal = strcspn(text, "*?");
	pattern->kind =
		text[pattern->literal] == '\0' ? AUD_PATTERN_WORD : AUD_PATTERN_GLOB;
	return true;
}

void
aud_pattern_free(AudPattern *pattern)
{
	pcre2_match_data_free(pattern->result);
	pcre2_match_context_free(pattern->limits);
	pcre2_code_free(pattern->regex);
	free(pattern->text);
	memset(pattern, 0, sizeof(*pattern));
}

static AudTruth
match_regex(const AudPattern *pattern, const char *text)
{
	int found = pcre2_match(pattern->regex,
							(PCRE2_SPTR) text,
							strlen(text),
							0,
							0,
							pattern->result,
							pattern->limits);

	if (found >= 0)
		return AUD_YES;
	return found == PCRE2_ERROR_NOMATCH ? AUD_NO : AUD_UNKNOWN;
}

AudTruth
aud_pattern_match(const AudPattern *pattern, const char *text)
{
	size_t literal = pattern->literal;
	bool   yes;

	if (pattern->kind == AUD_PATTERN_REGEX)
		return match_regex(pattern, text);
	if (pattern->any_case)
		yes = aud_glob_match(pattern->text, text, true);
	else if (pattern->kind == AUD_PATTERN_WORD)
		yes = strcmp(pattern->text, text) == 0;
	else
		yes = strncmp(pattern->text, text, literal) == 0 &&
			  aud_glob_match(pattern->text + literal, text + literal, false);
	return yes ? AUD_YES : AUD_NO;
}
