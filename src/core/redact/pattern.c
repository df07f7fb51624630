/*-------------------------------------------------------------------------
 *
 * pattern.c
 *	  Card numbers, addresses of e-mail, account numbers in free text.
 *
 * A number of 16 digits is no card number by that alone: orders and sensors
 * have such numbers.  So a card number needs a prefix that an issuer has and a
 * check digit that is right, and an IBAN its country's length and its check
 * digits; of random numbers with such a prefix one in ten, of random texts
 * like an IBAN one in 97 is taken for one all the same.
 *
 * Each finder looks at one place and at most so many bytes behind it; the rest
 * of a run of letters or digits that is none is skipped.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/pattern.h"

#include <string.h>

#include "core/redact/policy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PAN_MIN  13
#define PAN_MAX  19
#define IBAN_MAX 34

/* 4-4-4-4, 4-6-5, 6-13 */
#define GROUP_MIN 4

/* Blanks in a row within a number, letters that are looked past around it. */
#define BLANKS_MAX  8
#define LETTERS_MAX 16

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_alnum(char c)
{
	return is_digit(c) || is_letter(c);
}

/* ---- card numbers -------------------------------------------------------- */

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

/* Behind up to max of these; pos if none is there. */
static size_t
skip_any(const char *text, size_t len, size_t pos, const char *const *which,
		 size_t count, int max)
{
	for (size_t i = 0; i < count && max > 0; i++)
	{
		size_t n = strlen(which[i]);

		if (len - pos < n || memcmp(text + pos, which[i], n) != 0)
			continue;
		pos += n;
		max--;
		i = SIZE_MAX; /* from the first again */
	}
	return pos;
}

/* What is between groups of digits, with blanks around it or not. */
typedef enum Separator
{
	SEPARATOR_NONE,
	SEPARATOR_BLANK,
	SEPARATOR_DASH,
	SEPARATOR_DOT,
	SEPARATOR_SLASH
} Separator;

/*
 * Behind what people write between groups of digits or letters: a dot, a slash
 * or a dash of any kind, or blanks; pos if nothing of that is there.
 */
static size_t
skip_separator(const char *text, size_t len, size_t pos, Separator *which)
{
	static const char *const dashes[] = {
		"-",
		"\xE2\x80\x90", /* hyphen, that does not break, figure dash, en, em */
		"\xE2\x80\x91",
		"\xE2\x80\x92",
		"\xE2\x80\x93",
		"\xE2\x80\x94",
	};
	static const char *const blanks[] = {
		" ",
		"\t",
		"\xC2\xA0",     /* no-break */
		"\xE2\x80\x82", /* en, em, figure, thin */
		"\xE2\x80\x83",
		"\xE2\x80\x87",
		"\xE2\x80\x89",
		"\xE2\x80\xAF", /* narrow, no-break */
	};

	size_t begin = pos;
	size_t mark = pos =
		skip_any(text, len, pos, blanks, COUNT(blanks), BLANKS_MAX);

	*which = pos > begin ? SEPARATOR_BLANK : SEPARATOR_NONE;
	if (pos < len && (text[pos] == '.' || text[pos] == '/'))
		*which = text[pos++] == '.' ? SEPARATOR_DOT : SEPARATOR_SLASH;
	else if ((pos = skip_any(text, len, pos, dashes, COUNT(dashes), 1)) > mark)
		*which = SEPARATOR_DASH;
	return skip_any(text, len, pos, blanks, COUNT(blanks), BLANKS_MAX);
}

/*
 * Does a card number go on behind this separator and a group of n digits?  It
 * has separators of one kind.  Dots and slashes are in dates and amounts, too,
 * so between these no group is shorter than those of a card, but for the last.
 */
static bool
goes_on_behind(Separator separator, Separator first, int n)
{
	return (first == SEPARATOR_NONE || separator == first) &&
		   (separator < SEPARATOR_DOT || n >= GROUP_MIN);
}

/*
 * May a card number begin behind what is in front of at?  Letters do not
 * matter: "card4111..." and the B of a magnetic track are no part of it.  But
 * digits and decimals do, and hex: a digest has such digits by chance.
 */
