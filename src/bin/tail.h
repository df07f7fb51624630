/*-------------------------------------------------------------------------
 *
 * tail.h
 *	  The parts of "secauditctl tail".
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_TAIL_H
#define AUD_BIN_TAIL_H

#include <signal.h>

#include "bin/ctl.h"
#include "bin/filter.h"
#include "bin/output.h"
#include "bin/term.h"

#define AUD_TAIL_ALL UINT64_MAX

/* Where to begin in a file; the start is {0, 1}. */
typedef struct AudTailPosition
{
	uint64_t offset;
	uint64_t number; /* of the line */
} AudTailPosition;

typedef struct AudTail
{
	AudFilter filter;
	AudSearch search; /* tests lines, one by one */
	AudOutput output;
	bool      follow;
	uint64_t  wanted;   /* records, or AUD_TAIL_ALL */
	uint64_t  last_seq; /* while following: of the last line read */
	uint64_t  skip_seq; /* records up to this one were shown before */
	bool      damaged;  /* a line that is no record was shown */
	bool      trouble;  /* something could not be read */
} AudTail;

/* Set by SIGINT and SIGTERM while following. */
extern volatile sig_atomic_t aud_tail_interrupted;

/* tail_print.c */

/* Open a file at a position; reports and notes trouble on failure. */
extern bool aud_tail_open(AudTail *tail, AudReader *r,
						  const AudReaderFile *file, AudTailPosition from);

/* Print what there is; false when reading has failed. */
extern bool aud_tail_drain(AudTail *tail, AudReader *r,
						   const AudReaderFile *file);
extern void aud_tail_torn_end(AudTail *tail, AudReader *r,
							  const AudReaderFile *file);

/* Index of the first file to print, and where in it. */
extern size_t aud_tail_start(AudTail *tail, const AudReaderList *list,
							 AudTailPosition *from);

/*
 * tail_follow.c: follow operands argv[0..argc) from the file "first" on, or
 * from the first one that will appear if its path is NULL.  The path is taken
 * over.
 */
extern void aud_tail_follow(AudTail *tail, int argc, char **argv,
							AudReaderFile *first, AudTailPosition from);

#endif /* AUD_BIN_TAIL_H */
