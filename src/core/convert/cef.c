/*-------------------------------------------------------------------------
 *
 * cef.c
 *	  Records in the Common Event Format, version 0 or 1.
 *
 * The format has few fields of its own and cuts long values; what matters of a
 * record is in it, not all.  Every value is one line without a control
 * character, with | of the header, = of the extension and \ escaped, so that no
 * text of a user can begin another field.
 *
 * Version 0 has no IPv6 address in src: it is c6a2 there.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/target.h"

#include <string.h>

#include "core/convert/text.h"
#include "core/json_write.h"
#include "core/utf8.h"
#include "core/version.h"

/* ---- texts -------------------------------------------------------------------- */

static void
add_escape(AudBuf *b, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	char              text[7] = {'\\', '\\', 'u'};

	for (int i = 0; i < 4; i++)
		text[3 + i] = hex[cp >> (12 - 4 * i) & 15];
	aud_buf_append(b, text, sizeof(text));
}

/*
 * special: | in the header, = in the extension.  A line break is \n, as the
 * format has it, and a blank in the header, which has no such.
 */
static void
add_text(AudBuf *b, const char *s, size_t len, char special)
{
	for (size_t i = 0; i < len;)
	{
		uint32_t cp;
		int      n = aud_utf8_decode(s + i, len - i, &cp);

		n = n < 0 ? -n : n;
		if (s[i] == '\\' || s[i] == special)
		{
			aud_buf_char(b, '\\');
			aud_buf_char(b, s[i]);
		}
		else if (s[i] == '\n' || s[i] == '\r')
			aud_buf_append(b,
						   special == '|' ? " "
						   : s[i] == '\n' ? "\\n"
										  : "\\r",
						   special == '|' ? 1 : 2);
		else if (cp < 0x20 || (cp >= 0x7F && aud_utf8_misleads(cp)))
			add_escape(b, cp);
		else
			aud_buf_append(b, s + i, (size_t) n);
		i += (size_t) n;
	}
}

/* ---- the header ---------------------------------------------------------------- */

/* 0 to 10 */
static int
severity_of(const AudFields *f)
{
	static const struct
	{
		const char *word;
		int         n;
	} severities[] = {{"low", 3}, {"medium", 5}, {"high", 8}, {"critical", 10}};

	for (int i = 0; i < 4; i++)
		if (aud_field_is(f, AUD_F_severity, severities[i].word))
			return severities[i].n;
	if (f->event == AUD_EVENT_ALERT || f->event == AUD_EVENT_AUDIT_GAP)
		return 8;
	return aud_field_is(f, AUD_F_outcome, "failure") ? 6 : 2;
}

static void
add_header(AudBuf *b, int version, const AudFields *f, AudBuf *text)
{
	AudField    name = f->has[AUD_F_title]           ? AUD_F_title
					   : f->has[AUD_F_rule]          ? AUD_F_rule
					   : f->has[AUD_F_custom_event]  ? AUD_F_custom_event
					   : f->has[AUD_F_command]       ? AUD_F_command
					   : f->event == AUD_EVENT_ALERT ? AUD_F_reason
													 : AUD_F_event;
	size_t      len;
	const char *s;

	if (!f->has[name])
		name = AUD_F_event;
	aud_buf_cstr(b, version == 0 ? "CEF:0" : "CEF:1");
	aud_buf_lit(b, "|secaudit|secaudit|" AUD_VERSION "|");
	s = aud_text_of(text, &f->values[AUD_F_event], &len);
	add_text(b, s, aud_text_upto(s, len, 128), '|');
	aud_buf_char(b, '|');
	s = aud_text_of(text, &f->values[name], &len);
	add_text(b, s, aud_text_upto(s, len, 512), '|');
	aud_buf_char(b, '|');
	aud_json_int(b, severity_of(f));
	aud_buf_char(b, '|');
}

/* ---- the extension --------------------------------------------------------------- */

