/* How bytes go over a console, where words of the kernel may come between them: lines of
 *
 *	forkcost-line NUMBER CHECK BASE64        from 0; up to 144 bytes; the CRC-32 of these bytes in hexadecimal
 *	forkcost-lines COUNT                     behind the last
 *
 * Sent by send.c, read by harness/driver/kernels/console.c. libc only. */
#ifndef FORKCOST_GUEST_FRAMED_H
#define FORKCOST_GUEST_FRAMED_H

#include <stddef.h>
#include <stdint.h>

#define FRAMED_LINE "forkcost-line "
#define FRAMED_END "forkcost-lines "
#define FRAMED_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

enum { FRAMED_BYTES = 144 };

/* As IEEE 802.3 has it. */
static inline uint32_t framed_check(const unsigned char *bytes, size_t count)
{
	uint32_t check = UINT32_MAX;
	for (size_t i = 0; i < count; i++) {
		check ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			check = check >> 1 ^ (check & 1 ? 0xedb88320 : 0);
	}
	return ~check;
}

#endif
