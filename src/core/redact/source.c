/*-------------------------------------------------------------------------
 *
 * source.c
 *	  Rows that a statement selects from, and writes to a secret's column.
 *
 *	  INSERT INTO u (name, password) SELECT * FROM (VALUES ('a', 'x')) v
 *	  UPDATE u SET password = v.p FROM (VALUES ('x')) v(p)
 *	  MERGE INTO u USING (VALUES ('x')) v(p) ON ... SET password = v.p
 *
 * Which of the values it is, is known where the columns are taken as they are,
 * or there is but one of another name.  Otherwise it may be any of them.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

/* In an UPDATE, this is a word where the value of a secret is expected. */
void
aud_scan_fed_by(AudScan *s, const char *name, size_t len)
{
	if (s->verb != AUD_KW_UPDATE || s->depth > AUD_SCAN_DEPTH)
		return;
	if (s->fed_by[0] != '\0' && !s->last_dot)
		s->fed_by_more = true;
	memcpy(s->fed_by, name, len);
	s->fed_by[len] = '\0';
}

bool
aud_scan_is_fed_by(const AudScan *s, const char *name, size_t len)
{
	return s->fed_by[0] != '\0' && strlen(s->fed_by) == len &&
		   memcmp(s->fed_by, name, len) == 0;
}

/* The values of such rows that are secrets, by their place. */
uint64_t
aud_scan_source_names(AudScan *s)
{
	const AudScanFrame *outer = &s->frames[s->nframes - 2];
	uint64_t            names = aud_scan_aliases_ahead(s);
	bool                inserts = s->insert_names != 0 && s->insert_frame > 0 &&
				   s->insert_frame < s->nframes;

	if (inserts && outer->star)
		return names | s->insert_names;
	if (s->fed_by_more)
		return ~UINT64_C(0);
	if (names != 0)
		return names;
	if (inserts || s->fed_by[0] != '\0' ||
		(s->verb == AUD_KW_MERGE && aud_scan_named_behind(s)))
		return ~UINT64_C(0);
	return 0;
}

/* At a '(': may rows begin in it that the statement selects from? */
bool
aud_scan_is_source(const AudScan *s)
{
	return s->word.id == AUD_KW_FROM ||
		   s->word.flags == (AUD_KW_NAMES | AUD_KW_RESERVED) || /* JOIN */
		   (s->word.id == AUD_KW_USING && s->verb == AUD_KW_MERGE);
}

/* At the '(' of OPEN c('x') or FOR r IN c('x'): which may be secrets? */
uint64_t
aud_scan_cursor_args(const AudScan *s)
{
	return s->before.id == AUD_KW_OPEN || s->before.id == AUD_KW_IN
			   ? s->cursor_args
			   : 0;
}
