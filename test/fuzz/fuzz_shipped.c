/*-------------------------------------------------------------------------
 *
 * fuzz_shipped.c
 *	  A watermark is believed only if it is, byte for byte, what is written.
 *
 * Retention deletes by it.  What is read can be written again and read again.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/reader/shipped.h"
#include "fuzz.h"
#include "fuzz_files.h"

#define LOG  "00112233aabbccdd"
#define NAME "secaudit.shipped." LOG

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AudShipped       shipped;
	AudShipped       same;
	AudError         err = {0};
	AudShippedStatus status;
	char             back[1024];
	char             path[256];
	size_t           n;
	FILE            *f;

	snprintf(path, sizeof(path), "%s", fuzz_files_write(NAME, data, size));
	status = aud_shipped_read(fuzz_files_dir(), LOG, &shipped, &err);
	CHECK(status != AUD_SHIPPED_NONE);
	CHECK((status == AUD_SHIPPED_FAILED) == err.set);
	if (status == AUD_SHIPPED_FAILED)
	{
		CHECK(shipped.seq == 0 && shipped.log[0] == '\0');
		return 0;
	}
	CHECK(strcmp(shipped.log, LOG) == 0);
	CHECK(memchr(shipped.file, '\0', sizeof(shipped.file)) != NULL);
	CHECK(aud_shipped_write(fuzz_files_dir(), &shipped, &err));
	f = fopen(path, "re");
	CHECK(f != NULL);
	n = fread(back, 1, sizeof(back), f);
	fclose(f);
	CHECK(n == size && memcmp(back, data, n) == 0);
	CHECK(aud_shipped_read(fuzz_files_dir(), LOG, &same, &err) ==
		  AUD_SHIPPED_READ);
	CHECK(same.seq == shipped.seq && strcmp(same.file, shipped.file) == 0);
	return 0;
}
