/*-------------------------------------------------------------------------
 *
 * redact_words.c
 *	  The words that redaction goes by.
 *
 * Whoever adds a name here makes sure that aud_redact_may_apply() notices it:
 * the unit tests check that for everything in these tables.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact_words.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Keyword
{
	const char *text;
	AudWord     word;
} Keyword;

#define COMMAND  AUD_KW_COMMAND
#define OPENS    AUD_KW_OPENS
#define CLAUSE   AUD_KW_CLAUSE
#define NAMES    AUD_KW_NAMES
#define COMPARES AUD_KW_COMPARES
#define RESERVED AUD_KW_RESERVED
#define VALUE    AUD_KW_VALUE
#define TYPE     AUD_KW_TYPE
#define OTHER    AUD_KW_OTHER

/* in the order of strcmp() */
static const Keyword keywords[] = {
	{"aggregate", {OTHER, NAMES}},
	{"alter", {AUD_KW_ALTER, COMMAND}},
	{"analyze", {OTHER, COMMAND | NAMES}},
	{"and", {OTHER, RESERVED}},
	{"array", {OTHER, TYPE}},
	{"as", {OTHER, RESERVED}},
	{"begin", {OTHER, COMMAND | OPENS}},
	{"between", {OTHER, RESERVED}},
	{"by", {AUD_KW_BY, 0}},
	{"call", {OTHER, COMMAND}},
	{"case", {AUD_KW_CASE, RESERVED}},
	{"close", {OTHER, COMMAND}},
	{"column", {OTHER, 0}},
	{"comment", {OTHER, COMMAND}},
	{"commit", {OTHER, COMMAND}},
	{"constant", {OTHER, TYPE}},
	{"copy", {OTHER, COMMAND | NAMES}},
	{"create", {AUD_KW_CREATE, COMMAND}},
	{"declare", {OTHER, COMMAND | OPENS}},
	{"default", {AUD_KW_DEFAULT, VALUE}},
	{"delete", {OTHER, COMMAND}},
	{"do", {OTHER, COMMAND | OPENS}},
	{"drop", {OTHER, COMMAND}},
	{"else", {OTHER, RESERVED | OPENS}},
	{"end", {AUD_KW_END, RESERVED}},
	{"except", {OTHER, CLAUSE | RESERVED}},
	{"execute", {OTHER, COMMAND}},
	{"exists", {OTHER, NAMES}},
	{"explain", {OTHER, COMMAND}},
	{"false", {OTHER, VALUE}},
	{"fetch", {OTHER, COMMAND}},
	{"for", {AUD_KW_FOR, NAMES | RESERVED}},
	{"from", {OTHER, CLAUSE | RESERVED}},
	{"function", {OTHER, NAMES}},
	{"grant", {OTHER, COMMAND}},
	{"group", {AUD_KW_GROUP, CLAUSE | RESERVED | NAMES}},
	{"having", {OTHER, CLAUSE | RESERVED}},
	{"identified", {AUD_KW_IDENTIFIED, 0}},
	{"if", {OTHER, COMMAND}},
	{"ilike", {OTHER, COMPARES}},
	{"in", {OTHER, COMPARES | RESERVED}},
	{"index", {OTHER, NAMES}},
	{"insert", {AUD_KW_INSERT, COMMAND}},
	{"intersect", {OTHER, CLAUSE | RESERVED}},
	{"into", {OTHER, NAMES | RESERVED}},
	{"is", {OTHER, RESERVED}},
	{"join", {OTHER, NAMES | RESERVED}},
	{"like", {OTHER, COMPARES}},
	{"limit", {OTHER, CLAUSE | RESERVED}},
	{"lock", {OTHER, COMMAND | NAMES}},
	{"loop", {OTHER, RESERVED | OPENS}},
	{"merge", {OTHER, COMMAND}},
	{"not", {AUD_KW_NOT, TYPE}},
	{"null", {OTHER, VALUE | TYPE}},
	{"off", {OTHER, VALUE}},
	{"offset", {OTHER, CLAUSE | RESERVED}},
	{"on", {OTHER, CLAUSE | NAMES | RESERVED}},
	{"or", {OTHER, RESERVED}},
	{"order", {OTHER, CLAUSE | RESERVED}},
	{"perform", {OTHER, COMMAND}},
	{"precision", {OTHER, TYPE}},
	{"prepare", {OTHER, COMMAND | NAMES}},
	{"procedure", {OTHER, NAMES}},
	{"raise", {OTHER, COMMAND}},
	{"reassign", {OTHER, COMMAND}},
	{"references", {OTHER, NAMES | RESERVED}},
	{"refresh", {OTHER, COMMAND}},
	{"reset", {OTHER, COMMAND}},
	{"return", {OTHER, COMMAND}},
	{"returning", {OTHER, CLAUSE | RESERVED}},
	{"revoke", {OTHER, COMMAND}},
	{"role", {AUD_KW_ROLE, NAMES}},
	{"rollback", {OTHER, COMMAND}},
	{"row", {AUD_KW_ROW, 0}},
	{"select", {AUD_KW_SELECT, COMMAND | RESERVED}},
	{"server", {OTHER, NAMES}},
	{"set", {AUD_KW_SET, COMMAND}},
	{"show", {OTHER, COMMAND}},
	{"start", {OTHER, COMMAND}},
	{"table", {OTHER, NAMES | RESERVED}},
	{"then", {OTHER, RESERVED | OPENS}},
	{"to", {OTHER, COMPARES | RESERVED}},
	{"true", {OTHER, VALUE}},
	{"truncate", {OTHER, COMMAND | NAMES}},
	{"union", {OTHER, CLAUSE | RESERVED}},
	{"update", {OTHER, COMMAND | NAMES}},
	{"user", {AUD_KW_USER, NAMES}},
	{"using", {OTHER, RESERVED}},
	{"vacuum", {OTHER, COMMAND | NAMES}},
	{"values", {AUD_KW_VALUES, COMMAND | RESERVED}},
	{"varying", {OTHER, TYPE}},
	{"view", {OTHER, NAMES}},
	{"when", {OTHER, RESERVED}},
	{"where", {OTHER, CLAUSE | RESERVED}},
	{"while", {OTHER, COMMAND}},
	{"with", {OTHER, COMMAND | RESERVED | NAMES}},
};

