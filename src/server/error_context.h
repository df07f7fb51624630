/*-------------------------------------------------------------------------
 *
 * error_context.h
 *	  A callback at the bottom of error_context_stack, which errfinish() calls
 *	  for every error, whatever the server log shows and whoever catches it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_ERROR_CONTEXT_H
#define AUD_SERVER_ERROR_CONTEXT_H

#include <stdbool.h>

/* Called inside errfinish(), for warnings and notices, too.  Must not throw. */
extern void aud_error_context_install(void (*raised)(void *arg));

/*
 * Put the callback back if it is not there: the server empties the stack in
 * its main loop.  Walks the stack.
 */
extern void aud_error_context_link(void);

/* Is this all that is on the stack for a message of the client? */
extern bool aud_error_context_is_bottom(const void *stack);

/*
 * For use in the callback: can no lightweight lock be held, and is no critical
 * section open, at the place where the error was raised?  Taking a lock holds
 * interrupts, so "yes" is certain; "no" may be wrong.
 */
extern bool aud_error_context_is_safe(void);

#endif /* AUD_SERVER_ERROR_CONTEXT_H */
