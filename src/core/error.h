/*-------------------------------------------------------------------------
 *
 * error.h
 *	  How core functions say what went wrong.
 *
 * A core function that can fail returns false and fills an AudError that its
 * caller owns.  The first error wins: setting a second one is ignored, so
 * cleanup code may fail without hiding the cause.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_ERROR_H
#define AUD_CORE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct AudError
{
	bool set;
	int  sys_errno;    /* errno where a system call failed, else 0 */
	char message[256]; /* lower case, no full stop */
} AudError;

static inline void __attribute__((format(printf, 3, 4)))
aud_error_set(AudError *err, int sys_errno, const char *fmt, ...)
{
	va_list args;

	if (err == NULL || err->set)
		return;
	err->set = true;
	err->sys_errno = sys_errno;
	va_start(args, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
}

#endif /* AUD_CORE_ERROR_H */
