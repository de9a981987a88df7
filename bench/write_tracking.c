/* Measures: ways to know, or to keep, what a program writes from some moment on, without stopping it: what arming the
 *           whole heap takes, and then the first write to each page. Write protection by userfaultfd, where another
 *           task lets each write go on, or the kernel does; the kernel's soft-dirty bits; mprotect with a signal
 *           handler; and fork, to be held against. Where nobody is told of a write: how long it takes to find out which pages
 *           were written.
 * Excludes: TLB and cache refill, by read passes before the writes (bench/first_write.c), what the program does with
 *           what it learns, such as a copy of the page, and registering the heap, which is done once in a program's life.
 * Expect:   arming takes nanoseconds a page, less than fork, which also copies page tables. A first write that the kernel lets go
 *           on by itself is a plain page fault, under a microsecond; fork copies the page as well; a signal handler is two
 *           system calls more; another task two switches more. */
#include "harness/common/pagemap.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"
#include "harness/worker/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* What older headers lack. */
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1 /* Linux 5.11 */
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15) /* Linux 6.7 */
#endif

/* PAGEMAP_SCAN of Linux 6.7 (Documentation/admin-guide/mm/pagemap.rst). */
struct scan_region {
	uint64_t start, end, categories;
};

struct scan {
	uint64_t size, flags, start, end, walk_end, regions, region_count, pages_max;
	uint64_t inverted, mask, any_of, wanted;
};

#define SCAN_IOCTL _IOWR('f', 16, struct scan)

enum {
	SCAN_NEEDS_ASYNC = 1 << 1,
	SCAN_WRITTEN = 1 << 1,
	SCAN_REGIONS = 64,
};

enum { WRITE_NS, ARM_NS, FIND_NS, PAGES, FAULTS, EVENTS, FOUND };

static const struct metric metrics[] = {
	[WRITE_NS] = {"write_ns", "ns", "first write to a page, mean of a pass over all pages"},
	[ARM_NS] = {"arm_ns", "ns", "arming the whole heap; for fork the call"},
	[FIND_NS] = {"find_ns", "ns", "finding which pages were written, when all were"},
	[PAGES] = {"pages", "count", "pages written in a pass"},
	[FAULTS] = {"faults", "count", "page faults of the writer in the pass"},
	[EVENTS] = {"events", "count", "writes that the program was told of"},
	[FOUND] = {"found", "count", "pages that the kernel says were written"},
	{0},
};

/* In what this kernel differs. NULL: it has it. */
static const char *lacks_userfaultfd, *lacks_async, *lacks_soft_dirty;

/* Shared memory. */
static struct {
	struct window window;
	uint64_t from, to; /* ticks: arming */
	uint64_t events;
	struct scan_region regions[SCAN_REGIONS];
} * shared;

static uint64_t *entries;    /* of pagemap, one a page; shared memory */
static int faults_from = -1; /* the userfaultfd; -1: none */
static struct run *writer;   /* for the signal handler */
static struct sigaction old_action;

struct story {
	const char *name;
	uint64_t faults_least, faults_most; /* a page */
	const char *const *lacks;           /* why it cannot be had; NULL: it can */
	/* Arms the heap, and notes when that began and ended. NULL: nothing is armed. */
	enum outcome (*arm)(struct run *run);
	/* Takes back what arm() did, after the pass. */
	enum outcome (*end)(struct run *run);
	/* Counts pages that were written since; a negative errno value. NULL: each write is an event, or nobody learns
	 * of it. */
	long (*find)(struct run *run, uint64_t *found);
	bool tells; /* each write is an event */
};

static enum outcome failed(struct run *run, const char *what, long error, const char *remedy)
{
	return fail(run->problem, "cannot %s: %s; %s", what, strerror((int)-error), remedy);
}

/* ---- fork ---- */

static void child_body(struct run *run)
{
	child_die_with(run->worker);
	partner_wait(run);
}

static enum outcome arm_fork(struct run *run)
{
	const struct primitive *fork = registry_primitive("fork");
	if (!fork)
		return fail(run->problem, "cannot find primitive 'fork'; see forkcost list");
	run->partner->allowed = run->partner->done = 0;
	run->child_body = child_body;
	fork->start(run, ACTION_EXIT);
	run->child_body = NULL;
	run->partner->id = run->child->id;
	if (run->child->id < 0)
		return failed(run, "fork", run->child->id, "free some memory");
	shared->from = run->child->called;
	shared->to = run->child->returned;
	if (partner_await(run, 1))
		return OUTCOME_FAILED;
	return partner_await_asleep(run);
}

