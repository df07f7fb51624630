/*-------------------------------------------------------------------------
 *
 * buf.h
 *	  Bounded output buffer used by every serializer.
 *
 * The caller owns the storage.  Appends never allocate and never overrun:
 * once the buffer is full, "truncated" is set and later appends are ignored,
 * so callers may append freely and test the flag once at the end.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_BUF_H
#define AUD_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct AudBuf
{
	char  *data;      /* caller's storage, always NUL-terminated */
	size_t len;       /* bytes used, not counting the NUL */
	size_t cap;       /* size of data[], including the NUL */
	bool   truncated; /* did any append not fit? */
} AudBuf;

/* Start writing into storage[cap]; cap must be at least 1. */
static inline void
aud_buf_init(AudBuf *b, char *storage, size_t cap)
{
	b->data = storage;
	b->len = 0;
	b->cap = cap;
	b->truncated = false;
	b->data[0] = '\0';
}

/* How many more bytes fit. */
static inline size_t
aud_buf_room(const AudBuf *b)
{
	return b->cap - 1 - b->len;
}

/*
 * Make n bytes part of the buffer for the caller to fill at once; NULL, and
 * truncated set, where they do not fit.
 */
static inline char *
aud_buf_reserve(AudBuf *b, size_t n)
{
	char *at;

	if (b->truncated || n > aud_buf_room(b))
	{
		b->truncated = true;
		return NULL;
	}
	at = b->data + b->len;
	b->len += n;
	b->data[b->len] = '\0';
	return at;
}

/* Append n bytes, all of them or none. */
static inline void
aud_buf_append(AudBuf *b, const void *bytes, size_t n)
{
	char *at = aud_buf_reserve(b, n);

	if (at != NULL && n > 0)
		memcpy(at, bytes, n);
}

static inline void
aud_buf_char(AudBuf *b, char c)
{
	aud_buf_append(b, &c, 1);
}

static inline void
aud_buf_cstr(AudBuf *b, const char *s)
{
	aud_buf_append(b, s, strlen(s));
}

/* Append a string literal; its length is known at compile time. */
#define aud_buf_lit(b, literal) \
	aud_buf_append((b), ("" literal ""), sizeof(literal) - 1)

#endif /* AUD_CORE_BUF_H */
