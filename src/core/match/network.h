/*-------------------------------------------------------------------------
 *
 * network.h
 *	  Addresses and networks in CIDR notation.
 *
 * An IPv4 address that is written as an IPv6 one (::ffff:10.0.0.1) is that IPv4
 * address, and so are networks of such.
 *
 * Core layer: no postgres.h, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_NETWORK_H
#define AUD_CORE_MATCH_NETWORK_H

#include "core/match/fault.h"

typedef struct AudAddress
{
	int           bits; /* 32 or 128; 0: none, a Unix-domain socket */
	unsigned char bytes[16];
} AudAddress;

typedef struct AudNetwork
{
	AudAddress address;
	int        prefix; /* bits that are equal */
} AudNetwork;

/* "10.0.0.1", "2001:db8::1"; false if it is neither. */
extern bool aud_address_parse(AudAddress *address, const char *text);

/* The same of bytes in the order of the network, 4 or 16 of them. */
extern void aud_address_set(AudAddress *address, const void *bytes, int bits);

/* "10.0.0.0/8", or one address; the fault is at "at". */
extern bool aud_network_parse(AudNetwork *network, const char *text,
							  const char *at, AudFaultAt *fault);

extern bool aud_network_has(const AudNetwork *network, const AudAddress *address);

#endif /* AUD_CORE_MATCH_NETWORK_H */