/* ---- mprotect ---- */

/* Lets the write to a page go on, by a raw system call. */
static void on_write(int number, siginfo_t *info, void *context)
{
	const size_t page = writer->touch.page_bytes;
	const uintptr_t at = (uintptr_t)info->si_addr & ~(page - 1);
	(void)context;
	if (at < (uintptr_t)writer->heap || at >= (uintptr_t)writer->heap + writer->heap_bytes ||
	    raw_syscall(SYS_mprotect, (long)at, (long)page, PROT_READ | PROT_WRITE, 0, 0) < 0)
		sigaction(number, &old_action, NULL); /* then this ends the worker */
	else
		shared->events++;
}

static long protect(const struct run *run, int how)
{
	return raw_syscall(SYS_mprotect, (long)run->heap, (long)run->heap_bytes, how, 0, 0);
}

static enum outcome arm_mprotect(struct run *run)
{
	struct sigaction action = {.sa_sigaction = on_write, .sa_flags = SA_SIGINFO};
	writer = run;
	if (sigaction(SIGSEGV, &action, &old_action) < 0)
		return failed(run, "handle signals", -errno, "report this");
	shared->from = clock_ticks();
	long error = protect(run, PROT_READ);
	shared->to = clock_ticks_after();
	return error < 0 ? failed(run, "protect the heap", error, "raise vm.max_map_count")
			 : OUTCOME_OK;
}

static enum outcome end_mprotect(struct run *run)
{
	long error = protect(run, PROT_READ | PROT_WRITE);
	sigaction(SIGSEGV, &old_action, NULL);
	return error < 0 ? failed(run, "make the heap writable again", error, "report this")
			 : OUTCOME_OK;
}

/* ---- userfaultfd ---- */

/* Opens one with such features; a negative errno value. Of the program's own writes alone, which needs no permission
 * (userfaultfd(2)); kernels before 5.11 do not know this. */
static long open_faults(uint64_t features)
{
	struct uffdio_api api = {.api = UFFD_API, .features = features};
	long made = raw_syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY, 0, 0, 0, 0);
	if (made == -EINVAL)
		made = raw_syscall(SYS_userfaultfd, O_CLOEXEC, 0, 0, 0, 0);
	if (made < 0 || ioctl((int)made, UFFDIO_API, &api) == 0)
		return made;
	close((int)made);
	return -EINVAL;
}

