/*-------------------------------------------------------------------------
 *
 * check_sha256.c
 *	  SHA-256 in hex digits, by the examples of the standard.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "core/sha256.h"

START_TEST(known_digests)
{
	char hex[AUD_SHA256_DIGITS + 1];

	ck_assert(aud_sha256_hex(hex, "abc", 3));
	ck_assert_str_eq(hex,
					 "ba7816bf8f01cfea414140de5dae2223"
					 "b00361a396177a9cb410ff61f20015ad");
	ck_assert(aud_sha256_hex(hex, "", 0));
	ck_assert_str_eq(hex,
					 "e3b0c44298fc1c149afbf4c8996fb924"
					 "27ae41e4649b934ca495991b7852b855");
}
END_TEST

static Suite *
sha256_suite(void)
{
	Suite *suite = suite_create("sha256");
	TCase *tc = tcase_create("digests");

	tcase_add_test(tc, known_digests);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_SUITE(sha256);
