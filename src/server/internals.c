/*-------------------------------------------------------------------------
 *
 * internals.c
 *	  What the compiler can check of the internals that compat.h lists.
 *
 * A member that a major moves, renames or gives another type stops the build
 * here, not a server.  No code comes of it.  What the members mean, and when
 * the server sets them, is for a reader of its source: the list says what to
 * look at, and a major that nobody has looked at does not build at all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/copy.h"
#include "commands/copyfrom_internal.h"
#include "commands/extension.h"
#include "libpq/libpq.h"
#include "pgstat.h"
#include "replication/walsender.h"
#include "replication/walsender_private.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/pgstat_internal.h"

#include "server/compat.h"

/* make COPT_DEV=-DAUD_TRY_NEWER_MAJOR, once the list has been gone through. */
#if PG_VERSION_NUM >= (AUD_NEWEST_KNOWN_MAJOR + 1) * 10000 && \
	!defined(AUD_TRY_NEWER_MAJOR)
#error "This major of PostgreSQL is newer than secaudit.  src/server/compat.h lists the internals of the server to check first."
#endif

#define IS_OF_TYPE(expression, type) \
	__builtin_types_compatible_p(__typeof__(expression), type)

/* The name is for the compiler's message about a member that is not there. */
#define SEE_THE_LIST_OF_INTERNALS_IN_SERVER_COMPAT_H(struct_type, member, type) \
	StaticAssertDecl(IS_OF_TYPE(((struct_type *) 0)->member, type),             \
					 #struct_type "." #member " is no longer " #type            \
								  ": check the list of internals in "           \
								  "src/server/compat.h")
#define MEMBER SEE_THE_LIST_OF_INTERNALS_IN_SERVER_COMPAT_H

#define VARIABLE(variable, type)                                   \
	StaticAssertDecl(IS_OF_TYPE(variable, type),                   \
					 #variable " is no longer " #type              \
							   ": check the list of internals in " \
							   "src/server/compat.h")

/* server/processes.c */
MEMBER(PROC_HDR, allProcs, PGPROC *);
MEMBER(PGPROC, procLatch.owner_pid, int);
MEMBER(PGPROC, lockGroupLeader, PGPROC *);
MEMBER(WalSndCtlData, walsnds[0].pid, pid_t);
VARIABLE(MaxBackends, int);
VARIABLE(max_wal_senders, int);

/* server/wire.c: another member would not be passed on */
VARIABLE(PqCommMethods, const PQcommMethods *);
MEMBER(PQcommMethods, putmessage, int (*)(char, const char *, size_t));
MEMBER(PQcommMethods, putmessage_noblock, void (*)(char, const char *, size_t));
StaticAssertDecl(sizeof(PQcommMethods) == 6 * sizeof(void (*)(void)),
				 "PQcommMethods has other members: check the list of internals "
				 "in src/server/compat.h");

/* server/activity.c */
VARIABLE(MyBEEntry, PgBackendStatus *);
MEMBER(PgBackendStatus, st_state, BackendState);
MEMBER(PgBackendStatus, st_progress_command, ProgressCommandType);
MEMBER(PgBackendStatus, st_progress_param[0], int64);
VARIABLE(&CopyFromErrorCallback, void (*)(void *));
MEMBER(CopyFromStateData, cur_lineno, uint64);
MEMBER(CopyFromStateData, opts.header_line, AUD_COPY_HEADER_TYPE);

/* server/tables.c */
VARIABLE(&pgstat_get_xact_stack_level, PgStat_SubXactStatus *(*) (int) );
MEMBER(PgStat_SubXactStatus, first, PgStat_TableXactStatus *);
MEMBER(PgStat_TableXactStatus, next, PgStat_TableXactStatus *);
MEMBER(PgStat_TableXactStatus, parent, PgStat_TableStatus *);
MEMBER(PgStat_TableXactStatus, tuples_inserted, PgStat_Counter);
MEMBER(PgStat_TableXactStatus, inserted_pre_truncdrop, PgStat_Counter);
MEMBER(PgStat_TableXactStatus, truncdropped, bool);

/* server/settings.c: what belongs to a type of settings is read by name */
MEMBER(struct config_generic, name, const char *);
MEMBER(struct config_generic, flags, int);
MEMBER(struct config_generic, source, GucSource);
MEMBER(struct config_generic, vartype, enum config_type);

/* hooks/error.c, server/error_context.c, server/safely.c */
VARIABLE(error_context_stack, ErrorContextCallback *);
MEMBER(ErrorContextCallback, previous, struct ErrorContextCallback *);
MEMBER(ErrorContextCallback, callback, void (*)(void *));
VARIABLE(InterruptHoldoffCount, volatile uint32);
VARIABLE(QueryCancelHoldoffCount, volatile uint32);
VARIABLE(CritSectionCount, volatile uint32);

/* statement/place.c */
VARIABLE(creating_extension, bool);
VARIABLE(&InNoForceRLSOperation, bool (*)(void));
