/*-------------------------------------------------------------------------
 *
 * archive.h
 *	  Between archive.c, which chooses files, and archive_file.c, which puts
 *	  an archive in the place of one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_ARCHIVE_H
#define AUD_BIN_ARCHIVE_H

#include <sys/stat.h>

#include "bin/pack.h"

typedef struct AudArchive
{
	AudPackOptions  pack;
	bool            keep; /* the original stays */
	AudPackProgress progress;
	void           *arg;
} AudArchive;

typedef enum AudArchiveStatus
{
	AUD_ARCHIVE_MADE,
	AUD_ARCHIVE_FINISHED, /* it was there already, only the original had to go */
	AUD_ARCHIVE_THERE,    /* it was there already, and nothing is to be done */
	AUD_ARCHIVE_FAILED, /* all is as it was; err is set, unless it was stopped */
} AudArchiveStatus;

/*
 * Put an archive in the place of a plain file.  At each moment one of the two
 * is there whole, whatever dies: the archive gets its name once it is on disk
 * and was read back, and the original goes after that.
 */
extern AudArchiveStatus aud_archive_file(const AudArchive *archive,
										 const char *path, AudPacked *result,
										 AudError *err);

/* Remove what runs that were killed have left in a directory. */
extern void aud_archive_sweep(const char *dir);

#endif /* AUD_BIN_ARCHIVE_H */
