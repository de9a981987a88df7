/* Measures: no time, but what a child has of its caller's memory: pages in the same frame, how often a frame
 *           is mapped, and page tables, in the child and in the caller. While the child runs, when
 *           it has written one page, when it has become another program, and without the heap; and
 *           with memory whose page tables fork does not copy: shared memory, and a file's.
 * Excludes: what the child does by itself: it touches nothing but its own stack.
 * Expect:   a running child has all pages in the caller's frames, each mapped twice, by page tables of
 *           its own, 1 page of tables for 512 pages; one page less when it wrote one. After exec each
 *           is mapped once, and the child has the few tables of a small program. Shared and file
 *           memory add nothing to the child's tables, but to the caller's. */
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/mapped.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGES, FRAMES_ALIKE, MAPPINGS, CHILD_TABLES, CALLER_TABLES, CHILD_RESIDENT };

static const struct metric metrics[] = {
	[PAGES] = {"pages", "count",
		   "pages of the caller's heap, or of the memory the case is about"},
	[FRAMES_ALIKE] = {"frames_alike", "count", "of these, in the same frame in the child"},
	[MAPPINGS] = {"mappings", "count",
		      "how often the caller's frames are mapped, all pages together"},
	[CHILD_TABLES] = {"child_tables", "count",
			  "pages of page tables that the child has (VmPTE)"},
	[CALLER_TABLES] = {"caller_tables", "count", "the same of the caller"},
	[CHILD_RESIDENT] = {"child_resident", "count", "pages that the child has resident (VmRSS)"},
	{0},
};

/* Shared memory. */
static struct {
	uint64_t *callers, *childs; /* frame numbers */
} frames;

static const char *hidden;    /* why frame numbers are; NULL: they are not */
static const char *uncounted; /* why mappings are not counted */
static const char *shared_pages, *file_pages;
static const char *no_shared_pages, *no_file_pages;

/* ---- the child's lives: raw system calls only ---- */

static void life_of_waiting(struct run *run)
{
	partner_done_await(run, 1);
}

static void life_of_writing_one(struct run *run)
{
	const struct touch one = {run->touch.order, 1, run->touch.page_bytes};
	pages_write(&one, run->heap);
	partner_done_await(run, 1);
}

/* ---- the cases ---- */

enum { FORKED, WROTE_ONE, EXECED, WITHOUT_HEAP, SHARED_MEMORY, FILE_MEMORY };

static const char *const cases[] = {
	[FORKED] = "forked",
	[WROTE_ONE] = "wrote_one",
	[EXECED] = "execed",
	[WITHOUT_HEAP] = "without_heap",
	[SHARED_MEMORY] = "shared_memory",
	[FILE_MEMORY] = "file_memory",
	NULL,
};

/* Whether the child has the heap; else it is kept out of it, and what the case adds stands alone. */
static bool has_heap(unsigned index)
{
	return index == FORKED || index == WROTE_ONE || index == EXECED;
}

/* The memory that pages are compared of. */
static const char *memory_of(const struct run *run, unsigned index)
{
	switch (index) {
	case SHARED_MEMORY:
		return shared_pages;
	case FILE_MEMORY:
		return file_pages;
	default:
		return run->heap;
	}
}

/* ---- what the kernel shows ---- */

/* A line of /proc/PROCESS/status in kB, as pages; false if it is not there. */
static bool read_status(long process, const char *name, double *pages)
{
	char path[64], text[4096];
	snprintf(path, sizeof path, "/proc/%ld/status", process);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, text, sizeof text - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	const char *line = strstr(text, name);
	if (!line)
		return false;
	*pages = (double)strtoull(line + strlen(name), NULL, 10) * 1024 /
		 (double)sysconf(_SC_PAGESIZE);
	return true;
}

/* The sum over all frames of how often each is mapped; false if it cannot be read. */
static bool count_mappings(const uint64_t *frame, size_t count, double *mappings)
{
	int fd = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0;
	*mappings = 0;
	for (size_t i = 0; good && i < count; i++) {
		uint64_t mapped = 0;
		good = pread(fd, &mapped, sizeof mapped, (off_t)(frame[i] * sizeof mapped)) ==
		       sizeof mapped;
		*mappings += (double)mapped;
	}
	if (fd >= 0)
		close(fd);
	return good;
}

static size_t count_alike(size_t count)
{
	size_t alike = 0;
	for (size_t i = 0; i < count; i++)
		alike += frames.callers[i] != 0 && frames.callers[i] == frames.childs[i];
	return alike;
}

