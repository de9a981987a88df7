#include "harness/worker/walk.h"

#include "harness/common/futex.h"
#include "harness/worker/arena.h"
#include "harness/worker/heap.h"
#include "harness/worker/pages.h"
#include "harness/worker/target.h"

#include <string.h>
#include <unistd.h>

enum {
	/* A user may read a step for a long time; a process left over after a crash ends after this
	 * time. */
	PATIENCE_S = 24 * 3600,
	/* Long enough for the other side to fall asleep again on this CPU. */
	SETTLE_NS = 200000,
	/* Rehearsals end after this time. */
	REHEARSALS_NS = 2000000000,
};

/* Exit status of a child that gave up: not an expected one. */
enum { STATUS_TIMED_OUT = WIRE_STATUS_CHILD + 101 };

/* Offset of a mark in its cache line: behind the word that passes write. */
enum { MARK_AT = 4 };

/* Pointers to shared memory, except the first. */
static struct {
	bool is_thread; /* the child is one */
	struct wire_walked *walked;
	struct window *window;
	uint64_t *left; /* ticks, when the child left its life */
} shared;

static uint32_t take; /* number of the rehearsal; the shown walk comes after the last */

static void pause_ns(long ns)
{
	const struct timespec pause = {.tv_nsec = ns};
	raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0, 0);
}

static bool await(int turn)
{
	return futex_sleep_until(&shared.walked->turn, turn, PATIENCE_S);
}

/* Reports that a step was taken; in a rehearsal the next one follows by itself. */
static void finish(uint32_t step)
{
	futex_raise(&shared.walked->turn, (int)(2 * step + 1));
	if (!shared.walked->live)
		futex_raise(&shared.walked->turn, (int)(2 * step + 2));
}

static struct walk_took *took(uint32_t step)
{
	return &shared.walked->took[step][take];
}

static volatile char *mark_of(const struct run *run, size_t page)
{
	return run->heap + pages_at(&run->touch, (uint32_t)page) + MARK_AT;
}

/* Reads the first page's mark as the calling process sees it, after the step. */
static void see(struct run *run, uint32_t step, enum walk_who who)
{
	await((int)(2 * step + 1));
	shared.walked->bytes[step][who] = (unsigned char)*mark_of(run, 0);
	__atomic_or_fetch(&shared.walked->seen[step], 1u << who, __ATOMIC_RELEASE);
}

/* Writes every page, timed. Then marks them, not timed and without a fault, because they are its
 * own by then. */
static void write_pages(struct run *run, uint32_t step)
{
	char mark = walk_mark(&run->request->walk, step);
	pause_ns(SETTLE_NS);
	pages_time_write(run, shared.window, run->heap, PAGES_READ_PASSES);
	for (size_t page = 0; page < run->touch.count; page++)
		*mark_of(run, page) = mark;
	*took(step) = (struct walk_took){clock_ns(shared.window->from, shared.window->to),
					 window_faults(shared.window)};
}

/* ---- the child: raw system calls only ---- */

static void child_body(struct run *run)
{
	const struct wire_walk *walk = &run->request->walk;
	uint32_t step = 1;
	/* Neither this child nor the program that it executes may outlive the worker; a thread
	 * never does. */
	if (!shared.is_thread)
		child_die_with(run->worker);
	shared.walked->ids[WALK_CHILD] = raw_syscall(SYS_gettid, 0, 0, 0, 0, 0);
	finish(step);
	for (;; step++) {
		see(run, step, WALK_CHILD);
		const struct walk_step *next = &walk->steps[step + 1];
		if (next->act == WALK_WRITE && next->who == WALK_CALLER)
			continue;
		if (!await((int)(2 * step + 2)))
			raw_exit_group(STATUS_TIMED_OUT);
		if (next->act != WALK_WRITE)
			break;
		write_pages(run, step + 1);
		finish(step + 1);
	}
	*shared.left = clock_ticks_in_child();
}

/* ---- the caller ---- */

static enum outcome own(struct run *run)
{
	await(0);
	if (heap_write(run))
		return OUTCOME_FAILED;
	write_pages(run, 0);
	finish(0);
	return OUTCOME_OK;
}

static enum outcome start(struct run *run, const struct arm *arm)
{
	await(2);
	pause_ns(SETTLE_NS);
	child_dirty_stack();
	arm->primitive->start(run, arm->action);
	const struct started *child = run->child;
	if (child->id < 0)
		return child_check(run, arm);
	*took(1) = (struct walk_took){clock_ns(child->called, child->returned), 0};
	if (arm->primitive->traits & TRAIT_LIBC_CHILD) {
		shared.walked->ids[WALK_CHILD] = child->id;
		if (child_await_stamp(run))
			return OUTCOME_FAILED;
		finish(1);
	}
	return OUTCOME_OK;
}

