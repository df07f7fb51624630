/*-------------------------------------------------------------------------
 *
 * file_salvage.h
 *	  Saving records out of a damaged buffer file that was set aside.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_FILE_SALVAGE_H
#define AUD_BUFFER_FILE_SALVAGE_H

/*
 * Take the records of this trail over into the new ring, where the last start
 * found a damaged file.  At start-up, when the log has its name.
 */
extern void aud_buffer_salvage(void);

/* How many records that saved. */
extern int aud_buffer_salvage_count(void);

#endif /* AUD_BUFFER_FILE_SALVAGE_H */
