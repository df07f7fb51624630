/*-------------------------------------------------------------------------
 *
 * record.h
 *	  One record, read in place: its members by name.
 *
 * Nothing is built and, after the first records, nothing allocated: a table of
 * millions of rows asks each for a few keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_RECORD_H
#define AUD_BIN_RECORD_H

#include "bin/str.h"
#include "core/json_scan.h"

typedef struct AudRecordMember
{
	AudJsonMember json;
	const char   *text;    /* without escapes, once somebody has asked; NULL */
	bool          escaped; /* is the key written with escapes? */
} AudRecordMember;

/* Begin with {0}; memory is used again for the next record. */
typedef struct AudRecord
{
	const char      *line; /* the caller's */
	size_t           len;
	AudRecordMember *members;
	size_t           n;
	size_t           cap;
	char            *texts;
	size_t           used;
	size_t           room;
} AudRecord;

/* False: the line is no JSON object.  The line has to stay where it is. */
extern bool aud_record_read(AudRecord *record, const char *line, size_t len);
extern void aud_record_free(AudRecord *record);

/* NULL: it has no such key. */
extern const AudJsonValue *aud_record_get(const AudRecord *record,
										  const char      *key);

/* A string, valid until the next record is read; "" if there is none. */
extern const char *aud_record_text(AudRecord *record, const char *key);

/* A whole number of at most 18 digits. */
extern bool aud_record_number(const AudRecord *record, const char *key,
							  uint64_t *n);
extern bool aud_record_is_true(const AudRecord *record, const char *key);
extern bool aud_record_is(AudRecord *record, const char *key, const char *word);

/*
 * Append a value as plain text: a string without its escapes, a list with
 * commas between its elements, anything else as JSON has it.
 */
extern void aud_record_add_value(AudStr *to, const AudJsonValue *value);

/* The same of a member of an object; false, with nothing appended: there is none. */
extern bool aud_record_add_member(AudStr *to, const AudJsonValue *object,
								  const char *key);

#endif /* AUD_BIN_RECORD_H */
