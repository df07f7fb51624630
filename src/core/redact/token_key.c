/*-------------------------------------------------------------------------
 *
 * token_key.c
 *	  Keyed pseudonyms of values.
 *
 * HMAC as RFC 2104 has it: the two hashes that every value begins with, of the
 * key's inner and outer padding, are made once and copied for each token, so
 * that the key itself need not be kept and a short value costs two blocks.
 * What is kept is worth as much as the key, and is wiped like it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/token_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/encode.h"

#define BLOCK  64 /* bytes that SHA-256 works on */
#define DIGEST 32

struct AudTokenKey
{
	EVP_MD_CTX *inner; /* behind the key and its padding */
	EVP_MD_CTX *outer;
	EVP_MD_CTX *now; /* of the token that is being made */
	char        id[AUD_TOKEN_KEY_ID + 1];
};

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t
read_hex(const char *text, size_t len, unsigned char *bytes)
{
	if (len % 2 != 0 || len / 2 > AUD_TOKEN_KEY_MAX)
		return 0;
	for (size_t i = 0; i < len; i += 2)
	{
		int32_t byte = aud_hex_read(text + i, 2);

		if (byte < 0)
			return 0;
		bytes[i / 2] = (unsigned char) byte;
	}
	return len / 2;
}

/* Both alphabets, with or without padding. */
static size_t
read_base64(const char *text, size_t len, unsigned char *bytes)
{
	char   clean[AUD_BASE64_CHARS(AUD_TOKEN_KEY_MAX) + 4];
	size_t n;
	size_t padded;
	bool   ok;

	while (len > 0 && text[len - 1] == '=')
		len--;
	padded = (len + 3) / 4 * 4;
	if (len % 4 == 1 || padded > AUD_BASE64_CHARS(AUD_TOKEN_KEY_MAX))
		return 0;
	for (n = 0; n < len; n++)
		clean[n] = text[n] == '+' ? '-' : text[n] == '/' ? '_' : text[n];
	memset(clean + len, 'A', padded - len);
	ok = aud_base64url_decode(clean, padded, bytes);
	OPENSSL_cleanse(clean, sizeof(clean));
	return ok ? len * 3 / 4 : 0;
}

/* A hash that has read the key, each byte changed by pad. */
static EVP_MD_CTX *
padded_hash(const unsigned char *key, unsigned char pad)
{
	unsigned char block[BLOCK];
	EVP_MD_CTX   *ctx = EVP_MD_CTX_new();

	for (int i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	if (ctx != NULL && (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1 ||
						EVP_DigestUpdate(ctx, block, sizeof(block)) != 1))
	{
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	OPENSSL_cleanse(block, sizeof(block));
	return ctx;
}

static AudTokenKey *
make_key(const unsigned char *bytes, size_t len)
{
	AudTokenKey  *key = calloc(1, sizeof(*key));
	unsigned char block[BLOCK] = {0};
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (key == NULL ||
		EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL) != 1)
	{
		free(key);
		return NULL;
	}
	aud_hex_encode(digest, AUD_TOKEN_KEY_ID / 2, key->id);
	memcpy(block, len > BLOCK ? digest : bytes, len > BLOCK ? DIGEST : len);
	key->inner = padded_hash(block, 0x36);
	key->outer = padded_hash(block, 0x5c);
	key->now = EVP_MD_CTX_new();
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(digest, sizeof(digest));
	if (key->inner != NULL && key->outer != NULL && key->now != NULL)
		return key;
	aud_token_key_free(key);
	return NULL;
}

AudTokenKey *
aud_token_key_read(const char *text, size_t len, AudError *err)
{
	unsigned char bytes[AUD_TOKEN_KEY_MAX + 3];
	size_t        n;
	AudTokenKey  *key = NULL;

	while (len > 0 && is_blank(text[len - 1]))
		len--;
	while (len > 0 && is_blank(*text))
	{
		text++;
		len--;
	}
	n = read_hex(text, len, bytes);
	if (n == 0)
		n = read_base64(text, len, bytes);
	if (len == 0)
		aud_error_set(err, 0, "the key is empty");
	else if (n == 0)
		aud_error_set(err,
					  0,
					  "the key is neither hex nor base64 of up to %d bytes",
					  AUD_TOKEN_KEY_MAX);
	else if (n < AUD_TOKEN_KEY_MIN)
		aud_error_set(err,
					  0,
					  "the key has %zu bytes, it needs at least %d",
					  n,
					  AUD_TOKEN_KEY_MIN);
	else if ((key = make_key(bytes, n)) == NULL)
		aud_error_set(err, 0, "libcrypto cannot make a SHA-256 hash");
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return key;
}

void
aud_token_key_free(AudTokenKey *key)
{
	if (key == NULL)
		return;
	/* wipes what it frees */
	EVP_MD_CTX_free(key->inner);
	EVP_MD_CTX_free(key->outer);
	EVP_MD_CTX_free(key->now);
	free(key);
}

const char *
aud_token_key_id(const AudTokenKey *key)
{
	return key->id;
}

bool
aud_token_begin(const AudTokenKey *key)
{
	return EVP_MD_CTX_copy_ex(key->now, key->inner) == 1;
}

void
aud_token_add(const AudTokenKey *key, const void *bytes, size_t n)
{
	(void) EVP_DigestUpdate(key->now, bytes, n);
}

bool
aud_token_end(const AudTokenKey *key, char *token)
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (EVP_DigestFinal_ex(key->now, digest, NULL) != 1 ||
		EVP_MD_CTX_copy_ex(key->now, key->outer) != 1 ||
		EVP_DigestUpdate(key->now, digest, DIGEST) != 1 ||
		EVP_DigestFinal_ex(key->now, digest, NULL) != 1)
		return false;
	token[0] = '~';
	aud_base64url_encode(digest, 15, token + 1);
	token[AUD_TOKEN_LEN] = '\0';
	return true;
}

bool
aud_token_of(const AudTokenKey *key, const void *value, size_t len, char *token)
{
	if (!aud_token_begin(key))
		return false;
	aud_token_add(key, value, len);
	return aud_token_end(key, token);
}
