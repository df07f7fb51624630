/*-------------------------------------------------------------------------
 *
 * guc_context.h
 *	  secaudit.context: what an application says of its own request.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_CONTEXT_H
#define AUD_SERVER_GUC_CONTEXT_H

#include "server/guc.h"

/* Longest secaudit.context, bytes. */
#define AUD_CONTEXT_MAX 256

/* Define the setting, which changes "context" and "context_changes" of c. */
extern void aud_guc_define_context(AudConfig *c);

#endif /* AUD_SERVER_GUC_CONTEXT_H */
