/*-------------------------------------------------------------------------
 *
 * output.h
 *	  Records as they are printed: as a table, or for other programs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_OUTPUT_H
#define AUD_BIN_OUTPUT_H

#include <jansson.h>

#include "bin/keys.h"
#include "bin/nest.h"
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
	bool           follow; /* the table: each record at once, nothing is held */
	bool           hide;   /* the table: not what the trail says of itself */
	AudStr         text;
	AudRecord      record;
	AudNest        nest;
} AudOutput;

/* "csv"; false, and reported, if it is no format. */
extern bool aud_output_set_format(AudOutput *output, const char *name);

/* "ts,user,query"; false, and reported, if one is no key of a record. */
extern bool aud_output_set_fields(AudOutput *output, const char *list);

/* What comes before the first record; when all of the above is set. */
extern void aud_output_begin(AudOutput *output);

/*
 * Is this one of the records that the trail has about itself (audit.*), which
 * are of no interest as long as all is well, and are hidden?
 */
extern bool aud_output_hides(const AudOutput *output, const char *line,
							 size_t len);

/*
 * One record, the line that it is.  False: it is no record, nothing was
 * printed.  A table holds it until what it belongs to has come; see nest.h.
 */
extern bool aud_output_record(AudOutput *output, const char *line, size_t len);

/* Behind the last record: print what is held. */
extern void aud_output_end(AudOutput *output);
extern void aud_output_free(AudOutput *output);

/* "table public.card(select,update) function f()": objects of a record, in short. */
extern void aud_output_add_objects(AudStr *to, const json_t *objects);

/* The part of --help about all this. */
extern void aud_output_help(void);

#endif /* AUD_BIN_OUTPUT_H */
