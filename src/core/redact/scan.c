/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  Following SQL far enough to know which literals are secrets.
 *
 * There is no grammar here, because statements that do not parse have to be
 * covered too.  A secret is recognised by what stands in front of it:
 *
 *	  PASSWORD 'x'                        a name of secrets, then a literal
 *	  SET app.api_key TO 'x'              a name, an operator, an expression
 *	  pgp_sym_encrypt(data, 'x')          an argument of a known function
 *	  INSERT INTO t (a, password) VALUES ('b', 'x')       a column's position
 *	  set_config('app.secret', 'x', ...)  a name that is itself a literal
 *
 * A secret expression is what follows the operator, up to where it cannot go
 * on: literals, concatenations, casts and the arguments of functions in it
 * are hidden; the next keyword, comma or closing parenthesis ends it, and so
 * does a subquery.  That keeps "name = 'bob'" next to "password = 'x'".
 *
 * A literal that is no secret may contain one.  Its text is scanned in the
 * same way, as SQL if it looks like it, else as data, too (data.c).
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/scan.h"

#include <string.h>

#include "core/redact/redact.h"

/* Hide this part of the source and go on behind it. */
void
aud_scan_hide(AudScan *s, size_t from, size_t to)
{
	s->touched = true;
	s->sink->hide(s->sink, from, to);
	if (s->pos < to)
		s->pos = to;
}

AudScanFrame *
aud_scan_push(AudScan *s)
{
	AudScanFrame *f;

	if (s->nframes == AUD_SCAN_FRAMES)
	{
		s->beyond++;
		return aud_scan_top(s);
	}
	f = &s->frames[s->nframes++];
	memset(f, 0, sizeof(*f));
	return f;
}

void
aud_scan_pop(AudScan *s)
{
	if (s->beyond > 0)
		s->beyond--;
	else if (s->nframes > 1)
		s->nframes--;
}

static void
start_statement(AudScan *s)
{
	s->nframes = 0;
	s->beyond = 0;
	(void) aud_scan_push(s);
	s->verb = s->object = AUD_KW_NONE;
	s->words = 0;
	s->set = s->setting = s->values = false;
	s->password = s->mapping = false;
	s->p_attached = s->p_separate = false;
	s->configures = 0;
	s->insert_frame = s->values_frame = -1;
	s->insert_names = 0;
	s->fed_by[0] = '\0';
	s->fed_by_more = false;
}

static bool
is_quote_next(const AudScan *s)
{
	size_t pos = s->pos;
	int    c;

	do
		c = aud_lex_char(s->level, &pos);
	while (aud_lex_is_space(c));
	return c == '"' || c == '\'';
}

/* Does this operator stand between a name and its value? */
static bool
is_assignment(const AudScan *s, const AudScanFrame *f)
{
	const char *op = s->token.text;

	if (f->state == AUD_SCAN_TYPED && s->level->data)
		return false;
	if (strcmp(op, "=") == 0 || strcmp(op, ":=") == 0)
		return true;
	if (f->state == AUD_SCAN_TYPED)
		return false;
	if (strcmp(op, ":") == 0) /* JSON, JavaScript, Python */
		return s->level->data &&
			   (s->last_kind != AUD_TOK_WORD || is_quote_next(s));
	if (strcmp(op, "=>") == 0)
		return true;
	if (f->state == AUD_SCAN_KEY || f->bare)
		return false;
	return strspn(op, "=<>!~*^@") == s->token.len && strcmp(op, "*") != 0;
}

