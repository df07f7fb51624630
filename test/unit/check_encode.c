/*-------------------------------------------------------------------------
 *
 * check_encode.c
 *	  Bytes as text, and back.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "core/encode.h"

START_TEST(bytes_are_hex_digits)
{
	char text[9];

	aud_hex_encode("\x00\x7F\x80\xFF", 4, text);
	ck_assert_str_eq(text, "007f80ff");
	aud_hex_encode("", 0, text);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(aud_hex_read("00fF", 4), 255);
	ck_assert_int_eq(aud_hex_read("00g0", 4), -1);
}
END_TEST

/* RFC 4648 section 10 */
START_TEST(base64_is_that_of_the_rfc)
{
	static const char *const expected[] =
		{"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
	char text[16] = "";

	aud_base64_encode("foobar", (size_t) _i, text);
	ck_assert_uint_eq(AUD_BASE64_CHARS((size_t) _i), strlen(expected[_i]));
	text[strlen(expected[_i])] = '\0';
	ck_assert_str_eq(text, expected[_i]);
}
END_TEST

START_TEST(base64url_comes_back)
{
	unsigned char bytes[192];
	unsigned char back[192];
	char          text[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char) (i * 7);
	aud_base64url_encode(bytes, sizeof(bytes), text);
	ck_assert(aud_base64url_decode(text, sizeof(text), back));
	ck_assert_mem_eq(bytes, back, sizeof(bytes));
	for (int c = 0; c < 256; c++)
	{
		bool digit = c != '\0' &&
					 strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
							"0123456789-_",
							c) != NULL;

		text[5] = (char) c;
		ck_assert(aud_base64url_decode(text, 8, back) == digit);
	}
}
END_TEST

static Suite *
encode_suite(void)
{
	Suite *s = suite_create("encode");
	TCase *tc = tcase_create("encode");

	tcase_add_test(tc, bytes_are_hex_digits);
	tcase_add_loop_test(tc, base64_is_that_of_the_rfc, 0, 7);
	tcase_add_test(tc, base64url_comes_back);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(encode);
