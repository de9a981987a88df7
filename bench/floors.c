/* Measures: what the kernel's work in and after a fork takes at memory speed: memory read, written,
 *           copied and updated in place, in streams over pages of 4 KiB that are in no cache; the cheapest system
 *           call; the cheapest page fault.
 *           No bound for a heap whose tables and page metadata a cache holds.
 * Excludes: waiting for memory: each stream is in order, so that the next lines are on their way. What is walked
 *           in a sample was last touched a whole heap before, less the sample's own part.
 * Expect:   ns a page of 4 KiB: 250 to 800 read, 150 to 800 written, 400 to 1,500 copied, 300 to 1,000 updated. A
 *           system call 50 to 300 ns, a page fault 250 to 700. */
#include "harness/worker/bench.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE_NS, CALL_NS, FAULT_NS, PAGES, FAULTS };

enum { BASE_PAGE_BYTES = 4096, LINE_BYTES = 64, PART_BYTES = 64 << 20, CALLS = 1000 };

/* Less than 2 MiB, so that no page table of theirs is ever empty, and freed with them (Linux 6.14). */
enum { FAULT_PAGES = 256, FAULT_BYTES = FAULT_PAGES * BASE_PAGE_BYTES };

static const struct metric metrics[] = {
	[PAGE_NS] = {"page_ns", "ns", "a page of 4 KiB in a stream"},
	[CALL_NS] = {"call_ns", "ns", "a system call that does next to nothing, getppid"},
	[FAULT_NS] = {"fault_ns", "ns", "a page fault that maps the page of zeros"},
	[PAGES] = {"pages", "count", "pages of 4 KiB that a stream touches in a sample"},
	[FAULTS] = {"faults", "count", "page faults in the window"},
	{0},
};

static char *absent;     /* FAULT_PAGES private pages, none present before a window */
static size_t next_byte; /* of the heap: where the next stream begins */
static volatile uint64_t sink;

static enum outcome make(struct run *run)
{
	absent =
		mmap(NULL, FAULT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* A huge page of zeros would take one fault for all. */
	if (absent == MAP_FAILED ||
	    (madvise(absent, FAULT_BYTES, MADV_NOHUGEPAGE) && errno != EINVAL))
		return fail(run->problem, "cannot map pages to fault in: %s; free some memory",
			    strerror(errno));
	return OUTCOME_OK;
}

/* ---- streams over a part of the heap ---- */

static void stream_read(char *part, size_t bytes)
{
	uint64_t *words = (uint64_t *)part;
	uint64_t sum[4] = {0};
	for (size_t i = 0; i < bytes / sizeof *words; i += 4)
		for (size_t k = 0; k < 4; k++)
			sum[k] += words[i + k];
	sink = sum[0] + sum[1] + sum[2] + sum[3];
}

static void stream_write(char *part, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += BASE_PAGE_BYTES)
		memset(part + at, (int)at / BASE_PAGE_BYTES, BASE_PAGE_BYTES);
}

/* From the first half to the second. */
static void stream_copy(char *part, size_t bytes)
{
	for (size_t at = 0; at < bytes / 2; at += BASE_PAGE_BYTES)
		memcpy(part + bytes / 2 + at, part + at, BASE_PAGE_BYTES);
}

/* As counters in the metadata of pages are: a word of each line. */
static void stream_update(char *part, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += LINE_BYTES)
		++*(volatile uint64_t *)(part + at);
}

/* What a case does, and which metric it has. */
static const struct floor {
	const char *name;
	void (*stream)(char *part, size_t bytes); /* NULL: none */
	unsigned metric;
} floors[] = {
	{"read", stream_read, PAGE_NS},
	{"write", stream_write, PAGE_NS},
	{"copy", stream_copy, PAGE_NS},
	{"update", stream_update, PAGE_NS},
	{"system_call", NULL, CALL_NS},
	{"page_fault", NULL, FAULT_NS},
	{0},
};

