/*
 * compat.h
 *	  In place of src/server/compat.h.
 */
#ifndef AUD_SERVER_COMPAT_H
#define AUD_SERVER_COMPAT_H

#define AUD_PROC_NUMBER(proc) ((proc)->pgprocno)

#endif /* AUD_SERVER_COMPAT_H */