/* label: what a field that has no meaning of its own is called. */
static const struct
{
	const char *name;
	AudField    field;
	int         max; /* bytes */
	const char *label;
} rows[] = {
	{"cat", AUD_F_class, 1023, NULL},
	{"act", AUD_F_command, 63, NULL},
	{"outcome", AUD_F_outcome, 63, NULL},
	{"reason", AUD_F_reason, 1023, NULL},
	{"suser", AUD_F_user, 1023, NULL},
	{"duser", AUD_F_target_role, 1023, NULL},
	{"spt", AUD_F_client_port, 5, NULL},
	{"dvchost", AUD_F_node, 100, NULL},
	{"dvcpid", AUD_F_pid, 20, NULL},
	{"sproc", AUD_F_app, 1023, NULL},
	{"msg", AUD_F_error, 1023, NULL},
	{"cnt", AUD_F_count, 20, NULL},
	{"fname", AUD_F_file, 1023, NULL},
	{"cn1", AUD_F_rows, 20, "rows"},
	{"cn2", AUD_F_duration_us, 20, "duration_us"},
	{"cn3", AUD_F_stmt, 20, "stmt"},
	{"cs1", AUD_F_db, 4000, "db"},
	{"cs2", AUD_F_objects, 4000, "objects"},
	{"cs3", AUD_F_query, 4000, "query"},
	{"cs4", AUD_F_session, 4000, "session"},
	{"cs5", AUD_F_sqlstate, 4000, "sqlstate"},
	{"cs6", AUD_F_current_user, 4000, "current_user"},
};

static void
add_name(AudBuf *b, const char *name)
{
	aud_buf_char(b, ' ');
	aud_buf_cstr(b, name);
	aud_buf_char(b, '=');
}

/* "type name" of each, as the format has no lists. */
static void
list_objects(AudBuf *text, const AudJsonValue *objects)
{
	AudJsonScan  scan;
	AudJsonValue object;

	text->len = 0;
	aud_json_scan_array(&scan, objects->text, objects->len);
	while (aud_json_scan_element(&scan, &object))
	{
		static const char *const names[] = {"type", "name"};

		if (text->len > 0)
			aud_buf_lit(text, ", ");
		for (int i = 0; i < 2; i++)
		{
			AudJsonValue value;

			if (!aud_json_find(object.text, object.len, names[i], &value) ||
				value.kind != AUD_JSON_STRING)
				continue;
			if (i > 0)
				aud_buf_char(text, ' ');
			(void) aud_json_unescape(text, value.text, value.len);
		}
	}
}

static void
add_row(AudBuf *b, size_t i, const AudFields *f, AudBuf *text)
{
	const AudJsonValue *value = &f->values[rows[i].field];
	size_t              len;
	const char         *s;

	if (rows[i].field == AUD_F_objects)
	{
		list_objects(text, value);
		s = text->data;
		len = text->len;
	}
	else
		s = aud_text_of(text, value, &len);
	add_name(b, rows[i].name);
	add_text(b, s, aud_text_upto(s, len, (size_t) rows[i].max), '=');
	if (rows[i].label != NULL)
	{
		aud_buf_char(b, ' ');
		aud_buf_cstr(b, rows[i].name);
		aud_buf_lit(b, "Label=");
		aud_buf_cstr(b, rows[i].label);
	}
}

static void
add_source(AudBuf *b, int version, const AudFields *f)
{
	const AudJsonValue *address = &f->values[AUD_F_client_addr];
	bool                is_v6;

	if (!f->has[AUD_F_client_addr] || !aud_is_address(address, &is_v6))
		return;
	if (is_v6 && version == 0)
	{
		aud_buf_lit(b, " c6a2Label=Source IPv6 Address");
		add_name(b, "c6a2");
	}
	else
		add_name(b, "src");
	aud_buf_append(b, address->text, address->len);
}

void
aud_cef_record(int version, const AudFields *f, AudBuf *text, AudBuf *b)
{
	add_header(b, version, f, text);
	aud_buf_lit(b, "rt=");
	aud_json_int(b, f->ms);
	aud_buf_lit(b, " externalId=");
	aud_buf_append(b, f->values[AUD_F_log].text, f->values[AUD_F_log].len);
	aud_buf_char(b, ':');
	aud_json_uint(b, f->seq);
	add_source(b, version, f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (f->has[rows[i].field])
			add_row(b, i, f, text);
}
