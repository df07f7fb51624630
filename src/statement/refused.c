/*-------------------------------------------------------------------------
 *
 * refused.c
 *	  Somebody tried to change what is audited, and was refused: an alert.
 *
 * The record of the statement that failed says so as well; the alert is for
 * whoever does not read all failures.  It is there whatever secaudit.log says.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/json_write.h"
#include "record/record.h"
#include "server/guc.h"
#include "statement/refused.h"

#define OURS "secaudit."

static bool
is_ours(const char *setting)
{
	return pg_strncasecmp(setting, OURS, strlen(OURS)) == 0;
}

/*
 * Either secaudit.lock says no, and that is our own message; or the server
 * does, and its message names the setting.
 */
void
aud_refused_read(const ErrorData *edata)
{
	AudErrorState *error = &aud_backend->error;

	error->refuses_setting =
		(edata->sqlerrcode == ERRCODE_CANT_CHANGE_RUNTIME_PARAM &&
		 aud_guc_take_refused()) ||
		(aud_denied_is_parameter(&error->denied) && is_ours(error->denied.name));
}

/*
 * Which one, from the record's ,"setting":"..."; the quotes of a value are
 * escaped, so that this cannot be within one.
 */
static void
append_setting(AudBuf *b, const AudStmt *stmt)
{
	static const char key[] = ",\"setting\":\"" OURS;
	const AudDenied  *denied = &aud_backend->error.denied;
	const char       *details;
	const char       *found;

	if (aud_denied_is_parameter(denied))
	{
		aud_json_member(b, "setting", denied->name, strlen(denied->name));
		return;
	}
	if (stmt == NULL || stmt->detail.len == 0)
		return;
	details = stmt->arena.data + stmt->detail.off;
	found = memmem(details, stmt->detail.len, key, sizeof(key) - 1);
	if (found != NULL)
		aud_buf_append(b,
					   found,
					   strcspn(found + sizeof(key) - 1, "\"") + sizeof(key));
}

void
aud_refused_alert(const AudStmt *stmt, const char *identity)
{
	char          storage[512];
	AudBuf        b;
	AudEventFacts facts =
		aud_record_alert(stmt != NULL ? &stmt->result.failure
									  : &aud_backend->error.last,
						 identity);

	facts.dont_wait = true;
	aud_backend->error.refuses_setting = false;
	facts.detail = storage;
	aud_buf_init(&b, storage, sizeof(storage));
	if (stmt != NULL)
		aud_json_lit_uint(&b, "stmt", stmt->place.number);
	aud_json_lit_word(&b, "reason", "setting_refused");
	append_setting(&b, stmt);
	aud_record_event(&facts);
}
