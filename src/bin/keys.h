/*-------------------------------------------------------------------------
 *
 * keys.h
 *	  The keys of a record, in its order, and what each says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_KEYS_H
#define AUD_BIN_KEYS_H

#include <stddef.h>

typedef struct AudKey
{
	const char *name;
	const char *says;
} AudKey;

/* The last one has no name. */
extern const AudKey aud_keys[];

/* NULL: there is no such key. */
extern const AudKey *aud_key_find(const char *name, size_t len);

/* The key that is spelled most like it; NULL: none is near. */
extern const char *aud_key_nearest(const char *name, size_t len);

/* One line for each, on standard output. */
extern void aud_keys_print(void);

#endif /* AUD_BIN_KEYS_H */
