/*-------------------------------------------------------------------------
 *
 * token.c
 *	  secauditctl token: the tokens that stand for values in the trail, for
 *	  whoever holds the key.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bin/ctl.h"
#include "core/redact/token_key.h"

/* What a key may have around it: blanks. */
#define KEY_TEXT_MAX 1024

static void
print_help(void)
{
	printf("secauditctl token prints the tokens that stand for values in the "
		   "trail.\n\n"
		   "Usage:\n"
		   "  secauditctl token [OPTION]... VALUE...\n"
		   "  secauditctl token [OPTION]... -\n\n"
		   "Options:\n"
		   "      --key-command=CMD  shell command that prints the key, as\n"
		   "                         secaudit.token_key_command\n"
		   "      --key-file=FILE    file with the key, in hex or base64\n"
		   "      --key-id           print which key it is, as token_key of\n"
		   "                         audit.start, and no token\n"
		   "  -?, --help             print this help, then exit\n\n"
		   "With -, each line of standard input is a value: it need not stand "
		   "in the\nhistory of the shell, or in the list of processes.\n");
}

/* Read the key from an open stream; what was read is wiped. */
static AudTokenKey *
read_key(FILE *f, AudError *err)
{
	char         text[KEY_TEXT_MAX];
	size_t       n;
	AudTokenKey *key = NULL;

	setvbuf(f, NULL, _IONBF, 0); /* no copy that would not be wiped */
	n = fread(text, 1, sizeof(text), f);
	if (ferror(f))
		aud_error_set(err, errno, "could not read the key");
	else
		key = aud_token_key_read(text, n, err);
	OPENSSL_cleanse(text, sizeof(text));
	return key;
}

static AudTokenKey *
key_of_command(const char *command, AudError *err)
{
	FILE        *f = popen(command, "r");
	AudError     problem = {0};
	AudTokenKey *key;
	int          status;

	if (f == NULL)
	{
		aud_error_set(err, errno, "could not execute \"%s\"", command);
		return NULL;
	}
	key = read_key(f, &problem);
	status = pclose(f);
	if (status == 0)
	{
		if (key == NULL)
			*err = problem;
		return key;
	}
	/* what it says of the key is of no interest if it failed */
	aud_token_key_free(key);
	if (WIFEXITED(status))
		aud_error_set(err,
					  0,
					  "\"%s\" failed with exit code %d",
					  command,
					  WEXITSTATUS(status));
	else
		aud_error_set(err, 0, "\"%s\" was terminated", command);
	return NULL;
}

static AudTokenKey *
key_of_file(const char *path, AudError *err)
{
	FILE        *f = fopen(path, "r");
	AudTokenKey *key;

	if (f == NULL)
	{
		aud_error_set(err, errno, "could not open \"%s\"", path);
		return NULL;
	}
	key = read_key(f, err);
	fclose(f);
	return key;
}

static bool
print_token(const AudTokenKey *key, const char *value, size_t len)
{
	char token[AUD_TOKEN_LEN + 1];

	if (!aud_token_of(key, value, len, token))
	{
		aud_ctl_complain("libcrypto cannot make a SHA-256 hash");
		return false;
	}
	puts(token);
	return true;
}

/* A value for each line of standard input. */
static bool
print_lines(const AudTokenKey *key)
{
	char   *line = NULL;
	size_t  size = 0;
	ssize_t len;
	bool    ok = true;

	while (ok && (len = getline(&line, &size, stdin)) >= 0)
	{
		if (len > 0 && line[len - 1] == '\n')
			len--;
		ok = print_token(key, line, (size_t) len);
	}
	if (ok && ferror(stdin))
	{
		aud_ctl_complain("could not read standard input: %s", strerror(errno));
		ok = false;
	}
	if (line != NULL)
		OPENSSL_cleanse(line, size);
	free(line);
	return ok;
}

static bool
print_tokens(const AudTokenKey *key, int n, char **values)
{
	bool ok = true;

	if (n == 1 && strcmp(values[0], "-") == 0)
		return print_lines(key);
	for (int i = 0; i < n && ok; i++)
		ok = print_token(key, values[i], strlen(values[i]));
	return ok;
}

enum
{
	OPT_KEY_COMMAND = 256,
	OPT_KEY_FILE,
	OPT_KEY_ID,
};

static const struct option long_options[] = {
	{"key-command", required_argument, NULL, OPT_KEY_COMMAND},
	{"key-file", required_argument, NULL, OPT_KEY_FILE},
	{"key-id", no_argument, NULL, OPT_KEY_ID},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

int
aud_cmd_token(int argc, char **argv)
{
	const char  *command = NULL;
	const char  *file = NULL;
	bool         id = false;
	AudTokenKey *key;
	AudError     err = {0};
	bool         ok = true;
	int          status;
	int          c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":V", long_options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "token", print_help, &status))
			return status;
		if (c == OPT_KEY_COMMAND)
			command = optarg;
		else if (c == OPT_KEY_FILE)
			file = optarg;
		else
			id = true;
	}
	if ((command == NULL) == (file == NULL))
	{
		aud_ctl_complain("one of --key-command and --key-file is needed");
		return aud_ctl_usage_error("token");
	}
	if (id == (optind < argc))
	{
		aud_ctl_complain(id ? "--key-id takes no values" : "no value given");
		return aud_ctl_usage_error("token");
	}
	key = command != NULL ? key_of_command(command, &err)
						  : key_of_file(file, &err);
	if (key == NULL)
	{
		aud_ctl_error(&err);
		return AUD_EXIT_TROUBLE;
	}
	if (id)
		puts(aud_token_key_id(key));
	else
		ok = print_tokens(key, argc - optind, argv + optind);
	aud_token_key_free(key);
	return ok ? AUD_EXIT_OK : AUD_EXIT_TROUBLE;
}
