/*-------------------------------------------------------------------------
 *
 * guc_trail.h
 *	  The settings of buffer, writer and files; guc.c calls this once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_GUC_TRAIL_H
#define AUD_GUC_TRAIL_H

#include "guc.h"

extern void aud_guc_define_trail(AudConfig *config);

#endif /* AUD_GUC_TRAIL_H */
