/*-------------------------------------------------------------------------
 *
 * walk.h
 *	  Inside verification: one trail being walked through.
 *
 * The lines of a trail fall into runs: stretches in which each line follows
 * from the one before, in number and hash.  A sound trail is one run.  Every
 * fault ends one, and what kind it was is seen from how the runs fit together
 * (runs.c); so memory grows with the faults, not with the trail.
 *
 * verify.c goes through trails, file.c through the lines of their files,
 * walk.c makes runs of lines, runs.c makes faults of runs, note.c keeps them
 * and what else lines tell.  Each calls only those named after it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_VERIFY_WALK_H
#define AUD_CORE_VERIFY_WALK_H

#include "core/verify/verify.h"

/* Past so many runs what is known so far is judged, and the walk goes on. */
#define AUD_RUNS_MAX 1024

/* How far back a line that comes again is recognised by its hash. */
#define AUD_SEEN_MAX 4096

typedef struct AudPlace
{
	size_t   file; /* index in the list */
	uint64_t line;
} AudPlace;

typedef struct AudRun
{
	AudPlace      first; /* its first line ... */
	uint64_t      seq;
	unsigned char d[AUD_CHAIN_DIGEST_BYTES];
	unsigned char h[AUD_CHAIN_HASH_BYTES];

	AudPlace      last; /* ... and its last one */
	uint64_t      last_seq;
	unsigned char last_h[AUD_CHAIN_HASH_BYTES];

	uint64_t lines;
	bool     hashed;    /* do its first line's d and h mean anything? */
	bool     any_h;     /* the h before the trail's beginning is not known */
	bool     malformed; /* lines without a number: no seq, no hashes */
	bool     spine;     /* found to be in its place */
	bool     differs;   /* another record of its last number was seen */

	/*
	 * The hash its only line ought to have, if nothing but its trailer was
	 * changed; the next line tells.
	 */
	bool          has_alt;
	unsigned char alt_h[AUD_CHAIN_HASH_BYTES];
} AudRun;

/* What a file's first line says, read ahead. */
typedef struct AudOpenLine
{
	bool          present; /* it is an audit.open record */
	bool          sound;   /* and its hash agrees with what it says */
	bool          hashed;  /* the file's lines carry hashes */
	bool          has_prev;
	char          file[64]; /* its own name; "" if absent */
	char          prev_file[64];
	char          prev_tail[16]; /* "" if absent */
	uint64_t      seq;           /* its own; 0: unreadable */
	uint64_t      prev_seq;
	uint64_t      repeats;
	unsigned char prev_h[AUD_CHAIN_HASH_BYTES];

	AudVerifiedLink other; /* prev_log: the trail that this one follows */
} AudOpenLine;

/* A file that retention deleted. */
typedef struct AudExpired
{
	char     file[64];
	uint64_t last_seq;
	char     last_h[AUD_CHAIN_HASH_CHARS + 1];
} AudExpired;

/* Those of all trails: a server's retention deletes its predecessors' files, too. */
typedef struct AudExpiredList
{
	AudExpired *items;
	size_t      count;
} AudExpiredList;

typedef struct AudSeen
{
	uint64_t      seq;
	unsigned char h[AUD_CHAIN_HASH_BYTES];
} AudSeen;

typedef struct AudWalk
{
	AudHasher              *hasher;
	const AudReaderList    *list;
	size_t                  begin; /* the trail's files in the list */
	size_t                  end;
	const AudVerifyOptions *options;
	AudVerifyResult        *result;
	AudVerifiedLog         *log;

	/* per file, index in the list minus begin */
	AudOpenLine *opens;
	uint64_t    *lines;  /* read so far */
	bool        *closed; /* is the last line read audit.close? */

	bool     hashed;  /* must the lines being read carry hashes? */
	AudRun  *runs;    /* [0] stands for what is before the first line */
	size_t   n_runs;  /* behind the tip there are only malformed ones */
	size_t   tip;     /* the run that the last numbered line went to */
	uint64_t highest; /* number seen */
	uint64_t watch;   /* look at runs[].differs at this number; 0: never */
	AudSeen *seen;    /* by number modulo AUD_SEEN_MAX */

	AudExpiredList *expired;
	bool            no_memory;
} AudWalk;

/*
 * file.c: read the first line of a file, and the last one that it repeats.  A
 * file without an audit.open record, or without any line, is no error:
 * open->present is false then.
 */
extern bool aud_walk_read_open(AudHasher *hasher, const char *path,
							   AudOpenLine *open, AudError *err);

/*
 * links.c: which trail does each one follow, and what has to be in that?  The
 * options' expectations and those are put together in *expected, malloc'd.
 */
extern bool aud_verify_expect(AudHasher *hasher, const AudReaderList *list,
							  const AudVerifyOptions *options,
							  AudExpected **expected, size_t *n_expected,
							  AudError *err);

/* Is the trail that this one follows there at all? */
extern void aud_walk_check_link(AudWalk *w);

/*
 * The number of the last record before the file, from the first line whose
 * number is good, not counting an open record's.  False if there is none.
 */
extern bool aud_walk_guess_seq(const char *path, bool is_open, uint64_t *seq);

/*
 * Take the lines of a file, index in the list.  False, with err
 * set, if it cannot be read; faults are no errors.
 */
extern bool aud_walk_file(AudWalk *w, size_t file, AudError *err);

/*
 * note.c: keep what a numbered line says.  "follows": it is in its
 * place, so that what it says can be relied on.
 */
extern void aud_walk_note(AudWalk *w, AudPlace at, const AudChainTrailer *t,
						  const char *line, size_t len, bool follows);

/* walk.c: take the next line. */
extern void aud_walk_line(AudWalk *w, AudPlace at, const char *line, size_t len);

/*
 * Was a line break overwritten or deleted?  Then the line begins with the
 * record that is due, and what is behind it is the next line: both are taken,
 * with one fault.  False, and nothing done, if it is not so.
 */
extern bool aud_walk_lost_break(AudWalk *w, AudPlace at, const char *line,
								size_t len);

/* runs.c: would a line of digest d, as number seq after prev, have the hash h? */
extern bool aud_walk_links(AudWalk *w, const unsigned char *prev, uint64_t seq,
						   const unsigned char *d, const unsigned char *h);

/* Does "line", of which t and d are known, directly follow that run? */
extern bool aud_walk_follows(AudWalk *w, const AudRun *run,
							 const AudChainTrailer *t, const unsigned char *d);

/*
 * Turn runs into faults.  Unless this is the end, the last run
 * stays, as what the rest has to follow.
 */
extern void aud_walk_settle(AudWalk *w, bool final);

/* note.c */
extern AudFault *aud_walk_fault(AudWalk *w, AudFaultKind kind, AudPlace at,
								uint64_t seq, uint64_t last_seq,
								const char *detail);

/* Once all is read: drop missing-file faults that an audit.expire explains. */
extern void aud_verify_forgive_expired(AudVerifyResult      *result,
									   const AudReaderList  *list,
									   const AudExpiredList *expired);

extern void aud_verify_sort(AudVerifyResult *result);

#endif /* AUD_CORE_VERIFY_WALK_H */
