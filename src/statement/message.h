/*-------------------------------------------------------------------------
 *
 * message.h
 *	  The client's current message, which may hold several statements: which
 *	  of them an error belongs to, and what was never reached.
 *
 * Looks at debug_query_string only while that still is the text that was
 * analyzed; reads no catalog and allocates nothing, so that it can be asked
 * while an error is handled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_MESSAGE_H
#define AUD_STATEMENT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of the client's text, not NUL-terminated. */
typedef struct AudSlice
{
	const char *text;
	size_t      len;
} AudSlice;

/* A statement of the text "source" has been analyzed; location and length as in Query. */
extern void aud_message_analyzed(const char *source, int location, int len);

/*
 * A statement sent by the client begins and gets that number: the number of
 * the first statement of the text if the text holds several, otherwise 0.
 */
extern uint64_t aud_message_begin(uint64_t number);

/* Has the statement that the client's message has come to begun to execute? */
extern bool aud_message_has_begun(void);

/* The same for an error that is none. */
extern uint64_t aud_message_batch(void);

/*
 * What an error outside of any statement is about: the statement that was
 * being planned, or everything from the one on that could not be analyzed.
 */
extern AudSlice aud_message_failed(void);

/*
 * What comes after the current statement and is not executed if that fails;
 * text is NULL if there is nothing, otherwise it ends where the message does.
 */
extern AudSlice aud_message_rest(void);

#endif /* AUD_STATEMENT_MESSAGE_H */
