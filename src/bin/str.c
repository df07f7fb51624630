/*-------------------------------------------------------------------------
 *
 * str.c
 *	  A string that grows.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"

static void
need(AudStr *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 128;

	while (cap < t->len + more + 1)
		cap *= 2;
	if (cap == t->cap)
		return;
	t->s = realloc(t->s, cap);
	if (t->s == NULL)
	{
		aud_ctl_complain("out of memory");
		exit(AUD_EXIT_TROUBLE);
	}
	t->cap = cap;
}

void
aud_str_reset(AudStr *t)
{
	need(t, 0);
	t->len = 0;
	t->s[0] = '\0';
}

void
aud_str_put(AudStr *t, const char *s, size_t n)
{
	need(t, n);
	memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = '\0';
}

void
aud_str_add(AudStr *t, const char *s)
{
	aud_str_put(t, s, strlen(s));
}

void
aud_str_char(AudStr *t, char c)
{
	need(t, 1);
	t->s[t->len++] = c;
	t->s[t->len] = '\0';
}

void
aud_str_printf(AudStr *t, const char *fmt, ...)
{
	va_list args;
	int     n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	need(t, (size_t) n);
	va_start(args, fmt);
	vsnprintf(t->s + t->len, (size_t) n + 1, fmt, args);
	va_end(args);
	t->len += (size_t) n;
}

void
aud_str_free(AudStr *t)
{
	free(t->s);
	memset(t, 0, sizeof(*t));
}
