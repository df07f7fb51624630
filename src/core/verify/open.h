/*-------------------------------------------------------------------------
 *
 * open.h
 *	  Inside verification: what a file's audit.open record says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_VERIFY_OPEN_H
#define AUD_CORE_VERIFY_OPEN_H

#include "core/verify/walk.h"

/*
 * Read the first line of a file, and the last one that it repeats.  A file
 * without an audit.open record, or without any line, is no error:
 * open->present is false then.
 */
extern bool aud_open_read(AudHasher *hasher, const char *path,
						  AudOpenLine *open, AudError *err);

/*
 * The number of the last record before the file, from the first line whose
 * number is good, not counting an open record's.  False if there is none.
 */
extern bool aud_open_guess_seq(const char *path, bool is_open, uint64_t *seq);

#endif /* AUD_CORE_VERIFY_OPEN_H */
