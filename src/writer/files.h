/*-------------------------------------------------------------------------
 *
 * files.h
 *	  Is the file being written still what and where it was?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_FILES_H
#define AUD_WRITER_FILES_H

#include "writer/state.h"

/*
 * If the current file was touched, moved or removed by others, it is put right
 * or left behind.  False, reported, if neither is possible now.
 */
extern bool aud_files_check(AudWriter *w);

/* Is the current file exactly this long? */
extern bool aud_files_is_size(const AudWriter *w, uint64 expected);

#endif /* AUD_WRITER_FILES_H */
