/*-------------------------------------------------------------------------
 *
 * evidence_tests.c
 *	  The tests of secauditctl evidence, in the order of their ids.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/evidence_tests.h"

const AudEvidenceTest *
aud_evidence_test(size_t i)
{
	const AudEvidenceTest *test = aud_evidence_statements;

	for (; test->id != NULL; test++)
		if (i-- == 0)
			return test;
	for (test = aud_evidence_sessions; test->id != NULL; test++)
		if (i-- == 0)
			return test;
	return NULL;
}
