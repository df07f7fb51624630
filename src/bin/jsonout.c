/*-------------------------------------------------------------------------
 *
 * jsonout.c
 *	  JSON on standard output, for text of which nothing is known.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/jsonout.h"

#include "core/json_write.h"

void
aud_jsonout_string(FILE *out, const char *s, size_t len)
{
	fputc('"', out);
	while (len > 0)
	{
		char   piece[512];
		AudBuf b;
		size_t used;

		aud_buf_init(&b, piece, sizeof(piece));
		used = aud_json_escape_upto(&b, s, len, sizeof(piece) - 1, NULL);
		fwrite(piece, 1, b.len, out);
		s += used;
		len -= used;
	}
	fputc('"', out);
}
