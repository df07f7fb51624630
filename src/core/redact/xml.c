/*-------------------------------------------------------------------------
 *
 * xml.c
 *	  Finds secrets in the elements of XML: <password type="a">x</password>.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

/* In front of word, or at the end. */
static size_t
skip_to(const AudLevel *level, size_t pos, const char *word)
{
	while (aud_lex_peek(level, pos) != AUD_LEX_END &&
		   aud_scan_skip_text(level, pos, word) == pos)
		(void) aud_lex_char(level, &pos);
	return pos;
}

/* <![CDATA[x]]>: hide the x that begins at from. */
static void
hide_cdata(AudScan *s, size_t from)
{
	size_t pos = skip_to(s->level, from, "]]>");

	if (pos > from)
		aud_scan_hide(s, from, pos);
}

/*
 * At the name of a secret that begins an element of XML: where its tag ends, if
 * there is something between, and content behind it.
 */
void
aud_scan_data_tag(AudScan *s)
{
	size_t from = s->token.start;
	size_t pos = s->token.end;
	int    last = 0;
	int    c;

	while (from > 0 &&
		   (s->level->source[from - 1] == ':' ||
			aud_lex_is_word_char((unsigned char) s->level->source[from - 1])))
		from--;
	if (from == 0 || s->level->source[from - 1] != '<' ||
		!aud_lex_is_space(aud_lex_peek(s->level, pos)))
		return;
	while ((c = aud_lex_peek(s->level, pos)) != AUD_LEX_END && c != '<')
	{
		size_t next =
			c == '\'' || c == '"' ? aud_scan_skip_shell(s->level, pos) : pos;

		if (c == '>' && last != '/')
			s->tag_end = pos;
		if (c == '>')
			return;
		if (next == pos)
			(void) aud_lex_char(s->level, &next);
		last = c;
		pos = next;
	}
}

/* At the '>' behind a secret's name: hide the content of the XML element. */
void
aud_scan_data_element(AudScan *s)
{
	size_t pos = s->pos;
	size_t end = pos;
	size_t cdata = aud_scan_skip_text(s->level,
									  aud_scan_skip_space(s->level, pos),
									  "<![cdata[");
	int    c;

	if (cdata != aud_scan_skip_space(s->level, pos))
	{
		hide_cdata(s, cdata);
		return;
	}
	while ((c = aud_lex_char(s->level, &pos)) != AUD_LEX_END)
	{
		size_t next = aud_scan_skip_text(s->level, pos, "![cdata[");

		if (c == '<' && next == pos)
			break;
		if (c == '<')
			pos = skip_to(s->level, next, "]]>");
		end = pos;
	}
	if (c == '<' && aud_lex_peek(s->level, pos) == '/' && end > s->pos)
		aud_scan_hide(s, s->pos, end);
}