/*
 * Names that end so.  With exact, the name has to be this, or to end in '_',
 * '.' or '-' and this: "user_pass", but not "bypass".
 */
static const struct
{
	const char *end;
	AudSecrecy  secrecy;
	bool        exact;
} secret_names[] = {
	{"password", AUD_SECRECY_PASSWORD, false},
	{"passwd", AUD_SECRECY_PASSWORD, false},
	{"passphrase", AUD_SECRECY_PASSWORD, false},
	{"passcode", AUD_SECRECY_PASSWORD, false},
	{"pwd", AUD_SECRECY_PASSWORD, false},
	{"pass", AUD_SECRECY_PASSWORD, true},
	{"secret", AUD_SECRECY_KEY, false},
	{"token", AUD_SECRECY_KEY, false},
	{"credential", AUD_SECRECY_KEY, false},
	{"credentials", AUD_SECRECY_KEY, false},
	{"apikey", AUD_SECRECY_KEY, false},
	{"api_key", AUD_SECRECY_KEY, false},
	{"api-key", AUD_SECRECY_KEY, false},
	{"accesskey", AUD_SECRECY_KEY, false},
	{"access_key", AUD_SECRECY_KEY, false},
	{"account_key", AUD_SECRECY_KEY, false},
	{"auth_key", AUD_SECRECY_KEY, false},
	{"encryption_key", AUD_SECRECY_KEY, false},
	{"master_key", AUD_SECRECY_KEY, false},
	{"privatekey", AUD_SECRECY_KEY, false},
	{"private_key", AUD_SECRECY_KEY, false},
	{"secretkey", AUD_SECRECY_KEY, false},
	{"secret_key", AUD_SECRECY_KEY, false},
	{"shared_key", AUD_SECRECY_KEY, false},
	{"signing_key", AUD_SECRECY_KEY, false},
};

