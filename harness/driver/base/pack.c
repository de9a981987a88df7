#include "harness/driver/base/pack.h"

#include "harness/driver/base/outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

enum {
	/* A line of 30 kB takes 0.3 ms and shrinks to an eighth; the highest level takes 30 times as long for a
	 * sixth less. */
	LEVEL = 9,
	CHUNK = 1 << 16,
};

struct pack {
	int descriptor;
	ZSTD_CCtx *context;
	char packed[CHUNK];
};

struct pack *pack_open(int descriptor)
{
	struct pack *pack = malloc(sizeof *pack);
	if (!pack)
		return NULL;
	pack->descriptor = descriptor;
	pack->context = ZSTD_createCCtx();
	if (!pack->context) {
		free(pack);
		return NULL;
	}
	ZSTD_CCtx_setParameter(pack->context, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(pack->context, ZSTD_c_checksumFlag, 1);
	return pack;
}

void pack_free(struct pack *pack)
{
	if (pack)
		ZSTD_freeCCtx(pack->context);
	free(pack);
}

bool pack_put(struct pack *pack, const char *text, size_t bytes, bool is_last)
{
	ZSTD_inBuffer in = {text, bytes, 0};
	size_t left;
	do {
		ZSTD_outBuffer out = {pack->packed, CHUNK, 0};
		left = ZSTD_compressStream2(pack->context, &out, &in,
					    is_last ? ZSTD_e_end : ZSTD_e_flush);
		if (ZSTD_isError(left)) {
			errno = ENOMEM; /* nothing else is left to go wrong */
			return false;
		}
		if (!outfile_put(pack->descriptor, pack->packed, out.pos))
			return false;
	} while (left);
	return true;
}
