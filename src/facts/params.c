/*-------------------------------------------------------------------------
 *
 * params.c
 *	  Bound parameters, formatted without calling anything that could fail
 *	  or run a user's code; param_value.c says how.
 *
 * Like the query, text is searched for secrets.  A parameter that stands where
 * a literal would be hidden is hidden; where the query had a secret of its own,
 * all of them are, since one of them may be the next.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/json_write.h"
#include "core/redact/redact.h"
#include "facts/param_format.h"
#include "facts/param_type.h"
#include "facts/param_value.h"
#include "facts/params.h"
#include "record/text.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/guc_redact.h"

/* A constant that is NULL stays, and so does a value. */
static bool
is_shown_null(const ParamExternData *param, unsigned hide)
{
	return param->isnull && (hide & ~AUD_REDACTED_LITERAL) == 0;
}

/* hide: why its value is hidden, 0: it is not. */
static void
append_param(AudBuf *b, AudStmt *stmt, const ParamExternData *param, unsigned hide)
{
	AudParamType type;
	char        *name;

	if (!OidIsValid(param->ptype))
	{
		aud_buf_lit(b, "{\"type\":\"-\"}");
		return;
	}
	aud_param_type(&type, param->ptype);
	name = format_type_extended(type.oid, -1, FORMAT_TYPE_ALLOW_INVALID);
	aud_buf_lit(b, "{\"type\":");
	aud_text_append_name(b, name);
	if (is_shown_null(param, hide))
		aud_json_lit_true(b, "null");
	else if (hide != 0)
	{
		aud_json_lit_true(b, "redacted");
		stmt->params.redacted |= hide;
	}
	else
		aud_param_value(b, &stmt->params, &type, param->value);
	aud_buf_char(b, '}');
}

/* Which parameters are secrets, a byte for each; NULL: none.  Palloc'd. */
static unsigned char *
find_secret_params(const AudStmt *stmt, int count, unsigned *reasons)
{
	const AudRedactPolicy *policy = aud_guc_redact();
	unsigned char         *hidden;

	const char *text = stmt->text.data;
	size_t      len = text != NULL ? stmt->text.len : 0;

	if (policy->mode != AUD_REDACT_LITERALS &&
		(len == 0 || !aud_redact_may_apply(policy, text, len)))
		return NULL;
	hidden = palloc(count);
	*reasons = aud_redact_params(policy, len > 0 ? text : "", len, hidden, count);
	return *reasons != 0 ? hidden : NULL;
}

/* Is the value of this parameter the name of a secret, or of such a setting? */
static bool
names_secret(const ParamExternData *param)
{
	const AudRedactPolicy *policy = aud_guc_redact();
	AudParamType           type;
	AudParamText           text;

	if (param->isnull || !OidIsValid(param->ptype))
		return false;
	aud_param_type(&type, param->ptype);
	if (!aud_param_format(&text, &type, param->value) || text.clear)
		return false;
	return aud_redact_is_secret_key(policy, text.data, text.len) ||
		   aud_redact_is_secret_setting(policy, pnstrdup(text.data, text.len));
}

/* Hide what others name; *hidden is made where there was none. */
static void
hide_named(const AudStmt *stmt, ParamListInfo params, unsigned char **hidden,
		   unsigned *reasons)
{
	int       count = params->numParams;
	uint16_t *named_by;

	if (count < 2 || stmt->text.data == NULL)
		return;
	named_by = palloc(count * sizeof(*named_by));
	if (!aud_redact_named_params(aud_guc_redact(),
								 stmt->text.data,
								 stmt->text.len,
								 named_by,
								 count))
		return;
	for (int i = 0; i < count; i++)
	{
		if (named_by[i] == 0 || !names_secret(&params->params[named_by[i] - 1]))
			continue;
		if (*hidden == NULL)
			*hidden = palloc0(count);
		(*hidden)[i] = 1;
		*reasons |= AUD_REDACTED_SECRET;
	}
}

/* What does not fit is left out, and counted. */
static void
append_params(AudBuf *b, AudStmt *stmt, ParamListInfo params)
{
	/* within aud_text_begin and aud_text_end, where memory is freed */
	unsigned       reasons = 0;
	unsigned char *hidden = find_secret_params(stmt, params->numParams, &reasons);

	hide_named(stmt, params, &hidden, &reasons);
	for (int i = 0; i < params->numParams; i++)
	{
		size_t   before = b->len;
		unsigned hide = hidden != NULL && hidden[i] ? reasons : 0;

		if (stmt->params.hide_all || (stmt->params.hidden != NULL &&
									  bms_is_member(i + 1, stmt->params.hidden)))
			hide |= stmt->text.hidden.reason != 0 ? stmt->text.hidden.reason
												  : AUD_REDACTED_TAG;
		aud_buf_char(b, i == 0 ? '[' : ',');
		append_param(b, stmt, &params->params[i], hide);
		if (!b->truncated && aud_buf_room(b) > 0)
			continue;
		b->len = before;
		b->data[before] = '\0';
		b->truncated = false;
		stmt->params.omitted = params->numParams - i;
		break;
	}
	if (b->len > 0)
		aud_buf_char(b, ']');
}

void
aud_params_add(AudStmt *stmt, ParamListInfo params)
{
	size_t       room = aud_config->record_max_bytes / 3;
	AudTextScope scope;
	char        *at;
	AudBuf       b;

	if (params == NULL || params->paramFetch != NULL ||
		params->numParams <= 0 || stmt->place.silent || stmt->params.len > 0)
		return;
	at = aud_stmt_arena(stmt, room + 1);
	if (at == NULL)
		return;
	aud_buf_init(&b, at, room + 1);
	aud_text_begin(&scope);
	append_params(&b, stmt, params);
	aud_text_end(&scope);
	stmt->params.off = stmt->arena.len;
	stmt->params.len = b.len;
	stmt->arena.len += b.len;
}
