/* Measures: no time, but what a child has of its caller's memory: pages in the same frame, how often a frame
 *           is mapped, and page tables, in the child and in the caller. While the child runs, when
 *           it has written one page, when it has become another program, and without the heap; and
 *           with memory whose page tables fork does not copy: shared memory, and a file's. Each case's
 *           child has the memory that the case is about and nothing else of that size.
 * Excludes: what the child does by itself: it touches nothing but its own stack.
 * Expect:   a running child has all pages in the caller's frames, each mapped twice, by page tables of
 *           its own, 1 page of tables for 512 pages; one page less when it wrote one. After exec each
 *           is mapped once, and the child has the few tables of a small program. Shared and file
 *           memory add nothing to the child's tables, though they took as many of the caller's. */
#include "harness/common/pagemap.h"
#include "harness/common/remedy.h"
#include "harness/common/textfile.h"
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/mapped.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	PAGES,
	FRAMES_SHARED,
	MAPPINGS,
	CHILD_TABLES,
	CALLER_TABLES,
	CHILD_RESIDENT,
	CALLER_FRAMES_CHANGED,
};

static const struct metric metrics[] = {
	[PAGES] = {"pages", "count",
		   "pages of the caller's heap, or of the memory the case is about"},
	[FRAMES_SHARED] = {"frames_shared", "count",
			   "pages that are in the same frame in the child"},
	[MAPPINGS] = {"mappings", "count", "sum of the map counts of the caller's frames"},
	[CHILD_TABLES] = {"child_tables", "count",
			  "pages of page tables that the child has (VmPTE)"},
	[CALLER_TABLES] = {"caller_tables", "count",
			   "pages of page tables that the caller needs for it"},
	[CHILD_RESIDENT] = {"child_resident", "count", "pages that the child has resident (VmRSS)"},
	[CALLER_FRAMES_CHANGED] = {"caller_frames_changed", "count",
				   "caller's pages in another frame than before the child"},
	{0},
};

/* Shared memory. */
static struct {
	uint64_t *before;           /* frame numbers of the caller's, before the child */
	uint64_t *callers, *childs; /* and while it is there */
} shared;

static const char *hidden;    /* why frame numbers are; NULL: they are not */
static const char *uncounted; /* why mappings are not counted */

/* Memory whose page tables fork does not copy. */
static struct other_memory {
	struct mapped mapped;
	double caller_tables; /* page tables that it took */
} shared_memory, file_memory;

/* ---- what the child runs: raw system calls only ---- */

static void child_body_of_writing_one(struct run *run)
{
	const struct touch one = {run->touch.order, 1, run->touch.page_bytes};
	pages_write(&one, run->heap);
	partner_done_await(run, 1);
}

/* ---- the cases ---- */

static const struct story {
	const char *name;
	bool has_heap;                       /* if not, only what the case adds is in the child */
	void (*child_body)(struct run *run); /* NULL: it executes another program */
	const struct other_memory *adds;     /* whose pages are compared; NULL: the heap's */
} stories[] = {
	{"forked", true, partner_wait, NULL},
	{"wrote_one", true, child_body_of_writing_one, NULL},
	{"after_exec", true, NULL, NULL},
	{"without_heap", false, partner_wait, NULL},
	{"shared_memory", false, partner_wait, &shared_memory},
	{"file_memory", false, partner_wait, &file_memory},
	{0},
};

static bool has_memory(const struct story *story)
{
	return story->has_heap || story->adds;
}

static const char *memory_of(const struct run *run, const struct story *story)
{
	return story->adds ? story->adds->mapped.pages : run->heap;
}

/* ---- what the kernel shows ---- */

static size_t count_alike(const uint64_t *one, const uint64_t *other, size_t count)
{
	size_t alike = 0;
	for (size_t i = 0; i < count; i++)
		alike += one[i] != 0 && one[i] == other[i];
	return alike;
}

static enum outcome unreadable(struct run *run, const char *what, long error)
{
	return fail(run->problem, "cannot read %s of the child: %s; %s", what,
		    strerror((int)-error), remedy_or((int)-error, "mount /proc without hidepid"));
}

/* A line of /proc/PROCESS/status in kB, as pages. */
static enum outcome read_status(struct run *run, long process, const char *key, const char *what,
				double *pages)
{
	uint64_t bytes = textfile_status(process, key, 10);
	*pages = (double)bytes / (double)sysconf(_SC_PAGESIZE);
	return bytes == UINT64_MAX ? unreadable(run, what, -errno) : OUTCOME_OK;
}

static enum outcome read_frames(struct run *run, long process, const char *memory, uint64_t *frames)
{
	long error = pages_frames(process, &run->touch, memory, frames);
	return error ? unreadable(run, "the pagemap", error) : OUTCOME_OK;
}

