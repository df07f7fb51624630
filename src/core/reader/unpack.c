/*-------------------------------------------------------------------------
 *
 * unpack.c
 *	  The compressed bytes of an archive, and what is said when they are bad.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/unpack.h"

#include <errno.h>
#include <unistd.h>

bool
aud_unpack_fill(AudUnpack *u)
{
	ssize_t got;

	if (u->pos < u->len)
		return true;
	do
		got = read(u->fd, u->input, AUD_UNPACK_INPUT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		aud_error_set(&u->failed, errno, "could not read file \"%s\"", u->path);
	u->pos = 0;
	u->len = got > 0 ? (size_t) got : 0;
	if (got > 0)
		u->started = true;
	return got > 0;
}

AudUnpackStatus
aud_unpack_damaged(AudUnpack *u, const char *why)
{
	aud_error_set(&u->failed, 0, "archive \"%s\" is damaged: %s", u->path, why);
	return AUD_UNPACK_FAILED;
}

AudUnpackStatus
aud_unpack_cut(AudUnpack *u)
{
	return aud_unpack_damaged(u,
							  u->started ? "it ends before its contents do"
										 : "it is empty");
}

bool
aud_unpack_restart(AudUnpack *u, uint64_t packed)
{
	if (lseek(u->fd, (off_t) packed, SEEK_SET) < 0)
	{
		aud_error_set(&u->failed, errno, "could not seek in file \"%s\"", u->path);
		return false;
	}
	u->pos = u->len = 0;
	u->ended = false;
	if (u->start(u))
		return true;
	aud_error_set(&u->failed, ENOMEM, "could not read file \"%s\"", u->path);
	return false;
}
