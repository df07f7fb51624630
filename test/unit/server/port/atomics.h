/*
 * atomics.h
 *	  One thread is enough for the unit tests: plain memory and compiler
 *	  barriers.
 */
#ifndef ATOMICS_H
#define ATOMICS_H

typedef struct pg_atomic_uint32
{
	volatile uint32 value;
} pg_atomic_uint32;

typedef struct pg_atomic_uint64
{
	volatile uint64 value;
} pg_atomic_uint64;

#define pg_compiler_barrier() __asm__ __volatile__("" ::: "memory")
#define pg_read_barrier()     pg_compiler_barrier()
#define pg_write_barrier()    pg_compiler_barrier()

static inline uint32
pg_atomic_read_u32(pg_atomic_uint32 *p)
{
	return p->value;
}

static inline void
pg_atomic_write_u32(pg_atomic_uint32 *p, uint32 value)
{
	p->value = value;
}

static inline uint64
pg_atomic_read_u64(pg_atomic_uint64 *p)
{
	return p->value;
}

static inline void
pg_atomic_write_u64(pg_atomic_uint64 *p, uint64 value)
{
	p->value = value;
}

static inline uint64
pg_atomic_fetch_add_u64(pg_atomic_uint64 *p, uint64 add)
{
	uint64 before = p->value;

	p->value = before + add;
	return before;
}

static inline bool
pg_atomic_compare_exchange_u64(pg_atomic_uint64 *p, uint64 *expected, uint64 value)
{
	if (p->value != *expected)
	{
		*expected = p->value;
		return false;
	}
	p->value = value;
	return true;
}

#endif /* ATOMICS_H */
