/* The eviction buffer: its size, its pages and its file. */
#include "harness/driver/machine/eviction.h"
#include "harness/driver/machine/machine.h"
#include "tests/unit/unit.h"

#include "harness/common/line_flush.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

static struct problem problem;

static struct stat file_of(const struct eviction *eviction)
{
	struct stat file;
	assert_int_equal(fstat(eviction->fd, &file), 0);
	return file;
}

/* Populated to its last byte, closed at exec, and where no worker's own file is put (WIRE_FD, WIRE_EVICT_FD). */
static void assert_made(const struct eviction *eviction)
{
	struct stat file = file_of(eviction);
	assert_int_equal(file.st_size, eviction->bytes);
	assert_true((uint64_t)file.st_blocks * 512 >= eviction->bytes);
	assert_int_equal(fcntl(eviction->fd, F_GETFD), FD_CLOEXEC);
	assert_true(eviction->fd > 4);
}

TEST(a_size_that_is_given_is_taken_and_not_measured)
{
	struct eviction eviction;
	assert_int_equal(eviction_limit(&eviction, 3 << 20, &problem), OUTCOME_OK);
	assert_int_equal(eviction_make(&eviction, sched_getcpu(), &problem), OUTCOME_OK);
	assert_int_equal(eviction.bytes, 3 << 20);
	assert_string_equal(eviction.found_by, "");
	assert_true(eviction.memory_ns <= 0);
	assert_made(&eviction);
	eviction_free(&eviction);
	eviction_free(&eviction);
	assert_int_equal(eviction.fd, -1);
}

/* Either a walk left nothing, as the figures say, or no smaller buffer was found. Pages that are not needed are not taken;
 * the measuring CPU is left again. */
TEST(a_size_that_is_not_given_is_measured)
{
	struct eviction eviction;
	cpu_set_t before, after;
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	assert_int_equal(eviction_limit(&eviction, UINT64_MAX, &problem), OUTCOME_OK);
	const uint64_t most = eviction.bytes;
	assert_true(most > 0 && most <= 2 * machine_cache_bytes());
	assert_int_equal(eviction_make(&eviction, sched_getcpu(), &problem), OUTCOME_OK);
	assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	assert_true(eviction.bytes <= most);
	assert_made(&eviction);
	if (*LINE_FLUSH)
		assert_true(eviction.after_ns > 0 && eviction.memory_ns > 0);
	if (strstr(eviction.found_by, "the least"))
		assert_true(eviction.after_ns >= 0.9 * eviction.memory_ns);
	else
		assert_int_equal(eviction.bytes, most);
	eviction_free(&eviction);
}
