/*-------------------------------------------------------------------------
 *
 * main.c
 *	  Runs every suite that registered itself (see unit.h).
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static SRunner *runner;

void
unit_register(Suite *suite)
{
	if (runner == NULL)
		runner = srunner_create(suite);
	else
		srunner_add_suite(runner, suite);
}

int
main(void)
{
	int failed;

	if (runner == NULL)
	{
		fprintf(stderr, "no unit tests were linked\n");
		return EXIT_FAILURE;
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