static bool
may_begin(const char *text, size_t at)
{
	size_t letters = at;

	if (at == 0)
		return true;
	if (is_digit(text[at - 1]))
		return false;
	if (at > 1 && text[at - 1] == '.' && is_digit(text[at - 2]))
		return false;
	while (letters > 0 && at - letters < LETTERS_MAX &&
		   is_letter(text[letters - 1]))
		letters--;
	return letters == at || letters == 0 || !is_digit(text[letters - 1]);
}

/* May it end in front of pos? */
static bool
may_end(const char *text, size_t len, size_t pos)
{
	size_t letters = pos;

	while (letters < len && letters - pos < LETTERS_MAX &&
		   is_letter(text[letters]))
		letters++;
	return letters == pos || letters == len || !is_digit(text[letters]);
}

/*
 * Behind the card number that begins at at, the longest that is one, up to
 * where the digits end or a separator is; 0 if there is none.
 */
static size_t
pan_end(const char *text, size_t len, size_t at)
{
	char      digits[PAN_MAX];
	int       n = 0;
	int       group = 0; /* where it begins */
	Separator first = SEPARATOR_NONE;
	size_t    end = 0;
	size_t    pos = at;

	if (!may_begin(text, at))
		return 0;
	while (pos < len && is_digit(text[pos]) && n < PAN_MAX)
	{
		Separator separator;
		size_t    next;

		digits[n++] = text[pos++];
		if (pos < len && is_digit(text[pos]))
			continue;
		if (n >= PAN_MIN && has_issuer(digits, n) &&
			has_check_digit(digits, n) && may_end(text, len, pos))
			end = pos;
		next = skip_separator(text, len, pos, &separator);
		if (next == len || !is_digit(text[next]) ||
			!goes_on_behind(separator, first, n - group))
			break;
		first = separator;
		group = n;
		pos = next;
	}
	return end;
}

/* ---- account numbers ----------------------------------------------------- */

