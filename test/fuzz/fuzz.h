/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What the fuzz targets share: a check that no build option turns off.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FUZZ_H
#define AUD_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                     \
	do                                       \
	{                                        \
		if (!(condition))                    \
		{                                    \
			fprintf(stderr,                  \
					"%s:%d: not true: %s\n", \
					__FILE__,                \
					__LINE__,                \
					#condition);             \
			abort();                         \
		}                                    \
	} while (0)

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* AUD_FUZZ_H */
