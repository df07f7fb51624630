/*-------------------------------------------------------------------------
 *
 * info.h
 *	  Inside of secauditctl info: what is known of each trail.
 *
 * info.c is the command; info_read.c finds it out, info_print.c prints it;
 * info_pgdata.c finds the directory of a server's trail.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_INFO_H
#define AUD_BIN_INFO_H

#include "bin/str.h"
#include "bin/term.h"
#include "core/reader/reader.h"
#include "core/search/search.h"

/* Of more places where numbers are missing, only the number is known. */
#define AUD_INFO_MISSING 100

/* Longest value that is taken over from a record, with its NUL. */
#define AUD_INFO_TEXT 128

/* Numbers that no file has. */
typedef struct AudInfoMissing
{
	uint64_t             first_seq;
	uint64_t             last_seq;
	const AudReaderFile *before; /* the file behind the gap */
} AudInfoMissing;

/* One trail; texts are as records spell them, "" where there is none. */
typedef struct AudInfo
{
	char                 log[17];
	const AudReaderFile *newest;
	bool                 closed; /* does that end in audit.close? */

	uint64_t files;
	uint64_t bytes;
	uint64_t archived_files;
	uint64_t archived_bytes;

	uint64_t first_seq; /* 0: no record */
	uint64_t last_seq;
	char     first_ts[AUD_TS_SIZE];
	char     last_ts[AUD_TS_SIZE];

	/* audit.gap */
	uint64_t gaps;
	uint64_t lost;
	char     gap_from[AUD_TS_SIZE]; /* of the first one */
	char     gap_to[AUD_TS_SIZE];   /* of the last one */
	char     gap_reason[AUD_INFO_TEXT];

	/* Numbers missing between files */
	AudInfoMissing missing[AUD_INFO_MISSING];
	size_t         n_missing; /* may be more than that */
	uint64_t       missing_records;

	/* The last audit.checkpoint */
	char     checkpoint_ts[AUD_TS_SIZE];
	uint64_t checkpoint_seq;
	uint64_t checkpoint_records;
	uint64_t checkpoint_lost;

	/* The last audit.start and audit.open */
	char start_ts[AUD_TS_SIZE];
	char server_version[AUD_INFO_TEXT];
	char secaudit_version[AUD_INFO_TEXT];
	char system_identifier[AUD_INFO_TEXT];

	/* The last audit.open that names another trail */
	char     follows[17];
	uint64_t follows_seq;
} AudInfo;

/*
 * Find out about the trail whose files these are, files[n].  quick: look only
 * at the first and the last lines of files.  False, and reported, if something
 * could not be read.
 */
extern bool aud_info_read(AudInfo *info, const AudReaderFile *files, size_t n,
						  bool quick);

/*
 * The directory of the trail that a server with this data directory, or with
 * the configuration in it, writes.  False, and reported, if there is none.
 */
extern bool aud_info_directory(const char *pgdata, AudStr *directory);

/* How it is printed. */
typedef struct AudInfoPrint
{
	AudTerm term;
	bool    utc;
	bool    quick;
	size_t  printed; /* trails so far */
} AudInfoPrint;

/* A block of lines; or one object, with a comma before it unless it is the first. */
extern void aud_info_print(const AudInfoPrint *print, const AudInfo *info);
extern void aud_info_print_json(const AudInfoPrint *print, const AudInfo *info);

#endif /* AUD_BIN_INFO_H */
