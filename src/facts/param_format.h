/*-------------------------------------------------------------------------
 *
 * param_format.h
 *	  Values of built-in types as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_PARAM_FORMAT_H
#define AUD_FACTS_PARAM_FORMAT_H

#include "postgres.h"

#include "facts/param_type.h"

/* Enough for each value whose length is limited. */
#define AUD_PARAM_TEXT_MAX 256

typedef struct AudParamText
{
	const char *data; /* in room, in the value, or palloc'd; NULL: none */
	size_t      len;
	bool        bare;  /* is a number or a word of JSON */
	bool        clear; /* ASCII, and too short or too plain for a secret */
	char        room[AUD_PARAM_TEXT_MAX];
} AudParamText;

/*
 * The bytes of a value of variable length, or NULL: it is compressed or stored
 * out of line, which no client can bind.
 */
extern const char *aud_param_bytes(Datum value, size_t *len);

/*
 * Format a value of a built-in type, in one form whatever the session's
 * settings are.  False where it is of another, or larger than we format.
 */
extern bool aud_param_format(AudParamText *text, const AudParamType *type,
							 Datum value);

#endif /* AUD_FACTS_PARAM_FORMAT_H */
