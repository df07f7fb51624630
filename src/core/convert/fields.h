/*-------------------------------------------------------------------------
 *
 * fields.h
 *	  A line of a trail, read into a table: what every conversion begins with.
 *
 * The line may come from anybody.  What passes is one JSON object of valid
 * UTF-8 that has the keys of every record, each value of the kind that the
 * schema gives its key, no lone surrogate, no \u0000, and within a list of
 * objects no key twice.  So whatever is copied from here into other JSON is
 * valid there, too.
 *
 * Values point into the line.  Nothing is allocated.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_FIELDS_H
#define AUD_CORE_CONVERT_FIELDS_H

#include "core/convert/keys.h"
#include "core/json_scan.h"

/* Keys that this version does not know: of later ones, kept as they are. */
#define AUD_OTHERS_MAX 64

/* Members of an element of "objects" or "params". */
#define AUD_ELEMENT_MAX 32

typedef enum AudEvent
{
	AUD_EVENT_STATEMENT,
	AUD_EVENT_ERROR,
	AUD_EVENT_SESSION_AUTH,
	AUD_EVENT_SESSION_START,
	AUD_EVENT_SESSION_END,
	AUD_EVENT_ROLE,
	AUD_EVENT_CONFIG,
	AUD_EVENT_TRANSACTION,
	AUD_EVENT_REPLICATION,
	AUD_EVENT_WORKER,
	AUD_EVENT_CUSTOM,
	AUD_EVENT_ALERT,
	AUD_EVENT_AUDIT_START,
	AUD_EVENT_AUDIT_STOP,
	AUD_EVENT_AUDIT_OPEN,
	AUD_EVENT_AUDIT_CLOSE,
	AUD_EVENT_AUDIT_CHECKPOINT,
	AUD_EVENT_AUDIT_GAP,
	AUD_EVENT_AUDIT_EXPIRE,
	AUD_EVENT_UNKNOWN, /* of a later version */
} AudEvent;

/* Where keys are found by a hash; made once. */
typedef struct AudFieldIndex
{
	unsigned char slots[1024]; /* 1 + AudField; 0: empty */
} AudFieldIndex;

typedef struct AudFields
{
	AudJsonValue  values[AUD_FIELD_COUNT]; /* set where "has" is */
	bool          has[AUD_FIELD_COUNT];
	unsigned char present[AUD_FIELD_COUNT]; /* fields, as the line has them */
	int           n_present;
	AudJsonMember others[AUD_OTHERS_MAX];
	int           n_others;
	AudEvent      event;
	int64_t       ms;  /* "ts" since 1970 */
	uint64_t      seq; /* "seq" */
	AudField      at; /* where a line is no record: the key at fault, or none */
} AudFields;

extern void aud_field_index_make(AudFieldIndex *index);

/* "client_addr" */
extern const char  *aud_field_name(AudField field);
extern AudFieldKind aud_field_kind(AudField field);

/* NULL, or why the line is no record. */
extern const char *aud_fields_read(AudFields *f, const AudFieldIndex *index,
								   const char *line, size_t len);

/* Is it there, and this text, in which nothing is escaped? */
extern bool aud_field_is(const AudFields *f, AudField field, const char *word);

/* Is it one of so many such texts? */
extern bool aud_field_is_one_of(const AudFields *f, AudField field,
								const char *const *words, size_t n);

/* Does it begin with these letters? */
extern bool aud_field_begins(const AudFields *f, AudField field,
							 const char *word);

/* A number; 0 where there is none. */
extern uint64_t aud_field_number(const AudFields *f, AudField field);

/* The first string of a list; false if there is none. */
extern bool aud_field_first(const AudFields *f, AudField field,
							AudJsonValue *value);

#endif /* AUD_CORE_CONVERT_FIELDS_H */
