/*-------------------------------------------------------------------------
 *
 * target.h
 *	  What the targets of conversions share among themselves: the table of
 *	  each is in the file of its name.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CONVERT_TARGET_H
#define AUD_CORE_CONVERT_TARGET_H

#include "core/convert/tree.h"

/* Classes of OCSF that records become. */
#define AUD_OCSF_CLASSES 6

extern const AudTable aud_ecs_table;
extern const AudTable aud_ocsf_table;

/* "8.17.0" for each of their versions. */
extern void aud_ecs_record(const AudTaken *taken, const char *version,
						   const AudFields *f, AudBuf *b);
extern void aud_ocsf_record(const AudTaken *taken, const char *version,
							const AudFields *f, AudBuf *b);

/* version: 0 or 1; text: room for the longest text of the line. */
extern void aud_cef_record(int version, const AudFields *f, AudBuf *text,
						   AudBuf *b);

extern void aud_csv_header(AudBuf *b);
extern void aud_csv_record(const AudFields *f, AudBuf *text, AudBuf *b);

#endif /* AUD_CORE_CONVERT_TARGET_H */
