#include "harness/driver/base/unpack.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { CHUNK = 1 << 17, MAGIC_BYTES = 4 };

struct unpack {
	FILE *file;
	ZSTD_DCtx *context; /* NULL: the file is text as it is */
	bool has_begun;
	bool in_frame; /* the frame is not yet whole */
	bool is_full;  /* the reader's room was used up, so there may be more without reading */
	size_t at, end;
	uint64_t packed_bytes, text_bytes;
	char packed[CHUNK];
};

struct unpack *unpack_open(FILE *file)
{
	struct unpack *unpack = malloc(sizeof *unpack);
	if (unpack)
		*unpack = (struct unpack){.file = file};
	return unpack;
}

void unpack_free(struct unpack *unpack)
{
	if (unpack)
		ZSTD_freeDCtx(unpack->context);
	free(unpack);
}

bool unpack_is_cut(const struct unpack *unpack)
{
	return unpack->in_frame;
}

/* The next bytes of the file; false at its end, or with the reason. */
static bool fill(struct unpack *unpack, const char **why)
{
	errno = 0;
	unpack->at = 0;
	unpack->end = fread(unpack->packed, 1, CHUNK, unpack->file);
	unpack->packed_bytes += unpack->end;
	if (ferror(unpack->file)) {
		errno = errno ? errno : EIO;
		*why = strerror(errno);
	}
	return unpack->end && !*why;
}

/* Looks at how the file begins. */
static bool begin(struct unpack *unpack, const char **why)
{
	static const unsigned char magic[MAGIC_BYTES] = {0x28, 0xb5, 0x2f, 0xfd};
	unpack->has_begun = true;
	if (!fill(unpack, why))
		return false;
	if (unpack->end < MAGIC_BYTES || memcmp(unpack->packed, magic, MAGIC_BYTES) != 0)
		return true;
	unpack->context = ZSTD_createDCtx();
	if (!unpack->context) {
		errno = ENOMEM;
		*why = strerror(errno);
		return false;
	}
	ZSTD_DCtx_setParameter(unpack->context, ZSTD_d_windowLogMax, UNPACK_WINDOW_LOG_MAX);
	return true;
}

static const char *describe_error(size_t error)
{
	errno = 0;
	switch (ZSTD_getErrorCode(error)) {
	case ZSTD_error_memory_allocation:
		errno = ENOMEM;
		return strerror(errno);
	case ZSTD_error_frameParameter_windowTooLarge:
		return "it takes more than 16 MiB of memory to decompress it";
	default:
		return ZSTD_getErrorName(error);
	}
}

static size_t decompress(struct unpack *unpack, void *text, size_t room, const char **why)
{
	ZSTD_inBuffer in = {unpack->packed, unpack->end, unpack->at};
	ZSTD_outBuffer out = {text, room, 0};
	size_t left = ZSTD_decompressStream(unpack->context, &out, &in);
	if (ZSTD_isError(left)) {
		*why = describe_error(left);
		return 0;
	}
	unpack->at = in.pos;
	unpack->in_frame = left > 0;
	unpack->is_full = left > 0 && out.pos == out.size;
	unpack->text_bytes += out.pos;
	if (unpack->text_bytes > UNPACK_ANY_RATIO_BYTES + UNPACK_RATIO_MAX * unpack->packed_bytes) {
		errno = 0;
		*why = "it holds more than a hundred times its size";
	}
	return out.pos;
}

static size_t copy(struct unpack *unpack, char *text, size_t room)
{
	size_t there = unpack->end - unpack->at, bytes = there < room ? there : room;
	memcpy(text, unpack->packed + unpack->at, bytes);
	unpack->at += bytes;
	return bytes;
}

size_t unpack_read(struct unpack *unpack, char *text, size_t room, const char **why)
{
	size_t done = 0;
	*why = NULL;
	if (!unpack->has_begun && !begin(unpack, why))
		return 0;
	while (done < room && !*why) {
		if (unpack->at == unpack->end && !unpack->is_full && !fill(unpack, why))
			break;
		done += unpack->context ? decompress(unpack, text + done, room - done, why)
					: copy(unpack, text + done, room - done);
	}
	return done;
}
