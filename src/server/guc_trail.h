/*-------------------------------------------------------------------------
 *
 * guc_trail.h
 *	  The settings of buffer, writer and files; guc.c calls this once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_TRAIL_H
#define AUD_SERVER_GUC_TRAIL_H

#include "server/guc.h"

extern void aud_guc_define_trail(AudConfig *config);

#endif /* AUD_SERVER_GUC_TRAIL_H */
