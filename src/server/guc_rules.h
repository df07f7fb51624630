/*-------------------------------------------------------------------------
 *
 * guc_rules.h
 *	  Definitions of the settings of the rules; for guc.c only; the zones that
 *	  conditions may name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_RULES_H
#define AUD_SERVER_GUC_RULES_H

#include "core/match/window.h"
#include "server/guc.h"

/* changed: called when there are other rules than before, or none. */
extern void aud_guc_define_rules(AudConfig *config, void (*changed)(void));

/* The server's time zones. */
extern const AudZones aud_zones;

#endif /* AUD_SERVER_GUC_RULES_H */
