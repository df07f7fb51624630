/*-------------------------------------------------------------------------
 *
 * output.h
 *	  Records as they are printed: as a table, or for other programs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_OUTPUT_H
#define AUD_BIN_OUTPUT_H

#include "bin/keys.h"
#include "bin/row.h"
#include "bin/str.h"

typedef enum AudFormat
{
	AUD_FORMAT_TABLE,
	AUD_FORMAT_JSON, /* the lines as they are, or an object of the fields */
	AUD_FORMAT_CSV,
	AUD_FORMAT_LOGFMT,
} AudFormat;

/* Begin with {0}. */
typedef struct AudOutput
{
	AudTerm        term;
	AudRowOptions  row;
	AudFormat      format;
	const AudKey **fields; /* NULL: those of the format */
	size_t         n_fields;
	AudStr         text;
} AudOutput;

/* "csv"; false, and reported, if it is no format. */
extern bool aud_output_set_format(AudOutput *output, const char *name);

/* "ts,user,query"; false, and reported, if one is no key of a record. */
extern bool aud_output_set_fields(AudOutput *output, const char *list);

/* What comes before the first record. */
extern void aud_output_begin(AudOutput *output);

/* One record, the line that it is.  False: it is no record, nothing was printed. */
extern bool aud_output_record(AudOutput *output, const char *line, size_t len);
extern void aud_output_free(AudOutput *output);

/* "table public.card(select,update) function f()": objects of a record, in short. */
extern void aud_output_add_objects(AudStr *to, const json_t *objects);

#endif /* AUD_BIN_OUTPUT_H */
