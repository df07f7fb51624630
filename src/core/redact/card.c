/*-------------------------------------------------------------------------
 *
 * card.c
 *	  What makes a card number of digits: an issuer's prefix, as many as its
 *	  cards have, and the check digit.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/pattern.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Issuers' prefixes, of four digits, and how many digits there are. */
static const struct
{
	int from;
	int to;
	int min;
	int max;
} issuers[] = {
	{2014, 2014, 15, 15}, /* enRoute */
	{2149, 2149, 15, 15},
	{2200, 2204, 16, 19}, /* Mir */
	{2221, 2720, 16, 16}, /* Mastercard */
	{3000, 3059, 14, 19}, /* Diners Club */
	{3095, 3095, 14, 19},
	{3400, 3499, 15, 15}, /* American Express */
	{3528, 3589, 16, 19}, /* JCB */
	{3600, 3699, 14, 19}, /* Diners Club */
	{3700, 3799, 15, 15}, /* American Express */
	{3800, 3999, 14, 19}, /* Diners Club */
	{4000, 4999, 13, 19}, /* Visa */
	{5000, 5099, 13, 19}, /* Maestro, Elo, Verve */
	{5100, 5599, 16, 16}, /* Mastercard */
	{5600, 5899, 13, 19}, /* Maestro */
	{6000, 6999, 13, 19}, /* Maestro, Discover, UnionPay, RuPay */
	{8100, 8171, 16, 19}, /* UnionPay */
	{9792, 9792, 16, 16}, /* Troy */
};

static bool
has_issuer(const char *digits, int n)
{
	int prefix = (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 +
				 (digits[2] - '0') * 10 + (digits[3] - '0');

	for (size_t i = 0; i < COUNT(issuers); i++)
		if (prefix >= issuers[i].from && prefix <= issuers[i].to &&
			n >= issuers[i].min && n <= issuers[i].max)
			return true;
	return false;
}

/* ISO/IEC 7812-1: every second digit from the right is doubled. */
static bool
has_check_digit(const char *digits, int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
	{
		int digit = digits[n - 1 - i] - '0';

		if (i % 2 == 1)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}

bool
aud_pattern_is_card(const char *digits, int n)
{
	return has_issuer(digits, n) && has_check_digit(digits, n);
}
