/* Samples as they lie in a run's folder, compressed or not: they are read line by line within bounds, or refused
 * with a reason. And text that is compressed here and then cut off comes back as far as it goes: the first two
 * bytes say where it is cut. */
#include "harness/driver/base/lines.h"
#include "harness/driver/base/pack.h"
#include "harness/driver/base/unpack.h"
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As it came. */
static void read_any(const uint8_t *data, size_t size)
{
	FILE *file = fmemopen((void *)data, size, "r");
	struct lines lines = {.file = file};
	const char *text;
	size_t length, bytes = 0;
	enum lines_got got;
	FUZZ_HOLDS(file);
	while ((got = lines_next(&lines, &text, &length)) == LINES_WHOLE) {
		FUZZ_HOLDS(length <= LINES_BYTES_MAX && !memchr(text, '\n', length));
		bytes += length + 1;
	}
	FUZZ_HOLDS(bytes <= UNPACK_ANY_RATIO_BYTES + UNPACK_RATIO_MAX * size);
	FUZZ_HOLDS(!lines.why == (got != LINES_DAMAGED && got != LINES_ERROR));
	fclose(file);
	lines_free(&lines);
}

/* Line by line, as a run writes it. Returns the file's size. */
static off_t pack_lines(int fd, const char *text, size_t size)
{
	struct pack *pack = pack_open(fd);
	FUZZ_HOLDS(pack);
	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t bytes = end ? (size_t)(end - text) + 1 : size;
		FUZZ_HOLDS(pack_put(pack, text, bytes, bytes == size));
		text += bytes;
		size -= bytes;
	}
	pack_free(pack);
	return lseek(fd, 0, SEEK_CUR);
}

static void read_cut(const char *data, size_t size, unsigned cut)
{
	int fd = memfd_create("packed", MFD_CLOEXEC);
	FUZZ_HOLDS(fd >= 0);
	off_t whole = pack_lines(fd, data, size);
	off_t left = whole * cut / UINT16_MAX;
	FUZZ_HOLDS(ftruncate(fd, left) == 0);
	FILE *file = fdopen(fd, "r");
	FUZZ_HOLDS(file);
	rewind(file);
	struct lines lines = {.file = file};
	const char *text;
	size_t length, at = 0;
	enum lines_got got;
	while ((got = lines_next(&lines, &text, &length)) == LINES_WHOLE) {
		FUZZ_HOLDS(at + length < size && memcmp(text, data + at, length) == 0 &&
			   data[at + length] == '\n');
		at += length + 1;
	}
	/* Fewer bytes than the mark at the beginning are text. */
	FUZZ_HOLDS(got == LINES_END || got == LINES_TORN || got == LINES_CUT);
	if (left == whole)
		FUZZ_HOLDS(got == LINES_TORN ? at + length == size
					     : at == size && got == LINES_END);
	fclose(file);
	lines_free(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		read_any(data, size);
	if (size > 2)
		read_cut((const char *)data + 2, size - 2, data[0] | (unsigned)data[1] << 8);
	return 0;
}