/* Countries of the IBAN registry, and the length of theirs. */
static const struct
{
	char country[3];
	int  len;
} ibans[] = {
	{"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20},
	{"BE", 16}, {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28},
	{"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
	{"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
	{"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23},
	{"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28},
	{"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30},
	{"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
	{"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22},
	{"MK", 19}, {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28},
	{"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28}, {"PS", 29},
	{"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
	{"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27},
	{"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26},
	{"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
};

static int
iban_length(char a, char b)
{
	for (size_t i = 0; i < COUNT(ibans); i++)
		if (ibans[i].country[0] == a && ibans[i].country[1] == b)
			return ibans[i].len;
	return 0;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
}

/* ISO 7064, mod 97-10, over the IBAN with its first four moved to the end. */
static bool
is_iban(const char *iban, int n)
{
	unsigned int rest = 0;

	for (int i = 0; i < n; i++)
	{
		char c = iban[(i + 4) % n];

		rest = is_digit(c) ? rest * 10 + (unsigned int) (c - '0')
						   : rest * 100 + (unsigned int) (c - 'A' + 10);
		rest %= 97;
	}
	return rest == 1;
}

/*
 * Letters in front of it do not matter, nor those behind it if its own end is
 * a digit: "IBANDE89...3000EUR".  Its length is known, and one text in 97 has
 * the right check digits.
 */
static size_t
iban_end(const char *text, size_t len, size_t at)
{
	char      iban[IBAN_MAX];
	int       n = 0;
	int       want;
	size_t    pos = at;
	Separator any;

	if (len - at < 15 || (at > 0 && is_digit(text[at - 1])))
		return 0;
	want = iban_length(upper(text[at]), upper(text[at + 1]));
	while (n < want && pos < len && is_alnum(text[pos]))
	{
		iban[n++] = upper(text[pos++]);
		if (n < want && (pos >= len || !is_alnum(text[pos])))
			pos = skip_separator(text, len, pos, &any);
	}
	if (want == 0 || n < want || !is_digit(iban[2]) || !is_digit(iban[3]) ||
		(pos < len && is_digit(text[pos])))
		return 0;
	if (pos < len && is_letter(text[pos]) && !is_digit(iban[want - 1]))
		return 0; /* a longer word */
	return is_iban(iban, n) ? pos : 0;
}

/* ---- e-mail -------------------------------------------------------------- */

#define LOCAL_MAX  64
#define DOMAIN_MAX 253

/* What may stand in front of the '@' without quotes; and all of UTF-8. */
static bool
is_local(char c)
{
	return is_alnum(c) || (unsigned char) c >= 0x80 ||
		   (c != '\0' && strchr(".!#$%&*+/=?^_`{|}~-", c) != NULL);
}

static bool
is_domain(char c)
{
	return is_alnum(c) || (unsigned char) c >= 0x80 || c == '-' || c == '.';
}

/* Not the first byte of a character of UTF-8. */
static bool
is_inner_byte(char c)
{
	return ((unsigned char) c & 0xC0) == 0x80;
}

/* Around the '@' at at; a domain has a dot and ends in two letters or more. */
static bool
email_bounds(const char *text, size_t len, size_t at, size_t first,
			 size_t *from, size_t *to)
{
	size_t begin = at;
	size_t end = at + 1;
	size_t dot = 0;

	while (begin > first && at - begin < LOCAL_MAX && is_local(text[begin - 1]))
		begin--;
	while (begin < at && (text[begin] == '.' || is_inner_byte(text[begin])))
		begin++;
	while (end < len && end - at <= DOMAIN_MAX && is_domain(text[end]))
	{
		if (text[end] == '.')
			dot = end;
		end++;
	}
	while (end < len && is_inner_byte(text[end]))
		end++;
	while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-'))
	{
		end--;
		if (dot >= end)
			for (dot = end - 1; dot > at && text[dot] != '.';)
				dot--;
	}
	if (begin == at || dot <= at + 1 || end < dot + 3)
		return false;
	for (size_t i = dot + 1; i < end; i++)
		if (is_digit(text[i]))
			return false;
	*from = begin;
	*to = end;
	return true;
}

/* ---- all of them --------------------------------------------------------- */

bool
aud_pattern_may_apply(unsigned int patterns, const char *text, size_t len)
{
	if ((patterns & AUD_PATTERN_EMAIL) && memchr(text, '@', len) != NULL)
		return true;
	if (patterns & (AUD_PATTERN_PAN | AUD_PATTERN_IBAN))
		for (size_t i = 0, digits = 0; i < len; i++)
			if (is_digit(text[i]) && ++digits > 3)
				return true;
	return false;
}

static void
find_email(AudPatternSearch *s)
{
	size_t pos = s->to;

	if (s->has_email && (s->email_from >= s->to || s->email_from == s->len))
		return;
	s->has_email = true;
	while (pos < s->len)
	{
		const char *at = memchr(s->text + pos, '@', s->len - pos);

		if (at == NULL)
			break;
		pos = (size_t) (at - s->text);
		if (email_bounds(s->text, s->len, pos, s->to, &s->email_from, &s->email_to))
			return;
		pos++;
	}
	s->email_from = s->len;
}

unsigned int
aud_pattern_next(AudPatternSearch *s)
{
	size_t email = s->len;

	if (s->patterns & AUD_PATTERN_EMAIL)
	{
		find_email(s);
		email = s->email_from;
	}
	for (size_t pos = s->to; pos < email; pos++)
	{
		size_t end = 0;

		s->from = pos;
		if ((s->patterns & AUD_PATTERN_PAN) && is_digit(s->text[pos]) &&
			(end = pan_end(s->text, s->len, pos)) != 0)
		{
			s->to = end;
			return AUD_PATTERN_PAN;
		}
		if ((s->patterns & AUD_PATTERN_IBAN) && is_letter(s->text[pos]) &&
			(end = iban_end(s->text, s->len, pos)) != 0)
		{
			s->to = end;
			return AUD_PATTERN_IBAN;
		}
	}
	if (email == s->len)
		return 0;
	s->from = s->email_from;
	s->to = s->email_to;
	return AUD_PATTERN_EMAIL;
}

const char *
aud_pattern_word(unsigned int pattern)
{
	switch (pattern)
	{
		case AUD_PATTERN_PAN:
			return "<pan>";
		case AUD_PATTERN_EMAIL:
			return "<email>";
		default:
			return "<iban>";
	}
}

unsigned int
aud_pattern_reason(unsigned int pattern)
{
	switch (pattern)
	{
		case AUD_PATTERN_PAN:
			return AUD_REDACTED_PAN;
		case AUD_PATTERN_EMAIL:
			return AUD_REDACTED_EMAIL;
		default:
			return AUD_REDACTED_IBAN;
	}
}
