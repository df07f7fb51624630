/*-------------------------------------------------------------------------
 *
 * redact.h
 *	  Hiding secrets in SQL text.
 *
 * Works on the text alone, with a lexer that knows PostgreSQL's quoting, so
 * that statements which never parse are covered too.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_H
#define AUD_CORE_REDACT_H

#include "core/buf.h"

/*
 * Quick test for the hot path: false means that aud_redact_secrets() would
 * change nothing.  True means only that it is worth a look.
 */
extern bool aud_redact_may_apply(const char *sql, size_t len);

/*
 * Append sql[len] to out with every secret literal replaced by
 * '<redacted>'; returns how many were replaced.  out needs room for
 * len + 12 * (len / 2) bytes in the worst case; with less room the text is
 * cut (out->truncated), a secret is never let through.
 */
extern size_t aud_redact_secrets(AudBuf *out, const char *sql, size_t len);

#endif /* AUD_CORE_REDACT_H */