static void
operator_behind_name(AudScan *s, AudScanFrame *f)
{
	bool name = f->state == AUD_SCAN_NAME;

	if (s->level->data && s->token.text[0] == '>')
	{
		f->state = AUD_SCAN_ANY;
		aud_scan_data_element(s);
	}
	else if (s->level->data && strcmp(s->token.text, ":") == 0 &&
			 s->last_kind == AUD_TOK_WORD && !is_quote_next(s))
	{
		f->state = AUD_SCAN_ANY;
		aud_scan_data_pair(s);
	}
	else if (is_assignment(s, f))
	{
		f->bare = (name && f->bare) || aud_scan_is_set(s);
		f->state = AUD_SCAN_OPERAND;
		s->values = s->setting;
		if (s->level->data && s->token.text[0] == '=')
			aud_scan_data_value(s);
	}
	else if (name && f->bare)
	{
		f->bare = false;
		aud_scan_hide_bare(s, s->token.start);
	}
	else
	{
		f->joined = strcmp(s->token.text, "||") == 0 && !s->level->data;
		f->state = AUD_SCAN_ANY;
	}
}

static void
on_operator(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	bool          joins = strcmp(s->token.text, "||") == 0;

	if (s->level->data && s->token.text[0] == ':' && aud_scan_data_uri(s))
		return;
	if (s->level->data && s->token.text[0] == '-' && aud_scan_data_option(s))
		return;
	if (strpbrk(s->token.text, "|&") != NULL)
	{
		s->p_attached = s->p_separate = false; /* another command */
		s->configures = 0;
	}
	if (!joins && aud_scan_behind_password(s))
		return;
	if (strcmp(s->token.text, "::") == 0)
	{
		s->cast = f->state != AUD_SCAN_ANY;
		return;
	}
	if (aud_scan_is_due(f) && aud_scan_is_placeholder(s->level, s->token.start))
	{
		s->touched = true;
		s->password = false;
		f->state = AUD_SCAN_DONE;
		f->bare = false;
		return;
	}
	switch (f->state)
	{
		case AUD_SCAN_NAME:
		case AUD_SCAN_TYPED:
		case AUD_SCAN_KEY:
			operator_behind_name(s, f);
			break;
		case AUD_SCAN_WORD:
		case AUD_SCAN_DONE:
			f->bare = false;
			f->state = joins || !s->level->data ? AUD_SCAN_OPERAND : AUD_SCAN_ANY;
			break;
		case AUD_SCAN_ANY:
			if (s->token.text[0] == '*' && s->word.id == AUD_KW_SELECT)
				f->star = true;
			if ((joins && s->wants) ||
				(f->joined && strspn(s->token.text, "=<>!~*^@") == s->token.len))
			{
				f->joined = false;
				f->state = AUD_SCAN_OPERAND;
			}
			break;
		case AUD_SCAN_OPERAND:
			if (f->bare)
			{
				aud_scan_hide_bare(s, s->token.start);
				f->state = AUD_SCAN_DONE;
			}
			break;
	}
}

static void
on_number(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);

	if (aud_scan_behind_password(s))
		return;
	if (f->bare && (f->state == AUD_SCAN_NAME || f->state == AUD_SCAN_OPERAND))
		aud_scan_hide_bare(s, s->token.start);
	else if (f->state == AUD_SCAN_OPERAND && s->level->data)
		aud_scan_hide(s, s->token.start, s->token.end);
	f->bare = false;
	f->state = aud_scan_is_due(f) ? AUD_SCAN_DONE : AUD_SCAN_ANY;
}

/* What the function in front of a '(' makes of its arguments. */
static void
open_call(AudScan *s, AudScanFrame *f)
{
	if (s->call != NULL)
	{
		f->secret_args |= s->call->secret_args;
		f->setting = s->call->kind == AUD_CALL_SETTING;
		f->keyed = s->call->kind == AUD_CALL_KEYED || f->setting;
		f->composes = s->call->kind == AUD_CALL_COMPOSES;
		if (s->call->kind == AUD_CALL_HARMLESS)
			f->enclosed = false;
		if (f->setting)
			f->secret_args |= aud_scan_setting_ahead(s);
		if (s->call->kind == AUD_CALL_COMPARES && aud_scan_names_ahead(s, s->pos))
			f->enclosed = true;
	}
	f->call = s->word.id == AUD_KW_NONE;
	f->cursor = s->word.id == AUD_KW_CURSOR;
	f->source = aud_scan_is_source(s);
	if (f->call)
		f->secret_args |= aud_scan_cursor_args(s);

	/* set_password('bob', 'x'); but not CREATE TABLE password (... */
	if (s->secrecy == AUD_SECRECY_PASSWORD && !(s->before.flags & AUD_KW_NAMES))
		f->enclosed = true;
}