static enum outcome arm_faults(struct run *run, uint64_t features)
{
	const struct uffdio_range range = {(uintptr_t)run->heap, run->heap_bytes};
	struct uffdio_register heap = {.range = range, .mode = UFFDIO_REGISTER_MODE_WP};
	struct uffdio_writeprotect all = {.range = range, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
	faults_from = (int)open_faults(features);
	if (faults_from < 0)
		return failed(run, "open a userfaultfd", faults_from, "report this");
	if (ioctl(faults_from, UFFDIO_REGISTER, &heap) < 0)
		return failed(run, "register the heap with userfaultfd", -errno, "report this");
	shared->from = clock_ticks();
	long error = raw_syscall(SYS_ioctl, faults_from, UFFDIO_WRITEPROTECT, (long)&all, 0, 0);
	shared->to = clock_ticks_after();
	return error < 0 ? failed(run, "protect the heap by userfaultfd", error, "report this")
			 : OUTCOME_OK;
}

/* Lets the write of a message go on; false: it is none. */
static bool let_write(const struct run *run, const struct uffd_msg *message)
{
	const uint64_t page = run->touch.page_bytes;
	struct uffdio_writeprotect one = {
		.range = {message->arg.pagefault.address & ~(page - 1), page}};
	return message->event == UFFD_EVENT_PAGEFAULT &&
	       message->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP &&
	       raw_syscall(SYS_ioctl, faults_from, UFFDIO_WRITEPROTECT, (long)&one, 0, 0) == 0;
}

/* The other task, with the caller's memory: as many messages as there are pages. If it cannot go on it unregisters
 * the heap, so that the writer does not hang; then there are fewer events. */
static void handle_writes(struct run *run)
{
	struct uffdio_range heap = {(uintptr_t)run->heap, run->heap_bytes};
	struct uffd_msg message = {0};
	partner_done(run, 1);
	while (shared->events < run->touch.count) {
		if (raw_syscall(SYS_read, faults_from, (long)&message, sizeof message, 0, 0) !=
			    sizeof message ||
		    !let_write(run, &message)) {
			raw_syscall(SYS_ioctl, faults_from, UFFDIO_UNREGISTER, (long)&heap, 0, 0);
			break;
		}
		shared->events++;
	}
	partner_done(run, 2);
}

static enum outcome arm_userfaultfd(struct run *run)
{
	if (arm_faults(run, UFFD_FEATURE_PAGEFAULT_FLAG_WP) ||
	    partner_start(run, CLONE_VM | SIGCHLD, handle_writes))
		return OUTCOME_FAILED;
	return partner_await(run, 1);
}

/* With its last reference the heap is unregistered. */
static enum outcome close_faults(struct run *run)
{
	(void)run;
	close(faults_from);
	faults_from = -1;
	return OUTCOME_OK;
}

static enum outcome end_userfaultfd(struct run *run)
{
	if (partner_await(run, 2) || partner_reap(run))
		return OUTCOME_FAILED;
	return close_faults(run);
}

static enum outcome arm_async(struct run *run)
{
	return arm_faults(run, UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_ASYNC);
}

static long find_async(struct run *run, uint64_t *found)
{
	struct scan scan = {.size = sizeof scan,
			    .flags = SCAN_NEEDS_ASYNC,
			    .start = (uintptr_t)run->heap,
			    .end = (uintptr_t)run->heap + run->heap_bytes,
			    .regions = (uintptr_t)shared->regions,
			    .region_count = SCAN_REGIONS,
			    .mask = SCAN_WRITTEN,
			    .wanted = SCAN_WRITTEN};
	long pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), got = 0;
	*found = 0;
	if (pagemap < 0)
		return -errno;
	while (scan.start < scan.end && got >= 0) {
		got = raw_syscall(SYS_ioctl, pagemap, (long)SCAN_IOCTL, (long)&scan, 0, 0);
		for (long i = 0; i < got; i++)
			*found += (shared->regions[i].end - shared->regions[i].start) /
				  run->touch.page_bytes;
		scan.start = scan.walk_end;
	}
	close((int)pagemap);
	return got < 0 ? got : 0;
}

/* ---- soft-dirty bits ---- */

static long clear_soft_dirty(void)
{
	long file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	shared->from = clock_ticks();
	long written = raw_syscall(SYS_write, file, (long)"4", 1, 0, 0);
	shared->to = clock_ticks_after();
	close((int)file);
	return written < 0 ? written : 0;
}

static enum outcome arm_soft_dirty(struct run *run)
{
	long error = clear_soft_dirty();
	return error ? failed(run, "clear soft-dirty bits", error, "mount /proc") : OUTCOME_OK;
}

static long find_soft_dirty(struct run *run, uint64_t *found)
{
	long error = pagemap_read(0, (uintptr_t)run->heap, run->touch.page_bytes, run->touch.count,
				  entries);
	*found = 0;
	for (size_t i = 0; i < run->touch.count && !error; i++)
		*found += (entries[i] & PAGEMAP_SOFT_DIRTY) != 0;
	return error;
}

static const struct story stories[] = {
	{"unprotected", 0, 0, NULL, NULL, NULL, NULL, false},
	{"fork", 1, 1, NULL, arm_fork, partner_reap, NULL, false},
	{"userfaultfd", 1, 1, &lacks_userfaultfd, arm_userfaultfd, end_userfaultfd, NULL, true},
	{"userfaultfd_async", 1, 1, &lacks_async, arm_async, close_faults, find_async, false},
	{"soft_dirty", 1, 1, &lacks_soft_dirty, arm_soft_dirty, NULL, find_soft_dirty, false},
	/* After the signal the page may be writable at once, or by one more fault. */
	{"mprotect", 0, 1, NULL, arm_mprotect, end_mprotect, NULL, true},
	{0},
};

/* ---- a sample, and its proof ---- */

static enum outcome check(struct run *run, const struct story *story, const char *what,
			  uint64_t seen, uint64_t least, uint64_t most)
{
	if (seen >= least && seen <= most)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust case %s: %llu %s for %zu pages, expected %llu to %llu; does KSM, "
		    "NUMA balancing, compaction or DAMON work on pages? switch it off",
		    story->name, (unsigned long long)seen, what, run->touch.count,
		    (unsigned long long)least, (unsigned long long)most);
}