/* The next part of the heap: the longest ago to be touched. */
static enum outcome take_stream(struct run *run, const struct floor *floor, struct wire_sample *out)
{
	const size_t step = (size_t)2 * BASE_PAGE_BYTES;
	const size_t bytes =
		run->heap_bytes < PART_BYTES ? run->heap_bytes / step * step : PART_BYTES;
	if (bytes == 0)
		return fail(run->problem,
			    "cannot copy a page within a heap of one; give --heap 8K or more");
	if (next_byte + bytes > run->heap_bytes)
		next_byte = 0;
	char *part = run->heap + next_byte;
	next_byte += bytes;
	uint64_t from = clock_ticks();
	floor->stream(part, bytes);
	uint64_t to = clock_ticks_after();
	const size_t pages = bytes / BASE_PAGE_BYTES;
	sample_set(out, PAGE_NS,
		   clock_ns(from, to) * (floor->stream == stream_copy ? 2 : 1) / (double)pages);
	sample_set(out, PAGES, (double)pages);
	return OUTCOME_OK;
}

static enum outcome take_calls(struct wire_sample *out)
{
	uint64_t from = clock_ticks();
	for (int i = 0; i < CALLS; i++)
		raw_syscall(SYS_getppid, 0, 0, 0, 0, 0);
	uint64_t to = clock_ticks_after();
	sample_set(out, CALL_NS, clock_ns(from, to) / CALLS);
	return OUTCOME_OK;
}

/* A pass of reads over pages that are absent; how many faults it took. */
static enum outcome fault_in(struct run *run, double *pass_ns, long *faults)
{
	struct rusage before, after;
	if (madvise(absent, FAULT_BYTES, MADV_DONTNEED))
		return fail(run->problem, "cannot free pages: %s; unlock memory (ulimit -l)",
			    strerror(errno));
	usage_read(&after); /* its page, too, is there */
	usage_read(&before);
	uint64_t from = clock_ticks();
	for (size_t i = 0; i < FAULT_PAGES; i++)
		(void)*(const volatile char *)(absent + i * BASE_PAGE_BYTES);
	uint64_t to = clock_ticks_after();
	usage_read(&after);
	*faults = after.ru_minflt - before.ru_minflt;
	*pass_ns = clock_ns(from, to);
	return OUTCOME_OK;
}

/* The second of two passes: the first brings back what streams have displaced from the caches. */
static enum outcome take_faults(struct run *run, struct wire_sample *out)
{
	double pass_ns = 0;
	long faults = 0;
	for (int pass = 0; pass < 2; pass++)
		if (fault_in(run, &pass_ns, &faults))
			return OUTCOME_FAILED;
	if (faults != FAULT_PAGES)
		return fail(
			run->problem,
			"cannot trust case page_fault: %ld faults for %d pages; does the kernel "
			"map more than one at a time? report this",
			faults, FAULT_PAGES);
	sample_set(out, FAULT_NS, pass_ns / FAULT_PAGES);
	sample_set(out, FAULTS, (double)faults);
	return OUTCOME_OK;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	const struct floor *floor = &floors[arm->case_index];
	(void)run;
	if (metric == PAGES)
		return floor->stream ? NULL : "only streams read or write memory";
	if (metric == FAULTS)
		return floor->metric == FAULT_NS ? NULL : "only case page_fault takes page faults";
	return metric == floor->metric ? NULL : "of other cases";
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct floor *floor = &floors[arm->case_index];
	return floor->stream              ? take_stream(run, floor, out)
	       : floor->metric == CALL_NS ? take_calls(out)
					  : take_faults(run, out);
}

EXPERIMENT(floors, .summary = "the least that memory, a system call and a page fault take here",
	   .metrics = metrics, CASE_ROWS(floors), .needs_heap = true, .ignores_heap = true,
	   .heaps = "512M", .quick_heaps = "512M", .make = make, .missing = missing,
	   .sample = sample);
