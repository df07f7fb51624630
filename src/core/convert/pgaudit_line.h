/*-------------------------------------------------------------------------
 *
 * pgaudit_line.h
 *	  One line as pgaudit writes it.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_PGAUDIT_LINE_H
#define AUD_CORE_CONVERT_PGAUDIT_LINE_H

#include "core/convert/pgaudit.h"

/* The fields of a line that are not the same for all of a statement. */
typedef struct AudPgauditLine
{
	uint64_t sub;
	const char *class;
	const char *command;
	size_t      command_len;
	const char *type; /* NULL: none */
	const char *name; /* NULL: none */
	size_t      type_len;
	size_t      name_len;
} AudPgauditLine;

/* The number that all lines of one item have; the first line of a statement counts it. */
extern uint64_t aud_pgaudit_next(AudPgauditOut *o);

/*
 * Write it.  statement: another text than the record's own; NULL: that.
 * params: are the record's parameters those of this line?
 */
extern void aud_pgaudit_add(AudPgauditOut *o, const AudPgauditStatement *s,
							const AudPgauditLine *line,
							const AudJsonValue *statement, bool params);

/* log_line_prefix and the level, where the options have one. */
extern void aud_pgaudit_prefix(AudPgauditOut *o, const AudFields *f);

#endif /* AUD_CORE_CONVERT_PGAUDIT_LINE_H */
