/*-------------------------------------------------------------------------
 *
 * source.c
 *	  The bytes of a trail's file, plain or compressed.  See source.h.
 *
 * Plain files are read with read(2): mmap would turn a file that is cut under
 * us into SIGBUS, and a follower must see the file grow.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/reader/unpack.h"

#define PLAIN_SUFFIX ".jsonl"

/* A position that lies ahead by less is reached by reading on. */
#define NEAR_BYTES (1024 * 1024)

const char *
aud_source_suffix(AudSourceKind kind)
{
	static const char *const suffixes[] = {"", ".zst", ".gz"};

	return suffixes[kind];
}

static bool
ends_in(const char *s, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && memcmp(s + len - n, suffix, n) == 0;
}

AudSourceKind
aud_source_kind_of_name(const char *name, size_t *stem)
{
	size_t        len = strlen(name);
	AudSourceKind kind = AUD_SOURCE_PLAIN;

	if (ends_in(name, len, aud_source_suffix(AUD_SOURCE_ZSTD)))
		kind = AUD_SOURCE_ZSTD;
	else if (ends_in(name, len, aud_source_suffix(AUD_SOURCE_GZIP)))
		kind = AUD_SOURCE_GZIP;
	if (stem != NULL)
		*stem = len - strlen(aud_source_suffix(kind));
	return kind;
}

/* ---- opening ----------------------------------------------------------- */

/* What the first bytes say, of a file whose name says nothing. */
static AudSourceKind
kind_of_bytes(int fd)
{
	/* a frame; and skippable ones, with which pzstd begins */
	static const unsigned char zstd[4] = {0x28, 0xB5, 0x2F, 0xFD};
	static const unsigned char skippable[3] = {0x2A, 0x4D, 0x18};
	static const unsigned char gzip[3] = {0x1F, 0x8B, 0x08};
	unsigned char              start[4] = {0};
	ssize_t                    got;

	do
		got = pread(fd, start, sizeof(start), 0);
	while (got < 0 && errno == EINTR);
	if (memcmp(start, zstd, sizeof(zstd)) == 0 ||
		((start[0] & 0xF0) == 0x50 &&
		 memcmp(start + 1, skippable, sizeof(skippable)) == 0))
		return AUD_SOURCE_ZSTD;
	if (memcmp(start, gzip, sizeof(gzip)) == 0)
		return AUD_SOURCE_GZIP;
	return AUD_SOURCE_PLAIN;
}

static AudSourceKind
find_kind(const AudSource *s, const char *path)
{
	AudSourceKind kind = aud_source_kind_of_name(path, NULL);

	if (kind == AUD_SOURCE_PLAIN && !ends_in(path, strlen(path), PLAIN_SUFFIX))
		return kind_of_bytes(s->fd);
	return kind;
}

static void
close_unpack(AudUnpack *u)
{
	if (u == NULL)
		return;
	u->stop(u);
	free(u->frames.items);
	free(u->input);
	free(u->path);
	free(u);
}

/* False: there is not enough memory. */
static bool
open_unpack(AudSource *s, const char *path)
{
	AudUnpack *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return false;
	s->unpack = u;
	u->fd = s->fd;
	if (s->kind == AUD_SOURCE_ZSTD)
		aud_unpack_use_zstd(u);
	else
		aud_unpack_use_gzip(u);
	u->path = strdup(path);
	u->input = malloc(AUD_UNPACK_INPUT);
	return u->path != NULL && u->input != NULL && u->start(u);
}

