/*-------------------------------------------------------------------------
 *
 * fault.c
 *	  What is wrong in a JSON text, and where in it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/nearest.h"

/* Bytes of a word that are shown. */
#define WORD_SHOWN 40

bool
aud_fault_at(AudFaultAt *fault, const char *at, const char *fmt, ...)
{
	char    message[sizeof(fault->error.message)];
	va_list args;

	if (fault->error.set)
		return false;
	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	aud_error_set(&fault->error, 0, "%s", message);
	fault->at = at;
	return false;
}

bool
aud_fault_unknown(AudFaultAt *fault, const char *at, const char *what,
				  const char *word, size_t len, const char *const *names)
{
	AudNearest nearest;
	char       list[sizeof(fault->error.message)];
	AudBuf     b;

	aud_nearest_begin(&nearest, word, len);
	aud_buf_init(&b, list, sizeof(list));
	for (const char *const *name = names; *name != NULL; name++)
	{
		aud_nearest_try(&nearest, *name);
		if (b.len > 0)
			aud_buf_lit(&b, ", ");
		aud_buf_cstr(&b, *name);
	}
	if (nearest.name != NULL)
		return aud_fault_at(fault,
							at,
							"unknown %s \"%.*s\", perhaps you meant \"%s\"",
							what,
							len > WORD_SHOWN ? WORD_SHOWN : (int) len,
							word,
							nearest.name);
	return aud_fault_at(fault,
						at,
						"unknown %s \"%.*s\", expected one of %s",
						what,
						len > WORD_SHOWN ? WORD_SHOWN : (int) len,
						word,
						list);
}

bool
aud_fault_no_memory(AudFaultAt *fault)
{
	aud_error_set(&fault->error, ENOMEM, "out of memory");
	return false;
}

static char *
unescaped(const char *text, size_t len, const char *at, AudFaultAt *fault)
{
	char  *plain = malloc(len + 1);
	AudBuf b;

	if (plain == NULL)
	{
		(void) aud_fault_no_memory(fault);
		return NULL;
	}
	aud_buf_init(&b, plain, len + 1);
	if (aud_json_unescape(&b, text, len))
		return plain;
	(void) aud_fault_at(fault, at, "the string has an escape that is no letter");
	free(plain);
	return NULL;
}

char *
aud_fault_string(const AudJsonValue *value, AudFaultAt *fault)
{
	return unescaped(value->text, value->len, aud_fault_place(value), fault);
}

char *
aud_fault_key(const AudJsonMember *m, AudFaultAt *fault)
{
	return unescaped(m->key, m->key_len, m->start, fault);
}
