/*-------------------------------------------------------------------------
 *
 * log_name.c
 *	  The name of a trail: the "log" of its records, 16 hex digits.
 *
 *-------------------------------------------------------------------------
 */
#include "core/log_name.h"

#include <string.h>

#include "core/encode.h"

bool
aud_log_name_draw(char *name, bool (*draw)(void *bytes, size_t n))
{
	unsigned char bytes[AUD_LOG_NAME_LEN / 2];

	for (int i = 0; i < 1000; i++)
	{
		if (!draw(bytes, sizeof(bytes)))
			return false;
		aud_hex_encode(bytes, sizeof(bytes), name);
		if (strchr("abcdf", name[0]) != NULL)
			return true;
	}
	return false;
}

bool
aud_log_name_begins(const char *s)
{
	return strspn(s, "0123456789abcdef") == AUD_LOG_NAME_LEN;
}
