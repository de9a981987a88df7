/* Measures: no times, but what a child has of its caller's memory: pages in the same frame, how
 *           often a frame is mapped, and page tables, in the child and in the caller. It looks
 *           while the child runs, after it wrote one page, after exec, and without the heap; and at
 *           memory whose page tables fork does not copy: shared memory, and a file mapping. The
 *           child of each case has the memory that the case is about and nothing else of that size.
 * Excludes: what the child does itself: it touches only its own stack.
 * Expect:   a running child has all pages in the caller's frames, each mapped twice, through its
 *           own page tables, 1 page of tables for 512 pages; one page less after it wrote one.
 *           After exec each page is mapped once, and the child has the few tables of a small
 *           program. Shared and file memory add nothing to the child's tables, although they needed
 *           as many in the caller. */
#include "harness/common/remedy.h"
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
#include <sys/mman.h>
#include <unistd.h>

enum {
	PAGES,
	FRAMES_ALIKE,
	MAPPINGS,
	CHILD_TABLES,
	MAPPED_TABLES,
	CHILD_RESIDENT,
	CALLER_CHANGED,
};

static const struct metric metrics[] = {
	[PAGES] = {"pages", "count",
		   "pages of the caller's heap, or of the memory the case is about"},
	[FRAMES_ALIKE] = {"frames_alike", "count", "of these, in the same frame in the child"},
	[MAPPINGS] = {"mappings", "count",
		      "how often the caller's frames are mapped, all pages together"},
	[CHILD_TABLES] = {"child_tables", "count",
			  "pages of page tables that the child has (VmPTE)"},
	[MAPPED_TABLES] = {"mapped_tables", "count",
			   "pages of page tables that it took the caller to map it"},
	[CHILD_RESIDENT] = {"child_resident", "count", "pages that the child has resident (VmRSS)"},
	[CALLER_CHANGED] = {"caller_changed", "count",
			    "pages of the caller\'s in another frame than before the child"},
	{0},
};

/* Shared memory. */
static struct {
	uint64_t *before;           /* frame numbers of the caller, before the child */
	uint64_t *callers, *childs; /* and while the child exists */
	char *status;               /* of a process, which may list many groups */
} shared;

enum { STATUS_BYTES = 256 << 10 };

static const char *hidden;    /* why the kernel hides frame numbers; NULL: it shows them */
static const char *uncounted; /* why mappings are not counted */

/* Memory whose page tables fork does not copy. */
static struct other_memory {
	const char *pages;
	const char *why;      /* not there, if it is not */
	double mapped_tables; /* page tables that it took */
} shared_memory, file_memory;

/* ---- what the child runs: raw system calls only ---- */

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

/* Whether the child inherits the heap. If not, only what the case adds is in the child. */
static bool has_heap(unsigned index)
{
	return index == FORKED || index == WROTE_ONE || index == EXECED;
}

static const struct other_memory *other_memory_of(unsigned index)
{
	return index == SHARED_MEMORY ? &shared_memory : index == FILE_MEMORY ? &file_memory : NULL;
}

/* The memory whose pages are compared. */
static const char *memory_of(const struct run *run, unsigned index)
{
	return other_memory_of(index) ? other_memory_of(index)->pages : run->heap;
}

/* ---- what the kernel shows ---- */

