/*
 * proc.h
 *	  The process that a unit test plays.
 */
#ifndef PROC_H
#define PROC_H

#define NUM_AUXILIARY_PROCS 5

typedef struct PGPROC
{
	int            pgprocno;
	int            pid;
	struct PGPROC *lockGroupLeader;
} PGPROC;

extern PGPROC *MyProc;

#endif /* PROC_H */
