/*-------------------------------------------------------------------------
 *
 * token_key.c
 *	  secaudit.token_key_command: where the key of tokens comes from.
 *
 * It is run once, at the start of the server, as ssl_passphrase_command is:
 * whoever keeps keys elsewhere (in a file of root's, in a vault) need not write
 * it into the configuration.  Every process makes tokens, so every process has
 * the key, in memory that it was forked with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "utils/guc.h"

#include "core/redact/token_key.h"
#include "server/token_key.h"

/* What the command prints may have blanks around the key. */
#define OUTPUT_MAX 1024

#define WAY_OUT                                                                \
	"The command has to print a key of %d bytes or more in hex or base64, as " \
	"\"openssl rand -hex 32\" makes one. Remove "                              \
	"secaudit.token_key_command to start without tokens."

static char        *command;
static AudTokenKey *key;
static pid_t        wiped_in; /* the process that will wipe it */

static void
wipe_key(int code, Datum arg)
{
	aud_token_key_free(key);
	key = NULL;
}

const AudTokenKey *
aud_token_key_get(void)
{
	/* a fork has forgotten what its parent wanted to do at its end */
	if (key != NULL && wiped_in != MyProcPid)
	{
		wiped_in = MyProcPid;
		on_proc_exit(wipe_key, (Datum) 0);
	}
	return key;
}

/* Up to cap bytes of what the command prints. */
static size_t
run_command(char *output, size_t cap)
{
	FILE  *pipe = OpenPipeStream(command, "r");
	size_t n;
	int    failure;
	int    status;

	if (pipe == NULL)
	{
		ereport(FATAL,
				errcode_for_file_access(),
				errmsg("could not execute command \"%s\": %m", command),
				errhint(WAY_OUT, AUD_TOKEN_KEY_MIN));
		return 0; /* never, but not every checker knows */
	}
	setvbuf(pipe, NULL, _IONBF, 0); /* no copy that would not be wiped */
	n = fread(output, 1, cap, pipe);
	failure = ferror(pipe) ? errno : 0;
	status = ClosePipeStream(pipe);
	if (failure == 0 && status == 0)
		return n;
	explicit_bzero(output, cap);
	ereport(FATAL,
			errcode(ERRCODE_CONFIG_FILE_ERROR),
			errmsg("secaudit.token_key_command failed"),
			errdetail("Command \"%s\": %s.",
					  command,
					  failure != 0 ? strerror(failure)
								   : wait_result_to_str(status)),
			errhint(WAY_OUT, AUD_TOKEN_KEY_MIN));
	return 0;
}

static void
load_key(void)
{
	char     output[OUTPUT_MAX];
	size_t   n = run_command(output, sizeof(output));
	AudError err = {0};

	key = aud_token_key_read(output, n, &err);
	explicit_bzero(output, sizeof(output));
	if (key == NULL)
		ereport(FATAL,
				errcode(ERRCODE_CONFIG_FILE_ERROR),
				errmsg("secaudit.token_key_command gives no key"),
				errdetail("Command \"%s\": %s.", command, err.message),
				errhint(WAY_OUT, AUD_TOKEN_KEY_MIN));
}

void
aud_token_key_define(void)
{
	DefineCustomStringVariable("secaudit.token_key_command",
							   "Shell command that prints the key of redaction's tokens, at the start of the server.",
							   "At least 32 bytes in hex or base64. Empty means that there are no tokens.",
							   &command,
							   "",
							   PGC_POSTMASTER,
							   GUC_SUPERUSER_ONLY | GUC_NOT_IN_SAMPLE,
							   NULL,
							   NULL,
							   NULL);
	if (command[0] != '\0' && !IsUnderPostmaster)
		load_key();
}
