/*-------------------------------------------------------------------------
 *
 * custom.c
 *	  Events that an application puts into the trail itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/json_write.h"
#include "record/identity.h"
#include "record/record.h"
#include "server/guc.h"
#include "statement/backend.h"
#include "statement/custom.h"
#include "statement/guard.h"
#include "statement/statement.h"
#include "statement/xact.h"

void
aud_custom_record(const char *name, const char *detail)
{
	const AudStmt *stmt = aud_statement_active();
	char           storage[AUD_CUSTOM_DETAIL_MAX + 256];
	AudBuf         b;
	AudEventFacts  facts = {
		 .event = "custom",
		 .class = "misc",
		 .when = GetCurrentTimestamp(),
		 .outcome = AUD_OUTCOME_SUCCESS,
		 .identity = aud_identity_now(true)->json,
		 .detail = storage,
		 .duration_us = -1,
		 .xid = GetTopTransactionIdIfAny(),
    };

	aud_buf_init(&b, storage, sizeof(storage));
	if (stmt != NULL)
		aud_json_lit_uint(&b, "stmt", stmt->place.number);
	aud_json_member_word(&b, "custom_event", name);
	aud_buf_cstr(&b, detail);
	aud_record_event(&facts);
	aud_xact_count_record();
	if (aud_config->durability == AUD_DURABILITY_STATEMENT)
		aud_guard_wait();
}
