/*-------------------------------------------------------------------------
 *
 * index_file.h
 *	  Inside of an index: its name, and what ties it to its file.
 *
 * Core layer: no postgres.h, no I/O.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_INDEX_FILE_H
#define AUD_CORE_SEARCH_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The index of a file, plain or archived; false: its name is none of a trail. */
extern bool aud_index_name(char *name, size_t size, const char *path);

/* SHA-256 of the file's first line, or of as much of it as counts. */
extern bool aud_index_head(const char *line, size_t len, unsigned char *digest);

#endif /* AUD_CORE_SEARCH_INDEX_FILE_H */
