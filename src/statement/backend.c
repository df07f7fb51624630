/*-------------------------------------------------------------------------
 *
 * backend.c
 *	  The one piece of memory that says what this process is doing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "statement/backend.h"

static AudBackend backend;

AudBackend *const aud_backend = &backend;
