/*-------------------------------------------------------------------------
 *
 * term.h
 *	  Putting untrusted text on a terminal.
 *
 * A query is written by whoever is being audited.  Nothing from a record
 * reaches the output except through aud_term_put(), which lets no control
 * character, no bidirectional override and no damaged UTF-8 through: they are
 * shown as \xNN or \uNNNN.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_TERM_H
#define AUD_BIN_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum AudColorWhen
{
	AUD_COLOR_AUTO, /* on a terminal, unless NO_COLOR is set */
	AUD_COLOR_ALWAYS,
	AUD_COLOR_NEVER,
} AudColorWhen;

typedef struct AudTerm
{
	FILE *out;
	bool  tty;
	bool  color;
	bool  utf8;  /* may a record's characters outside ASCII be written? */
	bool  signs; /* may we write such characters of our own? */
	int   width; /* columns of the terminal; 0: no limit */
} AudTerm;

typedef enum AudColor
{
	AUD_COLOR_NONE,
	AUD_COLOR_DIM,
	AUD_COLOR_BOLD,
	AUD_COLOR_RED,
	AUD_COLOR_GREEN,
	AUD_COLOR_YELLOW,
	AUD_COLOR_BLUE,
	AUD_COLOR_CYAN,
	AUD_COLOR_MAGENTA,
	AUD_COLOR_BRIGHT_RED,
	AUD_COLOR_BRIGHT_YELLOW,
	AUD_COLOR_BRIGHT_BLUE,
	AUD_COLOR_BRIGHT_MAGENTA,
} AudColor;

extern void aud_term_init(AudTerm *t, FILE *out, AudColorWhen when);

/* Ask for the terminal's width again; windows change. */
extern void aud_term_measure(AudTerm *t);

extern void aud_term_color(const AudTerm *t, AudColor color);

/*
 * Write s[len]; white space of any kind and amount becomes one space.  With
 * max >= 0 at most that many columns are used, the last one for an ellipsis
 * where the text does not fit.  Returns the columns used.
 */
extern int aud_term_put(const AudTerm *t, const char *s, size_t len, int max);

/* The same for a string, coloured and padded to width columns. */
extern void aud_term_cell(const AudTerm *t, const char *s, int width,
						  bool right, AudColor color);

/*
 * Write a text of several lines, each behind so many blanks and ended; tabs
 * become blanks, anything else that is no text is escaped.
 */
extern void aud_term_put_lines(const AudTerm *t, const char *s, size_t len,
							   int indent);

/* n blanks */
extern void aud_term_blanks(const AudTerm *t, int n);

/*
 * Write s[len] byte for byte, but control characters escaped: for lines of
 * which nothing is known.  Returns the columns used.
 */
extern int aud_term_put_raw(const AudTerm *t, const char *s, size_t len);

#endif /* AUD_BIN_TERM_H */