static enum outcome unreadable(struct run *run, const char *what)
{
	return fail(run->problem, "cannot read %s of the child: %s; mount /proc without hidepid",
		    what, strerror(errno));
}

static enum outcome look(struct run *run, unsigned index, struct wire_sample *out)
{
	const struct touch touch = run->touch;
	const char *memory = memory_of(run, index);
	double pages;
	sample_set(out, PAGES, (double)touch.count);
	if (!read_status(run->partner->id, "\nVmPTE:", &pages))
		return unreadable(run, "page tables");
	sample_set(out, CHILD_TABLES, pages);
	if (!read_status(run->worker, "\nVmPTE:", &pages))
		return unreadable(run, "page tables");
	sample_set(out, CALLER_TABLES, pages);
	if (!read_status(run->partner->id, "\nVmRSS:", &pages))
		return unreadable(run, "resident memory");
	sample_set(out, CHILD_RESIDENT, pages);
	if (hidden || index == WITHOUT_HEAP)
		return OUTCOME_OK;
	if (!pages_frames(&touch, memory, frames.callers))
		return unreadable(run, "the pagemap");
	if (index != EXECED) {
		if (!pages_frames_of(run->partner->id, &touch, memory, frames.childs))
			return unreadable(run, "the pagemap");
		sample_set(out, FRAMES_ALIKE, (double)count_alike(touch.count));
	}
	if (!uncounted && count_mappings(frames.callers, touch.count, &pages))
		sample_set(out, MAPPINGS, pages);
	return OUTCOME_OK;
}

/* ---- a sample ---- */

static enum outcome begin(struct run *run, unsigned index)
{
	if (index == EXECED) {
		if (partner_start(run, SIGCHLD, partner_become_target))
			return OUTCOME_FAILED;
		return partner_await_target(run);
	}
	if (partner_start(run, SIGCHLD,
			  index == WROTE_ONE ? life_of_writing_one : life_of_waiting) ||
	    partner_await(run, 1))
		return OUTCOME_FAILED;
	return partner_await_asleep(run);
}

static enum outcome end(struct run *run, unsigned index)
{
	return index == EXECED ? partner_end_target(run, "case execed") : partner_reap(run);
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	unsigned index = arm->case_index;
	if (!has_heap(index) && child_heap_copied(run, false))
		return OUTCOME_FAILED;
	enum outcome outcome = begin(run, index);
	if (!outcome)
		outcome = look(run, index, out);
	if (outcome)
		partner_kill(run);
	else
		outcome = end(run, index);
	if (!has_heap(index) && child_heap_copied(run, true))
		return OUTCOME_FAILED;
	return outcome;
}

static enum outcome make(struct run *run)
{
	size_t bytes = run->touch.count * sizeof(uint64_t);
	if (!pages_frames_shown())
		hidden = "hidden: the kernel shows frame numbers to CAP_SYS_ADMIN only";
	if (access("/proc/kpagecount", R_OK) < 0)
		uncounted = "the kernel shows /proc/kpagecount to root only, if it has it at all";
	if (run->touch.count == 0)
		return OUTCOME_OK;
	frames.callers = arena_share(bytes, "frame numbers", run->problem);
	frames.childs = arena_share(bytes, "frame numbers", run->problem);
	if (!frames.callers || !frames.childs)
		return OUTCOME_FAILED;
	shared_pages = mapped_shared(run, &no_shared_pages);
	file_pages = mapped_file(run, &no_file_pages);
	return OUTCOME_OK;
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	if (run->touch.count == 0)
		return "there is no heap to inherit";
	if (arm->case_index == SHARED_MEMORY)
		return no_shared_pages;
	return arm->case_index == FILE_MEMORY ? no_file_pages : NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	(void)run;
	if (metric != FRAMES_ALIKE && metric != MAPPINGS)
		return NULL;
	if (arm->case_index == WITHOUT_HEAP)
		return "the child has no such pages";
	if (metric == FRAMES_ALIKE && arm->case_index == EXECED)
		return "another program has other pages";
	if (hidden)
		return hidden;
	return metric == MAPPINGS ? uncounted : NULL;
}

EXPERIMENT(inherit, .summary = "what a child has of its caller's memory: frames and page tables",
	   .metrics = metrics, .cases = cases, .needs_heap = true, .copies_heap = true,
	   .heaps = "16M", .quick_heaps = "16M", .make = make, .refuses = refuses,
	   .missing = missing, .sample = sample);