static void
on_open(AudScan *s)
{
	AudScanFrame *outer = aud_scan_top(s);
	bool          round = s->token.text[0] == '(';
	bool          due = aud_scan_is_due(outer) &&
			   (outer->state != AUD_SCAN_NAME || outer->bare);
	bool inherits = due || aud_scan_is_secret_arg(outer) || outer->enclosed;
	bool row = round && s->values_frame == s->nframes;
	bool missing = outer->state == AUD_SCAN_NAME && outer->bare;
	AudScanFrame *f = aud_scan_push(s);

	if (f == outer)
		return;
	if (missing) /* PASSWORD (x) */
	{
		f->state = AUD_SCAN_OPERAND;
		f->bare = true;
	}
	f->enclosed = inherits;
	f->names_only = round;
	if (round && (s->word.id == AUD_KW_AS || s->word.id == AUD_KW_MATERIALIZED))
		f->row_names = outer->row_names;
	if (s->token.text[0] == '[' && !s->level->data && aud_scan_array_ahead(s))
		f->enclosed = true;
	if (round &&
		(s->last_kind == AUD_TOK_WORD || s->last_kind == AUD_TOK_QUOTED_NAME))
		open_call(s, f);
	if (row)
		f->secret_args |= s->values_names;
	else if (s->insert_names != 0 && s->insert_frame == s->nframes - 1 &&
			 s->last_kind == AUD_TOK_PUNCT)
		s->insert_frame = s->nframes; /* INSERT INTO t (a) (SELECT ... */
	if (round && s->list_assigned)
	{
		f->secret_args |= s->list;
		s->fed_by_more = true;
	}

	/* varchar(20), password[1] */
	if (due)
		outer->state = AUD_SCAN_DONE;
	else if (round && outer->state != AUD_SCAN_TYPED &&
			 outer->state != AUD_SCAN_DONE)
		outer->state = AUD_SCAN_ANY;
	outer->bare = false;
}

static void
on_close(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	uint64_t      names = f->names_only ? f->names : 0;
	bool          named = f->names != 0 && (f->call || f->arg == 0);

	while (f->is_case)
	{
		aud_scan_pop(s);
		f = aud_scan_top(s);
	}
	if (f->cursor)
		s->cursor_args |= f->names;
	aud_scan_pop(s);
	s->list = names;
	s->list_assigned = false;
	if (s->insert_open && s->nframes == s->insert_frame)
	{
		s->insert_names = names;
		s->insert_open = false;
	}

	/* lower(password) = 'x' */
	f = aud_scan_top(s);
	if (named && f->state == AUD_SCAN_ANY)
		f->state = AUD_SCAN_KEY;
}

static void
on_comma(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);

	/* SET a = x, y */
	f->bare = s->values && s->nframes == 1 && f->state == AUD_SCAN_DONE;
	f->state = f->bare ? AUD_SCAN_OPERAND : AUD_SCAN_ANY;
	f->joined = false;
	f->arg++;
	f->key_value = f->keyed && f->key;
	f->key = false;
	f->named_by = f->keyed ? f->key_param : 0;
	f->key_param = 0;
}

static void
on_punct(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);

	if (f->bare && f->state == AUD_SCAN_NAME &&
		strchr("(;", s->token.text[0]) == NULL)
	{
		f->bare = false;
		aud_scan_hide_bare(s, s->token.start);
		return;
	}
	switch (s->token.text[0])
	{
		case '(':
		case '[':
		case '{':
			on_open(s);
			break;
		case ')':
		case ']':
		case '}':
			on_close(s);
			break;
		case ',':
			on_comma(s);
			break;
		case ';':
			start_statement(s);
			break;
		case '.':
			if (f->state != AUD_SCAN_WORD && f->state != AUD_SCAN_TYPED)
				f->state = AUD_SCAN_ANY;
			break;
		default:
			f->state = AUD_SCAN_ANY;
			break;
	}
}

