/*-------------------------------------------------------------------------
 *
 * alert.h
 *	  The writer's alerts on their way into the ring.
 *
 * Appended without waiting for room, which only the writer can make; an alert
 * for which there is none is lost, and the server log has told it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_ALERT_H
#define AUD_WRITER_ALERT_H

#include "buffer/check.h"

/* For each line of the configuration files that is not in force. */
extern void aud_alert_config_files(void);

/* A new file does not have the directory's group: in the server log, too. */
extern void aud_alert_group(const char *file, int why);

/* These parts of the buffer file's header were changed: in the log, too. */
extern void aud_alert_buffer(unsigned parts);

#endif /* AUD_WRITER_ALERT_H */
