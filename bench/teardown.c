/* Measures: the cost of a child's end with an inherited heap, and who waits for it: exit and exec,
 *           with memory copied on write, with pages that the child wrote, and with memory shared.
 *           Also what the child pays for its first reads of shared and of file memory, whose page
 *           tables fork does not copy, compared with the inherited heap.
 * Excludes: the child's start and its writes, which come before. So does a while in which the child keeps
 *           its CPU busy, since it may have been idle. The caller already sleeps in wait
 *           when the child ends, so its way there is not in the window. The child's stamp goes to a
 *           page that it wrote before: one clock reading and one store.
 * Expect:   exit and exec of a copy grow with the heap: about 80 ns per page here, 350 ns if the
 *           child wrote every page and so has frames to free. Flat where memory is shared: 20 us
 *           for exit, 60 us for exec. To reap the child takes 4 us of the caller. Private pages are
 *           read without a fault. Shared and file pages take one fault per 16 pages or fewer,
 *           because the kernel maps neighbours too. */
#include "harness/worker/arena.h"
#include "harness/worker/bench.h"
#include "harness/worker/counting.h"
#include "harness/worker/mapped.h"
#include "harness/worker/pages.h"
#include "harness/worker/partner.h"
#include "harness/worker/target.h"

enum { END_NS, WAIT_NS, REAP_NS, PAGE_READ_NS, PAGES, FAULTS };

static const struct metric metrics[] = {
	[END_NS] = {"end_ns", "ns",
		    "exit to reaped, or exec to the new program's first instruction"},
	[WAIT_NS] = {"wait_ns", "ns", "the part of it in which the caller is blocked"},
	[REAP_NS] = {"reap_ns", "ns", "the part of it in which the caller reaps the child"},
	[PAGE_READ_NS] = {"page_read_ns", "ns", "the child's first read of a page, mean of a pass"},
	[PAGES] = {"pages", "count", "pages inherited, or read"},
	[FAULTS] = {"faults", "count", "page faults of the reading child in the pass"},
	{0},
};

/* What children read: the heap, and memory whose page tables fork does not copy. */
static struct mapped heap, shared, file;
static const char *read_pages; /* of these, by the child that runs */

/* For exec: forkcost-target, asked to stamp. */
static char *const *stamping_argv;

/* ---- what the child runs: raw system calls only, because some share the caller's memory ---- */

/* A CPU that was idle wakes with cold buffers and perhaps at a low frequency, which would be in the window. The wait
 * before it may leave the CPU idle, so the child then keeps it busy for a while, outside of the window. */
static void keep_cpu_busy(void)
{
	enum { BUSY_NS = 100000 };
	const uint64_t from = clock_ticks_in_child();
	while (clock_ns(from, clock_ticks_in_child()) < BUSY_NS)
		;
}

/* How long the child sleeps before it ends, so that the caller is already asleep in wait. */
static struct timespec head_start;

static void let_caller_wait(struct run *run)
{
	run->stamps->started_ticks = 0; /* faults the page in before the stamp */
	partner_done(run, 1);
	raw_syscall(SYS_nanosleep, (long)&head_start, 0, 0, 0, 0);
	keep_cpu_busy();
}

__attribute__((noreturn)) static void stamp_and_exit(struct run *run)
{
	run->stamps->started_ticks = clock_ticks_in_child();
	raw_exit_group(WIRE_STATUS_CHILD);
}

__attribute__((noreturn)) static void stamp_and_exec(struct run *run)
{
	char *const *argv = stamping_argv;
	run->stamps->started_ticks = clock_ticks_in_child();
	raw_syscall(SYS_execve, (long)run->target_path, (long)argv, (long)run->target_envp, 0, 0);
	raw_exit_group(WIRE_STATUS_NO_EXEC);
}

static void child_body_of_exit(struct run *run)
{
	let_caller_wait(run);
	stamp_and_exit(run);
}

static void child_body_of_written_exit(struct run *run)
{
	pages_write(&run->touch, run->heap);
	let_caller_wait(run);
	stamp_and_exit(run);
}

static void child_body_of_exec(struct run *run)
{
	let_caller_wait(run);
	stamp_and_exec(run);
}

/* The caller is blocked from the start: nothing to wait for. */
__attribute__((noreturn)) static void enter_exec(void *run)
{
	stamp_and_exec(run);
}

