/*-------------------------------------------------------------------------
 *
 * utf8.h
 *	  Decoding UTF-8 that may be damaged, and cutting it in the right place.
 *
 * "Valid" means well-formed as in table 3-7 of the Unicode standard: no
 * overlong forms, no surrogates, nothing past U+10FFFF.  U+0000 is valid.
 *
 * Damaged text falls into units too: each maximal subpart of an ill-formed
 * sequence (Unicode, section 3.9) is one unit and becomes one U+FFFD.  That
 * is the practice of W3C, ICU and Python, so readers count alike.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_UTF8_H
#define AUD_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the unit at the start of s[len], len > 0.  A valid character: *cp is
 * set and its length (1..4) returned.  A damaged one: *cp is U+FFFD and minus
 * the length of the maximal ill-formed subpart (-1..-3) is returned.
 */
extern int aud_utf8_decode(const char *s, size_t len, uint32_t *cp);

/* How many bytes at the start of s[len] are valid UTF-8; len if all are. */
extern size_t aud_utf8_valid_prefix(const char *s, size_t len);

static inline bool
aud_utf8_valid(const char *s, size_t len)
{
	return aud_utf8_valid_prefix(s, len) == len;
}

/*
 * The nearest position at or before (after) pos which is not inside a unit,
 * so that both sides of a cut mean the same as the whole did.  Positions past
 * len are taken as len.
 */
extern size_t aud_utf8_align_down(const char *s, size_t len, size_t pos);
extern size_t aud_utf8_align_up(const char *s, size_t len, size_t pos);

/*
 * Characters past ASCII that make a line look like something else: they break
 * it (C1, U+2028/2029), turn the reading order round so that a terminal shows
 * another statement than the one that ran (bidi controls), or are taken for a
 * byte order mark (U+FEFF).  Records hold them escaped.
 */
static inline bool
aud_utf8_misleads(uint32_t cp)
{
	if (cp < 0xA0)
		return true;
	if (cp < 0x2000)
		return cp == 0x061C;
	return (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) ||
		   cp == 0x200E || cp == 0x200F || cp == 0xFEFF;
}

/*
 * Those, and all that nobody sees (soft hyphen, zero width, tags): harmless in
 * a file, but what a terminal shows has to be what is there.
 */
static inline bool
aud_utf8_deceives(uint32_t cp)
{
	return aud_utf8_misleads(cp) || cp == 0x00AD ||
		   (cp >= 0x200B && cp <= 0x200D) || (cp >= 0x2060 && cp <= 0x206F) ||
		   (cp >= 0xFFF9 && cp <= 0xFFFB) || (cp >= 0xE0000 && cp <= 0xE0FFF);
}

#endif /* AUD_CORE_UTF8_H */
