/*-------------------------------------------------------------------------
 *
 * stack_depth.c
 *	  What hooks of ours take of the stack is not counted against
 *	  max_stack_depth.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tcop/tcopprot.h"

#include "server/stack_depth.h"

/* Recursion is deeper than this long before max_stack_depth is near. */
#define SHALLOW (32 * 1024)

/* Until the first call: everything is below it. */
const char *aud_stack_threshold = (const char *) UINTPTR_MAX;

static int64 left_out; /* bytes, by all hooks that are being executed */

static pg_stack_base_t
current_base(void)
{
	pg_stack_base_t base = set_stack_base();

	restore_stack_base(base);
	return base;
}

/* How much may be left out: as much as max_stack_depth could be raised. */
static int64
room(void)
{
	long limit = get_stack_depth_rlimit();

	if (limit <= 0)
		return 0; /* nobody knows */
	return (int64) limit - STACK_DEPTH_SLOP - max_stack_depth * INT64CONST(1024);
}

/* Not inlined: its own frame begins where the hook's ends. */
pg_noinline AudStackBase
aud_stack_leave_out_slowly(const char *above)
{
	pg_stack_base_t base = current_base();
	ptrdiff_t       bytes = above - (const char *) __builtin_dwarf_cfa();

	/* in single-user mode there is none, and nothing is measured */
	if (base == NULL)
		return NULL;
	if (left_out == 0)
		aud_stack_threshold = base - SHALLOW;
	if (above > aud_stack_threshold || bytes <= 0 || left_out + bytes > room())
		return NULL;
	left_out += bytes;
	restore_stack_base(base - bytes);
	return base;
}

pg_noinline void
aud_stack_count_again_slowly(AudStackBase old)
{
	left_out -= old - current_base();
	restore_stack_base(old);
}