static uint64_t faults_in(const struct window *window)
{
	/* A fault that waited for somebody counts as a major one. */
	return window_faults(window) +
	       (uint64_t)(window->after.ru_majflt - window->before.ru_majflt);
}

/* Finds what was written, and holds it against what was. */
static enum outcome find(struct run *run, const struct story *story, uint64_t expected,
			 double *took_ns)
{
	uint64_t found = 0, from = clock_ticks();
	long error = story->find(run, &found);
	*took_ns = clock_ns(from, clock_ticks_after());
	if (error)
		return failed(run, "find written pages", error, "mount /proc");
	return check(run, story, "written pages found", found, expected, expected);
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	const struct window *window = &shared->window;
	const size_t count = run->touch.count;
	double find_ns = 0;
	shared->events = 0;
	if ((story->arm && story->arm(run)) || (story->find && find(run, story, 0, &find_ns)))
		return OUTCOME_FAILED;
	pages_time_write(run, &shared->window, run->heap, PAGES_READ_PASSES);
	if ((story->find && find(run, story, count, &find_ns)) || (story->end && story->end(run)) ||
	    check(run, story, "page faults", faults_in(window), story->faults_least * count,
		  story->faults_most * count) ||
	    (story->tells && check(run, story, "events", shared->events, count, count)))
		return OUTCOME_FAILED;
	sample_set(out, WRITE_NS, clock_ns(window->from, window->to) / (double)count);
	sample_set(out, PAGES, (double)count);
	sample_set(out, FAULTS, (double)faults_in(window));
	if (story->arm)
		sample_set(out, ARM_NS, clock_ns(shared->from, shared->to));
	if (story->tells)
		sample_set(out, EVENTS, (double)shared->events);
	if (story->find) {
		sample_set(out, FIND_NS, find_ns);
		sample_set(out, FOUND, (double)count);
	}
	return OUTCOME_OK;
}

/* ---- what this machine has ---- */

static const char *why_no_faults(uint64_t features, const char *why_no_feature)
{
	long made = open_faults(features);
	if (made >= 0)
		close((int)made);
	if (made == -ENOSYS)
		return "this kernel has no userfaultfd (CONFIG_USERFAULTFD)";
	if (made == -EPERM)
		return "not permitted: a seccomp filter, or set vm.unprivileged_userfaultfd=1, or "
		       "run as "
		       "root";
	return made < 0 ? why_no_feature : NULL;
}

/* A page that was just written has the bit, on kernels that have such bits. */
static const char *why_no_soft_dirty(void)
{
	static volatile char page[1];
	uint64_t entry = 0;
	page[0] = 1;
	if (pagemap_read(0, (uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE), 1, &entry) ||
	    !(entry & PAGEMAP_SOFT_DIRTY))
		return "this kernel has no soft-dirty bits (CONFIG_MEM_SOFT_DIRTY), or no /proc";
	return NULL;
}

static enum outcome make(struct run *run)
{
	lacks_userfaultfd = why_no_faults(UFFD_FEATURE_PAGEFAULT_FLAG_WP,
					  "this kernel cannot write-protect by userfaultfd here");
	lacks_async = why_no_faults(UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_ASYNC,
				    "this kernel's userfaultfd tells of every write: needs Linux "
				    "6.7");
	lacks_soft_dirty = why_no_soft_dirty();
	shared = arena_share(sizeof *shared, "a window", run->problem);
	entries = arena_share((run->touch.count + 1) * sizeof *entries, "pagemap", run->problem);
	return shared && entries ? OUTCOME_OK : OUTCOME_FAILED;
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	const char *const *lacks = stories[arm->case_index].lacks;
	if (run->touch.count == 0)
		return "there is no heap to write to";
	return lacks ? *lacks : NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	const struct story *story = &stories[arm->case_index];
	(void)run;
	switch (metric) {
	case ARM_NS:
		return story->arm ? NULL : "nothing is armed";
	case FIND_NS:
	case FOUND:
		if (story->find)
			return NULL;
		return story->tells ? "the program is told of each write" : "nobody keeps track";
	case EVENTS:
		return story->tells ? NULL : "nobody is told of a write";
	default:
		return NULL;
	}
}

EXPERIMENT(write_tracking, .summary = "ways to know or keep what a program writes, beside fork",
	   .metrics = metrics, CASE_ROWS(stories), .needs_heap = true, .copies_heap = true,
	   .heaps = "1M,16M,64M", .quick_heaps = "16M", .make = make, .refuses = refuses,
	   .missing = missing, .sample = sample);
