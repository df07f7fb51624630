/*-------------------------------------------------------------------------
 *
 * lex_value.c
 *	  The value that a constant of SQL stands for.
 *
 * The lexer itself needs no more of an escape than whether it is a quote; here
 * every byte counts, because two constants are to be told to be the same.
 *
 *-------------------------------------------------------------------------
 */
#include "core/lex_value.h"

#include <stdint.h>
#include <string.h>

typedef struct Value
{
	AudLexPut put;
	void     *arg;
	uint32_t  high; /* first half of a surrogate pair, 0: none */
	size_t    n;
	char      bytes[256];
} Value;

static void
flush(Value *v)
{
	if (v->n > 0)
		v->put(v->arg, v->bytes, v->n);
	v->n = 0;
}

static void
put_byte(Value *v, uint32_t byte)
{
	if (v->n == sizeof(v->bytes))
		flush(v);
	v->bytes[v->n++] = (char) byte;
}

/* As UTF-8; two escapes may be one character. */
static void
put_code(Value *v, uint32_t code)
{
	if (code >= 0xD800 && code < 0xDC00)
	{
		v->high = code;
		return;
	}
	if (code >= 0xDC00 && code < 0xE000 && v->high != 0)
		code = 0x10000 + ((v->high - 0xD800) << 10) + (code - 0xDC00);
	v->high = 0;
	if (code < 0x80)
		put_byte(v, code);
	else if (code < 0x800)
	{
		put_byte(v, 0xC0 | (code >> 6));
		put_byte(v, 0x80 | (code & 0x3F));
	}
	else if (code < 0x10000)
	{
		put_byte(v, 0xE0 | (code >> 12));
		put_byte(v, 0x80 | ((code >> 6) & 0x3F));
		put_byte(v, 0x80 | (code & 0x3F));
	}
	else
	{
		put_byte(v, 0xF0 | ((code >> 18) & 0x07));
		put_byte(v, 0x80 | ((code >> 12) & 0x3F));
		put_byte(v, 0x80 | ((code >> 6) & 0x3F));
		put_byte(v, 0x80 | (code & 0x3F));
	}
}

static int
digit_value(int c)
{
	if (aud_lex_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Up to max digits at *pos; false if there is none. */
static bool
read_digits(const AudLevel *level, size_t *pos, int base, int max, uint32_t *value)
{
	int n = 0;

	for (*value = 0; n < max; n++)
	{
		int digit = digit_value(aud_lex_peek(level, *pos));

		if (digit >= base)
			break;
		*value = *value * (uint32_t) base + (uint32_t) digit;
		(void) aud_lex_char(level, pos);
	}
	return n > 0;
}

/* Behind the backslash of E'...'. */
static void
put_escape(Value *v, const AudLevel *level, size_t *pos)
{
	static const char names[] = "b\bf\fn\nr\rt\tv\v";
	size_t            behind;
	const char       *name;
	uint32_t          value;
	int               c;

	if (read_digits(level, pos, 8, 3, &value))
	{
		put_byte(v, value & 0xFF);
		return;
	}
	c = aud_lex_char(level, pos);
	if (c == AUD_LEX_END)
		return;
	behind = *pos;
	if (c == 'x' && read_digits(level, pos, 16, 2, &value))
		put_byte(v, value);
	else if ((c == 'u' || c == 'U') &&
			 read_digits(level, pos, 16, c == 'u' ? 4 : 8, &value))
		put_code(v, value);
	else
	{
		*pos = behind;
		name = c < 0x80 ? strchr(names, c) : NULL;
		put_byte(v,
				 name != NULL && (name - names) % 2 == 0 && c != '\0'
					 ? (uint32_t) name[1]
					 : (uint32_t) c);
	}
}

/* Behind the escape character of U&'...'. */
static void
put_unicode(Value *v, const AudLevel *level, size_t *pos, int escape)
{
	uint32_t value;
	bool     six = aud_lex_peek(level, *pos) == '+';
	size_t   p = *pos;

	if (aud_lex_peek(level, p) == escape)
	{
		put_byte(v, (uint32_t) aud_lex_char(level, pos));
		return;
	}
	if (six)
		(void) aud_lex_char(level, &p);
	if (read_digits(level, &p, 16, six ? 6 : 4, &value))
	{
		put_code(v, value);
		*pos = p;
	}
	else
		put_byte(v, (uint32_t) escape);
}

int
aud_lex_unicode_escape(const AudLevel *level, const AudToken *tok, size_t *end)
{
	size_t   pos = tok->start;
	AudToken next;

	if (aud_lex_lower(aud_lex_char(level, &pos)) != 'u' ||
		aud_lex_char(level, &pos) != '&')
		return -1;
	pos = *end = tok->end;
	aud_lex_token(level, &pos, &next);
	if (next.kind != AUD_TOK_WORD || strcmp(next.text, "uescape") != 0)
		return '\\';
	aud_lex_token(level, &pos, &next);
	if (next.kind != AUD_TOK_STRING || next.body_end <= next.body)
		return '\\';
	*end = next.end;
	return aud_lex_peek(level, next.body);
}

static void
put_string(Value *v, const AudLevel *level, const AudToken *tok)
{
	size_t pos = tok->body;
	size_t end;
	int    escape =
        tok->quote == '\'' ? aud_lex_unicode_escape(level, tok, &end) : -1;

	while (pos < tok->body_end)
	{
		int c = aud_lex_char(level, &pos);

		if (c == AUD_LEX_END)
			break;
		if (c == escape)
			put_unicode(v, level, &pos, escape);
		else if (c == '\\' && tok->quote != 0 && tok->backslash)
			put_escape(v, level, &pos);
		else if (c == tok->quote && tok->quote != 0)
		{
			if (aud_lex_peek(level, pos) == c)
				(void) aud_lex_char(level, &pos);
			else if (aud_lex_continues(level, &pos))
				continue;
			put_byte(v, (uint32_t) c);
		}
		else
			put_byte(v, (uint32_t) c);
	}
}

void
aud_lex_value(const AudLevel *level, const AudToken *tok, AudLexPut put, void *arg)
{
	Value v = {.put = put, .arg = arg};

	if (tok->kind == AUD_TOK_STRING)
		put_string(&v, level, tok);
	else
		for (size_t pos = tok->start; pos < tok->end;)
			put_byte(&v, (uint32_t) aud_lex_char(level, &pos));
	flush(&v);
}
