/*-------------------------------------------------------------------------
 *
 * sha256.c
 *	  SHA-256 of a text, in hex digits.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/evp.h>

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
