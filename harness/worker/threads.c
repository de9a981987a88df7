#include "harness/worker/threads.h"

#include "harness/common/futex.h"
#include "harness/common/remedy.h"
#include "harness/common/textfile.h"
#include "harness/worker/arena.h"
#include "harness/worker/chain.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { WARMING_WALKS = 3, POLL_NS = 50000 };

INLINED uint64_t ticks_of(struct threads_one *self)
{
	if (__builtin_expect(worker_clock.is_counter, 1))
		return counter_begin();
	return clock_by_syscall(&self->clock);
}

static uint64_t timeout_ticks(void)
{
	return (uint64_t)(THREADS_TIMEOUT_S * 1e9 / worker_clock.ns_per_tick);
}

/* ---- in a thread, or in a separate process ---- */

/* Spins until the turn is no longer `seen`, and returns the longest gap between two readings of the
 * clock; UINT64_MAX if nobody changed the turn in time. */
INLINED uint64_t spin(struct threads_one *self, int seen)
{
	const struct threads *all = self->all;
	const uint64_t began = ticks_of(self), limit = timeout_ticks();
	uint64_t last = began, longest = 0;
	while (__atomic_load_n(&all->turn, __ATOMIC_ACQUIRE) == seen) {
		uint64_t now = ticks_of(self);
		if (now - last > longest)
			longest = now - last;
		last = now;
		if (now - began > limit)
			return UINT64_MAX;
	}
	return longest;
}

INLINED uint64_t timed_walk(struct threads_one *self)
{
	uint64_t from = ticks_of(self);
	chain_walk(self->all->chain, THREADS_PAGES);
	uint64_t to = worker_clock.is_counter ? counter_end() : clock_by_syscall(&self->clock);
	return to - from;
}

static void thread_body_running(struct threads_one *self)
{
	const struct threads *all = self->all;
	for (int turn = 1;; turn++) {
		__atomic_store_n(&self->done, turn, __ATOMIC_RELEASE);
		uint64_t longest = spin(self, turn);
		if (longest == UINT64_MAX || all->order == THREADS_LEAVE)
			return;
		if (all->order == THREADS_TIME) {
			self->walk_ticks = timed_walk(self);
			self->gap_ticks = longest;
		} else {
			chain_walk(all->chain, (size_t)WARMING_WALKS * THREADS_PAGES);
		}
	}
}

static void thread_body_sleeping(struct threads_one *self)
{
	int turn = 1;
	do
		__atomic_store_n(&self->done, turn, __ATOMIC_RELEASE);
	while (futex_sleep_until(&self->all->turn, ++turn, THREADS_TIMEOUT_S) &&
	       self->all->order != THREADS_LEAVE);
}

__attribute__((noreturn)) static void enter(void *argument)
{
	struct threads_one *self = argument;
	enum threads_kind kind = self->all->kind;
	/* It must not spin on when the worker is killed. */
	if (kind == THREADS_OTHERS)
		child_die_with(self->all->worker);
	if (kind == THREADS_SLEEPING)
		thread_body_sleeping(self);
	else
		thread_body_running(self);
	if (kind == THREADS_OTHERS)
		raw_exit_group(WIRE_STATUS_CHILD);
	raw_exit_thread();
}

/* ---- in the worker ---- */

int threads_cpu(const struct wire_request *request, unsigned index)
{
	for (int cpu = 0; cpu < WIRE_CPUS_MAX; cpu++)
		if (cpu != request->caller_cpu && request->allowed_cpus[cpu / 64] >> cpu % 64 & 1 &&
		    index-- == 0)
			return cpu;
	return -1;
}

static const void *make_chain(struct run *run)
{
	const struct touch touch = {NULL, THREADS_PAGES, run->touch.page_bytes};
	size_t bytes = touch.count * touch.page_bytes;
	char *pages = arena_share(bytes, "the pages that threads walk over", run->problem);
	if (!pages)
		return NULL;
	chain_build(&touch, pages, run->request->seed);
	return chain_start(&touch, pages);
}

struct threads *threads_make(struct run *run, unsigned room)
{
	struct threads *threads = arena_share(sizeof *threads + room * sizeof threads->one[0],
					      "threads", run->problem);
	if (!threads)
		return NULL;
	threads->room = room;
	threads->worker = getpid();
	threads->chain = make_chain(run);
	return threads->chain ? threads : NULL;
}

static enum outcome pin(struct run *run, const struct threads_one *one, int cpu)
{
	cpu_set_t there;
	CPU_ZERO(&there);
	CPU_SET((unsigned)cpu, &there);
	long result = raw_syscall(SYS_sched_setaffinity, one->id, sizeof there, (long)&there, 0, 0);
	if (result >= 0)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot move a thread to CPU %d: %s; it may have gone offline: give a smaller "
		    "--threads",
		    cpu, strerror((int)-result));
}

