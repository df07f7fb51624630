/*-------------------------------------------------------------------------
 *
 * unpack.h
 *	  Between source.c and the formats of archives: an archive's compressed
 *	  bytes, and what a format does with them.
 *
 * source.c opens and dispatches, unpack.c hands out compressed bytes,
 * unpack_zstd.c and unpack_gzip.c are one format each, frames.c finds the
 * frames of zstd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_READER_UNPACK_H
#define AUD_CORE_READER_UNPACK_H

#include "core/reader/source.h"

/* Compressed bytes are read in pieces of this size. */
#define AUD_UNPACK_INPUT (64 * 1024)

typedef enum AudUnpackStatus
{
	AUD_UNPACK_MORE, /* output is full */
	AUD_UNPACK_END,  /* the clean end of the archive */
	AUD_UNPACK_FAILED,
} AudUnpackStatus;

/* One stretch of a zstd file that can be decompressed by itself. */
typedef struct AudFrame
{
	uint64_t packed; /* offset in the file ... */
	uint64_t at;     /* ... and of its first byte in the trail */
} AudFrame;

typedef struct AudFrames
{
	AudFrame *items;
	size_t    count;
	uint64_t  bytes;    /* of the trail, if complete */
	bool      complete; /* did each frame say its size, up to the file's end? */
} AudFrames;

typedef struct AudUnpack
{
	int            fd;
	const char    *format; /* "zstd", "gzip" */
	char          *path;   /* for messages */
	unsigned char *input;
	size_t         len;     /* bytes in input ... */
	size_t         pos;     /* ... and how many of them are used */
	bool           started; /* has any byte been used? */
	bool           ended;
	AudError       failed; /* set: every further read says this */

	bool      looked; /* for frames */
	AudFrames frames;

	void *state; /* the format's */
	bool (*start)(struct AudUnpack *u);
	AudUnpackStatus (*run)(struct AudUnpack *u, char *out, size_t n, size_t *got);
	void (*stop)(struct AudUnpack *u);
} AudUnpack;

/* Set the format's functions. */
extern void aud_unpack_use_zstd(AudUnpack *u);
extern void aud_unpack_use_gzip(AudUnpack *u);

/* See that there is unused input; false: the file's end, or a failure. */
extern bool aud_unpack_fill(AudUnpack *u);

/* The archive is damaged, or ends within what it holds; AUD_UNPACK_FAILED. */
extern AudUnpackStatus aud_unpack_damaged(AudUnpack *u, const char *why);
extern AudUnpackStatus aud_unpack_cut(AudUnpack *u);

/* Begin anew at a compressed offset where a frame starts. */
extern bool aud_unpack_restart(AudUnpack *u, uint64_t packed);

/*
 * Find the frames of a zstd file, without decompressing: as many as can be
 * told in which place they are.
 */
extern void aud_frames_find(int fd, AudFrames *frames);

#endif /* AUD_CORE_READER_UNPACK_H */
