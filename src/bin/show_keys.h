/*-------------------------------------------------------------------------
 *
 * show_keys.h
 *	  The keys of a record in groups, as docs/record.md has them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_SHOW_KEYS_H
#define AUD_BIN_SHOW_KEYS_H

#include <stddef.h>

typedef struct AudKeyGroup
{
	const char *title;
	const char *keys; /* with blanks between them */
} AudKeyGroup;

/* The last one has no title, and every key that no other has. */
extern const AudKeyGroup aud_key_groups[];

/* The next key of a group; NULL: there is none.  Begin with its keys. */
extern const char *aud_key_group_next(const char **keys, size_t *len);

/* The number of the group of a key, key[len]. */
extern size_t aud_key_group(const char *key, size_t len);

#endif /* AUD_BIN_SHOW_KEYS_H */