/* These are the first reads of all: nothing is warmed. */
static void child_body_of_reading(struct run *run)
{
	partner_count_open(run);
	partner_await_caller_asleep(run);
	keep_cpu_busy();
	pages_time_read(run, &run->partner->window, read_pages);
	partner_count_close(run);
	partner_done_await(run, 1);
}

/* ---- the cases ---- */

enum act { EXIT, EXEC, READ };

static const struct story {
	const char *name;
	enum act act;
	unsigned long flags;
	void (*child_body)(struct run *run); /* NULL: end_borrowed() */
	const struct mapped *reads;
} stories[] = {
	{"exit_copied", EXIT, SIGCHLD, child_body_of_exit, NULL},
	{"exit_written", EXIT, SIGCHLD, child_body_of_written_exit, NULL},
	{"exit_shared", EXIT, CLONE_VM | SIGCHLD, child_body_of_exit, NULL},
	{"exec_copied", EXEC, SIGCHLD, child_body_of_exec, NULL},
	{"exec_shared", EXEC, 0, NULL, NULL},
	{"read_private", READ, SIGCHLD, child_body_of_reading, &heap},
	{"read_shared", READ, SIGCHLD, child_body_of_reading, &shared},
	{"read_file", READ, SIGCHLD, child_body_of_reading, &file},
	{0},
};

/* ---- the caller ---- */

/* Waits for the child's end without reaping it, then reaps it. Times go to run->child: ->called
 * when the wait begins, ->returned when it ends, ->ended when the child is reaped. */
__attribute__((noinline)) static void wait_and_reap(struct run *run)
{
	struct started *child = run->child;
	long id = run->partner->id;
	count_begin(run);
	child->called = clock_ticks();
	raw_syscall(SYS_waitid, P_PID, id, (long)run->scratch, WEXITED | WNOWAIT, 0);
	child->returned = clock_ticks_after();
	child->waited = raw_syscall(SYS_wait4, id, (long)&child->wait_status, 0, 0, 0);
	child->ended = clock_ticks_after();
	count_end(run);
}

static enum outcome check_stamps(struct run *run, const struct story *story)
{
	if (run->stamps->started_ticks && (story->act == EXIT || run->stamps->target_ticks))
		return OUTCOME_OK;
	return fail(run->problem, "cannot find the stamps of case %s: the %s; run make",
		    story->name,
		    run->stamps->started_ticks ? "new program left none" : "child left none");
}

static enum outcome check_end(struct run *run, const struct story *story)
{
	const struct started *child = run->child;
	int expected = story->act == EXEC ? WIRE_STATUS_TARGET : WIRE_STATUS_CHILD;
	bool reaped = child->waited == run->partner->id;
	run->partner->id = 0;
	if (reaped && WIFEXITED(child->wait_status) && WEXITSTATUS(child->wait_status) == expected)
		return check_stamps(run, story);
	return fail(run->problem,
		    "cannot trust the child of case %s: wait returned %ld, status %#x; run make, "
		    "then see dmesg",
		    story->name, child->waited, (unsigned)child->wait_status);
}

static void clear_stamps(struct run *run)
{
	run->stamps->started_ticks = run->stamps->target_ticks = 0;
}

/* A child that ends while the caller waits for it. If the caller came too late, its wait was too
 * short, so the child gets more time. */
static enum outcome end_awaited(struct run *run, const struct story *story)
{
	enum { TRIES = 5, HEAD_START_NS = 200000 };
	head_start = (struct timespec){.tv_nsec = HEAD_START_NS};
	for (int i = 0; i < TRIES; i++) {
		clear_stamps(run);
		if (partner_start(run, story->flags, story->child_body) || partner_await(run, 1))
			return OUTCOME_FAILED;
		wait_and_reap(run);
		if (check_end(run, story))
			return OUTCOME_FAILED;
		if (clock_ns(run->child->called, run->stamps->started_ticks) > 0)
			return OUTCOME_OK;
		head_start.tv_nsec *= 4;
	}
	return fail(run->problem,
		    "cannot measure case %s: the caller did not reach its wait before the child "
		    "ended; is the machine overloaded?",
		    story->name);
}

/* A child that blocks the caller until it execs, as in vfork. */
static enum outcome end_borrowed(struct run *run, const struct story *story)
{
	struct started *child = run->child;
	clear_stamps(run);
	pages_own_rest();
	count_begin(run);
	long id = raw_clone_onto(CLONE_VM | CLONE_VFORK | SIGCHLD, run->child_stack_top, NULL,
				 enter_exec, run);
	child->returned = clock_ticks_after();
	if (!count_is_with_child(run))
		count_end(run);
	if (child_reap(run, id, WIRE_STATUS_TARGET, "exec forkcost-target"))
		return OUTCOME_FAILED;
	if (count_is_with_child(run))
		count_end(run);
	return check_stamps(run, story);
}

