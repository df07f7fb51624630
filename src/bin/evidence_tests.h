/*-------------------------------------------------------------------------
 *
 * evidence_tests.h
 *	  Words of the tests of secauditctl evidence, for their tables only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_EVIDENCE_TESTS_H
#define AUD_BIN_EVIDENCE_TESTS_H

#include "bin/evidence.h"

#define DBA   AUD_BY_DBA
#define BOB   AUD_BY_BOB
#define LOGIN AUD_BY_LOGIN

#define OK     "outcome=success"
#define DENIED "outcome=failure;sqlstate=42501"

#define NEEDS_SERVER "needs a stop and start of the server"
#define NEEDS_FILES  "needs the files of the trail"
#define NEEDS_FAULT  "needs a fault of the trail's volume"

/* T-01 to T-35, T-36 to T-62; the last of each has no id. */
extern const AudEvidenceTest aud_evidence_statements[];
extern const AudEvidenceTest aud_evidence_sessions[];

#endif /* AUD_BIN_EVIDENCE_TESTS_H */
