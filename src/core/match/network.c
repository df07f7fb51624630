/*-------------------------------------------------------------------------
 *
 * network.c
 *	  Addresses and networks in CIDR notation.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/network.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char mapped_prefix[12] =
	{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
#define MAPPED_BITS 96

void
aud_address_set(AudAddress *address, const void *bytes, int bits)
{
	memset(address, 0, sizeof(*address));
	if (bits == 128 && memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
	{
		bytes = (const unsigned char *) bytes + sizeof(mapped_prefix);
		bits = 32;
	}
	address->bits = bits;
	memcpy(address->bytes, bytes, (size_t) bits / 8);
}

/* Bits as written, before a mapped one is seen for what it is; 0: neither. */
static int
parse(unsigned char *bytes, const char *text)
{
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 32;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 128 : 0;
}

bool
aud_address_parse(AudAddress *address, const char *text)
{
	unsigned char bytes[16];
	int           bits = parse(bytes, text);

	if (bits == 0)
		return false;
	aud_address_set(address, bytes, bits);
	return true;
}

/* The number behind the slash; -1 if it is none. */
static int
parse_prefix(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	int    n = 0;

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return -1;
	for (size_t i = 0; i < digits; i++)
		n = 10 * n + (text[i] - '0');
	return n;
}

static bool
same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
	int whole = bits / 8;
	int rest = bits % 8;

	if (memcmp(a, b, (size_t) whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

/* Is nothing set behind the prefix?  Who writes it otherwise means something else. */
static bool
is_network(const AudNetwork *n)
{
	for (int i = n->prefix; i < n->address.bits; i++)
	{
		if (n->address.bytes[i / 8] & (0x80 >> i % 8))
			return false;
	}
	return true;
}

bool
aud_network_parse(AudNetwork *network, const char *text, const char *at,
				  AudFaultAt *fault)
{
	const char   *slash = strchr(text, '/');
	size_t        len = slash != NULL ? (size_t) (slash - text) : strlen(text);
	char          host[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	int           written;

	if (len >= sizeof(host))
		len = 0;
	memcpy(host, text, len);
	host[len] = '\0';
	written = parse(bytes, host);
	if (written == 0)
		return aud_fault_at(fault,
							at,
							"\"%.60s\" is no network, expected an address or "
							"CIDR like \"10.0.0.0/8\"",
							text);
	aud_address_set(&network->address, bytes, written);
	network->prefix = slash != NULL ? parse_prefix(slash + 1) : written;
	if (network->prefix < 0 || network->prefix > written)
		return aud_fault_at(fault,
							at,
							"\"%.60s\" is no network, expected a prefix of 0 "
							"to %d behind the slash",
							text,
							written);
	if (network->address.bits < written)
	{
		/* less of the prefix than says that it is mapped: IPv6, as it stands */
		if (network->prefix >= MAPPED_BITS)
			network->prefix -= MAPPED_BITS;
		else
		{
			network->address.bits = written;
			memcpy(network->address.bytes, bytes, sizeof(bytes));
		}
	}
	if (!is_network(network))
		return aud_fault_at(fault,
							at,
							"\"%.60s\" has bits set behind its prefix of %d",
							text,
							parse_prefix(slash + 1));
	return true;
}

bool
aud_network_has(const AudNetwork *network, const AudAddress *address)
{
	return address->bits == network->address.bits &&
		   same_bits(address->bytes, network->address.bytes, network->prefix);
}