/* Nobody waits for the exec of a child that has its own memory. */
static bool is_unawaited(const struct story *story)
{
	return story->act == EXEC && story->child_body;
}

static enum outcome sample_end(struct run *run, const struct story *story, struct wire_sample *out)
{
	const struct started *child = run->child;
	if (story->child_body ? end_awaited(run, story) : end_borrowed(run, story))
		return OUTCOME_FAILED;
	uint64_t from = run->stamps->started_ticks;
	bool exec = story->act == EXEC;
	sample_set(out, END_NS, clock_ns(from, exec ? run->stamps->target_ticks : child->ended));
	if (!is_unawaited(story))
		sample_set(out, WAIT_NS, clock_ns(from, child->returned));
	if (!exec)
		sample_set(out, REAP_NS, clock_ns(child->returned, child->ended));
	return OUTCOME_OK;
}

/* Pages whose tables fork copied are present. Of the others at least the first is not. */
static enum outcome check_faults(struct run *run, const struct story *story, uint64_t faults)
{
	uint64_t least = story->reads != &heap, most = least ? run->touch.count : 0;
	if (faults >= least && faults <= most)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust case %s: %llu page faults for %zu pages, expected %llu to %llu; "
		    "does KSM, NUMA balancing or compaction move pages? switch it off",
		    story->name, (unsigned long long)faults, run->touch.count,
		    (unsigned long long)least, (unsigned long long)most);
}

static enum outcome sample_reads(struct run *run, const struct story *story,
				 struct wire_sample *out)
{
	const struct window *window = &run->partner->window;
	read_pages = story->reads->pages;
	if (partner_start(run, story->flags, story->child_body) || partner_await(run, 1) ||
	    partner_reap(run))
		return OUTCOME_FAILED;
	partner_count_take(run);
	uint64_t faults = window_faults(window);
	if (check_faults(run, story, faults))
		return OUTCOME_FAILED;
	double ns = clock_ns(window->from, window->to);
	sample_set(out, PAGE_READ_NS, ns / (double)run->touch.count);
	sample_set(out, FAULTS, (double)faults);
	return OUTCOME_OK;
}

static enum outcome sample(struct run *run, const struct arm *arm, struct wire_sample *out)
{
	const struct story *story = &stories[arm->case_index];
	sample_set(out, PAGES, (double)run->touch.count);
	if (story->act == READ)
		return sample_reads(run, story, out);
	return sample_end(run, story, out);
}

/* ---- once per worker ---- */

static enum outcome make(struct run *run)
{
	stamping_argv = target_argv(TARGET_STAMPS);
	heap = (struct mapped){run->heap, run->heap_bytes ? NULL : "there is no heap to read"};
	shared = mapped_shared(run);
	file = mapped_file(run);
	return OUTCOME_OK;
}

static const char *refuses(const struct run *run, const struct arm *arm)
{
	(void)run;
	const struct mapped *reads = stories[arm->case_index].reads;
	return reads ? reads->why : NULL;
}

static const char *missing(const struct run *run, const struct arm *arm, unsigned metric)
{
	const struct story *story = &stories[arm->case_index];
	enum act act = story->act;
	(void)run;
	switch (metric) {
	case END_NS:
		return act == READ ? "this case does not measure the child's end" : NULL;
	case WAIT_NS:
		if (is_unawaited(story))
			return "nobody waits for an exec after fork";
		return act == READ ? "this case does not measure the child's end" : NULL;
	case REAP_NS:
		return act == EXIT ? NULL : "the child does not exit in the window";
	case PAGE_READ_NS:
	case FAULTS:
		return act == READ ? NULL : "the child reads nothing in the window";
	default:
		return NULL;
	}
}

static unsigned group(const struct arm *arm)
{
	return stories[arm->case_index].act;
}

EXPERIMENT(teardown, .summary = "a child's end with an inherited heap, and its first reads",
	   .metrics = metrics, CASE_ROWS(stories), .spawns = true, .is_countable = true,
	   .counts_children = true, .copies_heap = true, .heaps = "0,1M,16M,32M",
	   .quick_heaps = "0,16M", .make = make, .refuses = refuses, .missing = missing,
	   .group = group, .sample = sample);
