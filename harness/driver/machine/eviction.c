#include "harness/driver/machine/eviction.h"

#include "harness/common/line_flush.h"
#include "harness/common/remedy.h"
#include "harness/common/shuffle.h"
#include "harness/common/textfile.h"
#include "harness/common/units.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

enum {
	LINE_BYTES = 64,
	/* About what a fork of a small process touches; the caches keep it if they keep anything. */
	PROBE_BYTES = 1 << 20,
	PROBE_LINES = PROBE_BYTES / LINE_BYTES,
	PROBE_PASSES = 3, /* until the caches have it */
	READINGS = 3,
	READING_TRIES = 6,
	CONFIRMATIONS = 5,
	PAUSE_NS = 100000000,
	FIRST_BYTES = 4 << 20,
	FD_MIN = 16,
};

/* Of the time that a line from memory takes. What is missing is lines that the caches still have, a fifth at most
 * where they answer in half the time. */
static const double COLD_SHARE = 0.9;

/* A small working set: its lines in one random cycle, each with the address of the next. */
struct probe {
	char *memory;
	const char *buffer;
};

enum outcome eviction_limit(struct eviction *eviction, uint64_t asked_bytes,
			    struct problem *problem)
{
	uint64_t available = 0;
	const char *limited_by;
	*eviction = (struct eviction){.fd = -1, .bytes = asked_bytes, .found_by = ""};
	if (asked_bytes != UINT64_MAX)
		return OUTCOME_OK;
	if (memory_available(&available, &limited_by, problem))
		return OUTCOME_FAILED;
	eviction->bytes = 2 * machine_cache_bytes();
	eviction->found_by = "twice the last-level cache";
	if (eviction->bytes > available / 4) {
		eviction->bytes = available / 4;
		eviction->found_by = "a quarter of the memory that is available";
	}
	return OUTCOME_OK;
}

static char *line_of(char *memory, size_t index)
{
	return memory + index * LINE_BYTES;
}

static void link_lines(char *memory, uint32_t *order)
{
	struct shuffle shuffle;
	shuffle_seed(&shuffle, 1);
	shuffle_order(&shuffle, order, PROBE_LINES);
	for (size_t i = 0; i < PROBE_LINES; i++)
		*(char **)(void *)line_of(memory, order[i]) =
			line_of(memory, order[(i + 1) % PROBE_LINES]);
}

/* Reads the probe's lines one after the other. */
static void read_lines(const struct probe *probe)
{
	const void *at = probe->memory;
	for (uint32_t i = 0; i < PROBE_LINES; i++)
		at = *(const void *const volatile *)at;
}

/* As the worker does (worker/axes/cache.c). */
static void walk(const struct probe *probe, uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes; at += LINE_BYTES)
		(void)*(const volatile char *)(probe->buffer + at);
}

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* How long a line takes to read, after a walk over so much of the buffer. If `flushed`, the caches had none of the
 * lines even before the walk, so that they come from memory, and all else is as without. */
static double read_ns(const struct probe *probe, uint64_t bytes, bool flushed)
{
	for (int i = 0; i < PROBE_PASSES; i++)
		read_lines(probe);
	for (uint32_t i = 0; flushed && i < PROBE_LINES; i++)
		__asm__ volatile(LINE_FLUSH ::"r"(line_of(probe->memory, i)) : "memory");
	__asm__ volatile(LINE_FLUSHED ::: "memory");
	walk(probe, bytes);
	double began_ns = now_ns();
	read_lines(probe);
	return (now_ns() - began_ns) / PROBE_LINES;
}

