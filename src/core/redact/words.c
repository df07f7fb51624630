/*-------------------------------------------------------------------------
 *
 * words.c
 *	  The words that redaction goes by.
 *
 * Whoever adds a name here makes sure that aud_redact_may_apply() notices it:
 * the unit tests check that for everything in these tables.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/lex.h"
#include "core/redact/names.h"
#include "core/redact/redact.h"

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
	{"and", {AUD_KW_AND, RESERVED}},
	{"array", {OTHER, TYPE}},
	{"as", {AUD_KW_AS, RESERVED}},
	{"begin", {OTHER, COMMAND | OPENS}},
	{"between", {AUD_KW_BETWEEN, RESERVED}},
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
	{"cursor", {AUD_KW_CURSOR, 0}},
	{"declare", {OTHER, COMMAND | OPENS}},
	{"default", {AUD_KW_DEFAULT, VALUE}},
	{"delete", {OTHER, COMMAND}},
	{"distinct", {AUD_KW_DISTINCT, TYPE}},
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
	{"from", {AUD_KW_FROM, CLAUSE | RESERVED}},
	{"function", {OTHER, NAMES}},
	{"grant", {OTHER, COMMAND}},
	{"group", {AUD_KW_GROUP, CLAUSE | RESERVED | NAMES}},
	{"having", {OTHER, CLAUSE | RESERVED}},
	{"identified", {AUD_KW_IDENTIFIED, 0}},
	{"if", {OTHER, COMMAND}},
	{"ilike", {OTHER, COMPARES}},
	{"in", {AUD_KW_IN, COMPARES | RESERVED}},
	{"index", {OTHER, NAMES}},
	{"insert", {AUD_KW_INSERT, COMMAND}},
	{"intersect", {OTHER, CLAUSE | RESERVED}},
	{"into", {AUD_KW_INTO, NAMES | RESERVED}},
	{"is", {AUD_KW_IS, RESERVED}},
	{"join", {OTHER, NAMES | RESERVED}},
	{"like", {OTHER, COMPARES}},
	{"limit", {OTHER, CLAUSE | RESERVED}},
	{"lock", {OTHER, COMMAND | NAMES}},
	{"loop", {OTHER, RESERVED | OPENS}},
	{"mapping", {AUD_KW_MAPPING, 0}},
	{"materialized", {AUD_KW_MATERIALIZED, 0}},
	{"merge", {AUD_KW_MERGE, COMMAND}},
	{"not", {AUD_KW_NOT, TYPE}},
	{"null", {OTHER, VALUE | TYPE}},
	{"off", {OTHER, VALUE}},
	{"offset", {OTHER, CLAUSE | RESERVED}},
	{"on", {OTHER, CLAUSE | NAMES | RESERVED}},
	{"open", {AUD_KW_OPEN, 0}},
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
	{"returning", {OTHER, CLAUSE | RESERVED}},
	{"revoke", {OTHER, COMMAND}},
	{"role", {AUD_KW_ROLE, NAMES}},
	{"rollback", {OTHER, COMMAND}},
	{"row", {AUD_KW_ROW, 0}},
	{"select", {AUD_KW_SELECT, COMMAND | RESERVED}},
	{"server", {OTHER, NAMES}},
	{"set", {AUD_KW_SET, COMMAND}},
	{"show", {OTHER, COMMAND}},
	{"similar", {AUD_KW_SIMILAR, TYPE}},
	{"start", {OTHER, COMMAND}},
	{"table", {OTHER, NAMES | RESERVED}},
	{"then", {OTHER, RESERVED | OPENS}},
	{"to", {OTHER, COMPARES | RESERVED}},
	{"true", {OTHER, VALUE}},
	{"truncate", {OTHER, COMMAND | NAMES}},
	{"union", {OTHER, CLAUSE | RESERVED}},
	{"update", {AUD_KW_UPDATE, COMMAND | NAMES}},
	{"user", {AUD_KW_USER, NAMES}},
	{"using", {AUD_KW_USING, RESERVED}},
	{"vacuum", {OTHER, COMMAND | NAMES}},
	{"values", {AUD_KW_VALUES, COMMAND | RESERVED}},
	{"varying", {OTHER, TYPE}},
	{"view", {OTHER, NAMES}},
	{"when", {AUD_KW_WHEN, RESERVED}},
	{"where", {OTHER, CLAUSE | RESERVED}},
	{"while", {OTHER, COMMAND}},
	{"with", {OTHER, COMMAND | RESERVED | NAMES}},
};

/*
 * Names that end so.  With exact, the name has to be this, or to end in '_',
 * '.' or '-' and this: "user_pass", but not "bypass".
 */
typedef struct SecretName
{
	const char *end;
	size_t      len;
	AudSecrecy  secrecy;
	bool        exact;
} SecretName;

#define TEXT(literal) literal, sizeof(literal) - 1

