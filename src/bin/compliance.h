/*-------------------------------------------------------------------------
 *
 * compliance.h
 *	  secauditctl compliance: the document in the formats that others read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_COMPLIANCE_H
#define AUD_BIN_COMPLIANCE_H

#include <jansson.h>

/* Print the document to stdout. */
extern void aud_compliance_text_format(const json_t *document);
extern void aud_compliance_csv(const json_t *document);
extern void aud_compliance_junit(const json_t *document);
extern void aud_compliance_hdf(const json_t *document);
extern void aud_compliance_cklb(const json_t *document);
extern void aud_compliance_oscal(const json_t *document);
extern void aud_compliance_ocsf(const json_t *document);

/*
 * A UUID that is the same for the same run and name, so that a document
 * exported twice is the same (version 5 with the run's id as namespace; OSCAL
 * takes 4 and 5 only).
 */
extern json_t *aud_compliance_uuid(const json_t *document, const char *name);

/* Seconds since 1970 of a timestamp such as 2026-01-31T23:59:59Z, or of now. */
extern json_int_t aud_compliance_seconds(const char *at);

/* "expected ..., observed ...", and the scope; to be freed. */
extern char *aud_compliance_finding(const json_t *result);

#endif /* AUD_BIN_COMPLIANCE_H */
