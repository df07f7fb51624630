/*-------------------------------------------------------------------------
 *
 * json_scan.h
 *	  Reading JSON text in place: members, elements and single values.
 *
 * For lines of the trail and for members that are put together in memory,
 * where no document is built.  The text may come from anybody: nothing is
 * read behind its end, nothing is allocated, nothing recurses.  JSON's grammar
 * is checked as far as the scan has come; what is behind the last value that
 * was asked for is not looked at.  That strings are valid UTF-8 is not
 * checked.
 *
 * A value points into the text and is valid as long as that is.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_JSON_SCAN_H
#define AUD_CORE_JSON_SCAN_H

#include <stdint.h>

#include "core/buf.h"

/* A value that is nested deeper than this is refused. */
#define AUD_JSON_DEPTH_MAX 512

typedef enum AudJsonKind
{
	AUD_JSON_NULL,
	AUD_JSON_BOOL,
	AUD_JSON_NUMBER,
	AUD_JSON_STRING,
	AUD_JSON_ARRAY,
	AUD_JSON_OBJECT,
} AudJsonKind;

typedef struct AudJsonValue
{
	AudJsonKind kind;
	const char *text; /* a string's content between its quotes, still escaped; */
	size_t      len;  /* all of any other value */
} AudJsonValue;

typedef struct AudJsonMember
{
	const char  *start; /* the key's opening quote */
	const char  *end;   /* behind the value */
	const char  *key;   /* between the quotes, still escaped */
	size_t       key_len;
	AudJsonValue value;
} AudJsonMember;

/* Where a scan is. */
typedef struct AudJsonScan
{
	const char *p;
	const char *end;
	char        close; /* '}', ']', or 0: bare members */
	bool        begun; /* a comma comes before the next one */
	bool        ended; /* the close was found where it belongs */
} AudJsonScan;

/*
 * Begin with text[len], which is an object, an array, or ,"key":value one
 * after the other as the writers of records put them together.
 */
extern void aud_json_scan_object(AudJsonScan *s, const char *text, size_t len);
extern void aud_json_scan_array(AudJsonScan *s, const char *text, size_t len);
extern void aud_json_scan_members(AudJsonScan *s, const char *text, size_t len);

/*
 * The next member, or the next element of an array.  False at the end, with
 * "ended" set, and where the text is not JSON, with "ended" false.
 */
extern bool aud_json_scan_member(AudJsonScan *s, AudJsonMember *m);
extern bool aud_json_scan_element(AudJsonScan *s, AudJsonValue *value);

/* Is this the member's key?  Also where the text escapes letters of it. */
extern bool aud_json_key_is(const AudJsonMember *m, const char *key);

/*
 * The first member of that key in an object, or in bare members.  False if
 * there is none, or the text is not JSON up to it.
 */
extern bool aud_json_find(const char *object, size_t len, const char *key,
						  AudJsonValue *value);
extern bool aud_json_find_member(const char *members, size_t len,
								 const char *key, AudJsonValue *value);

/*
 * The same, copied with a NUL: a string still escaped, any other value as it
 * is.  False also if it does not fit into size bytes.
 */
extern bool aud_json_find_copy(const char *object, size_t len, const char *key,
							   char *copy, size_t size);

/* A number of at most 18 decimal digits; false for any other value. */
extern bool aud_json_read_uint(const AudJsonValue *value, uint64_t *n);

/* The same for a member, ... */
extern bool aud_json_find_uint(const char *object, size_t len, const char *key,
							   uint64_t *n);

/* ... and for a 64-bit identifier, which is a string of digits. */
extern bool aud_json_find_id(const char *object, size_t len, const char *key,
							 uint64_t *n);

/* Is the member of that key this string, in which nothing is escaped? */
extern bool aud_json_find_is(const char *object, size_t len, const char *key,
							 const char *word);

/*
 * For a text that may be damaged, where one changed byte must not hide
 * everything behind it: as aud_json_find_copy, or else what stands behind the
 * first "key": anywhere in the text, up to a quote, comma, brace or blank.
 * Only for values that are checked by other means, such as a hash.
 */
extern bool aud_json_find_damaged(const char *text, size_t len, const char *key,
								  char *copy, size_t size);

/*
 * Append a string's content with its escapes undone.  False, with the buffer
 * as it was, for \u0000, half a surrogate pair, what is no escape, and where
 * the buffer is too small.
 */
extern bool aud_json_unescape(AudBuf *b, const char *text, size_t len);

#endif /* AUD_CORE_JSON_SCAN_H */
