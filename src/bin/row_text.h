/*-------------------------------------------------------------------------
 *
 * row_text.h
 *	  What a record says, in short, for the columns of a table.
 *
 * Each function appends to a string, and appends nothing where the record says
 * nothing of it.  What comes out is not fit for a terminal: see term.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_ROW_TEXT_H
#define AUD_BIN_ROW_TEXT_H

#include "bin/record.h"

/* "SELECT", "session.start", "config RELOAD"; of a transaction its end. */
extern void aud_row_command(AudStr *to, AudRecord *record);

/*
 * "public.card(select,update) function public.f()": as many as fit into these
 * columns, or where there is no limit (0) the first few, and "+3" for the others.
 */
extern void aud_row_objects(AudStr *to, AudRecord *record, int columns);

/* Of a session's records: "from 10.1.2.3 scram-sha-256 psql". */
extern void aud_row_login(AudStr *to, AudRecord *record);

/* "318us", "2.9ms", "1.50s", "3.2min" */
extern void aud_row_duration(AudStr *to, uint64_t us);

/* "42501 permission denied for table card" */
extern void aud_row_error(AudStr *to, AudRecord *record);

/*
 * What an auditor looks for: rights that were given or gained, whose they are
 * now, what was set to what, that it was privileged.
 */
extern void aud_row_notable(AudStr *to, AudRecord *record, const char *arrow);

/* "$1=5 $2='abc'" */
extern void aud_row_params(AudStr *to, const AudRecord *record);

/* The query; of an event without one, whatever else the record says. */
extern void aud_row_text(AudStr *to, AudRecord *record);

#endif /* AUD_BIN_ROW_TEXT_H */
