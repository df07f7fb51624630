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

#endif /* AUD_UNIT_H */
