/*-------------------------------------------------------------------------
 *
 * target.h
 *	  Which record or session is meant: "4711", "LOG:4711", "6a1b2c3d.1f4e",
 *	  "LOG:6a1b2c3d.1f4e", "pid:8014".
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_TARGET_H
#define AUD_BIN_TARGET_H

#include "bin/record.h"
#include "core/log_name.h"
#include "core/search/search.h"

#define AUD_LOG_SIZE     (AUD_LOG_NAME_LEN + 1)
#define AUD_SESSION_SIZE 40

typedef struct AudTarget
{
	char     log[AUD_LOG_SIZE];         /* "": any */
	uint64_t seq;                       /* 0: none */
	char     session[AUD_SESSION_SIZE]; /* "": none */
	uint64_t pid;                       /* 0: none */
} AudTarget;

/* False if it is none of these. */
extern bool aud_target_parse(AudTarget *target, const char *arg);

/* The log and session of a record; false: it belongs to no session. */
extern bool aud_target_of(AudTarget *target, AudRecord *record);

/* For what a clock that was set back does to times. */
#define AUD_TARGET_MARGIN_S 3600

/* So many seconds before the session began, as its id tells; "" if it does not. */
extern void aud_target_since(const AudTarget *target, int earlier, char *ts);

/* A search of a trail's files for what belongs to a target. */
typedef struct AudAround
{
	const AudReaderList *list;
	const char          *log;       /* "": any */
	const char          *condition; /* of the match language; NULL: none */
	char                 since[AUD_TS_SIZE];
	uint64_t             first_seq;
	uint64_t             last_seq;

	/* record is NULL where found->damage is set; false ends the search */
	bool (*found)(void *arg, AudRecord *record, const AudFound *found);
	void     *arg;
	bool      trouble; /* something could not be read, and was reported */
	AudRecord record;
	bool      ended;
} AudAround;

/* Run it over all files that can have such records. */
extern void aud_around_search(AudAround *around);

/* The same for the record first_seq alone: where it should be first, then elsewhere. */
extern void aud_around_search_number(AudAround *around);
extern void aud_around_free(AudAround *around);

/* The condition that chooses a session's records; event NULL: of all events. */
extern void aud_around_condition(AudStr *condition, const char *session,
								 const char *event);

#endif /* AUD_BIN_TARGET_H */