static const SecretName secret_names[] = {
	{TEXT("password"), AUD_SECRECY_PASSWORD, false},
	{TEXT("passwd"), AUD_SECRECY_PASSWORD, false},
	{TEXT("passphrase"), AUD_SECRECY_PASSWORD, false},
	{TEXT("passcode"), AUD_SECRECY_PASSWORD, false},
	{TEXT("pwd"), AUD_SECRECY_PASSWORD, false},
	{TEXT("pass"), AUD_SECRECY_PASSWORD, true},
	{TEXT("secret"), AUD_SECRECY_KEY, false},
	{TEXT("token"), AUD_SECRECY_KEY, false},
	{TEXT("jwt"), AUD_SECRECY_KEY, false},
	{TEXT("credential"), AUD_SECRECY_KEY, false},
	{TEXT("credentials"), AUD_SECRECY_KEY, false},
	{TEXT("apikey"), AUD_SECRECY_KEY, false},
	{TEXT("api_key"), AUD_SECRECY_KEY, false},
	{TEXT("api-key"), AUD_SECRECY_KEY, false},
	{TEXT("accesskey"), AUD_SECRECY_KEY, false},
	{TEXT("access_key"), AUD_SECRECY_KEY, false},
	{TEXT("account_key"), AUD_SECRECY_KEY, false},
	{TEXT("accountkey"), AUD_SECRECY_KEY, false},
	{TEXT("auth_key"), AUD_SECRECY_KEY, false},
	{TEXT("encryption_key"), AUD_SECRECY_KEY, false},
	{TEXT("master_key"), AUD_SECRECY_KEY, false},
	{TEXT("privatekey"), AUD_SECRECY_KEY, false},
	{TEXT("private_key"), AUD_SECRECY_KEY, false},
	{TEXT("secretkey"), AUD_SECRECY_KEY, false},
	{TEXT("secret_key"), AUD_SECRECY_KEY, false},
	{TEXT("shared_key"), AUD_SECRECY_KEY, false},
	{TEXT("signing_key"), AUD_SECRECY_KEY, false},
};

/*
 * Settings with such a word hold secrets, too.  Elsewhere they are the names
 * of too many columns that hold none.
 */
static const char *const setting_words[] = {"conninfo", "key"};

static const AudSecretCall calls[] = {
	/* pgcrypto */
	{TEXT("crypt"), AUD_CALL_PLAIN, 0x3},
	{TEXT("hmac"), AUD_CALL_PLAIN, 0x2},
	{TEXT("encrypt"), AUD_CALL_PLAIN, 0x2},
	{TEXT("decrypt"), AUD_CALL_PLAIN, 0x2},
	{TEXT("encrypt_iv"), AUD_CALL_PLAIN, 0x2},
	{TEXT("decrypt_iv"), AUD_CALL_PLAIN, 0x2},
	{TEXT("pgp_sym_encrypt"), AUD_CALL_PLAIN, 0x2},
	{TEXT("pgp_sym_encrypt_bytea"), AUD_CALL_PLAIN, 0x2},
	{TEXT("pgp_sym_decrypt"), AUD_CALL_PLAIN, 0x2},
	{TEXT("pgp_sym_decrypt_bytea"), AUD_CALL_PLAIN, 0x2},
	{TEXT("pgp_pub_decrypt"), AUD_CALL_PLAIN, 0x6},
	{TEXT("pgp_pub_decrypt_bytea"), AUD_CALL_PLAIN, 0x6},
	{TEXT("gen_salt"), AUD_CALL_HARMLESS, 0},
	/* supabase_vault, aws_commons */
	{TEXT("create_secret"), AUD_CALL_PLAIN, 0x1},
	{TEXT("update_secret"), AUD_CALL_PLAIN, 0x2},
	{TEXT("create_aws_credentials"), AUD_CALL_PLAIN, 0x6},
	/* of the server, hstore, http */
	{TEXT("set_config"), AUD_CALL_SETTING, 0},
	{TEXT("json_build_object"), AUD_CALL_KEYED, 0},
	{TEXT("jsonb_build_object"), AUD_CALL_KEYED, 0},
	{TEXT("jsonb_set"), AUD_CALL_KEYED, 0},
	{TEXT("jsonb_insert"), AUD_CALL_KEYED, 0},
	{TEXT("hstore"), AUD_CALL_KEYED, 0},
	{TEXT("http_header"), AUD_CALL_KEYED, 0},
	{TEXT("coalesce"), AUD_CALL_COMPARES, 0},
	{TEXT("greatest"), AUD_CALL_COMPARES, 0},
	{TEXT("least"), AUD_CALL_COMPARES, 0},
	{TEXT("nullif"), AUD_CALL_COMPARES, 0},
	{TEXT("starts_with"), AUD_CALL_COMPARES, 0},
	{TEXT("position"), AUD_CALL_COMPARES, 0},
	{TEXT("strpos"), AUD_CALL_COMPARES, 0},
	{TEXT("replace"), AUD_CALL_COMPARES, 0},
	{TEXT("translate"), AUD_CALL_COMPARES, 0},
	{TEXT("split_part"), AUD_CALL_COMPARES, 0},
	{TEXT("btrim"), AUD_CALL_COMPARES, 0},
	{TEXT("ltrim"), AUD_CALL_COMPARES, 0},
	{TEXT("rtrim"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_count"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_instr"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_like"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_match"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_matches"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_replace"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_split_to_array"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_split_to_table"), AUD_CALL_COMPARES, 0},
	{TEXT("regexp_substr"), AUD_CALL_COMPARES, 0},
	{TEXT("format"), AUD_CALL_COMPOSES, 0},
	{TEXT("concat"), AUD_CALL_COMPOSES, 0},
	{TEXT("concat_ws"), AUD_CALL_COMPOSES, 0},
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

	if (len < 2 || len > sizeof("materialized") - 1)
		return none;
	found = bsearch(word,
					keywords,
					COUNT(keywords),
					sizeof(keywords[0]),
					compare_keyword);
	return found != NULL ? found->word : none;
}

