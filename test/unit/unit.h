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

extern void unit_register(Suite *suite);

#define UNIT_SUITE(name)                                           \
	static void __attribute__((constructor)) register_##name(void) \
	{                                                              \
		unit_register(name##_suite());                             \
	}                                                              \
	struct unit_needs_semicolon

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
