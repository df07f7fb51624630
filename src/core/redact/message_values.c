/*-------------------------------------------------------------------------
 *
 * message_values.c
 *	  The values that an error message tells.
 *
 * The server quotes names and values in the same way: relation "card" does not
 * exist, invalid input syntax for type integer: "4111".  So what is quoted
 * stays only if it is a name or a keyword of the statement itself; a value that
 * was bound, or read from a row, stands nowhere in it.  From the first that is
 * none up to the last quotation mark everything is hidden, since a value may
 * have marks of its own.
 *
 * Constants of the statement are looked for outside of quotes as well.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/message_values.h"

#include <string.h>

#include "core/lex_value.h"
#include "core/redact/constants.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A shorter string without quotes says next to nothing. */
#define STRING_MIN 3

/* So many names are looked up in the statement; what is behind is hidden. */
#define NAMES_MAX 16

static bool
is_alnum(char c)
{
	return aud_lex_is_digit(c) || (c >= 'a' && c <= 'z') ||
		   (c >= 'A' && c <= 'Z') || (unsigned char) c >= 0x80;
}

size_t
aud_message_mark_at(const char *message, size_t len, size_t pos)
{
	static const char *const marks[] = {
		"\"",
		"\xC2\xAB", /* guillemets */
		"\xC2\xBB",
		"\xE2\x80\x9C", /* English and German double quotes */
		"\xE2\x80\x9D",
		"\xE2\x80\x9E",
		"\xE2\x80\xB9",
		"\xE2\x80\xBA",
		"\xE3\x80\x8C", /* corner brackets */
		"\xE3\x80\x8D",
	};

	for (size_t i = 0; i < COUNT(marks); i++)
	{
		size_t n = strlen(marks[i]);

		if (len - pos >= n && memcmp(message + pos, marks[i], n) == 0)
			return n;
	}
	return 0;
}

/* ---- names of the statement ---------------------------------------------- */

static bool
is_same_word(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (aud_lex_lower((unsigned char) a[i]) !=
			aud_lex_lower((unsigned char) b[i]))
			return false;
	return true;
}

/* Is this token the name or keyword name[len]? */
static bool
is_token(const AudLevel *level, const AudToken *tok, const char *name, size_t len)
{
	AudLevel inner;
	size_t   pos = tok->body;
	size_t   n = 0;
	int      c;

	if (tok->kind == AUD_TOK_WORD)
		return tok->end - tok->start == len &&
			   is_same_word(level->source + tok->start, name, len);
	if (tok->kind != AUD_TOK_QUOTED_NAME)
		return false;
	aud_lex_inside(&inner, level, tok);
	while ((c = aud_lex_char(&inner, &pos)) != AUD_LEX_END)
		if (n == len || c != (unsigned char) name[n++])
			return false;
	return n == len;
}

static bool
is_in_source(const AudRedactPolicy *policy, const AudRedactSource *source,
			 const char *name, size_t len)
{
	AudLevel level;
	AudToken tok;
	size_t   pos = 0;

	aud_lex_source(&level, source->text, source->len);
	level.plain_slash = policy->backslash;
	do
	{
		aud_lex_token(&level, &pos, &tok);
		if (is_token(&level, &tok, name, len))
			return true;
	} while (tok.kind != AUD_TOK_END);
	return false;
}

typedef struct Marking
{
	const AudRedactPolicy *policy;
	const char            *message;
	size_t                 len;
	const AudRedactSource *sources;
	size_t                 count;
	uint16_t              *run;
	int                    names; /* how many were looked up */
} Marking;

static bool
is_name_part(Marking *m, const char *name, size_t len)
{
	if (len == 0 || m->names++ >= NAMES_MAX)
		return false;
	for (size_t i = 0; i < m->count; i++)
		if (is_in_source(m->policy, &m->sources[i], name, len))
			return true;
	return false;
}

/* ")" and "$1", which a syntax error may be at. */
static bool
is_punctuation(const char *text, size_t len)
{
	size_t digits = len > 1 && text[0] == '$' ? 1 : len;

	for (size_t i = 0; i < len; i++)
		if (i >= digits ? !aud_lex_is_digit(text[i]) : is_alnum(text[i]))
			return false;
	return len > 0 && len <= 8;
}

/* A name, or several with dots between them. */
static bool
is_name(Marking *m, const char *text, size_t len)
{
	const char *dot;

	/* French has blanks within its marks, some of them U+00A0 */
	for (; len > 0 && (text[0] == ' ' || text[0] == '\xC2' || text[0] == '\xA0');
		 text++, len--)
		continue;
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\xA0' ||
					   text[len - 1] == '\xC2'))
		len--;
	if (is_punctuation(text, len) || is_name_part(m, text, len))
		return true;
	for (dot = memchr(text, '.', len); dot != NULL; dot = memchr(text, '.', len))
	{
		size_t n = (size_t) (dot - text);

		if (!is_name_part(m, text, n))
			return false;
		text += n + 1;
		len -= n + 1;
		if (memchr(text, '.', len) == NULL)
			return is_name_part(m, text, len);
	}
	return false;
}

