/*-------------------------------------------------------------------------
 *
 * verify.h
 *	  Is a trail what its writer wrote?
 *
 * Reads every file of a trail once, in order, and checks the chain of
 * docs/trail.md over the bytes as written.  It goes on after a fault and says
 * of each what it is and where: one altered line is one fault, and the lines
 * after it are checked against what it says it is, so that a second alteration
 * is found too.
 *
 * What it cannot see: a trail that was rewritten with all hashes computed
 * anew, or that lost its end at a line, agrees with itself.  Against those
 * stand facts from elsewhere: AudExpected here, seals and witnesses later.
 * A trail that follows another one in its directory is such a witness.
 *
 * Memory does not depend on the size of a sound trail.
 *
 * Core layer: no postgres.h, no global state.  Memory is malloc'd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_VERIFY_VERIFY_H
#define AUD_CORE_VERIFY_VERIFY_H

#include "core/chain.h"
#include "core/reader/reader.h"

typedef enum AudFaultKind
{
	AUD_FAULT_ALTERED,      /* a line's bytes are not the written ones */
	AUD_FAULT_MISSING,      /* records are gone from within a file */
	AUD_FAULT_DUPLICATED,   /* a record is there a second time */
	AUD_FAULT_REORDERED,    /* a record stands in the wrong place */
	AUD_FAULT_INSERTED,     /* a line that the writer never wrote */
	AUD_FAULT_TRUNCATED,    /* a file lost its end */
	AUD_FAULT_FILE_MISSING, /* a whole file is gone */
	AUD_FAULT_REWRITTEN,    /* sound, but not the trail that was expected */
	AUD_FAULT_RENAMED, /* a file has another name than it was begun under */
} AudFaultKind;

/* "altered", "missing" ... */
extern const char *aud_fault_name(AudFaultKind kind);

typedef struct AudFault
{
	AudFaultKind kind;
	size_t       file; /* index in the list */
	uint64_t     line; /* where it shows; missing: the line after the gap */
	uint64_t     seq;  /* first and last record concerned; 0: not known */
	uint64_t     last_seq;
	char         missing_file[64]; /* AUD_FAULT_FILE_MISSING, _RENAMED */
	const char  *detail;           /* a constant, or NULL */

	/* AUD_FAULT_FILE_MISSING: of its last record, as its successor has it */
	unsigned char last_h[AUD_CHAIN_HASH_BYTES];
} AudFault;

/* The record with which another trail ended when one that follows it began. */
typedef struct AudVerifiedLink
{
	char          log[17]; /* "": none */
	char          file[64];
	uint64_t      seq;
	unsigned char h[AUD_CHAIN_HASH_BYTES];
} AudVerifiedLink;

/* One trail of those in the list. */
typedef struct AudVerifiedLog
{
	char     log[17]; /* "" if no line could be read */
	size_t   files;
	uint64_t records; /* lines with a number, each once */
	uint64_t bytes;
	uint64_t unhashed; /* records in files with secaudit.integrity = off */
	uint64_t first_seq;
	uint64_t last_seq;
	char     last_h[AUD_CHAIN_HASH_CHARS + 1]; /* "" if there is none */
	char     first_ts[32];
	char     last_ts[32];
	bool     closed; /* does it end in audit.close? */
	uint64_t faults;

	AudVerifiedLink follows; /* as its first record says */
} AudVerifiedLog;

/* A record that somebody noted down elsewhere. */
typedef struct AudExpected
{
	char          log[17];
	uint64_t      seq;
	unsigned char h[AUD_CHAIN_HASH_BYTES];
	bool          by_trail; /* that is a later trail, see AudVerifiedLink */
} AudExpected;

typedef struct AudVerifyOptions
{
	bool must_be_closed; /* the newest file is not being written any more */
	bool selection;      /* earlier files were left out on purpose */

	const AudExpected *expected;
	size_t             n_expected;

	/* called before each file is read, and now and then; NULL: nobody is */
	void (*progress)(void *arg, size_t file, uint64_t offset);

	/*
	 * Called with each line that counts, in the order of the files, sound or
	 * not, so that who wants more of a trail than a verdict reads it once;
	 * NULL: nobody is.
	 */
	void (*line)(void *arg, size_t file, const AudLine *line);
	void *arg;
} AudVerifyOptions;

/* No more faults than this are kept; all are counted. */
#define AUD_VERIFY_FAULTS_MAX 10000

typedef struct AudVerifyResult
{
	AudVerifiedLog *logs;
	size_t          n_logs;
	AudFault       *faults; /* by file and line */
	size_t          n_faults;
	uint64_t        all_faults;
	uint64_t        unmet; /* options' expectations of no record here */
} AudVerifyResult;

/*
 * Check all trails in the list.  False, with err set, if that could not be
 * done to the end; result then holds what was found so far.  Initialise it
 * with {0}; free it in any case.
 */
extern bool aud_verify(const AudReaderList *list, const AudVerifyOptions *options,
					   AudVerifyResult *result, AudError *err);
extern void aud_verify_free(AudVerifyResult *result);

#endif /* AUD_CORE_VERIFY_VERIFY_H */
