/*-------------------------------------------------------------------------
 *
 * show.h
 *	  The parts of "secauditctl show".
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_SHOW_H
#define AUD_BIN_SHOW_H

#include "bin/nest.h"
#include "bin/target.h"
#include "bin/term.h"

/* Statements inside of one that are shown, and of anything else. */
#define AUD_SHOW_INSIDE_MAX 10000
#define AUD_SHOW_OTHERS_MAX 100

/* Some lines of the trail, one behind the other, each with a newline. */
typedef struct AudShowLines
{
	AudStr   text;
	size_t   n;
	uint64_t omitted;
} AudShowLines;

/* A record, and what of its session belongs to it. */
typedef struct AudShown
{
	AudStr       line; /* of the record; it stays where it is */
	AudRecord    record;
	AudTarget    target; /* its log and session */
	bool         in_session;
	uint64_t     seq;
	uint64_t     stmt;        /* 0: it is no statement */
	AudShowLines login;       /* session.start */
	AudShowLines transaction; /* the end of that which it was part of */
	AudShowLines parents;     /* inner ones first */
	AudShowLines about;       /* of an alert: the statement */
	AudShowLines alerts;
	AudShowLines parts; /* of the same text, the record itself as well */
	AudNest      inside;
	uint64_t     inside_omitted;
	bool         trouble;
} AudShown;

/* The next line; false: there is none.  Begin with *at = 0. */
extern bool aud_show_next(const AudShowLines *lines, size_t *at,
						  const char **line, size_t *len);

/* show_gather.c: look for what belongs to the record, whose line is set. */
extern bool aud_show_gather(AudShown *shown, const AudReaderList *list);
extern void aud_show_free(AudShown *shown);

/* show_print.c */
extern void aud_show_print(AudShown *shown, const AudTerm *t, bool utc);

/* show_json.c: all of it as one JSON object. */
extern void aud_show_json(AudShown *shown, const AudTerm *t);

#endif /* AUD_BIN_SHOW_H */
