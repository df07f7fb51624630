/*-------------------------------------------------------------------------
 *
 * pgaudit_prefix.c
 *	  What log_line_prefix puts in front of a line of the server's log, from
 *	  what a record knows.  Times are UTC.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/convert/pgaudit_line.h"
#include "core/convert/text.h"
#include "core/json_write.h"

/* Escapes that a record has an answer to; %q is nothing where there is a session. */
static const char known[] = "audrhptmncexq%";

const char *
aud_pgaudit_prefix_fault(const char *prefix)
{
	/* there is room for so many names in a line */
	if (strlen(prefix) > 256)
		return prefix;
	for (const char *p = prefix; *p != '\0'; p++)
	{
		if ((unsigned char) *p < 0x20)
			return p;
		if (*p == '%' && (*++p == '\0' || strchr(known, *p) == NULL))
			return p - 1;
	}
	return NULL;
}

/* "2026-01-31 23:59:59.123 UTC", with milliseconds or without. */
static void
add_time(AudBuf *b, const AudJsonValue *ts, size_t len)
{
	aud_buf_append(b, ts->text, 10);
	aud_buf_char(b, ' ');
	aud_buf_append(b, ts->text + 11, len - 11);
	aud_buf_lit(b, " UTC");
}

static void
add_field(AudPgauditOut *o, const AudFields *f, AudField field, const char *none)
{
	size_t      len;
	const char *text;

	if (!f->has[field])
	{
		aud_buf_cstr(&o->line, none);
		return;
	}
	text = aud_text_of(&o->text, &f->values[field], &len);
	/* the server's log has one line up to here, whatever a name holds */
	for (size_t i = 0; i < len; i++)
		aud_buf_char(&o->line, (unsigned char) text[i] < 0x20 ? '?' : text[i]);
}

static void
add_escape(AudPgauditOut *o, const AudFields *f, char c)
{
	const AudJsonValue *ts = &f->values[AUD_F_ts];

	switch (c)
	{
		case 'a':
			add_field(o, f, AUD_F_app, "[unknown]");
			break;
		case 'u':
			add_field(o, f, AUD_F_user, "[unknown]");
			break;
		case 'd':
			add_field(o, f, AUD_F_db, "[unknown]");
			break;
		case 'h':
		case 'r':
			add_field(o, f, AUD_F_client_addr, "[local]");
			if (c == 'h' || !f->has[AUD_F_client_port])
				break;
			aud_buf_char(&o->line, '(');
			add_field(o, f, AUD_F_client_port, "");
			aud_buf_char(&o->line, ')');
			break;
		case 'p':
			add_field(o, f, AUD_F_pid, "");
			break;
		case 'c':
			add_field(o, f, AUD_F_session, "");
			break;
		case 'e':
			add_field(o, f, AUD_F_sqlstate, "00000");
			break;
		case 'x':
			add_field(o, f, AUD_F_xid, "0");
			break;
		case 't':
			add_time(&o->line, ts, 19);
			break;
		case 'm':
			add_time(&o->line, ts, 23);
			break;
		case 'n':
			aud_json_int(&o->line, f->ms / 1000);
			aud_buf_char(&o->line, '.');
			aud_buf_append(&o->line, ts->text + 20, 3);
			break;
		case '%':
			aud_buf_char(&o->line, '%');
			break;
		default:
			break;
	}
}

void
aud_pgaudit_prefix(AudPgauditOut *o, const AudFields *f)
{
	for (const char *p = o->c->options.log_line_prefix; *p != '\0'; p++)
	{
		if (*p == '%')
			add_escape(o, f, *++p);
		else
			aud_buf_char(&o->line, *p);
	}
	aud_buf_lit(&o->line, "LOG:  ");
}