/* ---- what is quoted ------------------------------------------------------- */

static void
mark(Marking *m, size_t from, size_t to)
{
	if (to > from && m->run[from] < to - from)
		m->run[from] = (uint16_t) (to - from);
}

/* The next quotation mark at or behind pos; len if there is none. */
static size_t
next_mark(const Marking *m, size_t pos, size_t *bytes)
{
	for (; pos < m->len; pos++)
		if ((*bytes = aud_message_mark_at(m->message, m->len, pos)) > 0)
			return pos;
	*bytes = 0;
	return m->len;
}

static size_t
last_mark(const Marking *m, size_t pos)
{
	size_t last = m->len;
	size_t n;

	while ((pos = next_mark(m, pos, &n)) < m->len)
	{
		last = pos;
		pos += n;
	}
	return last;
}

static void
mark_quoted(Marking *m)
{
	size_t n;
	size_t pos = next_mark(m, 0, &n);

	while (pos < m->len)
	{
		size_t from = pos + n;
		size_t to = next_mark(m, from, &n);

		if (!is_name(m, m->message + from, to - from))
		{
			mark(m, from, to < m->len ? last_mark(m, from) : m->len);
			return;
		}
		pos = next_mark(m, to + n, &n);
	}
}

/* 'x' as extensions quote, and (x)=(y) of keys. */
static void
mark_other_quotes(Marking *m, const char *opening, char closing)
{
	size_t      n = strlen(opening);
	const char *last = NULL;

	for (size_t i = m->len; i > 0 && last == NULL; i--)
		if (m->message[i - 1] == closing &&
			(i == m->len || !is_alnum(m->message[i])))
			last = m->message + i - 1;
	for (size_t i = 0; last != NULL && i + n <= m->len; i++)
	{
		const char *from = m->message + i + n;

		if (memcmp(m->message + i, opening, n) != 0 || from >= last ||
			(i > 0 && opening[0] == '\'' && is_alnum(m->message[i - 1])))
			continue;
		if (!is_name(m, from, (size_t) (last - from)))
			mark(m, i + n, (size_t) (last - m->message));
		return;
	}
}

/* ---- constants of the statement ------------------------------------------- */

typedef struct ConstantText
{
	size_t len; /* may be more than there is room for */
	char   text[AUD_MESSAGE_MAX];
} ConstantText;

static void
add_text(void *arg, const void *bytes, size_t n)
{
	ConstantText *t = arg;

	if (t->len + n <= sizeof(t->text))
		memcpy(t->text + t->len, bytes, n);
	t->len += n;
}

static void
mark_constant(Marking *m, const AudConstant *constant)
{
	bool         number = constant->token.kind == AUD_TOK_NUMBER;
	ConstantText t;

	t.len = 0;
	aud_lex_value(constant->level, &constant->token, add_text, &t);
	if (t.len > m->len || t.len == 0 || (t.len < STRING_MIN && !number))
		return;
	for (size_t i = 0; i + t.len <= m->len; i++)
	{
		const char *found = memmem(m->message + i, m->len - i, t.text, t.len);

		if (found == NULL)
			return;
		i = (size_t) (found - m->message);
		if ((i == 0 || !is_alnum(m->message[i - 1]) || !is_alnum(t.text[0])) &&
			(i + t.len == m->len || !is_alnum(m->message[i + t.len]) ||
			 !is_alnum(t.text[t.len - 1])))
			mark(m, i, i + t.len);
	}
}

static void
mark_constants(Marking *m, const AudRedactSource *source)
{
	AudConstants walk;
	AudConstant  constant;
	AudLevel     level;

	aud_lex_source(&level, source->text, source->len);
	level.plain_slash = m->policy->backslash;
	aud_constants_begin(&walk, &level, true);
	while (aud_constants_next(&walk, &constant))
		if (!constant.comment)
			mark_constant(m, &constant);
}

void
aud_message_mark_values(const AudRedactPolicy *policy, const char *message,
						size_t len, const AudRedactSource *sources,
						size_t count, uint16_t *run)
{
	Marking m = {policy, message, len, sources, count, run, 0};

	for (size_t i = 0; i < count; i++)
		mark_constants(&m, &sources[i]);
	mark_quoted(&m);
	mark_other_quotes(&m, "'", '\'');
	mark_other_quotes(&m, "=(", ')');
}
