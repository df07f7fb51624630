/*-------------------------------------------------------------------------
 *
 * pattern.h
 *	  Inside of redaction: card numbers, addresses of e-mail and account
 *	  numbers, told by what they look like and by their check digits.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_PATTERN_H
#define AUD_CORE_REDACT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* Could one of these patterns be in the text?  False is certain. */
extern bool aud_pattern_may_apply(unsigned int patterns, const char *text,
								  size_t len);

/* A search through text[len], one place after the other. */
typedef struct AudPatternSearch
{
	unsigned int patterns; /* bits of AUD_PATTERN_* */
	const char  *text;
	size_t       len;

	/* What was found last */
	size_t from;
	size_t to; /* at first: where the search begins */

	/* The next address of e-mail, once it has been looked for */
	bool   has_email;
	size_t email_from; /* len: there is none */
	size_t email_to;
} AudPatternSearch;

/*
 * Find the next place, behind the last one, that looks like one of the
 * patterns; which it is, or 0.  Time is linear in the text.
 */
extern unsigned int aud_pattern_next(AudPatternSearch *search);

/* What stands in its place, "<pan>", and the bit of AUD_REDACTED_*. */
extern const char  *aud_pattern_word(unsigned int pattern);
extern unsigned int aud_pattern_reason(unsigned int pattern);

/* card.c: is this a card's number?  digits[n], at least four. */
extern bool aud_pattern_is_card(const char *digits, int n);

#endif /* AUD_CORE_REDACT_PATTERN_H */
