/*-------------------------------------------------------------------------
 *
 * token_key.h
 *	  secaudit.token_key_command: where the key of tokens comes from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_TOKEN_KEY_H
#define AUD_SERVER_TOKEN_KEY_H

struct AudTokenKey;

/*
 * Define the setting and, in the process that all others are forked from, run
 * the command: FATAL if it gives no key.  Without a command there is none.
 */
extern void aud_token_key_define(void);

/* The key, or NULL.  It is wiped when this process ends. */
extern const struct AudTokenKey *aud_token_key_get(void);

#endif /* AUD_SERVER_TOKEN_KEY_H */
