/*-------------------------------------------------------------------------
 *
 * redaction.c
 *	  What the test costs that decides whether a text is redacted at all.
 *
 * docs/performance.md says how this is built and run.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/redact/redact.h"

#define TIMES 5000000

static const char *const texts[] = {
	"SELECT bal FROM acc WHERE aid = $1",
	"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer NOT NULL "
	"REFERENCES customers, created_at timestamptz DEFAULT now())",
	"ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT ''",
	"CREATE INDEX orders_customer ON orders (customer_id, created_at DESC)",
};

static double
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		size_t len = strlen(texts[i]);
		int    found = 0;
		double begin = now_ns();

		for (int n = 0; n < TIMES; n++)
		{
			const char *volatile text = texts[i]; /* to be asked each time */

			found += aud_redact_may_apply(&aud_redact_secrets_only, text, len);
		}
		printf("%4zu bytes %6.1f ns %s\n",
			   len,
			   (now_ns() - begin) / TIMES,
			   found == 0 ? "" : "redacted");
	}
	return 0;
}
