/*-------------------------------------------------------------------------
 *
 * fault.h
 *	  Faults of the trail: what ended a file that was not meant to end there.
 *
 * The file that follows begins with an audit.open whose outcome is failure,
 * and the next batch has an alert that says what it was.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_FAULT_H
#define AUD_WRITER_FAULT_H

#include "writer/state.h"

/*
 * The file being written, or the next one, is begun after a fault: reason is
 * the alert's, one of those in docs/trail.md, and detail says more; NULL: what
 * secaudit.status() has as the last error.  Both are told of the first fault
 * alone until its alert is on disk.
 */
extern void aud_fault_note(AudWriter *w, const char *reason, const char *detail);

/* Is the trail's directory gone? */
extern bool aud_fault_directory_is_gone(void);

/* Before a file is begun: note it if the directory is gone. */
extern void aud_fault_check_directory(AudWriter *w);

/* After a start, from the position of before: note what ended the last file. */
extern void aud_fault_check_start(AudWriter *w, const AudPosition *position);

#endif /* AUD_WRITER_FAULT_H */
