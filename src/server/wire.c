/*-------------------------------------------------------------------------
 *
 * wire.c
 *	  Listening to what is sent to the client.
 *
 * The functions that send messages are called through a table that may be
 * replaced (parallel workers do it), so a copy with two entries of our own
 * takes its place for as long as somebody listens: during a function call,
 * in a walsender, from an error to the next ReadyForQuery, and from a commit
 * that changed who acts to its CommandComplete.  Other results are sent as
 * ever.
 *
 * What we rely on, to be checked in a new major version: PqCommMethods and
 * its entries putmessage and putmessage_noblock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/libpq.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"

#include "server/error_context.h"
#include "server/wire.h"

static const PQcommMethods *next_methods;
static PQcommMethods        methods;
static AudListener          listener;
static bool                 rearm;
static void (*at_rest)(void);
static void (*before_answer)(void);

static void take_away(void);

/*
 * The error report is sent when the stack of error callbacks has been
 * emptied, and before anything else can fail.  ReadyForQuery is sent when the
 * error has been dealt with.
 */
static void
look_at(char type, const char *body, size_t len)
{
	if (before_answer != NULL && (type == 'C' || type == 'Z'))
	{
		void (*call)(void) = before_answer;

		before_answer = NULL;
		if (listener == NULL && !rearm)
			take_away();
		call();
	}
	if (rearm && (type == 'E' || type == 'Z'))
		aud_error_context_link();
	if (rearm && type == 'Z')
	{
		void (*call)(void) = at_rest;

		rearm = false;
		at_rest = NULL;
		if (listener == NULL && before_answer == NULL)
			take_away();
		if (call != NULL)
			call();
	}
	if (listener != NULL)
		listener(type, body, len);
}

static int
aud_putmessage(char type, const char *body, size_t len)
{
	look_at(type, body, len);
	return next_methods->putmessage(type, body, len);
}

static void
aud_putmessage_noblock(char type, const char *body, size_t len)
{
	look_at(type, body, len);
	next_methods->putmessage_noblock(type, body, len);
}

static void
put_in_place(void)
{
	if (PqCommMethods == &methods)
		return;
	next_methods = PqCommMethods;
	methods = *PqCommMethods;
	methods.putmessage = aud_putmessage;
	methods.putmessage_noblock = aud_putmessage_noblock;
	PqCommMethods = &methods;
}

/* If somebody else has come on top of us meanwhile, we only pass on. */
static void
take_away(void)
{
	if (PqCommMethods == &methods)
		PqCommMethods = next_methods;
}

void
aud_wire_listen(AudListener new_listener)
{
	listener = new_listener;
	if (listener != NULL)
		put_in_place();
	else if (!rearm && before_answer == NULL)
		take_away();
}

void
aud_wire_rearm(void (*call)(void))
{
	if (whereToSendOutput != DestRemote)
		return;
	rearm = true;
	if (call != NULL)
		at_rest = call;
	put_in_place();
}

void
aud_wire_before_answer(void (*call)(void))
{
	if (whereToSendOutput != DestRemote)
		return;
	before_answer = call;
	put_in_place();
}
