/*-------------------------------------------------------------------------
 *
 * filter.h
 *	  Which records the reader asked for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_FILTER_H
#define AUD_BIN_FILTER_H

#include <jansson.h>
#include <stdbool.h>

#include "bin/timearg.h"

/*
 * Each member is a comma-separated list of which one must match, or NULL for
 * "any"; a record has to satisfy all members.
 */
typedef struct AudFilter
{
	const char *user;   /* user or current_user */
	const char *class_; /* class or one of classes */
	const char *outcome;
	const char *event;              /* "session" matches all of session.* */
	char        since[AUD_TS_SIZE]; /* "" for no limit */
} AudFilter;

extern bool aud_filter_is_set(const AudFilter *f);
extern bool aud_filter_match(const AudFilter *f, const json_t *record);

#endif /* AUD_BIN_FILTER_H */