/* The child executed a program that stays until it is killed. */
static enum outcome end_target(struct run *run, uint32_t step)
{
	struct started *child = run->child;
	raw_syscall(SYS_kill, child->id, SIGKILL, 0, 0, 0);
	long got = raw_syscall(SYS_wait4, child->id, (long)&child->wait_status, __WALL, 0, 0);
	if (child->pidfd >= 0)
		close(child->pidfd);
	child->pidfd = -1;
	took(step)->ns = WALK_NOT_TIMED;
	if (got == child->id && WIFSIGNALED(child->wait_status) &&
	    WTERMSIG(child->wait_status) == SIGKILL)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the new program: it ended early, wait status %#x; run make all",
		    (unsigned)child->wait_status);
}

static enum outcome end(struct run *run, const struct arm *arm, uint32_t step)
{
	await((int)(2 * step));
	if (arm->action == ACTION_EXEC) {
		if (end_target(run, step))
			return OUTCOME_FAILED;
	} else {
		child_wait(run, arm->primitive);
		if (child_check(run, arm))
			return OUTCOME_FAILED;
		took(step)->ns = clock_ns(*shared.left, run->child->ended);
	}
	finish(step);
	return OUTCOME_OK;
}

static enum outcome take_step(struct run *run, const struct arm *arm, uint32_t step)
{
	const struct wire_walk *walk = &run->request->walk;
	switch (walk->steps[step].act) {
	case WALK_OWN:
		return own(run);
	case WALK_START:
		return start(run, arm);
	case WALK_WRITE:
		if (walk->steps[step].who == WALK_CHILD)
			return OUTCOME_OK;
		await((int)(2 * step));
		write_pages(run, step);
		finish(step);
		return OUTCOME_OK;
	case WALK_EXEC:
		await((int)(2 * step));
		if (child_await_stamp(run))
			return OUTCOME_FAILED;
		took(step)->ns = clock_ns(*shared.left, run->stamps->target_ticks);
		finish(step);
		return OUTCOME_OK;
	default:
		return end(run, arm, step);
	}
}

static enum outcome walk_once(struct run *run, const struct arm *arm)
{
	run->stamps->target_ticks = 0;
	for (uint32_t step = 0; step < run->request->walk.step_count; step++) {
		if (take_step(run, arm, step))
			return OUTCOME_FAILED;
		see(run, step, WALK_CALLER);
	}
	/* The driver looks at the caller after the last step too. */
	await((int)(2 * run->request->walk.step_count));
	return OUTCOME_OK;
}

static enum outcome rehearse(struct run *run, const struct arm *arm)
{
	uint64_t began_ns = clock_monotonic_raw_ns();
	for (take = 0; take < run->request->walk.rehearsals; take++) {
		if (take && clock_monotonic_raw_ns() - began_ns > REHEARSALS_NS)
			break;
		shared.walked->turn = 0;
		if (walk_once(run, arm))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

/* Room for what the walk needs in addition to the heap. */
static enum outcome make(struct run *run, struct wire_answer *answer)
{
	size_t count = run->touch.count;
	uint32_t *order = arena_share(count * sizeof *order, "the page order", run->problem);
	shared.walked = &answer->walked;
	shared.window = arena_share(sizeof *shared.window, "a window", run->problem);
	shared.left = arena_share(sizeof *shared.left, "a time", run->problem);
	if (!order || !shared.window || !shared.left)
		return OUTCOME_FAILED;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	run->touch.order = order;
	return OUTCOME_OK;
}

enum outcome walk_take(struct run *run, const struct arm *arm, struct wire_answer *answer)
{
	struct wire_walked *walked = &answer->walked;
	run->target_argv = target_argv(TARGET_STAMPS_AND_STAYS);
	if (heap_build(run) || make(run, answer))
		return OUTCOME_FAILED;
	shared.is_thread = arm->primitive->traits & TRAIT_THREAD;
	run->child_body = arm->primitive->traits & TRAIT_LIBC_CHILD ? NULL : child_body;
	walked->ids[WALK_CALLER] = getpid();
	walked->address = (uintptr_t)run->heap;
	walked->page_bytes = run->touch.page_bytes;
	walked->page_count = run->touch.count;
	if (rehearse(run, arm))
		return OUTCOME_FAILED;
	walked->rehearsed = take;
	memset(walked->seen, 0, sizeof walked->seen);
	walked->turn = -1;
	__atomic_store_n(&walked->live, 1, __ATOMIC_RELEASE);
	return walk_once(run, arm);
}