/* A line of /proc/PROCESS/status in kB, as pages; false if it is not there. */
static bool read_status(long process, const char *name, double *pages)
{
	char path[64];
	size_t length = 0;
	ssize_t got;
	snprintf(path, sizeof path, "/proc/%ld/status", process);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while ((got = read(fd, shared.status + length, STATUS_BYTES - 1 - length)) > 0)
		length += (size_t)got;
	close(fd);
	shared.status[length] = '\0';
	const char *line = strstr(shared.status, name);
	errno = ENODATA;
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

static size_t count_alike(const uint64_t *one, const uint64_t *other, size_t count)
{
	size_t alike = 0;
	for (size_t i = 0; i < count; i++)
		alike += one[i] != 0 && one[i] == other[i];
	return alike;
}

static enum outcome unreadable(struct run *run, const char *what)
{
	return fail(run->problem, "cannot read %s of the child: %s; %s", what, strerror(errno),
		    remedy_or(errno, "mount /proc without hidepid"));
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
	if (other_memory_of(index))
		sample_set(out, MAPPED_TABLES, other_memory_of(index)->mapped_tables);
	if (!read_status(run->partner->id, "\nVmRSS:", &pages))
		return unreadable(run, "resident memory");
	sample_set(out, CHILD_RESIDENT, pages);
	if (hidden || index == WITHOUT_HEAP)
		return OUTCOME_OK;
	if (!pages_frames(&touch, memory, shared.callers))
		return unreadable(run, "the pagemap");
	sample_set(out, CALLER_CHANGED,
		   (double)(touch.count - count_alike(shared.before, shared.callers, touch.count)));
	if (index != EXECED) {
		if (!pages_frames_of(run->partner->id, &touch, memory, shared.childs))
			return unreadable(run, "the pagemap");
		sample_set(out, FRAMES_ALIKE,
			   (double)count_alike(shared.callers, shared.childs, touch.count));
	}
	if (!uncounted && count_mappings(shared.callers, touch.count, &pages))
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

/* Makes the child inherit what the case is about, or restores the default. */
static enum outcome choose_memory(struct run *run, unsigned index, bool chosen)
{
	const struct other_memory *other = other_memory_of(index);
	if (has_heap(index))
		return OUTCOME_OK;
	if (child_heap_copied(run, !chosen))
		return OUTCOME_FAILED;
	if (!other || madvise((void *)other->pages, run->heap_bytes,
			      chosen ? MADV_DOFORK : MADV_DONTFORK) == 0)
		return OUTCOME_OK;
	return fail(run->problem, "cannot choose what a child inherits: %s; report this",
		    strerror(errno));
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	unsigned index = arm->case_index;
	if (!hidden && index != WITHOUT_HEAP &&
	    !pages_frames(&run->touch, memory_of(run, index), shared.before))
		return unreadable(run, "the pagemap");
	if (choose_memory(run, index, true))
		return OUTCOME_FAILED;
	enum outcome outcome = begin(run, index);
	if (!outcome)
		outcome = look(run, index, out);
	if (outcome)
		partner_kill(run);
	else
		outcome = end(run, index);
	if (choose_memory(run, index, false))
		return OUTCOME_FAILED;
	return outcome;
}

/* Maps memory page by page, and counts the page tables that this needs. Children do not inherit it. */
static enum outcome make_other(struct run *run, struct other_memory *memory,
			       const char *(*map)(const struct run *, const char **))
{
	double before, after;
	if (!read_status(run->worker, "\nVmPTE:", &before))
		return unreadable(run, "page tables");
	memory->pages = map(run, &memory->why);
	if (!memory->pages)
		return OUTCOME_OK;
	/* Huge pages have no tables that could be copied. */
	void *pages = (void *)memory->pages;
	if (madvise(pages, run->heap_bytes, MADV_NOHUGEPAGE) ||
	    madvise(pages, run->heap_bytes, MADV_DONTNEED) ||
	    madvise(pages, run->heap_bytes, MADV_DONTFORK)) {
		memory->why = "the kernel takes no advice on it";
		return OUTCOME_OK;
	}
	pages_read(&run->touch, memory->pages);
	if (!read_status(run->worker, "\nVmPTE:", &after))
		return unreadable(run, "page tables");
	memory->mapped_tables = after - before;
	if (memory->mapped_tables <= 0)
		memory->why = "mapping it took no page tables that could be copied";
	return OUTCOME_OK;
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
	shared.before = arena_share(bytes, "frame numbers", run->problem);
	shared.callers = arena_share(bytes, "frame numbers", run->problem);
	shared.childs = arena_share(bytes, "frame numbers", run->problem);
	shared.status = arena_share(STATUS_BYTES, "a status", run->problem);
	if (!shared.before || !shared.callers || !shared.childs || !shared.status ||
	    make_other(run, &shared_memory, mapped_shared))
		return OUTCOME_FAILED;
	return make_other(run, &file_memory, mapped_file);
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	if (run->touch.count == 0)
		return "there is no heap to inherit";
	const struct other_memory *other = other_memory_of(arm->case_index);
	return other ? other->why : NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	(void)run;
	if (metric == MAPPED_TABLES)
		return other_memory_of(arm->case_index) ? NULL : "told of the other memory alone";
	if (metric != FRAMES_ALIKE && metric != MAPPINGS && metric != CALLER_CHANGED)
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
