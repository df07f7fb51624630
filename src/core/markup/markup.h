/*-------------------------------------------------------------------------
 *
 * markup.h
 *	  HTML and SVG, piece by piece, to whoever takes the bytes.
 *
 * There are two ways in: aud_markup_raw() for markup that is ours, a constant
 * of the program, and aud_markup_text() for everything else.  What comes from
 * a trail takes the second, in elements and in attributes between double
 * quotes alike, so there is one place where it is escaped.
 *
 * Core layer: no postgres.h, no I/O, no global state, no memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MARKUP_MARKUP_H
#define AUD_CORE_MARKUP_MARKUP_H

#include <stddef.h>
#include <stdint.h>

typedef struct AudMarkup
{
	void (*put)(void *arg, const char *bytes, size_t len);
	void *arg;
} AudMarkup;

extern void aud_markup_raw(const AudMarkup *m, const char *markup);

/*
 * Text of which nothing is known.  Characters of markup are escaped, damaged
 * UTF-8 becomes U+FFFD, and characters that nobody sees or that turn the
 * reading order round become "<U+202E>" to be read.  Of more than max bytes
 * only the beginning is shown, and how long it is.
 */
extern void aud_markup_text(const AudMarkup *m, const char *s, size_t len,
							size_t max);

/*
 * The same for elements alone, with <wbr> where a long name may be broken: at
 * its punctuation rather than within a word.
 */
extern void aud_markup_breakable(const AudMarkup *m, const char *s, size_t len,
								 size_t max);

/* Digits, in groups of three if wanted. */
extern void aud_markup_number(const AudMarkup *m, uint64_t n, int grouped);

#endif /* AUD_CORE_MARKUP_MARKUP_H */