static enum outcome look(struct run *run, const struct story *story, struct wire_sample *out)
{
	const size_t count = run->touch.count;
	const char *memory = memory_of(run, story);
	const long child = run->partner->id;
	double tables, resident;
	uint64_t mappings;
	if (read_status(run, child, "VmPTE", "page tables", &tables) ||
	    read_status(run, child, "VmRSS", "resident memory", &resident))
		return OUTCOME_FAILED;
	sample_set(out, PAGES, (double)count);
	sample_set(out, CHILD_TABLES, tables);
	sample_set(out, CHILD_RESIDENT, resident);
	if (story->adds)
		sample_set(out, CALLER_TABLES, story->adds->caller_tables);
	if (hidden || !has_memory(story))
		return OUTCOME_OK;
	if (read_frames(run, 0, memory, shared.callers))
		return OUTCOME_FAILED;
	sample_set(out, CALLER_FRAMES_CHANGED,
		   (double)(count - count_alike(shared.before, shared.callers, count)));
	if (story->child_body) {
		if (read_frames(run, child, memory, shared.childs))
			return OUTCOME_FAILED;
		sample_set(out, FRAMES_SHARED,
			   (double)count_alike(shared.callers, shared.childs, count));
	}
	if (!uncounted && pagemap_mappings(shared.callers, count, &mappings) == 0)
		sample_set(out, MAPPINGS, (double)mappings);
	return OUTCOME_OK;
}

/* ---- a sample ---- */

/* Makes the child inherit what the case is about, or restores the default. */
static enum outcome choose_memory(struct run *run, const struct story *story, bool chosen)
{
	if (story->has_heap)
		return OUTCOME_OK;
	if (child_heap_copied(run, !chosen))
		return OUTCOME_FAILED;
	if (!story->adds || madvise((void *)story->adds->mapped.pages, run->heap_bytes,
				    chosen ? MADV_DOFORK : MADV_DONTFORK) == 0)
		return OUTCOME_OK;
	return fail(run->problem, "cannot choose what a child inherits: %s; report this",
		    strerror(errno));
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	if (!hidden && has_memory(story) &&
	    read_frames(run, 0, memory_of(run, story), shared.before))
		return OUTCOME_FAILED;
	if (choose_memory(run, story, true))
		return OUTCOME_FAILED;
	enum outcome outcome = story->child_body ? partner_start_asleep(run, story->child_body)
						 : partner_start_target(run);
	if (!outcome)
		outcome = look(run, story, out);
	if (outcome)
		partner_kill(run);
	else
		outcome = story->child_body ? partner_reap(run)
					    : partner_end_target(run, "case execed");
	if (choose_memory(run, story, false))
		return OUTCOME_FAILED;
	return outcome;
}

/* Maps memory page by page, and counts the page tables that this needs. Children do not inherit it. */
static enum outcome make_other(struct run *run, struct other_memory *memory,
			       struct mapped (*map)(const struct run *))
{
	double before, after;
	if (read_status(run, run->worker, "VmPTE", "page tables", &before))
		return OUTCOME_FAILED;
	memory->mapped = map(run);
	if (!memory->mapped.pages)
		return OUTCOME_OK;
	/* Huge pages have no tables that could be copied. */
	void *pages = (void *)memory->mapped.pages;
	if (madvise(pages, run->heap_bytes, MADV_NOHUGEPAGE) ||
	    madvise(pages, run->heap_bytes, MADV_DONTNEED) ||
	    madvise(pages, run->heap_bytes, MADV_DONTFORK)) {
		memory->mapped.why = "the kernel refuses madvise for it";
		return OUTCOME_OK;
	}
	pages_read(&run->touch, memory->mapped.pages);
	if (read_status(run, run->worker, "VmPTE", "page tables", &after))
		return OUTCOME_FAILED;
	memory->caller_tables = after - before;
	if (memory->caller_tables <= 0)
		memory->mapped.why = "mapping it needed no page tables that fork could copy";
	return OUTCOME_OK;
}

static enum outcome make(struct run *run)
{
	size_t bytes = run->touch.count * sizeof(uint64_t);
	if (!pagemap_shows_frames())
		hidden = "hidden: the kernel shows frame numbers only to CAP_SYS_ADMIN";
	if (access("/proc/kpagecount", R_OK) < 0)
		uncounted = "the kernel shows /proc/kpagecount only to root, if it exists";
	if (run->touch.count == 0)
		return OUTCOME_OK;
	shared.before = arena_share(bytes, "frame numbers", run->problem);
	shared.callers = arena_share(bytes, "frame numbers", run->problem);
	shared.childs = arena_share(bytes, "frame numbers", run->problem);
	if (!shared.before || !shared.callers || !shared.childs ||
	    make_other(run, &shared_memory, mapped_shared))
		return OUTCOME_FAILED;
	return make_other(run, &file_memory, mapped_file);
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	if (run->touch.count == 0)
		return "there is no heap to inherit";
	const struct other_memory *adds = stories[arm->case_index].adds;
	return adds ? adds->mapped.why : NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	const struct story *story = &stories[arm->case_index];
	(void)run;
	if (metric == CALLER_TABLES)
		return story->adds ? NULL : "only measured for shared memory and file mappings";
	if (metric != FRAMES_SHARED && metric != MAPPINGS && metric != CALLER_FRAMES_CHANGED)
		return NULL;
	if (!has_memory(story))
		return "the child has no such pages";
	if (metric == FRAMES_SHARED && !story->child_body)
		return "another program has other pages";
	if (hidden)
		return hidden;
	return metric == MAPPINGS ? uncounted : NULL;
}

EXPERIMENT(inherit,
	   .summary = "what a child inherits of its caller's memory: frames and page tables",
	   .metrics = metrics, CASE_ROWS(stories), .needs_heap = true, .copies_heap = true,
	   .heaps = "16M", .quick_heaps = "16M", .make = make, .refuses = refuses,
	   .missing = missing, .sample = sample);
