/*-------------------------------------------------------------------------
 *
 * stats.h
 *	  Inside of secauditctl stats: what is counted, and the counts.
 *
 * stats.c is the command; stats_kinds.c has the tables; stats_record.c reads
 * records, stats_count.c counts them, stats_rights.c what they say of rights;
 * stats_print.c prints.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_STATS_H
#define AUD_BIN_STATS_H

#include "bin/filter.h"
#include "bin/str.h"
#include "bin/tally.h"
#include "bin/term.h"
#include "core/json_scan.h"

/* The tables, in the order in which they are printed. */
typedef enum AudStatsTable
{
	AUD_STATS_CLASS,
	AUD_STATS_OUTCOME,
	AUD_STATS_EVENT,
	AUD_STATS_COMMAND,
	AUD_STATS_USER,
	AUD_STATS_DB,
	AUD_STATS_CLIENT,
	AUD_STATS_APP,
	AUD_STATS_OBJECT,
	AUD_STATS_DAY,
	AUD_STATS_HOUR,
	AUD_STATS_LOGIN,
	AUD_STATS_RIGHT,
	AUD_STATS_STATEMENT,
} AudStatsTable;

#define AUD_STATS_TABLES 14
#define AUD_STATS_PARTS  3

typedef struct AudStatsKind
{
	const char *name;                   /* of --by and of JSON */
	const char *title;                  /* over the table */
	const char *parts[AUD_STATS_PARTS]; /* of its key */
	bool        by_default;
	bool        in_order; /* all rows, by key, not the first few */
} AudStatsKind;

/* stats_kinds.c */
extern const AudStatsKind aud_stats_kinds[AUD_STATS_TABLES];

/* Begin with {0}. */
typedef struct AudStats
{
	bool          wanted[AUD_STATS_TABLES];
	AudTally      tallies[AUD_STATS_TABLES];
	AudSums       sums;       /* of all records that match */
	uint64_t      damaged;    /* lines that are no records */
	uint64_t      rights_cut; /* records with more rights than are counted */
	char          first_ts[AUD_TS_SIZE];
	char          last_ts[AUD_TS_SIZE];
	bool          utc;
	size_t        top;
	AudTallyOrder order;

	/* While a record is counted */
	AudStr text;
	char  *room; /* for one value, its escapes undone */
	size_t room_size;
	char   minute[17]; /* whose local time is known */
	char   local[17];
} AudStats;

/* The members of a record that are looked at. */
typedef enum AudStatsField
{
	AUD_FIELD_APP,
	AUD_FIELD_ADMIN_MEMBERS,
	AUD_FIELD_ADMIN_OPTION,
	AUD_FIELD_ATTRIBUTES,
	AUD_FIELD_BACKEND,
	AUD_FIELD_CLASS,
	AUD_FIELD_CLIENT,
	AUD_FIELD_COLUMNS,
	AUD_FIELD_COMMAND,
	AUD_FIELD_CURRENT_USER,
	AUD_FIELD_DB,
	AUD_FIELD_DETAIL,
	AUD_FIELD_DURATION,
	AUD_FIELD_ERROR,
	AUD_FIELD_EVENT,
	AUD_FIELD_GAINS,
	AUD_FIELD_GRANTEES,
	AUD_FIELD_GRANT_OPTIONS,
	AUD_FIELD_MEMBERS,
	AUD_FIELD_MEMBER_OF,
	AUD_FIELD_OBJECTS,
	AUD_FIELD_OBJECT_TYPE,
	AUD_FIELD_OUTCOME,
	AUD_FIELD_OWNED_BY,
	AUD_FIELD_PART,
	AUD_FIELD_PRIVILEGES,
	AUD_FIELD_QUERY,
	AUD_FIELD_ROWS,
	AUD_FIELD_SCHEMAS,
	AUD_FIELD_SESSION,
	AUD_FIELD_SQLSTATE,
	AUD_FIELD_TARGET_ROLE,
	AUD_FIELD_TO_ROLE,
	AUD_FIELD_TS,
	AUD_FIELD_USER,
	AUD_FIELDS,
} AudStatsField;

/* Where text is NULL there is none. */
typedef struct AudStatsRecord
{
	AudJsonValue fields[AUD_FIELDS];
	AudSums      one; /* what it adds */
} AudStatsRecord;

/* stats_count.c: count a record, line[len]. */
extern void aud_stats_count(AudStats *stats, const char *line, size_t len);

/* stats_record.c: where the members of a record are. */
extern void aud_stats_read(AudStatsRecord *record, const char *line, size_t len);

/*
 * A value as plain text, valid until the next call; "" for what is no string.
 * *len may be NULL.
 */
extern const char *aud_stats_text(AudStats *stats, const AudJsonValue *value,
								  size_t *len);
extern bool aud_stats_is(const AudStatsRecord *record, AudStatsField field,
						 const char *word);

/* Rights that one record may count: objects times grantees may be many. */
#define AUD_STATS_RIGHTS_MAX 1000

/* stats_rights.c: count what the record says of rights that are given. */
extern void aud_stats_rights(AudStats *stats, const AudStatsRecord *record);

/* stats_print.c */
extern void aud_stats_print(AudStats *stats, const AudTerm *t,
							const AudSearched *searched);
extern void aud_stats_print_json(AudStats *stats, const AudSearched *searched);

#endif /* AUD_BIN_STATS_H */
