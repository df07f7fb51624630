/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  Install functions of the hook files, called once by _PG_init.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_HOOKS_H
#define AUD_HOOKS_H

extern void aud_hooks_executor_install(void);
extern void aud_hooks_utility_install(void);
extern void aud_hooks_session_install(void);

#endif /* AUD_HOOKS_H */
