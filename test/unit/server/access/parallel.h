/*
 * parallel.h
 *	  No process of a unit test is a parallel worker.
 */
#ifndef PARALLEL_H
#define PARALLEL_H

#define IsParallelWorker() false

#endif /* PARALLEL_H */