static const AudSecretCall calls[] = {
	/* pgcrypto */
	{"crypt", AUD_CALL_PLAIN, 0x3},
	{"hmac", AUD_CALL_PLAIN, 0x2},
	{"encrypt", AUD_CALL_PLAIN, 0x2},
	{"decrypt", AUD_CALL_PLAIN, 0x2},
	{"encrypt_iv", AUD_CALL_PLAIN, 0x2},
	{"decrypt_iv", AUD_CALL_PLAIN, 0x2},
	{"pgp_sym_encrypt", AUD_CALL_PLAIN, 0x2},
	{"pgp_sym_encrypt_bytea", AUD_CALL_PLAIN, 0x2},
	{"pgp_sym_decrypt", AUD_CALL_PLAIN, 0x2},
	{"pgp_sym_decrypt_bytea", AUD_CALL_PLAIN, 0x2},
	{"pgp_pub_decrypt", AUD_CALL_PLAIN, 0x6},
	{"pgp_pub_decrypt_bytea", AUD_CALL_PLAIN, 0x6},
	{"gen_salt", AUD_CALL_HARMLESS, 0},
	/* supabase_vault, aws_commons */
	{"create_secret", AUD_CALL_PLAIN, 0x1},
	{"update_secret", AUD_CALL_PLAIN, 0x2},
	{"create_aws_credentials", AUD_CALL_PLAIN, 0x6},
	/* of the server, hstore, http */
	{"set_config", AUD_CALL_KEYED, 0},
	{"json_build_object", AUD_CALL_KEYED, 0},
	{"jsonb_build_object", AUD_CALL_KEYED, 0},
	{"hstore", AUD_CALL_KEYED, 0},
	{"http_header", AUD_CALL_KEYED, 0},
	{"format", AUD_CALL_COMPOSES, 0},
	{"concat", AUD_CALL_COMPOSES, 0},
	{"concat_ws", AUD_CALL_COMPOSES, 0},
};

static const char *const algorithms[] = {
	"3des",
	"aes",
	"base64",
	"bf",
	"des",
	"escape",
	"hex",
	"md5",
	"sha1",
	"sha224",
	"sha256",
	"sha384",
	"sha512",
	"utf-8",
	"utf8",
	"xdes",
};

static int
compare_keyword(const void *text, const void *keyword)
{
	return strcmp(text, ((const Keyword *) keyword)->text);
}

AudWord
aud_redact_keyword(const char *word, size_t len)
{
	static const AudWord none = {AUD_KW_NONE, 0};
	const Keyword       *found;

	if (len < 2 || len > sizeof("identified") - 1)
		return none;
	found = bsearch(word,
					keywords,
					COUNT(keywords),
					sizeof(keywords[0]),
					compare_keyword);
	return found != NULL ? found->word : none;
}

AudSecrecy
aud_redact_secrecy(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(secret_names); i++)
	{
		const char *end = secret_names[i].end;
		size_t      n = strlen(end);

		if (len < n || memcmp(name + len - n, end, n) != 0)
			continue;
		if (!secret_names[i].exact || len == n ||
			strchr("_-.", name[len - n - 1]) != NULL)
			return secret_names[i].secrecy;
	}
	return AUD_SECRECY_NONE;
}

const AudSecretCall *
aud_redact_call(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		if (strlen(calls[i].name) == len && memcmp(calls[i].name, name, len) == 0)
			return &calls[i];
	return NULL;
}

bool
aud_redact_is_algorithm(const char *text)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (strcmp(algorithms[i], text) == 0)
			return true;
	return false;
}
