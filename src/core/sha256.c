/*-------------------------------------------------------------------------
 *
 * sha256.c
 *	  SHA-256: of a text, in hex digits; of bytes that come in pieces.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/evp.h>
#include <stdlib.h>

#include "core/sha256.h"

#include "core/encode.h"

bool
aud_sha256_hex(char *hex, const void *data, size_t len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int  n = 0;

	hex[0] = '\0';
	if (EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL) != 1)
		return false;
	aud_hex_encode(digest, n, hex);
	return true;
}

struct AudSha256
{
	EVP_MD_CTX *context;
	bool        failed;
};

AudSha256 *
aud_sha256_begin(void)
{
	AudSha256 *sha = calloc(1, sizeof(*sha));

	if (sha == NULL)
		return NULL;
	sha->context = EVP_MD_CTX_new();
	if (sha->context != NULL &&
		EVP_DigestInit_ex(sha->context, EVP_sha256(), NULL) == 1)
		return sha;
	EVP_MD_CTX_free(sha->context);
	free(sha);
	return NULL;
}

void
aud_sha256_add(AudSha256 *sha, const void *data, size_t len)
{
	if (sha != NULL && EVP_DigestUpdate(sha->context, data, len) != 1)
		sha->failed = true;
}

bool
aud_sha256_end(AudSha256 *sha, unsigned char *digest)
{
	bool ok;

	if (sha == NULL)
		return false;
	ok = !sha->failed && EVP_DigestFinal_ex(sha->context, digest, NULL) == 1;
	EVP_MD_CTX_free(sha->context);
	free(sha);
	return ok;
}
