/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  Install functions of the hook files, called once by _PG_init, and what
 *	  the hook files share.
 *
 * Every hook calls the next one, whatever it does itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_HOOKS_HOOKS_H
#define AUD_HOOKS_HOOKS_H

extern void aud_hooks_error_install(void);
extern void aud_hooks_executor_install(void);
extern void aud_hooks_object_install(void);
extern void aud_hooks_session_install(void);
extern void aud_hooks_label_install(void);
extern void aud_hooks_utility_install(void);
extern void aud_hooks_xact_install(void);

/*
 * A function is called or looked up while no statement is active: if the
 * client's message is a function call, its frame becomes the active one.
 */
extern void aud_fastpath_function(Oid funcid);
extern void aud_fastpath_install(void);

/* In a walsender: hear its commands from now on. */
extern void aud_replication_start(void);

/*
 * An error is raised while no statement is active: if that happens in a
 * replication command, its frame becomes the active one.
 */
extern void aud_replication_failing(void);

#endif /* AUD_HOOKS_HOOKS_H */
