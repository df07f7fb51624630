/*-------------------------------------------------------------------------
 *
 * version.h
 *	  The version of secaudit.  Where else it stands, scripts/check-release says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_VERSION_H
#define AUD_CORE_VERSION_H

#define AUD_VERSION "1.1"

#endif /* AUD_CORE_VERSION_H */
