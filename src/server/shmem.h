/*-------------------------------------------------------------------------
 *
 * shmem.h
 *	  Shared memory, and what has to be done before any other process exists.
 *
 * Which parts there are, and in which order they start, is the caller's to
 * say.  The server gives two moments: when it asks how much shared memory is
 * wanted, and when that memory is there.  The second one comes in the
 * postmaster (or the single-user process), at the start of the server and
 * again after the crash of a backend, when shared memory is made anew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_SHMEM_H
#define AUD_SERVER_SHMEM_H

#include <stddef.h>

/* Any of these may be NULL. */
typedef struct AudShmemPart
{
	size_t (*size)(void); /* bytes of shared memory */
	const char *tranche;  /* one LWLock of this name */

	/* Take the memory and initialise it; under the server's lock for that. */
	void (*init)(void);

	/*
	 * What takes longer, or may fail: files, locks on files.  Under no lock;
	 * FATAL stops the server.
	 */
	void (*start)(void);
} AudShmemPart;

/*
 * From _PG_init.  parts[n] must stay where it is.  All init() come first, then
 * all start(), each in the order of the table.
 */
extern void aud_shmem_install(const AudShmemPart *parts, int n);

#endif /* AUD_SERVER_SHMEM_H */