static AudSecrecy
is_listed_option(const AudRedactPolicy *policy, const char *name, size_t len)
{
	return aud_redact_is_listed(policy->options, name, len) ? AUD_SECRECY_KEY
															: AUD_SECRECY_NONE;
}

AudSecrecy
aud_redact_secrecy(const AudRedactPolicy *policy, const char *name, size_t len)
{
	/* what the names below end with: most words end here */
	if (len == 0 || strchr("delnsty", name[len - 1]) == NULL)
		return is_listed_option(policy, name, len);
	for (size_t i = 0; i < COUNT(secret_names); i++)
	{
		const SecretName *secret = &secret_names[i];
		size_t            n = secret->len;

		if (len < n || name[len - 1] != secret->end[n - 1] ||
			memcmp(name + len - n, secret->end, n) != 0)
			continue;
		if (!secret->exact || len == n || strchr("_-.", name[len - n - 1]) != NULL)
			return secret->secrecy;
	}
	return is_listed_option(policy, name, len);
}

/* Is name[len] what a secret is called, or does it end in a setting's word? */
static bool
ends_secretly(const AudRedactPolicy *policy, const char *name, size_t len)
{
	char   lower[32] = "";
	size_t n = len < sizeof(lower) ? len : sizeof(lower);

	for (size_t i = 0; i < n; i++)
	{
		char c = name[len - n + i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
	}
	if (aud_redact_secrecy(policy, lower, n) != AUD_SECRECY_NONE)
		return true;
	for (size_t i = 0; i < COUNT(setting_words); i++)
	{
		size_t word = strlen(setting_words[i]);

		if (n >= word && memcmp(lower + n - word, setting_words[i], word) == 0 &&
			(n == word || strchr("_.", lower[n - word - 1]) != NULL))
			return true;
	}
	return false;
}

/* As it is listed, or with something and a dot in front. */
static bool
is_listed_setting(const AudRedactPolicy *policy, const char *name)
{
	char   lower[AUD_LEX_WORD_MAX];
	size_t len = strlen(name);

	if (policy->options == NULL)
		return false;
	for (const char *part = name; part != NULL; part = strchr(part, '.'))
	{
		part += *part == '.';
		len = strlen(part);
		if (len >= sizeof(lower))
			continue;
		for (size_t i = 0; i < len; i++)
			lower[i] = (char) aud_lex_lower((unsigned char) part[i]);
		if (aud_redact_is_listed(policy->options, lower, len))
			return true;
	}
	return false;
}

/*
 * Up to each of its words the name is looked at as if it ended there: settings
 * are few, and hiding one needlessly costs less than in a text.
 */
bool
aud_redact_is_secret_setting(const AudRedactPolicy *policy, const char *name)
{
	/* how, not what */
	if (strcasecmp(name, "password_encryption") == 0)
		return false;
	if (is_listed_setting(policy, name))
		return true;
	for (size_t i = 1; i <= strlen(name); i++)
		if (strchr("_.", name[i]) != NULL && ends_secretly(policy, name, i))
			return true;
	return false;
}

const AudSecretCall *
aud_redact_call(const char *name, size_t len)
{
	/* what they begin with */
	if (len < 4 || strchr("bcdefghjlnprstu", name[0]) == NULL)
		return NULL;
	for (size_t i = 0; i < COUNT(calls); i++)
		if (calls[i].len == len && memcmp(calls[i].name, name, len) == 0)
			return &calls[i];
	return NULL;
}

const char *
aud_redact_nth_word(size_t n)
{
	if (n < COUNT(secret_names))
		return secret_names[n].end;
	n -= COUNT(secret_names);
	if (n < COUNT(setting_words))
		return setting_words[n];
	n -= COUNT(setting_words);
	for (size_t i = 0; i < COUNT(calls); i++)
		if (calls[i].secret_args != 0 && n-- == 0)
			return calls[i].name;
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
