/*-------------------------------------------------------------------------
 *
 * guc_redact_tags.h
 *	  secaudit.redact_tags: whose columns' values are hidden.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_REDACT_TAGS_H
#define AUD_SERVER_GUC_REDACT_TAGS_H

#include "utils/guc.h"

#include "server/guc.h"

/*
 * Define the setting, which changes "redact_tags" and "redact_tags_changes" of
 * c.  allowed: may a value from this source be set at all?
 */
extern void aud_guc_define_redact_tags(AudConfig *c,
									   bool (*allowed)(GucSource source));

#endif /* AUD_SERVER_GUC_REDACT_TAGS_H */
