/*-------------------------------------------------------------------------
 *
 * json_scalar.c
 *	  JSON numbers, timestamps and base64: fixed forms that need no escapes.
 *
 * Each value is appended whole or not at all.
 *
 *-------------------------------------------------------------------------
 */
#include "core/json_write.h"

#include <string.h>

#include "core/encode.h"

static const char two_digits[201] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

static inline void
put2(char *out, unsigned int value)
{
	memcpy(out, two_digits + 2 * value, 2);
}

/* How many digits value has. */
static inline size_t
decimal_width(uint64_t value)
{
	size_t width = 1;

	for (; value >= 10000; value /= 10000)
		width += 4;
	if (value >= 1000)
		return width + 3;
	if (value >= 100)
		return width + 2;
	return width + (value >= 10);
}

/* Written where it belongs, from its last digit to its first. */
static inline void
append_decimal(AudBuf *b, bool negative, uint64_t value)
{
	size_t width = decimal_width(value) + negative;
	char  *start = aud_buf_reserve(b, width);
	char  *p;

	if (start == NULL)
		return;
	p = start + width;
	for (; value >= 100; value /= 100)
		put2(p -= 2, (unsigned int) (value % 100));
	if (value >= 10)
		put2(p - 2, (unsigned int) value);
	else
		p[-1] = (char) ('0' + value);
	if (negative)
		*start = '-';
}

void
aud_json_int(AudBuf *b, int64_t value)
{
	/* negate as unsigned: -INT64_MIN does not exist */
	append_decimal(b, value < 0, value < 0 ? -(uint64_t) value : (uint64_t) value);
}

void
aud_json_uint(AudBuf *b, uint64_t value)
{
	append_decimal(b, false, value);
}

/*
 * Year, month and day of a day number, 0 being 0000-03-01 in the proleptic
 * Gregorian calendar; not for negative ones.
 *
 * This is civil_from_days() from Howard Hinnant's "chrono-Compatible
 * Low-Level Date Algorithms": years that begin in March put the leap day last,
 * so the month follows from the day of the year by one linear formula.
 */
static inline void
civil_from_days(uint32_t days, unsigned int *year, unsigned int *month,
				unsigned int *day)
{
	uint32_t era = days / 146097; /* 400 years */
	uint32_t doe = days % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153; /* March is 0 */

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = era * 400 + yoe + (*month <= 2);
}

#define US_PER_DAY       INT64_C(86400000000)
#define DAYS_TO_1970     719468 /* from 0000-03-01 */
#define US_OF_YEAR_1     (INT64_C(-719162) * US_PER_DAY)
#define US_OF_YEAR_10000 (INT64_C(2932897) * US_PER_DAY)

/* The 29 characters of a time that is in range. */
static void
put_timestamp(char *out, int64_t unix_us)
{
	uint64_t since_year_0 = (uint64_t) (unix_us + DAYS_TO_1970 * US_PER_DAY);
	uint32_t second = (uint32_t) (since_year_0 % US_PER_DAY / 1000000);
	uint32_t us = (uint32_t) (since_year_0 % 1000000);
	unsigned int year;
	unsigned int month;
	unsigned int day;

	civil_from_days((uint32_t) (since_year_0 / US_PER_DAY), &year, &month, &day);
	memcpy(out, "\"YYYY-MM-DDTHH:MM:SS.uuuuuuZ\"", AUD_JSON_TIMESTAMP_LEN);
	put2(out + 1, year / 100);
	put2(out + 3, year % 100);
	put2(out + 6, month);
	put2(out + 9, day);
	put2(out + 12, second / 3600);
	put2(out + 15, second / 60 % 60);
	put2(out + 18, second % 60);
	put2(out + 21, us / 10000);
	put2(out + 23, us / 100 % 100);
	put2(out + 25, us % 100);
}

/*
 * Times outside of RFC 3339's years become the nearest one inside, so that
 * the line stays readable.
 */
void
aud_json_timestamp(AudBuf *b, int64_t unix_us)
{
	char *out = aud_buf_reserve(b, AUD_JSON_TIMESTAMP_LEN);

	if (out == NULL)
		return;
	if (unix_us < US_OF_YEAR_1)
		unix_us = US_OF_YEAR_1;
	if (unix_us >= US_OF_YEAR_10000)
		unix_us = US_OF_YEAR_10000 - 1;
	put_timestamp(out, unix_us);
}

void
aud_json_timestamp_near(AudBuf *b, AudJsonSecond *last, int64_t unix_us)
{
	uint64_t us = (uint64_t) unix_us - (uint64_t) last->start_us;
	char    *out;

	if (us >= 1000000 || last->text[0] == '\0')
	{
		size_t before = b->len;

		aud_json_timestamp(b, unix_us);
		if (b->truncated || unix_us < 0 || unix_us >= US_OF_YEAR_10000)
			return;
		memcpy(last->text, b->data + before, AUD_JSON_TIMESTAMP_LEN);
		last->start_us = unix_us - unix_us % 1000000;
		return;
	}
	out = aud_buf_reserve(b, AUD_JSON_TIMESTAMP_LEN);
	if (out == NULL)
		return;
	memcpy(out, last->text, AUD_JSON_TIMESTAMP_LEN);
	put2(out + 21, (unsigned int) us / 10000);
	put2(out + 23, (unsigned int) us / 100 % 100);
	put2(out + 25, (unsigned int) us % 100);
}

void
aud_json_base64(AudBuf *b, const void *bytes, size_t len)
{
	char *out;

	/* no sum or product below can overflow if this much could ever fit */
	if (len / 3 > aud_buf_room(b) / 4)
	{
		b->truncated = true;
		return;
	}
	out = aud_buf_reserve(b, AUD_BASE64_CHARS(len) + 2);
	if (out == NULL)
		return;
	out[0] = '"';
	aud_base64_encode(bytes, len, out + 1);
	out[AUD_BASE64_CHARS(len) + 1] = '"';
}