static long involuntary_switches(void)
{
	struct rusage usage = {0};
	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

/* Of several readings the shortest: what else runs makes them longer, and displaces lines that the walk alone would have
 * left. Where it runs on this CPU and never lets a walk be, nothing shows that the walk suffices. */
static bool is_cold(struct eviction *eviction, const struct probe *probe, uint64_t bytes)
{
	double after_ns = 1e9, memory_ns = 1e9;
	int undisturbed = 0;
	for (int tries = 0; tries < READING_TRIES && undisturbed < READINGS; tries++) {
		const long switches = involuntary_switches();
		double after = read_ns(probe, bytes, false);
		undisturbed += involuntary_switches() == switches;
		double memory = read_ns(probe, bytes, true);
		after_ns = after < after_ns ? after : after_ns;
		memory_ns = memory < memory_ns ? memory : memory_ns;
	}
	eviction->after_ns = after_ns;
	eviction->memory_ns = memory_ns;
	return undisturbed == READINGS && after_ns >= COLD_SHARE * memory_ns;
}

static enum outcome populate(int fd, char *buffer, uint64_t from, uint64_t to,
			     struct problem *problem)
{
	if (from == to)
		return OUTCOME_OK;
	/* In huge pages where the kernel gives them; what is left fallocate() takes, and says why it cannot. */
	madvise(buffer + from, to - from, MADV_POPULATE_WRITE);
	if (fallocate(fd, 0, (off_t)from, (off_t)(to - from)) == 0)
		return OUTCOME_OK;
	char text[UNITS_TEXT_MAX];
	return fail(problem, "cannot take %s for the cache eviction buffer: %s; %s",
		    units_format_bytes(to, text), strerror(errno),
		    remedy_or(errno, "use a smaller --evict, or free some memory"));
}

/* Grows the buffer by half as much again, until a walk over it leaves nothing, time after time, or it is as large as it
 * may be. Other machines on this host use the same cache for a while, so that a small walk seems to suffice. */
static enum outcome grow(struct eviction *eviction, const struct probe *probe, char *buffer,
			 struct problem *problem)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	const uint64_t most = eviction->bytes;
	uint64_t had = 0, bytes = FIRST_BYTES < most ? FIRST_BYTES : most;
	for (unsigned confirmed = 0; confirmed < CONFIRMATIONS;) {
		if (populate(eviction->fd, buffer, had, bytes, problem))
			return OUTCOME_FAILED;
		had = bytes;
		if (is_cold(eviction, probe, bytes)) {
			confirmed++;
			nanosleep(&pause, NULL);
			continue;
		}
		if (bytes == most)
			return OUTCOME_OK;
		confirmed = 0;
		bytes += bytes / 2 / PROBE_BYTES * PROBE_BYTES;
		bytes = bytes < most ? bytes : most;
	}
	eviction->bytes = bytes;
	eviction->found_by = "the least after which lines are read as slowly as from memory";
	return OUTCOME_OK;
}

/* On the CPU that will walk over it. */
static enum outcome measure(struct eviction *eviction, char *buffer, int cpu,
			    struct problem *problem)
{
	cpu_set_t before, one;
	struct probe probe = {.buffer = buffer, .memory = aligned_alloc(PROBE_BYTES, PROBE_BYTES)};
	uint32_t *order = malloc(PROBE_LINES * sizeof *order);
	enum outcome outcome = OUTCOME_FAILED;
	if (!probe.memory || !order) {
		fail(problem, "cannot measure the caches: out of memory");
	} else {
		link_lines(probe.memory, order);
		CPU_ZERO(&one);
		CPU_SET((unsigned)cpu, &one);
		bool moved = sched_getaffinity(0, sizeof before, &before) == 0 &&
			     sched_setaffinity(0, sizeof one, &one) == 0;
		outcome = grow(eviction, &probe, buffer, problem);
		if (moved)
			sched_setaffinity(0, sizeof before, &before);
	}
	free(order);
	free(probe.memory);
	return outcome;
}

/* A descriptor that no worker's own replaces. */
static int open_file(uint64_t bytes)
{
	int low = memfd_create("forkcost-evict", MFD_CLOEXEC), fd = -1;
	if (low >= 0 && ftruncate(low, (off_t)bytes) == 0)
		fd = fcntl(low, F_DUPFD_CLOEXEC, FD_MIN);
	int error = errno;
	if (low >= 0)
		close(low);
	errno = error;
	return fd;
}

enum outcome eviction_make(struct eviction *eviction, int cpu, struct problem *problem)
{
	const uint64_t most = eviction->bytes;
	void *buffer = MAP_FAILED;
	eviction->fd = open_file(most);
	if (eviction->fd >= 0)
		buffer = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_SHARED, eviction->fd, 0);
	if (buffer == MAP_FAILED) {
		fail(problem, "cannot map %llu bytes for the cache eviction buffer: %s; %s",
		     (unsigned long long)most, strerror(errno),
		     remedy_or(errno, "use a smaller --evict, or free some memory"));
		eviction_free(eviction);
		return OUTCOME_FAILED;
	}
	madvise(buffer, most, MADV_HUGEPAGE);
	/* Where no line can be flushed, nothing tells how slow memory is. */
	bool measured = *LINE_FLUSH && *eviction->found_by;
	enum outcome outcome = measured ? measure(eviction, buffer, cpu, problem)
					: populate(eviction->fd, buffer, 0, most, problem);
	eviction->huge_bytes = textfile_value("/proc/self/smaps_rollup", "ShmemPmdMapped", 10);
	munmap(buffer, most);
	/* What was not needed was never populated, and no worker is to map it. */
	if (!outcome && ftruncate(eviction->fd, (off_t)eviction->bytes) < 0)
		outcome = fail(problem, "cannot shorten the cache eviction buffer: %s; report this",
			       strerror(errno));
	if (outcome)
		eviction_free(eviction);
	return outcome;
}

void eviction_free(struct eviction *eviction)
{
	if (eviction->fd >= 0)
		close(eviction->fd);
	eviction->fd = -1;
}
