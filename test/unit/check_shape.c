/*-------------------------------------------------------------------------
 *
 * check_shape.c
 *	  What has the shape of a record, and what has not.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "core/shape.h"

#define LOG "0123456789abcdef"
#define TS  "2026-01-01T00:00:00.000000Z"
#define HEAD \
	"{\"v\":1,\"log\":\"" LOG "\",\"ts\":\"" TS "\",\"event\":\"statement\""

/* In exactly its bytes, so that a sanitizer sees a read behind them. */
static bool
is_record(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	bool  result;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	result = aud_shape_is_record(copy, len, LOG);
	if (result)
		ck_assert(aud_shape_begins_record(copy, len, LOG));
	free(copy);
	return result;
}

static const char whole[] = HEAD
	",\"class\":\"read\",\"objects\":[{\"seq\":1,\"name\":\"a\"},{\"name\":\"b\"}],"
	"\"rows\":-1.5e3,\"superuser\":true,\"x\":null,\"query\":\"SELECT '\xc3\xa9\\n\"}";

START_TEST(a_record_is_one)
{
	ck_assert(is_record(whole, sizeof(whole) - 1));
	ck_assert(is_record(HEAD "}", strlen(HEAD "}")));
}
END_TEST

START_TEST(no_beginning_of_a_record_is_one)
{
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		REQUIRE(!is_record(whole, len));
}
END_TEST

static const char *const others[] = {
	"",
	"{}",
	"[]",
	" " HEAD "}",
	HEAD "} ",
	HEAD "}" HEAD "}",
	HEAD "}\n",
	HEAD "}\n" HEAD "}",
	HEAD ",\n\"a\":1}",
	HEAD ",\"a\":1,}",
	HEAD ",\"a\"}",
	HEAD ",\"a\":01}",
	HEAD ",\"a\":\"\t\"}",
	HEAD ",\"a\":\"\x80\"}",
	HEAD ",\"a\":\"\xc2\x85\"}",
	HEAD ",\"a\":\"\xe2\x80\xae\"}",
	HEAD ",\"a\":\"\xef\xbb\xbf\"}",
	HEAD ",\"a\":1,\"a\":1}",
	HEAD ",\"log\":\"" LOG "\"}",
	HEAD ",\"a\":1,\"\\u0061\":1}",
	HEAD ",\"seq\":1}",
	HEAD ",\"s\\u0065q\":1}",
	HEAD ",\"h\":\"x\"}",
	"{\"v\":2,\"log\":\"" LOG "\",\"ts\":\"" TS "\",\"event\":\"statement\"}",
	"{\"v\":1,\"log\":\"0123456789abcdee\",\"ts\":\"" TS
	"\",\"event\":\"statement\"}",
	"{\"v\":1,\"log\":\"" LOG
	"\",\"ts\":\"2026-01-01 00:00:00.000000Z\",\"event\":\"statement\"}",
	"{\"v\":1,\"log\":\"" LOG "\",\"ts\":\"" TS "\",\"event\":\"audit.close\"}",
	"{\"v\":1,\"log\":\"" LOG "\",\"ts\":\"" TS "\"}",
	"{\"v\":1, \"log\":\"" LOG "\",\"ts\":\"" TS "\",\"event\":\"statement\"}",
};

START_TEST(other_texts_are_none)
{
	ck_assert(!is_record(others[_i], strlen(others[_i])));
}
END_TEST

/* More members than any record has. */
START_TEST(a_record_does_not_go_on_for_ever)
{
	static char text[16 * 1024] = HEAD;
	char       *p = text + strlen(HEAD);

	for (int i = 0; i < 300; i++)
		p += sprintf(p, ",\"k%d\":1", i);
	*p++ = '}';
	ck_assert(!is_record(text, (size_t) (p - text)));
}
END_TEST

static const AudShapeMember members[] = {
	{.key = "node", .kind = AUD_SHAPE_TEXT, .needed = true},
	{.key = "port", .kind = AUD_SHAPE_NUMBER, .max = 9},
	{.key = "super", .kind = AUD_SHAPE_TRUE},
};

static bool
is_members(const char *text)
{
	size_t len = strlen(text);
	char  *copy = malloc(len ? len : 1);
	bool   result;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	result = aud_shape_is_members(copy, len, members, COUNT(members));
	free(copy);
	return result;
}

START_TEST(members_come_in_their_order_and_with_their_kind)
{
	ck_assert(is_members(""));
	ck_assert(is_members(",\"node\":\"\""));
	ck_assert(is_members(",\"node\":\"n\",\"port\":9"));
	ck_assert(is_members(",\"node\":\"n\",\"super\":true"));
	ck_assert(is_members(",\"node\":\"n\",\"port\":1,\"super\":true"));
	ck_assert(!is_members(",\"port\":1"));
	ck_assert(!is_members(",\"node\":\"n\",\"super\":true,\"port\":1"));
	ck_assert(!is_members(",\"node\":\"n\",\"node\":\"n\""));
	ck_assert(!is_members(",\"node\":\"n\",\"port\":10"));
	ck_assert(!is_members(",\"node\":\"n\",\"port\":0"));
	ck_assert(!is_members(",\"node\":\"n\",\"port\":1e0"));
	ck_assert(!is_members(",\"node\":\"n\",\"port\":18446744073709551617"));
	ck_assert(!is_members(",\"node\":\"n\",\"super\":false"));
	ck_assert(!is_members(",\"node\":null"));
	ck_assert(!is_members(",\"node\":\"n\",\"other\":1"));
	ck_assert(!is_members(" ,\"node\":\"n\""));
	ck_assert(!is_members(",\"node\":\"n\" "));
	ck_assert(!is_members(",\"node\": \"n\""));
	ck_assert(!is_members(",\"node\":\"n\"}"));
}
END_TEST

static Suite *
shape_suite(void)
{
	Suite *s = suite_create("shape");
	TCase *tc = tcase_create("shape");

	tcase_add_test(tc, a_record_is_one);
	tcase_add_test(tc, no_beginning_of_a_record_is_one);
	tcase_add_loop_test(tc, other_texts_are_none, 0, COUNT(others));
	tcase_add_test(tc, a_record_does_not_go_on_for_ever);
	tcase_add_test(tc, members_come_in_their_order_and_with_their_kind);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(shape);
