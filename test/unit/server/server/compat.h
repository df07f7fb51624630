/*
 * compat.h
 *	  In place of src/server/compat.h.
 */
#ifndef AUD_SERVER_COMPAT_H
#define AUD_SERVER_COMPAT_H

#define AUD_MY_PROC_NUMBER (MyProc->pgprocno)

#endif /* AUD_SERVER_COMPAT_H */
