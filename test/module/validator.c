/*-------------------------------------------------------------------------
 *
 * validator.c
 *	  An OAuth validator (18) for t/090_newer_oauth.pl: the token "sesame-NAME"
 *	  shows that the bearer is NAME, who may connect; "known-NAME" shows the
 *	  name of somebody who may not; another one makes no sense.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/oauth.h"

PG_MODULE_MAGIC;

static bool
validate(const ValidatorModuleState *state, const char *token, const char *role,
		 ValidatorModuleResult *result)
{
	bool may = strncmp(token, "sesame-", 7) == 0;

	if (strcmp(token, "none-at-all") == 0)
		return false;
	if (may || strncmp(token, "known-", 6) == 0)
		result->authn_id = pstrdup(strchr(token, '-') + 1);
	result->authorized = may;
	return true;
}

static const OAuthValidatorCallbacks callbacks = {
	.magic = PG_OAUTH_VALIDATOR_MAGIC,
	.validate_cb = validate,
};

const OAuthValidatorCallbacks *
_PG_oauth_validator_module_init(void)
{
	return &callbacks;
}
