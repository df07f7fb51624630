/*-------------------------------------------------------------------------
 *
 * shape.h
 *	  Has a text the shape of a record, or of a part of one?
 *
 * For what comes out of a file that others may have written to: the checksums
 * in it find what is damaged, not what is made up.  What has the shape may
 * still be untrue, but it cannot break a line of the trail, nor pass for a
 * record of the writer's own.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SHAPE_H
#define AUD_CORE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Does line[len] begin as every record in the ring does: version, log, time and
 * an event that is not one of the trail's own (audit.*), and is it one line?
 * Costs little more than a look at its first bytes.
 */
extern bool aud_shape_begins_record(const char *line, size_t len,
									const char *log_id);

/*
 * Is it such a record as a whole?  That is: it begins as one, all of it is one
 * JSON object in clean text, no key is there twice, and none is the writer's
 * ("seq", "h").
 */
extern bool aud_shape_is_record(const char *line, size_t len, const char *log_id);

/* A member that may be there, and what its value is. */
typedef enum AudShapeKind
{
	AUD_SHAPE_TEXT,   /* a string */
	AUD_SHAPE_NUMBER, /* a whole one, from 1 on */
	AUD_SHAPE_TRUE,   /* true */
} AudShapeKind;

typedef struct AudShapeMember
{
	const char  *key;
	AudShapeKind kind;
	bool         needed;
	uint64_t     max; /* of a number */
} AudShapeMember;

/*
 * Is text[len] made of these members, ,"key":value each, in this order, without
 * blanks between them and in clean text?  Nothing at all is, too.
 */
extern bool aud_shape_is_members(const char *text, size_t len,
								 const AudShapeMember *members, int count);

/*
 * Clean text: valid UTF-8 without control characters, and without those that
 * records hold escaped because they mislead.
 */
extern bool aud_shape_is_clean(const char *text, size_t len);

/* "2026-01-31T23:59:59.123456Z", as records have it; text may be NULL. */
extern bool aud_shape_is_time(const char *text, size_t len);

#endif /* AUD_CORE_SHAPE_H */