/* What only the next token may make use of is forgotten behind it. */
static void
forget(AudScan *s)
{
	const AudToken *tok = &s->token;
	bool            open = tok->kind == AUD_TOK_PUNCT && tok->text[0] == '(';
	bool close = tok->kind == AUD_TOK_PUNCT && strchr(")]}", tok->text[0]);
	bool comma = tok->kind == AUD_TOK_PUNCT && tok->text[0] == ',';

	s->last_dot = tok->kind == AUD_TOK_PUNCT && tok->text[0] == '.';
	if (tok->kind != AUD_TOK_STRING)
		s->wants = false;
	if (!s->last_dot && tok->kind != AUD_TOK_QUOTED_NAME &&
		(tok->kind != AUD_TOK_WORD || (s->word.flags & AUD_KW_RESERVED)))
		s->setting = false;
	if (tok->kind != AUD_TOK_OPERATOR)
		s->cast = false;
	if (tok->kind == AUD_TOK_OPERATOR && strcmp(tok->text, "=") == 0)
		s->list_assigned = s->list != 0;
	else if (!close && !(tok->kind == AUD_TOK_WORD && s->word.id == AUD_KW_ROW))
		s->list = 0;
	if (s->list == 0)
		s->list_assigned = false;
	if (tok->kind != AUD_TOK_WORD ||
		(s->word.id != AUD_KW_AS && s->word.id != AUD_KW_NOT &&
		 s->word.id != AUD_KW_MATERIALIZED))
		aud_scan_top(s)->row_names = open ? aud_scan_top(s)->row_names : 0;

	/* rows of VALUES are parentheses and commas */
	if (s->values_frame == s->nframes && !close && !comma &&
		s->word.id != AUD_KW_VALUES)
		s->values_frame = -1;
	if (tok->kind != AUD_TOK_WORD && tok->kind != AUD_TOK_QUOTED_NAME &&
		!comma && !s->last_dot && !open && !close)
		aud_scan_top(s)->names_only = false;
	if (tok->kind != AUD_TOK_WORD && !s->last_dot)
		s->word = (AudWord){AUD_KW_NONE, 0};
	s->last_kind = tok->kind;
	s->last_end = tok->end;
}

static void
on_token(AudScan *s)
{
	switch (s->token.kind)
	{
		case AUD_TOK_WORD:
			aud_scan_word(s);
			break;
		case AUD_TOK_QUOTED_NAME:
			aud_scan_quoted_name(s);
			break;
		case AUD_TOK_STRING:
			aud_scan_string(s);
			break;
		case AUD_TOK_NUMBER:
			on_number(s);
			break;
		case AUD_TOK_PARAM:
			aud_scan_param(s);
			break;
		case AUD_TOK_OPERATOR:
			on_operator(s);
			break;
		case AUD_TOK_PUNCT:
			on_punct(s);
			break;
		case AUD_TOK_END:
			break;
	}
	forget(s);
}

AudScanEnd
aud_scan_level(AudRedactSink *sink, const AudLevel *level, size_t pos,
			   int depth, bool dollar)
{
	AudScan       s;
	AudScanFrame *f;
	AudScanEnd    end;

	memset(&s, 0, sizeof(s));
	s.sink = sink;
	s.level = level;
	s.pos = pos;
	s.depth = depth;
	s.last_end = pos;
	start_statement(&s);
	if (level->data)
		aud_scan_start_data(&s, dollar);

	for (;;)
	{
		aud_lex_token(level, &s.pos, &s.token);
		if (s.token.kind == AUD_TOK_END)
			break;
		on_token(&s);
	}

	/* "PASSWORD " wants a literal, but the word alone does not */
	f = aud_scan_top(&s);
	end.wants = s.open || f->state == AUD_SCAN_OPERAND ||
				(f->state == AUD_SCAN_NAME && s.last_end < level->end);
	end.touched = s.touched || end.wants;
	return end;
}
