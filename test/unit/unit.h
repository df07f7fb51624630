/*-------------------------------------------------------------------------
 *
 * unit.h
 *	  What a check_*.c needs to be run: UNIT_SUITE(name) registers the
 *	  function "static Suite *name_suite(void)" with main.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_UNIT_H
#define AUD_UNIT_H

#include <check.h>
#include <stdlib.h>

extern void unit_register(Suite *suite);

#define UNIT_SUITE(name)                                           \
	static void __attribute__((constructor)) register_##name(void) \
	{                                                              \
		unit_register(name##_suite());                             \
	}                                                              \
	struct unit_needs_semicolon

/*
 * Tests that try every byte try every n-th where each try is slow: valgrind
 * looks at the code that runs, and that is the same for most of them.
 */
static inline size_t
unit_step(void)
{
	const char *step = getenv("UNIT_STEP");

	return step != NULL && atoi(step) > 0 ? (size_t) atoi(step) : 1;
}

/* How many elements an array has, for tcase_add_loop_test(). */
#define COUNT(array) ((int) (sizeof(array) / sizeof((array)[0])))

/*
 * For the inside of loops of millions: ck_assert() reports each success to
 * the parent process, which costs more than what is tested.
 */
#define REQUIRE(condition)                            \
	do                                                \
	{                                                 \
		if (!(condition))                             \
			ck_abort_msg("not true: %s", #condition); \
	} while (0)

#endif /* AUD_UNIT_H */
