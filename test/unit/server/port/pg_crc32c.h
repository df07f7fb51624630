/*
 * pg_crc32c.h
 *	  CRC-32C, a byte at a time.
 */
#ifndef PG_CRC32C_H
#define PG_CRC32C_H

typedef uint32 pg_crc32c;

static inline pg_crc32c
unit_crc32c(pg_crc32c crc, const void *bytes, size_t len)
{
	static uint32        table[256];
	const unsigned char *p = bytes;

	if (table[1] == 0)
		for (uint32 i = 0; i < 256; i++)
		{
			table[i] = i;
			for (int bit = 0; bit < 8; bit++)
				table[i] = (table[i] >> 1) ^ (0x82F63B78 & (0 - (table[i] & 1)));
		}
	while (len-- > 0)
		crc = (crc >> 8) ^ table[(crc ^ *p++) & 0xFF];
	return crc;
}

#define INIT_CRC32C(crc) ((crc) = 0xFFFFFFFF)
#define COMP_CRC32C(crc, bytes, len) \
	((crc) = unit_crc32c((crc), (bytes), (len)))
#define FIN_CRC32C(crc) ((crc) ^= 0xFFFFFFFF)

#endif /* PG_CRC32C_H */