static enum outcome start_one(struct run *run, struct threads *threads, unsigned index)
{
	struct threads_one *one = &threads->one[index];
	unsigned long flags = threads->kind == THREADS_OTHERS
				      ? SIGCHLD
				      : CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
						CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID;
	one->all = threads;
	one->done = 0;
	one->tid = 1; /* anything but 0, which the kernel writes when the thread has ended */
	one->id = raw_clone_onto(flags, one->stack + sizeof one->stack, &one->tid, enter, one);
	if (one->id > 0)
		return pin(run, one, threads_cpu(run->request, index));
	long error = -one->id;
	one->id = 0;
	return fail(run->problem, "cannot start a thread: %s; %s", strerror((int)error),
		    remedy_or((int)error, "give --threads 0"));
}

/* Spins until all have done the turn. */
static enum outcome await_all(struct run *run, const struct threads *threads)
{
	const uint64_t began = clock_ticks(), limit = timeout_ticks();
	for (unsigned i = 0; i < threads->count; i++)
		while (__atomic_load_n(&threads->one[i].done, __ATOMIC_ACQUIRE) != threads->turn)
			if (clock_ticks() - began > limit)
				return fail(run->problem,
					    "cannot go on: a thread did not do its turn within %d "
					    "s; see dmesg",
					    THREADS_TIMEOUT_S);
	return OUTCOME_OK;
}

enum outcome threads_start(struct run *run, struct threads *threads, enum threads_kind kind,
			   unsigned count)
{
	threads->kind = kind;
	threads->turn = 1;
	threads->count = 0;
	if (count > threads->room)
		return fail(run->problem,
			    "cannot run %u threads: there is room for %u; report this", count,
			    threads->room);
	if (child_heap_copied(run, false))
		return OUTCOME_FAILED;
	enum outcome outcome = OUTCOME_OK;
	while (threads->count < count && !outcome)
		outcome = start_one(run, threads, threads->count++);
	if (child_heap_copied(run, true) || outcome)
		return OUTCOME_FAILED;
	return await_all(run, threads);
}

enum outcome threads_verify(struct run *run)
{
	const uint64_t *level = run->request->level;
	const uint64_t wanted = 1 + level[AXIS_THREADS] + level[AXIS_SLEEPING_THREADS];
	const uint64_t found = textfile_status(0, "Threads", 10);
	if (found == wanted)
		return OUTCOME_OK;
	return fail(run->problem,
		    "cannot trust the worker: it has %lld threads instead of %lld; mount /proc, or "
		    "report this",
		    (long long)found, (long long)wanted);
}

/* Does not wait. */
static void give(struct threads *threads, enum threads_order order)
{
	threads->order = order;
	if (threads->kind == THREADS_SLEEPING)
		futex_raise(&threads->turn, threads->turn + 1);
	else
		__atomic_store_n(&threads->turn, threads->turn + 1, __ATOMIC_RELEASE);
}

enum outcome threads_turn(struct run *run, struct threads *threads, enum threads_order order)
{
	give(threads, order);
	return await_all(run, threads);
}

/* Whether a process ended as it should; kills it after a timeout. */
static bool process_ended(struct run *run, long id)
{
	const uint64_t began = clock_ticks(), limit = timeout_ticks();
	const struct timespec pause = {.tv_nsec = POLL_NS};
	int *status = &run->child->wait_status;
	long got;
	while ((got = raw_syscall(SYS_wait4, id, (long)status, __WALL | WNOHANG, 0, 0)) == 0) {
		if (clock_ticks() - began > limit) {
			raw_syscall(SYS_kill, id, SIGKILL, 0, 0, 0);
			raw_syscall(SYS_wait4, id, (long)status, __WALL, 0, 0);
			return false;
		}
		raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0, 0);
	}
	return got == id && WIFEXITED(*status) && WEXITSTATUS(*status) == WIRE_STATUS_CHILD;
}

static bool thread_ended(struct threads_one *one)
{
	const struct timespec limit = {.tv_sec = THREADS_TIMEOUT_S};
	int tid;
	while ((tid = __atomic_load_n(&one->tid, __ATOMIC_ACQUIRE)) != 0)
		if (futex_wait(&one->tid, tid, &limit) == -ETIMEDOUT)
			return false;
	return true;
}

enum outcome threads_stop(struct run *run, struct threads *threads)
{
	bool ended = true;
	give(threads, THREADS_LEAVE);
	for (unsigned i = 0; i < threads->count; i++) {
		struct threads_one *one = &threads->one[i];
		if (one->id > 0)
			ended = (threads->kind == THREADS_OTHERS ? process_ended(run, one->id)
								 : thread_ended(one)) &&
				ended;
		one->id = 0;
	}
	threads->count = 0;
	if (ended)
		return OUTCOME_OK;
	return fail(run->problem, "cannot end a thread within %d s; see dmesg", THREADS_TIMEOUT_S);
}

double threads_gap_ns(const struct threads *threads)
{
	uint64_t longest = 0;
	for (unsigned i = 0; i < threads->count; i++)
		if (threads->one[i].gap_ticks > longest)
			longest = threads->one[i].gap_ticks;
	return clock_ns(0, longest);
}

double threads_walk_ns(const struct threads *threads)
{
	double sum_ns = 0;
	for (unsigned i = 0; i < threads->count; i++)
		sum_ns += clock_ns(0, threads->one[i].walk_ticks);
	return sum_ns / threads->count;
}
