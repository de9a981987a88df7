/* Lines, keys and fields of small files, on files made up here and on this process's own in /proc. */
#include "harness/common/pagemap.h"
#include "harness/common/textfile.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static char path[32];

/* Makes a file without a name of its own; `path` leads to it until close_made(). */
static int make(const char *text)
{
	int fd = memfd_create("made", 0);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return fd;
}

static void join(const char *line, void *context)
{
	char *joined = context;
	snprintf(joined + strlen(joined), 64 - strlen(joined), "%s|", line);
}

TEST(long_lines_are_cut_and_do_not_shift_the_next)
{
	char room[8], joined[64] = "";
	int fd = make("ab\n\n0123456789abcdefgh\nsix456\nlast");
	assert_true(textfile_lines(path, room, sizeof room, join, joined));
	assert_string_equal(joined, "ab||0123456|six456|last|");
	close(fd);
	assert_false(textfile_lines("/nowhere", room, sizeof room, join, joined));
	assert_int_equal(errno, ENOENT);
}

TEST(a_key_is_a_whole_word_at_the_beginning)
{
	int fd = make("Name:\tVmPTE: 1\nSeccomp_filters:\t3\nSeccomp:\t2\nVmPTE:\t  44 kB\n"
		      "CapEff:\t00ff\ninactive_file 7\nnone:\nnone1\nse.nr   :   9\n");
	assert_int_equal(textfile_value(path, "VmPTE", 10), 44 * 1024);
	assert_int_equal(textfile_value(path, "Seccomp", 10), 2);
	assert_int_equal(textfile_value(path, "CapEff", 16), 255);
	assert_int_equal(textfile_value(path, "inactive_file", 10), 7);
	assert_int_equal(textfile_value(path, "se.nr", 10), 9);
	assert_true(textfile_value(path, "none", 10) == UINT64_MAX);
	assert_int_equal(errno, ENODATA);
	close(fd);
	assert_true(textfile_value("/nowhere", "VmPTE", 10) == UINT64_MAX);
	assert_int_equal(errno, ENOENT);
}

TEST(a_name_may_hold_blanks_and_parentheses)
{
	int fd = make("42 (a ) b 7) S 4 5 6 7\n");
	assert_int_equal(textfile_stat(path, 4), 4);
	assert_int_equal(textfile_stat(path, 7), 7);
	assert_true(textfile_stat(path, 8) == UINT64_MAX);
	assert_int_equal(errno, ENODATA);
	close(fd);
}

TEST(ticks_are_those_of_the_cpu_of_that_number)
{
	static const char stat[] = "cpu  1 2 3 400 50 6 7 80 9 0\ncpu1 1 2 3 4 5 6 7 8 9 0\n"
				   "cpu12 1 2 3 20 1 6 7 3 9 0\nintr 3 cpu2 1 2 3 4 5 6 7 8\n";
	struct textfile_ticks ticks = {.idle = 1};
	assert_true(textfile_add_ticks(stat, 12, &ticks));
	assert_true(textfile_add_ticks(stat, 1, &ticks));
	assert_int_equal(ticks.idle, 1 + 21 + 9);
	assert_int_equal(ticks.stolen, 3 + 8);
	assert_int_equal(ticks.all, 43 + 36);
	assert_false(textfile_add_ticks(stat, 2, &ticks));
	assert_int_equal(ticks.idle, 1 + 21 + 9);
	assert_true(textfile_add_ticks(stat, -1, &ticks));
	assert_int_equal(ticks.stolen, 3 + 8 + 80);
}

TEST(this_process_is_found_by_either_name)
{
	assert_int_equal(textfile_status(0, "Pid", 10), getpid());
	assert_int_equal(textfile_status(getpid(), "Pid", 10), getpid());
}

TEST(pages_are_there_once_they_are_written)
{
	enum { PAGES = 3 };
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *pages = aligned_alloc(page_bytes, PAGES * page_bytes);
	uint64_t side_by_side[PAGES], apart[2] = {0};
	for (size_t i = 0; i < PAGES; i++)
		pages[i * page_bytes] = 1;
	assert_int_equal(pagemap_read(0, (uintptr_t)pages, page_bytes, PAGES, side_by_side), 0);
	for (size_t i = 0; i < PAGES; i++)
		assert_true(side_by_side[i] & PAGEMAP_PRESENT);
	/* The same entries, of every second page. */
	assert_int_equal(
		pagemap_read(getpid(), (uintptr_t)pages, 2 * page_bytes, COUNT_OF(apart), apart),
		0);
	assert_true(apart[0] == side_by_side[0] && apart[1] == side_by_side[2]);
	assert_int_equal(pagemap_read(INT32_MAX, (uintptr_t)pages, page_bytes, 1, apart), -ENOENT);
	free((void *)pages);
}
