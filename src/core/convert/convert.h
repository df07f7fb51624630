/*-------------------------------------------------------------------------
 *
 * convert.h
 *	  Records of a trail in the formats of other programs.
 *
 * A line goes in, a line comes out (for pgaudit none, one or several); what is
 * no record is said to be none and leaves nothing.  docs/convert.md says what
 * becomes what.
 *
 * Memory does not grow with the trail: a few times the longest line, and for
 * pgaudit what AUD_PGAUDIT_HELD allows.
 *
 * Core layer: no postgres.h, no I/O, no global state.  Memory is malloc'd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_CONVERT_H
#define AUD_CORE_CONVERT_CONVERT_H

#include "core/convert/target.h"
#include "core/error.h"

typedef enum AudConvertTarget
{
	AUD_TARGET_ECS,
	AUD_TARGET_OCSF,
	AUD_TARGET_CEF,
	AUD_TARGET_CSV,
	AUD_TARGET_PGAUDIT,
} AudConvertTarget;

typedef struct AudTargetName
{
	AudConvertTarget id;
	const char      *name; /* "ecs" */
	const char      *says;
	const char *versions[6]; /* full ones, the first is the default; NULL ends */
} AudTargetName;

/* The last one has no name. */
extern const AudTargetName aud_targets[];

/* What of pgaudit's settings the lines are to follow. */
typedef struct AudPgauditOptions
{
	bool log_parameter;
	bool log_relation;

	/* NULL: lines begin with "AUDIT: " */
	const char *log_line_prefix;
} AudPgauditOptions;

/* Where a log_line_prefix has something that a record cannot tell; NULL: nowhere. */
extern const char *aud_pgaudit_prefix_fault(const char *prefix);

/* Takes what is finished; a newline ends a record. */
typedef void (*AudConvertSink)(void *arg, const char *line, size_t len);

typedef struct AudConvert
{
	const AudTargetName *target;
	const char          *version; /* full */
	AudConvertSink       sink;
	void                *arg;
	AudPgauditOptions    options;

	AudFieldIndex      index;
	AudFields          fields;
	AudTaken           taken[AUD_OCSF_CLASSES];
	AudBuf             out;
	AudBuf             text;
	struct AudPgaudit *pgaudit; /* NULL for other targets */
} AudConvert;

/*
 * "ecs", "ecs:9", "ocsf:1.4": the version as far as it is written has to be the
 * beginning of one.  False, with err set, if there is none of that name.
 */
extern bool aud_convert_init(AudConvert *c, const char *to, AudError *err);
extern void aud_convert_free(AudConvert *c);

/* What comes before the first record. */
extern bool aud_convert_begin(AudConvert *c);

/* NULL, or why the line is no record. */
extern const char *aud_convert_line(AudConvert *c, const char *line, size_t len);

/* Behind the last record. */
extern void aud_convert_end(AudConvert *c);

#endif /* AUD_CORE_CONVERT_CONVERT_H */
