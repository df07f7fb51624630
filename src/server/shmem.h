/*-------------------------------------------------------------------------
 *
 * shmem.h
 *	  Shared-memory request and start-up hooks: the one place that knows which
 *	  modules own shared memory, and in which order they start.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_SHMEM_H
#define AUD_SERVER_SHMEM_H

extern void aud_shmem_install(void);

#endif /* AUD_SERVER_SHMEM_H */