/* O_NONBLOCK: opening a FIFO must not hang; no effect on files. */
static int
open_file(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static bool
set_up(AudSource *s, const char *path, AudError *err)
{
	struct stat st;

	if (fstat(s->fd, &st) != 0)
		aud_error_set(err, errno, "could not stat file \"%s\"", path);
	else if (!S_ISREG(st.st_mode))
		aud_error_set(err, 0, "\"%s\" is not a regular file", path);
	else
	{
		s->kind = find_kind(s, path);
		if (s->kind == AUD_SOURCE_PLAIN || open_unpack(s, path))
			return true;
		aud_error_set(err, ENOMEM, "could not read file \"%s\"", path);
	}
	aud_source_close(s);
	return false;
}

bool
aud_source_open(AudSource *s, const char *path, AudError *err)
{
	char archive[PATH_MAX];

	memset(s, 0, sizeof(*s));
	s->fd = open_file(path);
	if (s->fd >= 0)
		return set_up(s, path, err);

	aud_error_set(err, errno, "could not open file \"%s\"", path);
	if (errno != ENOENT || !ends_in(path, strlen(path), PLAIN_SUFFIX))
		return false;
	for (AudSourceKind kind = AUD_SOURCE_ZSTD; kind <= AUD_SOURCE_GZIP; kind++)
	{
		int n = snprintf(archive,
						 sizeof(archive),
						 "%s%s",
						 path,
						 aud_source_suffix(kind));

		if (n < 0 || n >= (int) sizeof(archive) ||
			(s->fd = open_file(archive)) < 0)
			continue;
		if (err != NULL)
			memset(err, 0, sizeof(*err));
		return set_up(s, archive, err);
	}
	return false;
}

void
aud_source_close(AudSource *s)
{
	close_unpack(s->unpack);
	if (s->fd >= 0)
		close(s->fd);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

/* ---- reading ----------------------------------------------------------- */

static ssize_t
read_plain(AudSource *s, void *buf, size_t n, AudError *err)
{
	ssize_t got;

	do
		got = read(s->fd, buf, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		aud_error_set(err, errno, "could not read");
	return got;
}

static ssize_t
read_archive(AudUnpack *u, void *buf, size_t n, AudError *err)
{
	size_t got = 0;

	if (!u->failed.set && !u->ended)
		u->ended = u->run(u, buf, n, &got) == AUD_UNPACK_END;
	if (got > 0 || !u->failed.set)
		return (ssize_t) got;
	aud_error_set(err, u->failed.sys_errno, "%s", u->failed.message);
	return -1;
}

ssize_t
aud_source_read(AudSource *s, void *buf, size_t n, AudError *err)
{
	ssize_t got = s->unpack == NULL ? read_plain(s, buf, n, err)
									: read_archive(s->unpack, buf, n, err);

	if (got > 0)
		s->at += (uint64_t) got;
	return got;
}

/* ---- going elsewhere --------------------------------------------------- */

static const AudFrames *
frames_of(AudSource *s)
{
	AudUnpack *u = s->unpack;

	if (!u->looked && s->kind == AUD_SOURCE_ZSTD)
		aud_frames_find(s->fd, &u->frames);
	u->looked = true;
	return &u->frames;
}

/* The last frame that starts at the position or before it; else the start. */
static AudFrame
frame_before(const AudFrames *frames, uint64_t at)
{
	AudFrame best = {0, 0};
	size_t   low = 0;
	size_t   high = frames->count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (frames->items[middle].at <= at)
		{
			best = frames->items[middle];
			low = middle + 1;
		}
		else
			high = middle;
	}
	return best;
}

/* Read on up to the position, or to the end. */
static bool
pass_over(AudSource *s, uint64_t at, AudError *err)
{
	static const size_t piece = 32 * 1024;
	char                dropped[32 * 1024];

	while (s->at < at)
	{
		size_t  n = at - s->at < piece ? (size_t) (at - s->at) : piece;
		ssize_t got = aud_source_read(s, dropped, n, err);

		if (got < 0)
			return false;
		if (got == 0)
			break;
	}
	s->at = at;
	return true;
}

static bool
seek_archive(AudSource *s, uint64_t at, AudError *err)
{
	AudUnpack *u = s->unpack;

	if (at < s->at || at - s->at > NEAR_BYTES)
	{
		AudFrame frame = frame_before(frames_of(s), at);

		if (at < s->at || frame.at > s->at)
		{
			memset(&u->failed, 0, sizeof(u->failed));
			if (!aud_unpack_restart(u, frame.packed))
			{
				aud_error_set(err, u->failed.sys_errno, "%s", u->failed.message);
				return false;
			}
			s->at = frame.at;
		}
	}
	return pass_over(s, at, err);
}

bool
aud_source_seek(AudSource *s, uint64_t at, AudError *err)
{
	if (s->unpack != NULL)
		return at == s->at || seek_archive(s, at, err);
	if (lseek(s->fd, (off_t) at, SEEK_SET) < 0)
	{
		aud_error_set(err, errno, "could not seek");
		return false;
	}
	s->at = at;
	return true;
}

bool
aud_source_size(AudSource *s, uint64_t *bytes)
{
	struct stat st;

	if (s->unpack != NULL)
	{
		const AudFrames *frames = frames_of(s);

		*bytes = frames->bytes;
		return frames->complete;
	}
	if (fstat(s->fd, &st) != 0)
		return false;
	*bytes = (uint64_t) st.st_size;
	return true;
}
