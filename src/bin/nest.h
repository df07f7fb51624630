/*-------------------------------------------------------------------------
 *
 * nest.h
 *	  Statements under those that they ran inside of.
 *
 * A trail has a statement behind what ran inside of it, since each is written
 * when it ends.  Here the inner ones are held until their outer one comes, and
 * then shown behind it.  An outer one that does not come, because a filter
 *leaves it out or the trail begins behind it, is given up as soon as its
 *session goes on with another statement, or too much is held.
 *
 * The trail may be hostile: statements inside of themselves, or in circles, are
 * shown once, as those whose parent is not in sight.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_NEST_H
#define AUD_BIN_NEST_H

#include "bin/record.h"

/* Bytes of a session's id that tell it from others. */
#define AUD_NEST_SESSION 40

typedef struct AudNestItem AudNestItem;

/* Begin with {0} and the first four. */
typedef struct AudNest
{
	/* depth: 0 at the top, or AUD_ROW_ORPHAN; valid during the call */
	void (*show)(void *arg, AudRecord *record, int depth);
	void  *arg;
	size_t max_records; /* held at a time */
	size_t max_bytes;

	AudNestItem *items; /* in the order in which they came */
	size_t       n;
	size_t       cap;
	size_t       bytes;
	size_t      *order; /* of one session: by parent */
	size_t       n_order;
	size_t       order_cap;

	/* The statement at the top that was shown last */
	char     last_session[AUD_NEST_SESSION];
	uint64_t last_stmt;

	AudRecord again; /* a held one that is shown */
} AudNest;

/* The next record: it and others are shown, or it is held. */
extern void aud_nest_add(AudNest *nest, AudRecord *record);

/* Hold a record that has a parent, whatever is shown already. */
extern void aud_nest_hold(AudNest *nest, const AudRecord *record);

/* Show what is still held. */
extern void aud_nest_flush(AudNest *nest);

/* Show only what is held of this session inside of this statement, from depth on. */
extern void aud_nest_show_inside(AudNest *nest, const char *session,
								 uint64_t stmt, int depth);
extern void aud_nest_free(AudNest *nest);

#endif /* AUD_BIN_NEST_H */
