/*-------------------------------------------------------------------------
 *
 * promotion.h
 *	  A standby becomes a primary.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_PROMOTION_H
#define AUD_WRITER_PROMOTION_H

/* Writer's main loop: has the server been promoted since the last call? */
extern void aud_writer_watch_promotion(void);

#endif /* AUD_WRITER_PROMOTION_H */
