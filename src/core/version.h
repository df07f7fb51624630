/*-------------------------------------------------------------------------
 *
 * version.h
 *	  The version of secaudit.  secaudit.control has it once more, for SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_VERSION_H
#define AUD_CORE_VERSION_H

#define AUD_VERSION "1.0"

#endif /* AUD_CORE_VERSION_H */
