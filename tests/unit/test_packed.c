/* Text that is compressed line by line comes back whole, or as far as the file goes, within bounds. */
#include "harness/driver/base/lines.h"
#include "harness/driver/base/pack.h"
#include "harness/driver/base/unpack.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

enum { LINES = 20, LINE_BYTES_MAX = 300000 };

/* The lines: the number, then digits that do not compress well; one is of several blocks, one is empty. */
static size_t line_bytes(unsigned number)
{
	return number == 7 ? LINE_BYTES_MAX : number == 9 ? 0 : 100 + 37 * number;
}

static char digit(unsigned number, size_t at)
{
	uint64_t hash = (number + 1) * UINT64_C(0x9e3779b97f4a7c15) + at * at * 2654435761u;
	return (char)('!' + (hash >> 17) % 90);
}

/* Returns the descriptor of a file in memory, and in `ends` where each line's bytes end in it. */
static int write_lines(off_t ends[LINES])
{
	static char text[LINE_BYTES_MAX + 1];
	int fd = memfd_create("packed", MFD_CLOEXEC);
	struct pack *pack = pack_open(fd);
	assert_true(fd >= 0);
	assert_non_null(pack);
	for (unsigned i = 0; i < LINES; i++) {
		size_t bytes = line_bytes(i);
		for (size_t at = 0; at < bytes; at++)
			text[at] = digit(i, at);
		text[bytes] = '\n';
		assert_true(pack_put(pack, text, bytes + 1, i == LINES - 1));
		ends[i] = lseek(fd, 0, SEEK_CUR);
	}
	pack_free(pack);
	return fd;
}

static FILE *stream_of(int fd)
{
	FILE *file = fdopen(dup(fd), "r");
	assert_non_null(file);
	rewind(file);
	return file;
}

/* How many lines there are, each as it was written; `last` is what came then. */
static unsigned read_lines(int fd, enum lines_got *last, const char **why)
{
	struct lines lines = {.file = stream_of(fd)};
	const char *text;
	size_t length;
	unsigned count = 0;
	for (; (*last = lines_next(&lines, &text, &length)) == LINES_WHOLE; count++) {
		assert_true(count < LINES);
		assert_int_equal(length, line_bytes(count));
		for (size_t at = 0; at < length; at++)
			assert_int_equal(text[at], digit(count, at));
	}
	*why = lines.why;
	fclose(lines.file);
	lines_free(&lines);
	return count;
}

TEST(what_was_written_is_read)
{
	off_t ends[LINES];
	enum lines_got last;
	const char *why;
	int fd = write_lines(ends);
	assert_int_equal(read_lines(fd, &last, &why), LINES);
	assert_int_equal(last, LINES_END);
	close(fd);
}

/* As after a crash: every line whose bytes were written is there, and none that was not. */
TEST(a_file_that_breaks_off_gives_its_whole_lines)
{
	off_t ends[LINES];
	enum lines_got last;
	const char *why;
	int fd = write_lines(ends);
	for (unsigned i = LINES - 1; i-- > 0;) {
		/* Right behind line i, and before its last byte. */
		assert_int_equal(ftruncate(fd, ends[i]), 0);
		assert_int_equal(read_lines(fd, &last, &why), i + 1);
		assert_int_equal(last, LINES_CUT);
		assert_int_equal(ftruncate(fd, ends[i] - 1), 0);
		assert_int_equal(read_lines(fd, &last, &why), i);
		assert_true(last == LINES_CUT || last == LINES_TORN);
	}
	close(fd);
}

TEST(a_damaged_file_is_said_to_be)
{
	off_t ends[LINES];
	enum lines_got last;
	const char *why;
	int fd = write_lines(ends);
	char byte;
	/* The checksum is the last thing there is. */
	assert_int_equal(pread(fd, &byte, 1, ends[LINES - 1] - 1), 1);
	byte = (char)(byte ^ 1);
	assert_int_equal(pwrite(fd, &byte, 1, ends[LINES - 1] - 1), 1);
	assert_true(read_lines(fd, &last, &why) <= LINES);
	assert_int_equal(last, LINES_DAMAGED);
	assert_contains(why, "checksum");
	close(fd);
}

static int compressed(const char *text, size_t bytes, int window_log)
{
	size_t room = ZSTD_compressBound(bytes), packed_bytes;
	char *packed = malloc(room);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	int fd = memfd_create("packed", MFD_CLOEXEC);
	assert_true(packed && context && fd >= 0);
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
	if (window_log) {
		ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
		ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
		ZSTD_CCtx_setPledgedSrcSize(context, ZSTD_CONTENTSIZE_UNKNOWN);
		ZSTD_inBuffer in = {text, bytes, 0};
		ZSTD_outBuffer out = {packed, room, 0};
		assert_int_equal(ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush), 0);
		packed_bytes = out.pos;
	} else {
		packed_bytes = ZSTD_compress2(context, packed, room, text, bytes);
	}
	assert_int_equal(write(fd, packed, packed_bytes), packed_bytes);
	ZSTD_freeCCtx(context);
	free(packed);
	return fd;
}

TEST(too_large_a_window_is_refused)
{
	enum lines_got last;
	const char *why;
	int fd = compressed("\n", 1, UNPACK_WINDOW_LOG_MAX + 1);
	assert_int_equal(read_lines(fd, &last, &why), 0);
	assert_int_equal(last, LINES_DAMAGED);
	assert_contains(why, "more than 16 MiB");
	close(fd);
	fd = compressed("!", 1, UNPACK_WINDOW_LOG_MAX);
	read_lines(fd, &last, &why);
	assert_int_equal(last, LINES_TORN);
	close(fd);
}

/* Reads all of it in pieces of 1 MiB; returns how much there is. */
static size_t read_all(int fd, const char **why)
{
	enum { PIECE = 1 << 20 };
	char *text = malloc(PIECE);
	FILE *file = stream_of(fd);
	struct unpack *unpack = unpack_open(file);
	assert_true(text && unpack);
	size_t bytes = 0, got;
	do
		bytes += got = unpack_read(unpack, text, PIECE, why);
	while (got == PIECE && !*why);
	unpack_free(unpack);
	fclose(file);
	free(text);
	return bytes;
}

TEST(a_small_file_does_not_become_any_amount_of_text)
{
	const char *why;
	size_t bytes = UNPACK_ANY_RATIO_BYTES;
	char *text = calloc(bytes, 2);
	assert_non_null(text);
	int fd = compressed(text, bytes, 0);
	assert_int_equal(read_all(fd, &why), bytes);
	assert_null(why);
	close(fd);
	fd = compressed(text, 2 * bytes, 0);
	read_all(fd, &why);
	assert_non_null(why);
	assert_contains(why, "a hundred times");
	close(fd);
	free(text);
}

TEST(text_is_read_as_it_is_and_frames_follow_each_other)
{
	const char *why;
	char copy[1000];
	int fd = memfd_create("plain", MFD_CLOEXEC);
	/* Three bytes of what a compressed file begins with are text. */
	assert_int_equal(write(fd, "\x28\xb5\x2f", 3), 3);
	assert_int_equal(read_all(fd, &why), 3);
	assert_null(why);
	close(fd);
	fd = compressed("abc", 3, 0);
	ssize_t bytes = pread(fd, copy, sizeof copy, 0);
	assert_true(bytes > 0);
	assert_int_equal(write(fd, copy, (size_t)bytes), bytes);
	assert_int_equal(read_all(fd, &why), 6);
	/* What follows must be a frame. */
	assert_int_equal(write(fd, "text", 4), 4);
	read_all(fd, &why);
	assert_non_null(why);
	close(fd);
}
