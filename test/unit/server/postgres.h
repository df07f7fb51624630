/*-------------------------------------------------------------------------
 *
 * postgres.h
 *	  As much of the server as the files need that work on plain memory: the
 *	  unit tests are built without one.
 *
 * The server's types and macros, spelled as in the server; memory is malloc'd,
 * and what is reported with ereport() goes nowhere.
 *
 *-------------------------------------------------------------------------
 */
#ifndef POSTGRES_H
#define POSTGRES_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int64_t  int64;
typedef uint8_t  uint8;
typedef uint16_t uint16;
typedef uint32_t uint32;
typedef uint64_t uint64;

#define UINT64CONST(x)                    UINT64_C(x)
#define UINT64_FORMAT                     "%lu"
#define PG_INT32_MAX                      INT32_MAX
#define MAXPGPATH                         1024
#define PG_CACHE_LINE_SIZE                128
#define pg_attribute_aligned(a)           __attribute__((aligned(a)))
#define StaticAssertDecl(condition, text) _Static_assert(condition, text)
#define Assert(condition)                 assert(condition)
#define Min(x, y)                         ((x) < (y) ? (x) : (y))
#define Max(x, y)                         ((x) > (y) ? (x) : (y))
#define TYPEALIGN(to, n)                  (((n) + ((to) -1)) & ~((uint64) ((to) -1)))

#define palloc(size)      malloc(size)
#define palloc0(size)     calloc(1, size)
#define repalloc(p, size) realloc(p, size)
#define pfree(p)          free(p)
#define pnstrdup(s, n)    strndup(s, n)

#define LOG                 15
#define errmsg(...)         0
#define errdetail(...)      0
#define ereport(level, ...) ((void) (__VA_ARGS__))

/* Under a name of its own: glibc has one from 2.38 on. */
#define strlcpy(to, from, size) plain_strlcpy(to, from, size)

static inline size_t
plain_strlcpy(char *to, const char *from, size_t size)
{
	size_t len = strlen(from);

	if (size > 0)
	{
		size_t n = len < size - 1 ? len : size - 1;

		memcpy(to, from, n);
		to[n] = '\0';
	}
	return len;
}

#endif /* POSTGRES_H */
