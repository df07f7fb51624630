/*-------------------------------------------------------------------------
 *
 * find.h
 *	  Looking for a few bytes in many, and counting lines, many bytes at a time.
 *
 * memmem() of the C library reads about a gigabyte a second; a trail is searched
 * several times as fast by comparing whole vectors with two bytes of the needle
 * that text has seldom, at their distance, and the rest where both are there.
 *
 * Core layer: no postgres.h, no I/O, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_FIND_H
#define AUD_CORE_SEARCH_FIND_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a needle, at most. */
#define AUD_NEEDLE_MAX 64

typedef struct AudNeedle
{
	char          text[AUD_NEEDLE_MAX];
	size_t        len;  /* at least 1 */
	unsigned char rare; /* offset of the byte that is rarest in a trail, ... */
	unsigned char second; /* ... and of the next one */
} AudNeedle;

/* When text and len are set. */
extern void aud_needle_prepare(AudNeedle *needle);

/* The first place in text[len] that has the needle; NULL: there is none. */
extern const char *aud_find(const char *text, size_t len,
							const AudNeedle *needle);

extern uint64_t aud_count_newlines(const char *text, size_t len);

#endif /* AUD_CORE_SEARCH_FIND_H */
