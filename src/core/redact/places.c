/*-------------------------------------------------------------------------
 *
 * places.c
 *	  Constants that are hidden whatever they are, since the policy names their
 *	  places, or since the text was not understood.
 *
 * The tokens of the text are gone through beside the scan for secrets, and
 * always as far as that has come, so that what both have to hide comes out in
 * the order of the text.
 *
 * A place is where the parser says that a constant begins: at a literal with
 * all that belongs to it, at a number, at the sign in front of one, or at TRUE
 * and FALSE.  Other words can be constants to the parser as well (the YEAR of
 * EXTRACT), and say nothing.
 *
 * Where all constants are hidden, so are quoted names that look like values,
 * since WHERE name = "Bob's" is a frequent mistake, and the code in dollar
 * quotes is gone through like the text around it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/places.h"

#include "core/redact/names.h"

#include <string.h>

/* One of the texts that are in each other. */
typedef struct Place
{
	AudLevel level;
	size_t   pos;
} Place;

typedef struct Places
{
	AudRedactSink  sink; /* first: what the scan for secrets calls */
	AudRedactSink *to;   /* who wants to know */
	size_t         next; /* of the policy's places */
	bool           sign; /* a number whose sign is to be hidden follows */
	size_t         sign_at;
	size_t         hidden; /* all up to here has been dealt with */
	bool           any;    /* "hidden" is the end of something */
	int            depth;
	Place          inside[AUD_SCAN_DEPTH + 1];

	AudToken token; /* found, but behind what the scan has come to */
	bool     waits;
} Places;

/* What is hidden already is not hidden twice. */
static void
hide(Places *p, size_t from, size_t to, unsigned int reason)
{
	if (p->any && to <= p->hidden)
		return;
	if (p->any && from < p->hidden)
		from = p->hidden;
	p->to->reason = reason;
	p->to->hide(p->to, from, to);
	p->to->reason = 0;
	p->hidden = to;
	p->any = true;
}

static unsigned int
reason_of(const Places *p)
{
	const AudRedactPolicy *policy = p->sink.policy;

	if (policy->places == NULL && policy->all_literals)
		return AUD_REDACTED_SYNTAX;
	return policy->places != NULL && policy->places->reason != 0
			   ? policy->places->reason
			   : AUD_REDACTED_TAG;
}

/* Is this token where a constant of the policy's is?  Places in it are used up. */
static bool
is_place(Places *p, const AudToken *tok, size_t *at)
{
	const AudRedactPlaces *places = p->sink.policy->places;
	bool                   found = false;

	if (places == NULL || p->depth > 0)
		return false;
	while (p->next < places->count && places->at[p->next] < tok->end)
	{
		*at = places->at[p->next++];
		found = true;
	}
	return found;
}

/* A word may not touch the end of a literal: a quote is missing, or too much. */
static bool
is_broken(const Place *in, const AudToken *tok)
{
	return tok->kind == AUD_TOK_STRING &&
		   aud_lex_is_word_char(aud_lex_peek(&in->level, tok->end));
}

static void
hide_body(Places *p, const Place *in, const AudToken *tok)
{
	bool broken = p->sink.policy->all_literals && is_broken(in, tok);

	hide(p, tok->body, broken ? in->level.end : tok->body_end, reason_of(p));
}

/* Is it no name that anybody would have to quote only for its capitals? */
static bool
looks_like_value(const Place *in, const AudToken *tok)
{
	size_t pos = tok->body;

	if (!aud_lex_is_word_start(aud_lex_peek(&in->level, pos)))
		return tok->body_end > tok->body;
	while (pos < tok->body_end)
	{
		if (!aud_lex_is_word_char(aud_lex_char(&in->level, &pos)))
			return true;
	}
	return false;
}

/* The code in a literal is gone through next.  False: it is none, or too deep. */
static bool
go_inside(Places *p, const Place *in, const AudToken *tok)
{
	Place *next = &p->inside[p->depth + 1];

	if (tok->quote != 0 || p->depth == AUD_SCAN_DEPTH)
		return false;
	aud_lex_inside(&next->level, &in->level, tok);
	if (!aud_scan_is_code(&next->level, tok->body))
		return false;
	next->pos = tok->body;
	p->depth++;
	return true;
}

static bool
is_truth(const AudToken *tok)
{
	return strcmp(tok->text, "true") == 0 || strcmp(tok->text, "false") == 0;
}

static void
on_token(Places *p, const AudToken *tok)
{
	const Place *in = &p->inside[p->depth];
	bool         all = p->sink.policy->all_literals;
	size_t       at = tok->start;
	bool         is = is_place(p, tok, &at) || p->sign;

	switch (tok->kind)
	{
		case AUD_TOK_STRING:
			if (is || (all && !go_inside(p, in, tok)))
				hide_body(p, in, tok);
			break;
		case AUD_TOK_NUMBER:
			if (is || all)
				hide(p, p->sign ? p->sign_at : tok->start, tok->end, reason_of(p));
			break;
		case AUD_TOK_QUOTED_NAME:
			if (all && looks_like_value(in, tok))
				hide_body(p, in, tok);
			break;
		case AUD_TOK_WORD:
			if (is && is_truth(tok))
				hide(p, tok->start, tok->end, reason_of(p));
			break;
		case AUD_TOK_OPERATOR:
			if (is && !p->sign)
			{
				p->sign = true;
				p->sign_at = at > tok->start ? at : tok->start;
				return;
			}
			break;
		default:
			break;
	}
	p->sign = false;
}

/* Go through the tokens that begin before this. */
static void
go_on_until(Places *p, size_t end)
{
	for (;;)
	{
		Place *in = &p->inside[p->depth];

		if (!p->waits)
			aud_lex_token(&in->level, &in->pos, &p->token);
		p->waits = p->token.kind != AUD_TOK_END && p->token.start >= end;
		if (p->waits)
			return;
		if (p->token.kind != AUD_TOK_END)
			on_token(p, &p->token);
		else if (p->depth > 0)
			p->depth--;
		else
			return;
	}
}

static void
on_secret(AudRedactSink *sink, size_t from, size_t to)
{
	Places *p = (Places *) sink;

	go_on_until(p, from);
	hide(p, from, to, sink->reason);
}

static void
on_param(AudRedactSink *sink, size_t at, bool secret)
{
	AudRedactSink *to = ((Places *) sink)->to;

	if (to->param != NULL)
		to->param(to, at, secret);
}

void
aud_redact_scan_places(AudRedactSink *sink, const AudLevel *level)
{
	Places p;

	memset(&p, 0, sizeof(p));
	p.sink.policy = sink->policy;
	p.sink.hide = on_secret;
	p.sink.param = on_param;
	p.to = sink;
	p.inside[0].level = *level;
	if (sink->policy->mode != AUD_REDACT_NONE &&
		aud_redact_may_have_secrets(sink->policy, level->source, level->end))
		aud_scan_text(&p.sink, level);
	go_on_until(&p, level->end + 1);
}
