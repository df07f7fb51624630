/*-------------------------------------------------------------------------
 *
 * sha256.c
 *	  SHA-256 of a text, in hex digits.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/evp.h>

#include "core/sha256.h"

bool
aud_sha256_hex(char *hex, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char     digest[EVP_MAX_MD_SIZE];

	hex[0] = '\0';
	if (EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (int i = 0; i < AUD_SHA256_DIGITS; i++)
		hex[i] = digits[(digest[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xF];
	hex[AUD_SHA256_DIGITS] = '\0';
	return true;
}
